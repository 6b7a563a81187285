import {
  anyColour,
  black,
  chance,
  darker,
  glass,
  mix,
  near,
  steel,
  white,
} from '@/server/model/dataset/sketch10/drawing/colours.ts';
import type { Drawing } from '@/server/model/dataset/sketch10/drawing/pen.ts';

/** Household objects and tools. */

export const drawCup: Drawing = (pen, random) => {
  const colour = anyColour(random);
  const [top, foot] = [random.uniform(0.4, 0.55), random.uniform(0.25, 0.45)];
  pen.ring(top, 0.05, 0.32, 0.2, darker(colour, 0.85));
  pen.polygon([-top, -0.5, top, -0.5, foot, 0.6, -foot, 0.6], colour);
  pen.ellipse(0, 0.6, foot, 0.1, colour);
  pen.ellipse(0, -0.5, top, 0.13, darker(colour, 0.5));
  if (chance(random, 0.4)) pen.rectangle(-top * 0.9, -0.1, top * 0.9, 0.12, anyColour(random));
};

export const drawBottle: Drawing = (pen, random) => {
  const colour = anyColour(random);
  const [width, shoulder] = [random.uniform(0.2, 0.34), random.uniform(-0.4, -0.1)];
  pen.blob(
    [
      -0.08,
      -0.8,
      0.08,
      -0.8,
      0.1,
      shoulder - 0.1,
      width,
      shoulder + 0.15,
      width,
      0.75,
      -width,
      0.75,
      -width,
      shoulder + 0.15,
      -0.1,
      shoulder - 0.1,
    ],
    colour,
  );
  pen.rectangle(-0.11, -0.92, 0.11, -0.76, darker(colour, 0.4));
  if (chance(random, 0.7)) pen.rectangle(-width, 0.1, width, 0.5, mix(anyColour(random), white, 0.5));
};

export const drawUmbrella: Drawing = (pen, random) => {
  const [colour, other] = [anyColour(random), anyColour(random)];
  pen.path([0, -0.2, 0, 0.7, 0.1, 0.82, 0.22, 0.7], near([0.35, 0.25, 0.15], random), 0.07);
  const ribs = 5;
  for (let rib = 0; rib < ribs; rib++) {
    const [left, right] = [-0.85 + (1.7 * rib) / ribs, -0.85 + (1.7 * (rib + 1)) / ribs];
    pen.polygon(
      [
        0,
        -0.75,
        left,
        -0.1 - 0.35 * (1 - (left / 0.85) ** 2),
        left,
        -0.05,
        (left + right) / 2,
        -0.14,
        right,
        -0.05,
        right,
        -0.1 - 0.35 * (1 - (right / 0.85) ** 2),
      ],
      rib % 2 ? colour : other,
    );
  }
};

export const drawKey: Drawing = (pen, random) => {
  const colour = chance(random, 0.6) ? near([0.8, 0.65, 0.25], random) : anyColour(random);
  const bow = random.uniform(0.25, 0.36);
  pen.ring(-0.5, 0, bow, bow * 0.5, colour);
  pen.line(-0.5 + bow * 0.8, 0, 0.85, 0, colour, 0.13);
  const teeth = 2 + random.integer(2);
  for (let tooth = 0; tooth < teeth; tooth++)
    pen.rectangle(0.75 - tooth * 0.2, 0, 0.85 - tooth * 0.2, random.uniform(0.2, 0.34), colour);
};

export const drawLamp: Drawing = (pen, random) => {
  const [shade, foot] = [anyColour(random), anyColour(random)];
  const top = random.uniform(0.15, 0.35);
  pen.line(0, -0.1, 0, 0.7, foot, random.uniform(0.07, 0.18));
  pen.ellipse(0, 0.75, random.uniform(0.25, 0.4), 0.1, foot);
  pen.polygon([-top, -0.8, top, -0.8, 0.55, -0.1, -0.55, -0.1], shade);
};

export const drawChair: Drawing = (pen, random) => {
  const colour = anyColour(random);
  const [seat, width] = [random.uniform(0, 0.2), random.uniform(0.08, 0.13)];
  const dark = darker(colour, 0.7);
  pen.line(-0.2, seat, -0.2, 0.7, dark, width);
  pen.line(0.5, seat, 0.55, 0.7, dark, width);
  pen.line(-0.45, -0.8, -0.45, 0.85, colour, width * 1.2);
  for (const y of [-0.7, -0.35]) pen.line(-0.45, y, -0.2, y - 0.05, dark, 0.15);
  pen.line(-0.2, -0.85, -0.2, seat, colour, width);
  pen.polygon([-0.5, seat, -0.2, seat - 0.12, 0.55, seat - 0.12, 0.35, seat + 0.06, -0.5, seat + 0.06], colour);
  pen.line(0.32, seat, 0.32, 0.85, colour, width * 1.2);
};

