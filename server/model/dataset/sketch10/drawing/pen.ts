import type { Random } from '@/server/model/random.ts';
import type { Canvas, Colour, Shade } from './canvas.ts';

/** An affine map of the plane: (x, y) → (a·x + c·y + e, b·x + d·y + f). */
export type Placement = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

const place = ([a, b, c, d, e, f]: Placement, x: number, y: number): [number, number] => [
  a * x + c * y + e,
  b * x + d * y + f,
];

/** @returns the map that applies `inner` first, then `outer` */
export function compose(outer: Placement, inner: Placement): Placement {
  const [a, b, c, d] = inner;
  const [m, n, o, p] = outer;
  const [e, f] = place(outer, inner[4], inner[5]);
  return [m * a + o * b, n * a + p * b, m * c + o * d, n * c + p * d, e, f];
}

const pointsOfEllipse = 18;
const circle = Array.from({ length: pointsOfEllipse }, (_, i) => {
  const angle = (2 * Math.PI * i) / pointsOfEllipse;
  return [Math.cos(angle), Math.sin(angle)] as const;
});

/** Draws shapes in local coordinates, about −1 … 1 with y downwards, placed and lit as the scene requires. */
export class Pen {
  constructor(
    private readonly canvas: Canvas,
    private readonly placement: Placement,
    /** Direction towards the light in the image; its length is the strength. */
    private readonly light: readonly [number, number],
    /** Applied to every colour. */
    private readonly texture: Shade | null = null,
  ) {}

  /** A pen with its own coordinates: moved, turned (radians, clockwise) and scaled. */
  at(x: number, y: number, turn = 0, scaleX = 1, scaleY = scaleX): Pen {
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const inner: Placement = [cos * scaleX, sin * scaleX, -sin * scaleY, cos * scaleY, x, y];
    return new Pen(this.canvas, compose(this.placement, inner), this.light, this.texture);
  }

  /** A pen with a texture. */
  with(texture: Shade | null): Pen {
    return new Pen(this.canvas, this.placement, this.light, texture);
  }

  /** A filled polygon. @param points alternating x and y */
  polygon(points: readonly number[], colour: Colour, opacity = 1): void {
    const placed: number[] = [];
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const [lightX, lightY] = this.light;
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = place(this.placement, points[i]!, points[i + 1]!);
      placed.push(x, y);
      low = Math.min(low, x * lightX + y * lightY);
      high = Math.max(high, x * lightX + y * lightY);
    }
    // Brightest on the side facing the light, darkest on the opposite side.
    const strength = Math.hypot(lightX, lightY);
    const slope = high > low ? strength / (high - low) : 0;
    const middle = (low + high) / 2;
    const { texture } = this;
    const lit: Shade = (x, y) => 1 + slope * (x * lightX + y * lightY - middle);
    const shade: Shade = texture ? (x, y) => lit(x, y) * texture(x, y) : lit;
    this.canvas.fill(placed, colour, { shade, opacity });
  }

  rectangle(left: number, top: number, right: number, bottom: number, colour: Colour): void {
    this.polygon([left, top, right, top, right, bottom, left, bottom], colour);
  }

  /** @param turn radians, clockwise */
  ellipse(x: number, y: number, radiusX: number, radiusY: number, colour: Colour, turn = 0): void {
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const points: number[] = [];
    for (const [u, v] of circle) {
      points.push(x + cos * u * radiusX - sin * v * radiusY, y + sin * u * radiusX + cos * v * radiusY);
    }
    this.polygon(points, colour);
  }

  disc(x: number, y: number, radius: number, colour: Colour): void {
    this.ellipse(x, y, radius, radius, colour);
  }

  /** Between two radii. */
  ring(x: number, y: number, outer: number, inner: number, colour: Colour): void {
    const points: number[] = [];
    for (const [u, v] of [...circle, circle[0]!]) points.push(x + u * outer, y + v * outer);
    for (const [u, v] of [...circle, circle[0]!].reverse()) points.push(x + u * inner, y + v * inner);
    this.polygon(points, colour);
  }

  /** A thick line with straight ends, `width` wide at its start and `endWidth` at its end. */
  line(x0: number, y0: number, x1: number, y1: number, colour: Colour, width: number, endWidth = width): void {
    const length = Math.hypot(x1 - x0, y1 - y0) || 1;
    const [nx, ny] = [-(y1 - y0) / length / 2, (x1 - x0) / length / 2];
    const [w, v] = [width, endWidth];
    this.polygon(
      [x0 + nx * w, y0 + ny * w, x1 + nx * v, y1 + ny * v, x1 - nx * v, y1 - ny * v, x0 - nx * w, y0 - ny * w],
      colour,
    );
  }

  /** A thick line with round ends. */
  limb(x0: number, y0: number, x1: number, y1: number, colour: Colour, width: number, endWidth = width): void {
    this.line(x0, y0, x1, y1, colour, width, endWidth);
    this.disc(x0, y0, width / 2, colour);
    this.disc(x1, y1, endWidth / 2, colour);
  }

  /** A thick line through points, with round joints. @param points alternating x and y */
  path(points: readonly number[], colour: Colour, width: number, endWidth = width): void {
    const pieces = points.length / 2 - 1;
    const widthAt = (piece: number) => width + ((endWidth - width) * piece) / pieces;
    for (let i = 0; i < pieces; i++) {
      const [x0, y0, x1, y1] = points.slice(2 * i, 2 * i + 4) as [number, number, number, number];
      this.limb(x0, y0, x1, y1, colour, widthAt(i), widthAt(i + 1));
    }
  }

  /** A filled closed curve through points (Catmull–Rom). @param points alternating x and y */
  blob(points: readonly number[], colour: Colour): void {
    this.polygon(smooth(points), colour);
  }
}

const stepsOfCurve = 4;

/** Points on the closed curve through the given ones (Catmull & Rom, 1974). */
function smooth(points: readonly number[]): number[] {
  const count = points.length / 2;
  const at = (i: number, axis: number) => points[2 * ((i + count) % count) + axis]!;
  const curve: number[] = [];
  for (let i = 0; i < count; i++) {
    for (let step = 0; step < stepsOfCurve; step++) {
      const t = step / stepsOfCurve;
      for (let axis = 0; axis < 2; axis++) {
        const [p, q, r, s] = [at(i - 1, axis), at(i, axis), at(i + 1, axis), at(i + 2, axis)];
        curve.push(q + 0.5 * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p))));
      }
    }
  }
  return curve;
}

/** Draws one object; everything that varies is sampled from `random`. */
export type Drawing = (pen: Pen, random: Random) => void;
