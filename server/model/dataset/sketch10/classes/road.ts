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

/** Automobiles and trucks; vans and pickups fall between the two. */

const lamp: Colour = [1, 0.95, 0.75];
const tyre: Colour = [0.12, 0.12, 0.13];

function drawWheel(pen: Pen, x: number, y: number, radius: number, rim: Colour): void {
  pen.disc(x, y, radius, tyre);
  pen.disc(x, y, radius * 0.5, rim);
}

function drawShadow(pen: Pen, random: Random, y: number, halfLength: number): void {
  if (chance(random, 0.7)) pen.ellipse(0, y, halfLength, 0.07, [0.15, 0.15, 0.16]);
}

export function drawAutomobile(pen: Pen, random: Random): void {
  const paint = anyColour(random);
  if (chance(random, 0.3)) drawCarFromFront(pen, random, paint);
  else drawCarFromSide(pen, random, paint);
}

function drawCarFromSide(pen: Pen, random: Random, paint: Colour): void {
  const length = random.uniform(0.72, 0.9);
  const [sill, belt] = [0.32, random.uniform(-0.06, 0.06)];
  const roof = belt - random.uniform(0.24, 0.46);
  // Ends of the roof: saloon, hatchback or van.
  const shape = random.next();
  const rear = shape < 0.4 ? -0.5 : shape < 0.75 ? -0.78 : -0.92;
  const front = shape < 0.75 ? random.uniform(0.05, 0.25) : random.uniform(0.3, 0.5);
  const [slopeRear, slopeFront] = [random.uniform(0.05, 0.22), random.uniform(0.18, 0.34)];
  const radius = random.uniform(0.14, 0.2);
  drawShadow(pen, random, sill + radius, length);
  pen.polygon(
    [rear * length, belt, (rear + slopeRear) * length, roof, front * length, roof, (front + slopeFront) * length, belt],
    paint,
  );
  const pane = near(glass, random, 0.15);
  const post = (rear + slopeRear + front) * 0.5 * length;
  const top = roof + 0.05;
  pen.polygon(
    [(rear + 0.1) * length, belt, (rear + slopeRear + 0.04) * length, top, post - 0.03, top, post - 0.03, belt],
    pane,
  );
  pen.polygon(
    [post + 0.03, belt, post + 0.03, top, front * length - 0.02, top, (front + slopeFront - 0.08) * length, belt],
    pane,
  );
  pen.blob(
    [
      -length,
      sill,
      -length,
      belt + 0.03,
      -length * 0.5,
      belt - 0.02,
      length * 0.4,
      belt - 0.01,
      length * 0.95,
      belt + 0.09,
      length,
      sill,
    ],
    paint,
  );
  pen.line(post, belt + 0.03, post, sill - 0.04, darker(paint, 0.7), 0.025);
  pen.rectangle(-length, sill - 0.05, length, sill, darker(paint, 0.6));
  pen.disc(length * 0.93, belt + 0.14, 0.055, lamp);
  pen.disc(-length * 0.95, belt + 0.12, 0.045, [0.8, 0.15, 0.12]);
  const rim = near(steel, random, 0.2);
  for (const x of [-0.58, 0.58]) drawWheel(pen, x * length, sill, radius, rim);
}

function drawCarFromFront(pen: Pen, random: Random, paint: Colour): void {
  const width = random.uniform(0.5, 0.68);
  const roof = random.uniform(-0.55, -0.35);
  drawShadow(pen, random, 0.5, width);
  for (const side of [-1, 1]) pen.rectangle(side * width - 0.11, 0.2, side * width + 0.02, 0.52, tyre);
  pen.polygon([-width * 0.95, 0, -width * 0.68, roof, width * 0.68, roof, width * 0.95, 0], paint);
  pen.polygon(
    [-width * 0.8, -0.02, -width * 0.6, roof + 0.07, width * 0.6, roof + 0.07, width * 0.8, -0.02],
    near(glass, random, 0.15),
  );
  pen.blob([-width, 0.4, -width, 0.05, 0, -0.08, width, 0.05, width, 0.4], paint);
  pen.rectangle(-width * 0.45, 0.14, width * 0.45, 0.28, darker(steel, random.uniform(0.3, 0.8)));
  for (const side of [-1, 1]) pen.ellipse(side * width * 0.72, 0.17, 0.1, 0.07, lamp);
  pen.rectangle(-width, 0.33, width, 0.42, darker(paint, 0.6));
  pen.rectangle(-0.14, 0.32, 0.14, 0.4, white);
}

export function drawTruck(pen: Pen, random: Random): void {
  const paint = anyColour(random);
  const kind = random.next();
  if (kind < 0.28) drawTruckFromFront(pen, random, paint);
  else if (kind < 0.48) drawPickup(pen, random, paint);
  else drawLorry(pen, random, paint);
}