export const drawTable: Drawing = (pen, random) => {
  const colour = near([0.55, 0.38, 0.22], random, 0.2);
  const [top, width] = [random.uniform(-0.3, 0), random.uniform(0.07, 0.14)];
  for (const x of [-0.45, 0.55]) pen.line(x, top, x, 0.55, darker(colour, 0.6), width);
  pen.polygon([-0.6, top - 0.2, 0.75, top - 0.2, 0.85, top + 0.08, -0.85, top + 0.08], colour);
  for (const x of [-0.72, 0.72]) pen.line(x, top, x, 0.75, darker(colour, 0.85), width * 1.2);
};

export const drawClock: Drawing = (pen, random) => {
  pen.disc(0, 0, 0.78, anyColour(random));
  pen.disc(0, 0, 0.64, near(white, random));
  for (let hour = 0; hour < 12; hour += 3)
    pen.disc(0.54 * Math.cos((hour * Math.PI) / 6), 0.54 * Math.sin((hour * Math.PI) / 6), 0.06, black);
  for (const length of [0.32, 0.5]) {
    const angle = random.uniform(0, 2 * Math.PI);
    pen.line(0, 0, length * Math.cos(angle), length * Math.sin(angle), black, 0.09);
  }
};

export const drawGlasses: Drawing = (pen, random) => {
  const colour = anyColour(random);
  const radius = random.uniform(0.28, 0.36);
  for (const side of [-1, 1]) {
    pen.ellipse(side * 0.42, 0.1, radius, radius * 0.85, mix(glass, white, random.uniform(0, 0.5)));
    pen.ring(side * 0.42, 0.1, radius + 0.05, radius - 0.05, colour);
    pen.line(side * 0.75, 0.05, side * 0.95, -0.25, colour, 0.08);
  }
  pen.line(-0.12, 0.05, 0.12, 0.05, colour, 0.09);
};

export const drawHammer: Drawing = (pen, random) => {
  pen.line(0, -0.5, 0, 0.9, near([0.6, 0.42, 0.25], random, 0.15), 0.15);
  const head = near(steel, random, 0.2);
  pen.rectangle(-0.4, -0.75, 0.25, -0.4, head);
  pen.polygon([0.25, -0.72, 0.6, -0.6, 0.6, -0.52, 0.25, -0.42], head);
};

export const drawCandle: Drawing = (pen, random) => {
  const colour = mix(anyColour(random), white, 0.4);
  const [width, top] = [random.uniform(0.12, 0.25), random.uniform(-0.35, 0)];
  pen.ellipse(0, 0.78, width * 2, 0.12, near([0.7, 0.55, 0.25], random, 0.15));
  pen.rectangle(-width, top, width, 0.78, colour);
  pen.line(0, top, 0, top - 0.12, black, 0.05);
  pen.blob([0, top - 0.5, 0.12, top - 0.2, 0, top - 0.08, -0.12, top - 0.2], [1, 0.75, 0.2]);
  pen.ellipse(0, top - 0.18, 0.05, 0.09, [1, 0.95, 0.7]);
};

export const drawTeapot: Drawing = (pen, random) => {
  const colour = anyColour(random);
  pen.ring(-0.55, 0.1, 0.32, 0.2, darker(colour, 0.8));
  pen.polygon([0.3, 0.3, 0.75, -0.3, 0.92, -0.3, 0.5, 0.45], darker(colour, 0.85));
  pen.ellipse(0, 0.18, 0.55, 0.46, colour);
  pen.ellipse(0, -0.25, 0.26, 0.1, darker(colour, 0.7));
  pen.disc(0, -0.38, 0.09, colour);
};

export const drawLadder: Drawing = (pen, random) => {
  const colour = near([0.65, 0.5, 0.3], random, 0.25);
  const [top, foot] = [random.uniform(0.2, 0.35), random.uniform(0.28, 0.45)];
  const rungs = 4 + random.integer(3);
  for (let rung = 0; rung < rungs; rung++) {
    const share = (rung + 0.5) / rungs;
    const half = top + (foot - top) * share;
    pen.line(-half, -0.9 + 1.8 * share, half, -0.9 + 1.8 * share, darker(colour, 0.8), 0.09);
  }
  for (const side of [-1, 1]) pen.line(side * top, -0.95, side * foot, 0.95, colour, 0.11);
};

export const drawGuitar: Drawing = (pen, random) => {
  const colour = near([0.7, 0.42, 0.2], random, 0.25);
  pen.line(0, 0.1, 0, -0.85, darker(colour, 0.5), 0.13);
  pen.rectangle(-0.11, -0.98, 0.11, -0.8, darker(colour, 0.35));
  const waist = random.uniform(0.18, 0.28);
  pen.blob([0, -0.15, 0.3, 0, waist, 0.28, 0.42, 0.6, 0, 0.9, -0.42, 0.6, -waist, 0.28, -0.3, 0], colour);
  pen.disc(0, 0.3, 0.12, black);
  pen.line(-0.12, 0.66, 0.12, 0.66, black, 0.07);
};
