import {
  anyColour,
  black,
  chance,
  darker,
  glass,
  mix,
  near,
  pick,
  white,
} from '@/server/model/dataset/sketch10/drawing/colours.ts';
import type { Drawing } from '@/server/model/dataset/sketch10/drawing/pen.ts';

/** Buildings, plants and other things found outdoors. */

export const drawHouse: Drawing = (pen, random) => {
  const [walls, roof] = [near([0.8, 0.72, 0.6], random, 0.2), anyColour(random)];
  const [width, eaves] = [random.uniform(0.5, 0.7), random.uniform(-0.2, 0.1)];
  pen.rectangle(-width, eaves, width, 0.75, walls);
  pen.polygon([-width - 0.12, eaves, 0, random.uniform(-0.9, -0.6), width + 0.12, eaves], roof);
  pen.rectangle(-0.12, 0.3, 0.12, 0.75, darker(roof, 0.5));
  for (const x of [-0.36, 0.36]) pen.rectangle(x - 0.11, eaves + 0.12, x + 0.11, eaves + 0.34, glass);
};

export const drawTree: Drawing = (pen, random) => {
  const crown = near([0.25, 0.45, 0.18], random, 0.15);
  pen.line(0, 0, 0, 0.9, near([0.4, 0.28, 0.18], random), random.uniform(0.14, 0.26));
  if (chance(random, 0.4)) {
    for (const [y, half] of [
      [0.3, 0.6],
      [-0.1, 0.48],
      [-0.45, 0.32],
    ] as const)
      pen.polygon([-half, y, 0, y - 0.55, half, y], crown);
    return;
  }
  for (let i = 0; i < 6; i++)
    pen.disc(
      random.uniform(-0.4, 0.4),
      random.uniform(-0.6, 0),
      random.uniform(0.25, 0.4),
      darker(crown, random.uniform(0.8, 1.2)),
    );
};

export const drawFlower: Drawing = (pen, random) => {
  const petals = 5 + random.integer(4);
  const colour = anyColour(random);
  pen.line(0, -0.2, random.uniform(-0.15, 0.15), 0.9, [0.25, 0.5, 0.2], 0.09);
  if (chance(random, 0.7)) pen.ellipse(0.18, 0.5, 0.2, 0.08, [0.25, 0.5, 0.2], -0.5);
  for (let petal = 0; petal < petals; petal++) {
    const angle = (2 * Math.PI * petal) / petals;
    pen.ellipse(0.3 * Math.cos(angle), -0.3 + 0.3 * Math.sin(angle), 0.26, 0.14, colour, angle);
  }
  pen.disc(0, -0.3, 0.16, near([0.85, 0.7, 0.2], random, 0.15));
};

export const drawMushroom: Drawing = (pen, random) => {
  const cap = anyColour(random);
  const width = random.uniform(0.13, 0.24);
  pen.blob([-width, 0, width, 0, width * 1.3, 0.8, -width * 1.3, 0.8], near([0.88, 0.84, 0.74], random));
  pen.polygon([-0.75, 0.1, -0.65, -0.3, -0.35, -0.6, 0, -0.7, 0.35, -0.6, 0.65, -0.3, 0.75, 0.1], cap);
  if (chance(random, 0.6))
    for (const [x, y] of [
      [-0.35, -0.25],
      [0.05, -0.45],
      [0.38, -0.15],
      [0, -0.08],
    ] as const)
      pen.disc(x, y, 0.09, white);
};

export const drawCactus: Drawing = (pen, random) => {
  const colour = near([0.25, 0.5, 0.28], random, 0.12);
  const width = random.uniform(0.22, 0.34);
  for (const side of [-1, 1]) {
    const [low, high] = [random.uniform(0, 0.35), random.uniform(-0.5, -0.1)];
    pen.path([0, low, side * 0.5, low, side * 0.5, high], darker(colour, 0.85), width * 0.65);
  }
  pen.limb(0, -0.65, 0, 0.6, colour, width);
  if (chance(random, 0.6))
    pen.polygon([-0.35, 0.5, 0.35, 0.5, 0.25, 0.95, -0.25, 0.95], near([0.7, 0.4, 0.25], random));
};

