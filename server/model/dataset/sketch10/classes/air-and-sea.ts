import type { Colour } from '@/server/model/dataset/sketch10/drawing/canvas.ts';
import {
  anyColour,
  black,
  chance,
  darker,
  glass,
  mix,
  near,
  pick,
  steel,
  white,
} from '@/server/model/dataset/sketch10/drawing/colours.ts';
import type { Pen } from '@/server/model/dataset/sketch10/drawing/pen.ts';
import type { Random } from '@/server/model/random.ts';

const hulls: readonly Colour[] = [white, steel, [0.75, 0.77, 0.8], [0.35, 0.4, 0.36]];

export function drawAirplane(pen: Pen, random: Random): void {
  const skin = chance(random, 0.75) ? near(pick(random, hulls), random) : anyColour(random);
  const trim = chance(random, 0.6) ? anyColour(random) : darker(skin, 0.7);
  if (chance(random, 0.5)) drawAirplaneFromSide(pen.at(0, 0, random.uniform(-0.35, 0.15)), random, skin, trim);
  else drawAirplaneFromBelow(pen.at(0, 0, random.uniform(-1.6, 1.6)), random, skin, trim);
}

function drawAirplaneFromSide(pen: Pen, random: Random, skin: Colour, trim: Colour): void {
  const length = random.uniform(0.75, 0.95);
  const height = random.uniform(0.11, 0.19);
  const fin = random.uniform(0.25, 0.42);
  const dark = darker(skin, 0.75);
  pen.polygon([0.15, 0, -0.15 - random.uniform(0, 0.2), -random.uniform(0.15, 0.4), -0.25, 0], dark);
  pen.polygon([-length * 0.65, -height * 0.6, -length, -fin, -length * 1.05, -fin, -length * 0.95, 0], trim);
  pen.blob(
    [
      -length,
      -0.05,
      -length * 0.5,
      -height,
      length * 0.6,
      -height,
      length,
      0.02,
      length * 0.6,
      height,
      -length * 0.5,
      height * 0.8,
    ],
    skin,
  );
  if (chance(random, 0.5)) pen.line(-length * 0.9, 0.02, length * 0.9, 0.02, trim, 0.06);
  pen.polygon([length * 0.68, -height * 0.75, length * 0.86, -height * 0.3, length * 0.66, -height * 0.3], glass);
  for (let x = -0.5; x < 0.5; x += 0.14) pen.disc(x * length, -height * 0.35, 0.028, darker(glass, 0.8));
  const [back, down] = [random.uniform(0.2, 0.5), random.uniform(0.2, 0.5)];
  pen.polygon([0.2, height * 0.3, -back, down, -back - 0.12, down, -0.18, height * 0.3], dark);
  pen.polygon([-length * 0.75, -0.02, -length * 1.05, 0.12, -length * 1.1, 0.1, -length * 0.95, -0.04], dark);
  if (chance(random, 0.6)) pen.ellipse(0, height + 0.08, 0.14, 0.065, darker(steel, 0.8));
  else if (chance(random, 0.5)) pen.line(length + 0.03, -0.25, length + 0.03, 0.25, black, 0.035);
}

function drawAirplaneFromBelow(pen: Pen, random: Random, skin: Colour, trim: Colour): void {
  const length = random.uniform(0.7, 0.92);
  const width = random.uniform(0.08, 0.14);
  const span = random.uniform(0.6, 0.95);
  const sweep = random.uniform(-0.05, 0.6);
  const chord = random.uniform(0.18, 0.34);
  const dark = darker(skin, random.uniform(0.75, 0.95));
  for (const side of [-1, 1]) {
    pen.polygon([0.25, 0, 0.25 - sweep, side * span, 0.25 - sweep - chord * 0.4, side * span, 0.25 - chord, 0], dark);
    const tail = random.uniform(0.25, 0.36);
    pen.polygon([-length * 0.7, 0, -length * 0.95, side * tail, -length * 1.05, side * tail, -length * 0.95, 0], trim);
    if (chance(random, 0.5)) pen.ellipse(0.2 - sweep * 0.4, side * span * 0.4, 0.13, 0.05, darker(steel, 0.7));
  }
  pen.blob(
    [-length, 0, -length * 0.5, -width, length * 0.7, -width, length, 0, length * 0.7, width, -length * 0.5, width],
    skin,
  );
  if (chance(random, 0.5)) pen.ellipse(length * 0.75, 0, 0.08, width * 0.6, glass);
}