function drawLorry(pen: Pen, random: Random, paint: Colour): void {
  const cargo = chance(random, 0.5) ? mix(anyColour(random), white, 0.5) : paint;
  const length = random.uniform(0.8, 0.95);
  const sill = 0.34;
  const cab = random.uniform(0.36, 0.55);
  const [cabTop, boxTop] = [random.uniform(-0.4, -0.12), random.uniform(-0.65, -0.2)];
  const radius = random.uniform(0.13, 0.19);
  const split = length - cab;
  drawShadow(pen, random, sill + radius, length);
  pen.rectangle(-length, sill - 0.1, length, sill, [0.25, 0.25, 0.26]);
  const load = random.next();
  if (load < 0.6) {
    pen.rectangle(-length, boxTop, split - 0.04, sill - 0.08, cargo);
    if (chance(random, 0.5)) {
      for (let x = -length + 0.12; x < split - 0.1; x += 0.16)
        pen.line(x, boxTop, x, sill - 0.08, darker(cargo, 0.8), 0.025);
    }
  } else if (load < 0.8) {
    pen.ellipse((split - length) / 2, sill - 0.32, (split + length) * 0.48, 0.26, cargo);
  } else {
    pen.polygon(
      [-length, boxTop + 0.25, split - 0.05, boxTop + 0.2, split - 0.12, sill - 0.08, -length + 0.1, sill - 0.08],
      cargo,
    );
    pen.ellipse((split - length) / 2, boxTop + 0.24, (split + length) * 0.4, 0.14, [0.5, 0.4, 0.3]);
  }
  const nose = chance(random, 0.4) ? 0.22 : 0.02;
  pen.polygon(
    [
      split,
      sill - 0.04,
      split,
      cabTop,
      length - nose - 0.08,
      cabTop,
      length - nose,
      0,
      length,
      0.04,
      length,
      sill - 0.04,
    ],
    paint,
  );
  pen.polygon(
    [split + 0.12, 0, split + 0.12, cabTop + 0.07, length - nose - 0.12, cabTop + 0.07, length - nose - 0.05, 0],
    near(glass, random, 0.15),
  );
  pen.disc(length - 0.04, sill - 0.12, 0.05, lamp);
  const rim = near(steel, random, 0.2);
  const wheels = chance(random, 0.5) ? [-0.75, 0.65] : [-0.8, -0.45, 0.68];
  for (const x of wheels) drawWheel(pen, x * length, sill, radius, rim);
}

function drawPickup(pen: Pen, random: Random, paint: Colour): void {
  const length = random.uniform(0.8, 0.92);
  const [sill, belt] = [0.32, random.uniform(-0.08, 0.02)];
  const roof = belt - random.uniform(0.26, 0.4);
  const radius = random.uniform(0.16, 0.21);
  const rear = random.uniform(-0.25, 0);
  drawShadow(pen, random, sill + radius, length);
  if (chance(random, 0.4)) pen.ellipse(-length * 0.6, belt, length * 0.35, 0.18, near([0.5, 0.42, 0.3], random));
  pen.polygon([rear, belt, rear + 0.03, roof, rear + 0.36, roof, rear + 0.56, belt], paint);
  pen.polygon(
    [rear + 0.08, belt, rear + 0.09, roof + 0.06, rear + 0.33, roof + 0.06, rear + 0.47, belt],
    near(glass, random, 0.15),
  );
  pen.polygon([-length, sill, -length, belt, length * 0.85, belt, length, belt + 0.1, length, sill], paint);
  pen.line(rear, belt, rear, sill, darker(paint, 0.65), 0.03);
  pen.rectangle(-length, sill - 0.06, length, sill, darker(paint, 0.5));
  pen.disc(length * 0.94, belt + 0.15, 0.055, lamp);
  const rim = near(steel, random, 0.2);
  for (const x of [-0.6, 0.6]) drawWheel(pen, x * length, sill, radius, rim);
}

function drawTruckFromFront(pen: Pen, random: Random, paint: Colour): void {
  const width = random.uniform(0.42, 0.56);
  const top = random.uniform(-0.75, -0.5);
  drawShadow(pen, random, 0.66, width);
  if (chance(random, 0.6)) pen.rectangle(-width - 0.06, top - 0.15, width + 0.06, 0.4, mix(paint, white, 0.5));
  for (const side of [-1, 1]) pen.rectangle(side * width - 0.1, 0.35, side * width + 0.04, 0.68, tyre);
  pen.polygon([-width, 0.5, -width * 0.95, top, width * 0.95, top, width, 0.5], paint);
  pen.rectangle(-width * 0.82, top + 0.12, width * 0.82, -0.05, near(glass, random, 0.15));
  pen.rectangle(-width * 0.6, 0.08, width * 0.6, 0.32, darker(steel, random.uniform(0.4, 1)));
  for (const y of [0.14, 0.22]) pen.line(-width * 0.55, y, width * 0.55, y, black, 0.03);
  for (const side of [-1, 1]) pen.disc(side * width * 0.8, 0.3, 0.075, lamp);
  pen.rectangle(-width - 0.03, 0.4, width + 0.03, 0.52, pick(random, [steel, darker(paint, 0.5), black]));
}