export const drawSnowman: Drawing = (pen, random) => {
  const snow = near(white, random, 0.05);
  pen.disc(0, 0.5, 0.42, snow);
  pen.disc(0, -0.05, 0.31, snow);
  pen.disc(0, -0.45, 0.22, snow);
  for (const side of [-1, 1]) {
    pen.line(side * 0.25, -0.1, side * 0.7, random.uniform(-0.4, 0.1), [0.35, 0.25, 0.15], 0.06);
    pen.disc(side * 0.08, -0.5, 0.04, black);
  }
  pen.polygon([0, -0.44, 0.25, -0.38, 0, -0.36], [0.9, 0.5, 0.15]);
  if (chance(random, 0.6)) pen.rectangle(-0.2, -0.95, 0.2, -0.62, black);
};

export const drawBalloon: Drawing = (pen, random) => {
  const colour = anyColour(random);
  pen.path([0, 0.3, random.uniform(-0.2, 0.2), 0.6, random.uniform(-0.2, 0.2), 0.95], darker(colour, 0.5), 0.05);
  pen.blob([0, -0.85, 0.45, -0.6, 0.48, -0.2, 0.1, 0.28, -0.1, 0.28, -0.48, -0.2, -0.45, -0.6], colour);
  pen.polygon([0, 0.22, 0.1, 0.38, -0.1, 0.38], darker(colour, 0.8));
  if (chance(random, 0.6)) pen.ellipse(-0.2, -0.5, 0.09, 0.16, mix(colour, white, 0.7), 0.5);
};

export const drawTent: Drawing = (pen, random) => {
  const colour = anyColour(random);
  pen.polygon([-0.3, -0.5, 0.55, -0.4, 0.95, 0.55, 0.3, 0.65], darker(colour, 0.75));
  pen.polygon([-0.3, -0.5, 0.3, 0.65, -0.85, 0.65], colour);
  pen.polygon([-0.3, -0.3, -0.1, 0.65, -0.45, 0.65], darker(colour, 0.35));
};

export const drawWindmill: Drawing = (pen, random) => {
  const [body, sail] = [near([0.75, 0.65, 0.55], random, 0.2), near(white, random, 0.15)];
  pen.polygon([-0.18, -0.3, 0.18, -0.3, 0.34, 0.9, -0.34, 0.9], body);
  pen.polygon([-0.24, -0.28, 0, -0.55, 0.24, -0.28], anyColour(random));
  const turn = random.uniform(0, Math.PI / 2);
  for (let arm = 0; arm < 4; arm++)
    pen.at(0, -0.28, turn + (arm * Math.PI) / 2).polygon([0, -0.03, 0.68, -0.04, 0.68, 0.15, 0.1, 0.15], sail);
  pen.disc(0, -0.28, 0.07, black);
};

export const drawBicycle: Drawing = (pen, random) => {
  const frame = anyColour(random);
  const radius = random.uniform(0.3, 0.36);
  for (const x of [-0.5, 0.5]) pen.ring(x, 0.3, radius, radius - 0.08, black);
  pen.path([-0.5, 0.3, -0.2, -0.15, 0.35, -0.2, 0.02, 0.3, -0.5, 0.3], frame, 0.07);
  pen.path([-0.28, -0.28, 0.02, 0.3], frame, 0.07);
  pen.path([0.5, 0.3, 0.32, -0.35, 0.5, -0.4], frame, 0.07);
  pen.line(-0.42, -0.3, -0.14, -0.3, black, 0.09);
};

export const drawRocket: Drawing = (pen, random) => {
  const [body, trim] = [near(pick(random, [white, [0.6, 0.62, 0.66]] as const), random, 0.15), anyColour(random)];
  for (const side of [-1, 1]) pen.polygon([side * 0.2, 0.2, side * 0.5, 0.65, side * 0.2, 0.55], trim);
  if (chance(random, 0.7)) pen.polygon([-0.15, 0.5, 0, 0.98, 0.15, 0.5], [1, 0.6, 0.15]);
  pen.blob([0, -0.95, 0.2, -0.5, 0.22, 0.1, 0.16, 0.58, -0.16, 0.58, -0.22, 0.1, -0.2, -0.5], body);
  pen.polygon([0, -0.92, 0.17, -0.52, -0.17, -0.52], trim);
  pen.disc(0, -0.2, 0.11, glass);
};