export function drawShip(pen: Pen, random: Random): void {
  const hull = chance(random, 0.6) ? anyColour(random) : near(pick(random, hulls), random);
  const length = random.uniform(0.7, 0.95);
  const [deck, water] = [random.uniform(0.1, 0.25), random.uniform(0.4, 0.55)];
  const kind = random.next();
  if (kind < 0.3) drawSails(pen, random, deck);
  else if (kind < 0.6) drawContainers(pen, random, length, deck);
  else drawDecks(pen, random, length, deck);
  const bow = random.uniform(0.1, 0.3);
  pen.polygon(
    [-length, deck, length, deck - 0.05, length - bow, water, -length + random.uniform(0.05, 0.2), water],
    hull,
  );
  if (chance(random, 0.6))
    pen.line(-length * 0.9, water - 0.05, length - bow, water - 0.05, near([0.55, 0.2, 0.15], random), 0.08);
  if (chance(random, 0.5)) pen.line(-length, deck + 0.04, length, deck, white, 0.04);
  const sea = mix([0.2, 0.4, 0.55], white, random.uniform(0, 0.6));
  if (chance(random, 0.8))
    pen.polygon([-1.1, water - 0.02, 1.1, water - 0.02, 1.1, water + 0.08, -1.1, water + 0.12], sea, 0.7);
}

function drawSails(pen: Pen, random: Random, deck: number): void {
  const canvas = chance(random, 0.7) ? near(white, random) : anyColour(random);
  const top = random.uniform(-0.95, -0.7);
  const mast = random.uniform(-0.1, 0.15);
  pen.line(mast, deck, mast, top, [0.4, 0.3, 0.2], 0.05);
  pen.polygon(
    [mast - 0.04, top + 0.05, mast - 0.04, deck - 0.1, mast - random.uniform(0.4, 0.65), deck - 0.12],
    canvas,
  );
  pen.polygon(
    [mast + 0.05, top + 0.1, mast + 0.05, deck - 0.08, mast + random.uniform(0.3, 0.6), deck - 0.08],
    darker(canvas, 0.9),
  );
}

function drawContainers(pen: Pen, random: Random, length: number, deck: number): void {
  const bridge = -length * random.uniform(0.6, 0.85);
  pen.rectangle(bridge - 0.1, deck - random.uniform(0.4, 0.6), bridge + 0.12, deck, white);
  pen.line(bridge - 0.1, deck - 0.32, bridge + 0.12, deck - 0.32, glass, 0.06);
  const width = random.uniform(0.14, 0.22);
  for (let x = bridge + 0.2; x < length * 0.8 - width; x += width + 0.02) {
    for (let level = random.integer(4); level > 0; level--) {
      pen.rectangle(x, deck - level * 0.13, x + width, deck - (level - 1) * 0.13 - 0.015, anyColour(random));
    }
  }
}

function drawDecks(pen: Pen, random: Random, length: number, deck: number): void {
  const body = near(white, random);
  let [left, right, top] = [-length * random.uniform(0.5, 0.85), length * random.uniform(0.2, 0.7), deck];
  for (let level = 1 + random.integer(3); level > 0; level--) {
    const next = top - random.uniform(0.13, 0.2);
    pen.rectangle(left, next, right, top, body);
    for (let x = left + 0.07; x < right - 0.04; x += 0.12) pen.disc(x, (next + top) / 2, 0.03, glass);
    [left, right, top] = [left + random.uniform(0.05, 0.25), right - random.uniform(0.05, 0.25), next];
    if (right - left < 0.2) break;
  }
  const middle = (left + right) / 2;
  if (chance(random, 0.7)) {
    const funnel = anyColour(random);
    pen.polygon([middle - 0.1, top, middle - 0.08, top - 0.28, middle + 0.08, top - 0.28, middle + 0.1, top], funnel);
    pen.rectangle(middle - 0.085, top - 0.28, middle + 0.085, top - 0.2, black);
  } else {
    pen.line(middle, top, middle, top - 0.45, [0.4, 0.4, 0.4], 0.04);
  }
}
