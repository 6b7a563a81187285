import type { Colour } from '@/server/model/dataset/sketch10/drawing/canvas.ts';
import {
  anyColour,
  black,
  chance,
  darker,
  mix,
  near,
  pick,
  white,
} from '@/server/model/dataset/sketch10/drawing/colours.ts';
import type { Pen } from '@/server/model/dataset/sketch10/drawing/pen.ts';
import { cloudy } from '@/server/model/dataset/sketch10/drawing/textures.ts';
import type { Random } from '@/server/model/random.ts';

const plumages: readonly Colour[] = [
  [0.5, 0.4, 0.3],
  [0.25, 0.4, 0.65],
  [0.75, 0.25, 0.2],
  [0.85, 0.75, 0.25],
  [0.2, 0.2, 0.22],
  [0.9, 0.9, 0.88],
  [0.35, 0.5, 0.3],
  [0.55, 0.55, 0.58],
];

export function drawBird(pen: Pen, random: Random): void {
  const plumage = chance(random, 0.8) ? near(pick(random, plumages), random) : anyColour(random);
  if (chance(random, 0.35)) drawFlyingBird(pen, random, plumage);
  else drawPerchedBird(pen, random, plumage);
}

function drawPerchedBird(pen: Pen, random: Random, plumage: Colour): void {
  const breast = mix(plumage, pick(random, [white, [0.8, 0.4, 0.2], plumage] as const), 0.7);
  const beak = near(
    pick<Colour>(random, [
      [0.9, 0.6, 0.15],
      [0.25, 0.22, 0.2],
    ]),
    random,
  );
  const lean = random.uniform(-0.9, -0.1);
  const [length, height] = [random.uniform(0.38, 0.55), random.uniform(0.24, 0.36)];
  const legs = random.uniform(0.3, 0.75);
  for (const x of [-0.06, 0.1])
    pen.line(x, 0.1, x + random.uniform(-0.08, 0.08), height + legs * 0.6, darker(beak, 0.8), 0.05);
  if (chance(random, 0.4)) pen.limb(-1, height + legs * 0.62, 1, height + legs * 0.55, [0.4, 0.3, 0.2], 0.12);
  const body = pen.at(0, 0, lean);
  const tail = random.uniform(0.25, 0.6);
  body.polygon(
    [-length * 0.7, -0.1, -length - tail, -0.05, -length - tail * 0.9, 0.12, -length * 0.7, 0.1],
    darker(plumage, 0.7),
  );
  body.blob(
    [
      -length,
      0,
      -length * 0.2,
      -height,
      length * 0.8,
      -height * 0.7,
      length,
      0,
      length * 0.4,
      height,
      -length * 0.5,
      height * 0.7,
    ],
    plumage,
  );
  body.ellipse(length * 0.35, height * 0.35, length * 0.5, height * 0.5, breast);
  body.blob(
    [length * 0.3, -height * 0.4, -length * 0.3, height * 0.5, -length * 1.05, 0.05, -length * 0.4, -height * 0.5],
    darker(plumage, random.uniform(0.55, 0.85)),
  );
  const neck = chance(random, 0.2) ? random.uniform(0.2, 0.45) : 0.05;
  const [x, y] = [Math.cos(lean) * length * 0.9, Math.sin(lean) * length * 0.9];
  const head = random.uniform(0.16, 0.23);
  pen.limb(x, y, x + 0.08, y - neck - 0.08, plumage, head * 1.6, head * 1.3);
  drawBirdHead(pen.at(x + 0.1, y - neck - 0.12, random.uniform(-0.2, 0.2)), random, { plumage, beak, head });
}

function drawBirdHead(
  pen: Pen,
  random: Random,
  { plumage, beak, head }: { plumage: Colour; beak: Colour; head: number },
): void {
  const length = random.uniform(0.1, 0.32);
  pen.polygon([head * 0.7, -0.07, head + length, 0.02, head * 0.7, 0.08], beak);
  pen.disc(0, 0, head, plumage);
  if (chance(random, 0.2)) pen.polygon([-0.1, -head * 0.7, -0.14, -head - 0.14, 0.08, -head * 0.9], plumage);
  pen.disc(head * 0.4, -head * 0.2, 0.045, chance(random, 0.5) ? black : white);
  pen.disc(head * 0.42, -head * 0.2, 0.028, black);
}

function drawFlyingBird(pen: Pen, random: Random, plumage: Colour): void {
  const under = darker(plumage, random.uniform(0.6, 0.9));
  const [span, rise, sweep] = [random.uniform(0.65, 0.95), random.uniform(-0.2, 0.7), random.uniform(-0.35, 0.1)];
  const wing = (side: number, colour: Colour) =>
    pen.blob(
      [
        0.18,
        side * 0.03,
        0.2,
        side * span * 0.45 - rise * 0.4,
        sweep,
        side * span - rise * 0.5,
        -0.12,
        side * span * 0.5 - rise * 0.25,
        -0.25,
        side * 0.04,
      ],
      colour,
    );
  wing(-1, under);
  const tail = random.uniform(0.2, 0.4);
  pen.polygon([-0.25, 0, -0.4 - tail, -0.12, -0.35 - tail, 0, -0.4 - tail, 0.12], darker(plumage, 0.75));
  pen.ellipse(0, 0, random.uniform(0.32, 0.42), random.uniform(0.1, 0.16), plumage);
  wing(chance(random, 0.5) ? 1 : -0.75, plumage);
  const beak: Colour = [0.85, 0.6, 0.2];
  drawBirdHead(pen.at(0.42, -0.03), random, { plumage, beak, head: random.uniform(0.11, 0.16) });
}

