import type { Colour } from '@/server/model/dataset/sketch10/drawing/canvas.ts';
import { black, chance, darker, mix, near, pick, white } from '@/server/model/dataset/sketch10/drawing/colours.ts';
import type { Pen } from '@/server/model/dataset/sketch10/drawing/pen.ts';
import { cloudy } from '@/server/model/dataset/sketch10/drawing/textures.ts';
import type { Random } from '@/server/model/random.ts';
import { drawFourLegged } from './four-legged.ts';

const deerCoats: readonly Colour[] = [
  [0.6, 0.42, 0.25],
  [0.68, 0.52, 0.34],
  [0.45, 0.33, 0.22],
];
const horseCoats: readonly Colour[] = [
  [0.48, 0.28, 0.15],
  [0.62, 0.42, 0.24],
  [0.2, 0.15, 0.12],
  [0.85, 0.82, 0.78],
  [0.55, 0.53, 0.52],
];

export function drawDeer(pen: Pen, random: Random): void {
  const coat = near(pick(random, deerCoats), random);
  const pale = mix(coat, white, 0.6);
  if (chance(random, 0.25)) {
    drawDeerHead(pen.at(0, 0.15, 0, random.uniform(1.3, 1.9)), random, coat, 0);
    return;
  }
  const grazes = chance(random, 0.2);
  const { head, tail } = drawFourLegged(pen, random, {
    coat,
    belly: pale,
    length: random.uniform(0.36, 0.48),
    height: random.uniform(0.17, 0.25),
    legLength: random.uniform(0.6, 0.85),
    legWidth: random.uniform(0.06, 0.09),
    hooves: black,
    neckLength: random.uniform(0.35, 0.5),
    neckRise: grazes ? random.uniform(-0.9, -0.4) : random.uniform(0.7, 1.2),
    neckWidth: random.uniform(0.13, 0.18),
  });
  pen.ellipse(tail.x, tail.y + 0.05, 0.09, 0.12, pale);
  if (chance(random, 0.35)) {
    for (let i = 0; i < 8; i++) pen.disc(random.uniform(-0.35, 0.25), random.uniform(-0.22, 0), 0.035, pale);
  }
  drawDeerHead(pen.at(head.x, head.y, grazes ? 0.9 : random.uniform(-0.1, 0.3)), random, coat, 1);
}

/** @param side 1: from the side, facing right; 0: from the front */
function drawDeerHead(pen: Pen, random: Random, coat: Colour, side: number): void {
  const bone: Colour = near([0.7, 0.6, 0.45], random);
  if (chance(random, 0.6)) {
    const [reach, spread] = [random.uniform(0.3, 0.55), random.uniform(0.12, 0.35)];
    for (const branch of [-1, 1]) {
      const x = branch * spread - side * 0.1;
      pen.path([branch * 0.05, -0.08, x * 0.8, -reach * 0.5, x, -reach], bone, 0.06, 0.04);
      pen.line(x * 0.75, -reach * 0.45, x * 0.75 + branch * 0.15, -reach * 0.85, bone, 0.05);
      pen.line(x * 0.4, -reach * 0.25, x * 0.4 + 0.13, -reach * 0.55, bone, 0.04);
    }
  }
  for (const ear of [-1, 1]) {
    pen.ellipse(
      side ? -0.08 + ear * 0.04 : ear * 0.2,
      side ? -0.12 : -0.08,
      0.15,
      0.06,
      darker(coat, 0.85),
      ear * -0.5 - side * 0.8,
    );
  }
  if (side) {
    pen.limb(0, 0, random.uniform(0.22, 0.3), 0.12, coat, 0.2, 0.11);
    pen.disc(0.31, 0.12, 0.04, black);
    pen.disc(0.05, -0.03, 0.035, black);
    return;
  }
  pen.limb(0, 0.3, 0, 0.8, darker(coat, 0.85), 0.26, 0.42);
  pen.limb(0, 0, 0, 0.28, coat, 0.26, 0.15);
  pen.disc(0, 0.33, 0.05, black);
  for (const eye of [-1, 1]) pen.disc(eye * 0.1, 0.03, 0.035, black);
}

export function drawHorse(pen: Pen, random: Random): void {
  const coat = near(pick(random, horseCoats), random);
  const mane = chance(random, 0.6) ? darker(coat, 0.4) : near(pick(random, [black, white, coat]), random);
  const coated = chance(random, 0.2) ? pen.with(cloudy(random, random.uniform(4, 7), 0.7)) : pen;
  if (chance(random, 0.25)) {
    drawHorsePortrait(coated.at(-0.1, 0.1, 0, random.uniform(1, 1.4)), random, coat, mane);
    return;
  }
  const grazes = chance(random, 0.2);
  const neckRise = grazes ? random.uniform(-0.9, -0.4) : random.uniform(0.5, 1.05);
  const { head, tail } = drawFourLegged(coated, random, {
    coat,
    belly: coat,
    length: random.uniform(0.42, 0.56),
    height: random.uniform(0.2, 0.3),
    legLength: random.uniform(0.55, 0.8),
    legWidth: random.uniform(0.07, 0.12),
    hooves: black,
    neckLength: random.uniform(0.32, 0.46),
    neckRise,
    neckWidth: random.uniform(0.18, 0.25),
  });
  pen.path(
    [
      tail.x,
      tail.y,
      tail.x - 0.12,
      tail.y + 0.15,
      tail.x - random.uniform(0.05, 0.3),
      tail.y + random.uniform(0.35, 0.6),
    ],
    mane,
    0.1,
    0.14,
  );
  const [backX, backY] = [-Math.sin(neckRise) * 0.1, -Math.cos(neckRise) * 0.1];
  pen.line(
    head.x + backX,
    head.y + backY,
    head.x - Math.cos(neckRise) * 0.4 + backX,
    head.y + Math.sin(neckRise) * 0.4 + backY,
    mane,
    0.1,
    0.16,
  );
  drawHorseHead(coated.at(head.x, head.y, grazes ? 0.7 : random.uniform(-0.1, 0.5)), coat, random.uniform(0.3, 0.4));
}

function drawHorseHead(pen: Pen, coat: Colour, length: number): void {
  pen.polygon([-0.08, -0.08, -0.02, -0.26, 0.04, -0.08], coat);
  pen.limb(0, 0, length * 0.9, length * 0.6, coat, 0.24, 0.15);
  pen.disc(0.1, -0.01, 0.035, black);
  pen.disc(length * 0.98, length * 0.58, 0.025, darker(coat, 0.4));
}

/** Neck and head. */
function drawHorsePortrait(pen: Pen, random: Random, coat: Colour, mane: Colour): void {
  pen.polygon([-0.75, 1, -0.3, -0.5, 0.05, -0.55, 0.05, 0.1, 0.2, 1], coat);
  pen.path([-0.75, 0.9, -0.5, 0.2, -0.32, -0.4, -0.05, -0.62], mane, 0.25, 0.14);
  drawHorseHead(pen.at(-0.05, -0.4, random.uniform(-0.1, 0.4), 1.6), coat, random.uniform(0.36, 0.46));
}
