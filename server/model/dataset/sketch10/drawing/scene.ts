import type { Random } from '@/server/model/random.ts';
import { type Backdrop, paintBackdrop } from './backdrops.ts';
import { type Canvas, canvasSide } from './canvas.ts';
import { anyColour, chance, darker, pick } from './colours.ts';
import { compose, type Drawing, Pen, type Placement } from './pen.ts';
import { cloudy } from './textures.ts';

/** Renders an object in its surroundings like a photograph: rotated, partly hidden, badly lit, out of focus. */

export interface Subject {
  draw: Drawing;
  /** Its typical backgrounds; now and then it has any other one. */
  backdrops: readonly Backdrop[];
  /** Largest rotation in either direction, radians; by default only the slope of the ground. */
  turn?: number;
}

/** How hard it is to recognize the subject of an image. */
export interface Conditions {
  /** Probability of a typical background. */
  typical: number;
  /** Largest number of unrelated objects behind the subject. */
  clutter: number;
  /** Probability that something stands in front of the subject. */
  hidden: number;
  /** Range of the subject's size; 1 fills the image. */
  scale: readonly [from: number, to: number];
}

const hard: Conditions = { typical: 0.55, clutter: 2, hidden: 0.2, scale: [0.7, 1.1] };

/** Bytes per image. */
export const imageBytes = 3 * canvasSide * canvasSide;

/**
 * Renders a subject with background, clutter and camera effects.
 *
 * @param canvas reused; its content is painted over
 * @param into [3, 32, 32], planes of bytes
 */
export function renderScene(
  subject: Subject,
  random: Random,
  canvas: Canvas,
  into: Uint8Array,
  conditions: Conditions = hard,
): void {
  const light = [random.uniform(-0.35, 0.35), random.uniform(-0.7, 0)] as const;
  paintBackdrop(canvas, chance(random, conditions.typical) ? pick(random, subject.backdrops) : null, random);
  const whole = new Pen(canvas, [canvasSide / 2, 0, 0, canvasSide / 2, canvasSide / 2, canvasSide / 2], light);
  for (let i = random.integer(conditions.clutter + 1); i > 0; i--) drawClutter(whole, random);

  const texture = chance(random, 0.6) ? cloudy(random, random.uniform(2, 5), random.uniform(0.05, 0.25)) : null;
  const placement = compose(
    [canvasSide / 2, 0, 0, canvasSide / 2, canvasSide / 2, canvasSide / 2],
    placeSubject(random, subject.turn ?? 0.2, conditions.scale),
  );
  subject.draw(new Pen(canvas, placement, light, texture), random);
  if (chance(random, conditions.hidden)) drawForeground(whole, random);
  develop(canvas, random, into);
}

/** Random position, size, rotation, stretch and mirroring of a subject. */
function placeSubject(random: Random, turn: number, sizes: Conditions['scale']): Placement {
  const angle = random.uniform(-turn, turn);
  const scale = random.uniform(...sizes);
  const stretch = random.uniform(0.85, 1.18);
  const shear = random.uniform(-0.2, 0.2);
  const mirrored = chance(random, 0.5) ? -1 : 1;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [x, y] = [scale * stretch * mirrored, scale / stretch];
  const room = 0.15 + 0.5 * Math.max(0, 1 - scale);
  return [
    cos * x,
    sin * x,
    (shear * cos - sin) * y,
    (shear * sin + cos) * y,
    random.uniform(-room, room),
    random.uniform(-room, room),
  ];
}

/** An unrelated object behind the subject. */
function drawClutter(pen: Pen, random: Random): void {
  const colour = anyColour(random);
  const [x, y] = [random.uniform(-1, 1), random.uniform(-1, 1)];
  const size = random.uniform(0.08, 0.4);
  const part = pen.at(x, y, random.uniform(0, Math.PI), size, size * random.uniform(0.3, 1));
  const kind = random.integer(4);
  if (kind === 0) part.disc(0, 0, 1, colour);
  else if (kind === 1) part.rectangle(-1, -1, 1, 1, colour);
  else if (kind === 2) part.polygon([-1, 1, 0, -1, 1, 1], colour);
  else pen.line(x, y, x + random.uniform(-1.2, 1.2), y + random.uniform(-1.2, 1.2), colour, size / 4);
}

/** A blade of grass, a pole or the corner of something in front of the subject. */
function drawForeground(pen: Pen, random: Random): void {
  const colour = darker(anyColour(random), 0.8);
  const x = random.uniform(-1, 1);
  if (chance(random, 0.5)) {
    pen.line(x, 1.1, x + random.uniform(-0.5, 0.5), random.uniform(-1.1, 0.3), colour, random.uniform(0.04, 0.14));
  } else {
    const corner = random.uniform(0.25, 0.6);
    const [sideX, sideY] = [chance(random, 0.5) ? 1 : -1, chance(random, 0.5) ? 1 : -1];
    pen.ellipse(sideX, sideY, corner, corner * random.uniform(0.5, 1.2), colour, random.uniform(0, 3));
  }
}

/** Approximately normal with standard deviation 1, and fast: the sum of a random number's four bytes. */
function grain(random: Random): number {
  const bits = random.next() * 2 ** 32;
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
  return (sum - 510) / 148;
}

/** Converts light to bytes, with focus, exposure, colour cast and noise. */
function develop({ planes }: Canvas, random: Random, into: Uint8Array): void {
  const pixels = canvasSide * canvasSide;
  const blur = chance(random, 0.3) ? random.uniform(0.05, 0.18) : 0;
  const exposure = random.uniform(0.7, 1.2);
  const contrast = random.uniform(0.75, 1.15);
  const lift = random.uniform(-0.05, 0.06);
  const noise = 0.005 + 0.05 * random.next() ** 2;
  const [slopeX, slopeY] = [random.uniform(-0.012, 0.012), random.uniform(-0.012, 0.012)];
  for (let plane = 0; plane < 3; plane++) {
    const cast = exposure * random.uniform(0.85, 1.15);
    const from = planes.subarray(plane * pixels, (plane + 1) * pixels);
    for (let at = 0; at < pixels; at++) {
      const [x, y] = [at % canvasSide, Math.floor(at / canvasSide)];
      let value = from[at]!;
      if (blur > 0) {
        const left = from[x > 0 ? at - 1 : at]!;
        const right = from[x < canvasSide - 1 ? at + 1 : at]!;
        const above = from[y > 0 ? at - canvasSide : at]!;
        const below = from[y < canvasSide - 1 ? at + canvasSide : at]!;
        value += blur * (left + right + above + below - 4 * value);
      }
      const slope = 1 + (x - 15.5) * slopeX + (y - 15.5) * slopeY;
      const seen = 0.5 + (value * cast * slope - 0.5) * contrast + lift + noise * grain(random);
      into[plane * pixels + at] = Math.max(0, Math.min(255, Math.round(255 * seen)));
    }
  }
}