const skins: readonly Colour[] = [
  [0.35, 0.55, 0.2],
  [0.5, 0.6, 0.25],
  [0.45, 0.38, 0.22],
  [0.25, 0.4, 0.25],
  [0.7, 0.5, 0.2],
  [0.55, 0.5, 0.4],
];

export function drawFrog(pen: Pen, random: Random): void {
  const skin = chance(random, 0.88) ? near(pick(random, skins), random) : anyColour(random);
  const belly = mix(skin, [0.9, 0.88, 0.65], random.uniform(0.4, 0.8));
  const spotted = chance(random, 0.5) ? pen.with(cloudy(random, random.uniform(2, 4), 0.5)) : pen;
  const pose = random.next();
  if (pose < 0.4) drawFrogFromSide(spotted, random, skin, belly);
  else if (pose < 0.75) drawFrogFromFront(spotted, random, skin, belly);
  else drawFrogFromAbove(spotted, random, skin);
}

function drawFrogEye(pen: Pen, x: number, y: number, radius: number, skin: Colour): void {
  pen.disc(x, y, radius, skin);
  pen.disc(x, y, radius * 0.68, [0.85, 0.75, 0.3]);
  pen.ellipse(x, y, radius * 0.45, radius * 0.3, black);
}

function drawFrogFromSide(pen: Pen, random: Random, skin: Colour, belly: Colour): void {
  const dark = darker(skin, 0.75);
  const crouch = random.uniform(0.1, 0.4);
  pen.path([-0.5, 0.25, -0.1, 0.05, -0.55, 0.5, -0.1, 0.55], dark, 0.2, 0.1);
  pen.blob([-0.75, 0.35, -0.35, -0.1, 0.25, -0.25 - crouch, 0.7, -crouch, 0.65, 0.2 - crouch * 0.5, 0.1, 0.45], skin);
  pen.blob([0.68, 0.1 - crouch * 0.5, 0.4, 0.15, 0.1, 0.42, 0.35, 0.35], belly);
  pen.limb(0.35, 0.15, 0.4, 0.55, skin, 0.14, 0.09);
  pen.ellipse(0.48, 0.57, 0.14, 0.05, skin);
  pen.ellipse(-0.4, 0.3, random.uniform(0.28, 0.36), 0.18, dark, -0.5);
  pen.path([-0.6, 0.5, -0.1, 0.57], skin, 0.1);
  pen.line(0.72, -crouch * 0.8, 0.4, 0.02 - crouch * 0.4, darker(skin, 0.45), 0.04);
  drawFrogEye(pen, 0.36, -0.24 - crouch, random.uniform(0.12, 0.18), skin);
}

function drawFrogFromFront(pen: Pen, random: Random, skin: Colour, belly: Colour): void {
  const width = random.uniform(0.45, 0.62);
  for (const side of [-1, 1]) {
    pen.ellipse(side * width, 0.35, 0.2, 0.34, darker(skin, 0.75), side * 0.4);
    pen.ellipse(side * (width + 0.1), 0.66, 0.22, 0.07, skin);
  }
  pen.blob([0, -0.3, width * 0.9, -0.15, width, 0.3, 0.3, 0.65, -0.3, 0.65, -width, 0.3, -width * 0.9, -0.15], skin);
  pen.ellipse(0, 0.35, width * 0.6, 0.28, belly);
  for (const side of [-1, 1]) {
    pen.limb(side * width * 0.5, 0.35, side * width * 0.45, 0.68, skin, 0.14, 0.1);
    drawFrogEye(pen, side * width * 0.62, -0.3, random.uniform(0.14, 0.2), skin);
  }
  const smile = random.uniform(0.02, 0.12);
  pen.path([-width * 0.75, 0.05, 0, 0.05 + smile, width * 0.75, 0.05], darker(skin, 0.45), 0.05);
}

function drawFrogFromAbove(pen: Pen, random: Random, skin: Colour): void {
  const turned = pen.at(0, 0, random.uniform(-3, 3), random.uniform(0.85, 1.05));
  const dark = darker(skin, 0.75);
  const reach = random.uniform(0.45, 0.75);
  for (const side of [-1, 1]) {
    turned.path(
      [-0.35, side * 0.2, 0.05, side * reach, -0.5, side * reach * 0.9, -0.75, side * reach * 1.1],
      dark,
      0.2,
      0.08,
    );
    turned.path([0.25, side * 0.25, 0.35, side * 0.5, 0.6, side * 0.48], dark, 0.12, 0.08);
  }
  turned.blob([0.65, 0, 0.4, -0.28, -0.1, -0.34, -0.5, -0.18, -0.5, 0.18, -0.1, 0.34, 0.4, 0.28], skin);
  for (const side of [-1, 1]) drawFrogEye(turned, 0.38, side * 0.24, 0.12, skin);
}
