import { anyColour, chance, darker } from '@/server/model/dataset/sketch10/drawing/colours.ts';
import type { Drawing, Pen } from '@/server/model/dataset/sketch10/drawing/pen.ts';
import { chequered, striped } from '@/server/model/dataset/sketch10/drawing/textures.ts';
import type { Random } from '@/server/model/random.ts';

/** Points around the origin, clockwise from the top, with the given radii in turn. */
function around(count: number, radii: readonly number[]): number[] {
  return Array.from({ length: count }, (_, i) => {
    const [angle, radius] = [(2 * Math.PI * i) / count - Math.PI / 2, radii[i % radii.length]!];
    return [Math.cos(angle) * radius, Math.sin(angle) * radius];
  }).flat();
}

/** Draws a shape, sometimes with a smaller copy in another colour on top. */
function drawLayers(pen: Pen, random: Random, draw: (pen: Pen, colour: ReturnType<typeof anyColour>) => void): void {
  const colour = anyColour(random);
  draw(pen, colour);
  if (chance(random, 0.4))
    draw(pen.at(0, 0, 0, random.uniform(0.55, 0.85)), chance(random, 0.5) ? darker(colour, 0.5) : anyColour(random));
}

const polygonOf =
  (points: () => number[]): Drawing =>
  (pen, random) =>
    drawLayers(pen, random, (layer, colour) => layer.polygon(points(), colour));

export const drawStar: Drawing = (pen, random) => {
  const inner = random.uniform(0.3, 0.5);
  drawLayers(pen, random, (layer, colour) => layer.polygon(around(10, [0.85, inner]), colour));
};

export const drawHexagon = polygonOf(() => around(6, [0.75]));
export const drawTriangle = polygonOf(() => around(3, [0.85]));
export const drawSquare = polygonOf(() => [-0.6, -0.6, 0.6, -0.6, 0.6, 0.6, -0.6, 0.6]);
export const drawCrossShape: Drawing = (pen, random) => {
  const [a, b] = [random.uniform(0.15, 0.3), 0.75];
  drawLayers(pen, random, (layer, colour) =>
    layer.polygon([-a, -b, a, -b, a, -a, b, -a, b, a, a, a, a, b, -a, b, -a, a, -b, a, -b, -a, -a, -a], colour),
  );
};

export const drawDisc: Drawing = (pen, random) =>
  drawLayers(pen, random, (layer, colour) => layer.disc(0, 0, 0.7, colour));

export const drawRing: Drawing = (pen, random) => pen.ring(0, 0, 0.75, random.uniform(0.4, 0.6), anyColour(random));

export const drawHeart: Drawing = (pen, random) =>
  drawLayers(pen, random, (layer, colour) =>
    layer.blob([0, -0.35, 0.35, -0.65, 0.7, -0.35, 0.5, 0.15, 0, 0.75, -0.5, 0.15, -0.7, -0.35, -0.35, -0.65], colour),
  );

export const drawCrescent: Drawing = (pen, random) => {
  const deep = random.uniform(-0.1, 0.3);
  pen.blob(
    [0.2, -0.8, -0.5, -0.5, -0.65, 0, -0.5, 0.5, 0.2, 0.8, deep - 0.2, 0.4, deep - 0.35, 0, deep - 0.2, -0.4],
    anyColour(random),
  );
};

export const drawArrow: Drawing = (pen, random) => {
  const [shaft, head, neck] = [random.uniform(0.08, 0.22), random.uniform(0.35, 0.6), random.uniform(-0.1, 0.35)];
  const points = [-0.8, -shaft, neck, -shaft, neck, -head, 0.85, 0, neck, head, neck, shaft, -0.8, shaft];
  drawLayers(pen, random, (layer, colour) => layer.polygon(points, colour));
};

export const drawSpiral: Drawing = (pen, random) => {
  const turns = random.uniform(2, 3.2);
  const points: number[] = [];
  for (let t = 0; t <= 1.001; t += 1 / 36) {
    points.push(Math.cos(t * turns * 2 * Math.PI) * t * 0.8, Math.sin(t * turns * 2 * Math.PI) * t * 0.8);
  }
  pen.path(points, anyColour(random), random.uniform(0.08, 0.16));
};

export const drawZigzag: Drawing = (pen, random) => {
  const [teeth, height] = [3 + random.integer(4), random.uniform(0.15, 0.4)];
  const points = Array.from({ length: 2 * teeth + 1 }, (_, i) => [
    -0.85 + (1.7 * i) / (2 * teeth),
    i % 2 ? -height : height,
  ]);
  pen.path(points.flat(), anyColour(random), random.uniform(0.08, 0.18));
};

/** A patch of a pattern. */
const patchOf =
  (pattern: (pen: Pen, random: Random) => Pen): Drawing =>
  (pen, random) => {
    const points = around(8, [random.uniform(0.65, 0.95), random.uniform(0.65, 0.95), random.uniform(0.65, 0.95)]);
    pattern(pen, random).blob(points, anyColour(random));
  };

export const drawStripedPatch = patchOf((pen, random) =>
  pen.with(striped(random, { angle: random.uniform(0, Math.PI), width: random.uniform(3, 6), depth: 0.7 })),
);
export const drawChequeredPatch = patchOf((pen, random) => pen.with(chequered(random, random.uniform(2.5, 5), 0.5)));

export const drawDottedPatch: Drawing = (pen, random) => {
  patchOf((each) => each)(pen, random);
  const [colour, step, radius] = [anyColour(random), random.uniform(0.28, 0.42), random.uniform(0.07, 0.12)];
  for (let x = -0.55; x < 0.6; x += step) {
    for (let y = -0.55; y < 0.6; y += step) pen.disc(x, y, radius, colour);
  }
};

export const drawBricks: Drawing = (pen, random) => {
  const [colour, mortar] = [anyColour(random), anyColour(random)];
  const [width, height] = [random.uniform(0.4, 0.6), random.uniform(0.2, 0.3)];
  pen.rectangle(-0.85, -0.7, 0.85, 0.7, mortar);
  for (let row = 0, y = -0.68; y + height < 0.75; y += height, row++) {
    for (let x = -0.83 - (row % 2) * width * 0.5; x < 0.8; x += width) {
      pen.rectangle(
        Math.max(-0.83, x),
        y,
        Math.min(0.83, x + width - 0.06),
        y + height - 0.06,
        darker(colour, random.uniform(0.8, 1.1)),
      );
    }
  }
};

export const drawTarget: Drawing = (pen, random) => {
  const [one, other] = [anyColour(random), anyColour(random)];
  const rings = 3 + random.integer(2);
  for (let ring = 0; ring < rings; ring++) pen.disc(0, 0, 0.8 * (1 - ring / rings), ring % 2 ? one : other);
};

export const drawRays: Drawing = (pen, random) => {
  const [colour, count] = [anyColour(random), 7 + random.integer(6)];
  const inner = random.uniform(0.15, 0.35);
  for (let ray = 0; ray < count; ray++) {
    const angle = (2 * Math.PI * ray) / count;
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    pen.line(x * inner, y * inner, x * 0.85, y * 0.85, colour, 0.1, 0.05);
  }
  if (chance(random, 0.5)) pen.disc(0, 0, inner * 1.1, colour);
};

export const drawWaves: Drawing = (pen, random) => {
  const [colour, swing, bends] = [anyColour(random), random.uniform(0.08, 0.16), random.uniform(4, 9)];
  const rows = 3 + random.integer(2);
  for (let row = 0; row < rows; row++) {
    const y = -0.6 + (1.2 * row) / (rows - 1);
    const points = Array.from({ length: 15 }, (_, i) => [-0.8 + (1.6 * i) / 14, y + swing * Math.sin((bends * i) / 7)]);
    pen.path(points.flat(), colour, random.uniform(0.07, 0.12));
  }
};
