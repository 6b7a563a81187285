import type { Colour, Shade } from '@/server/model/dataset/sketch10/drawing/canvas.ts';
import { black, chance, darker, mix, near, pick, white } from '@/server/model/dataset/sketch10/drawing/colours.ts';
import type { Pen } from '@/server/model/dataset/sketch10/drawing/pen.ts';
import { cloudy, striped } from '@/server/model/dataset/sketch10/drawing/textures.ts';
import type { Random } from '@/server/model/random.ts';
import { drawFourLegged } from './four-legged.ts';

/** Cats and dogs share poses and coats. Ears, muzzle and tail usually distinguish them. */

interface Pet {
  coat: Colour;
  pale: Colour;
  fur: Shade | null;
  earsStand: boolean;
  earSize: number;
  /** Length of the muzzle: 0.1 for a cat, 0.4 for a greyhound. */
  muzzle: number;
  legs: number;
  neck: number;
  tail: { length: number; width: number; curl: number };
  whiskers: boolean;
  eye: Colour;
}

const coats: readonly Colour[] = [
  [0.78, 0.55, 0.3],
  [0.5, 0.36, 0.22],
  [0.85, 0.8, 0.72],
  [0.25, 0.2, 0.17],
  [0.55, 0.53, 0.5],
  [0.88, 0.7, 0.45],
  [0.15, 0.14, 0.15],
];

function furOf(random: Random, stripes: number): Shade | null {
  if (chance(random, stripes)) {
    return striped(random, { angle: random.uniform(-0.4, 0.4), width: random.uniform(2.5, 5), depth: 0.4 });
  }
  return chance(random, 0.3) ? cloudy(random, random.uniform(3, 7), 0.6) : null;
}

export function drawCat(pen: Pen, random: Random): void {
  const coat = near(pick(random, coats), random);
  drawPet(pen, random, {
    coat,
    pale: mix(coat, white, random.uniform(0.2, 0.7)),
    fur: furOf(random, 0.35),
    earsStand: true,
    earSize: random.uniform(0.16, 0.28),
    muzzle: random.uniform(0.06, 0.2),
    legs: random.uniform(0.3, 0.55),
    neck: random.uniform(0.12, 0.3),
    tail: { length: random.uniform(0.5, 0.95), width: random.uniform(0.07, 0.14), curl: random.uniform(-0.5, 1.4) },
    whiskers: chance(random, 0.7),
    eye: pick<Colour>(random, [[0.6, 0.75, 0.2], [0.85, 0.65, 0.15], [0.3, 0.55, 0.7], black]),
  });
}

export function drawDog(pen: Pen, random: Random): void {
  const coat = near(pick(random, coats), random);
  drawPet(pen, random, {
    coat,
    pale: mix(coat, white, random.uniform(0.2, 0.7)),
    fur: furOf(random, 0.08),
    earsStand: chance(random, 0.3),
    earSize: random.uniform(0.16, 0.34),
    muzzle: random.uniform(0.14, 0.4),
    legs: random.uniform(0.38, 0.75),
    neck: random.uniform(0.15, 0.42),
    tail: { length: random.uniform(0.15, 0.65), width: random.uniform(0.08, 0.18), curl: random.uniform(0, 1.4) },
    whiskers: false,
    eye: pick<Colour>(random, [black, [0.35, 0.2, 0.1]]),
  });
}

function drawPet(pen: Pen, random: Random, pet: Pet): void {
  const pose = random.next();
  if (pose < 0.4) drawStanding(pen, random, pet);
  else if (pose < 0.65) drawSitting(pen, random, pet);
  else drawFace(pen.at(0, 0, 0, random.uniform(1.2, 1.8)), random, pet);
}

function drawStanding(pen: Pen, random: Random, pet: Pet): void {
  const furry = pen.with(pet.fur);
  const { length, width, curl } = pet.tail;
  const body = { length: random.uniform(0.4, 0.58), height: random.uniform(0.17, 0.28) };
  const { head, tail } = drawFourLegged(furry, random, {
    coat: pet.coat,
    belly: pet.pale,
    ...body,
    legLength: pet.legs,
    legWidth: random.uniform(0.08, 0.14),
    neckLength: pet.neck,
    neckRise: random.uniform(0.3, 1.1),
    neckWidth: random.uniform(0.18, 0.26),
    hooves: null,
  });
  const lift = random.uniform(-0.4, 1);
  furry.path(
    [
      tail.x,
      tail.y,
      tail.x - length * 0.5,
      tail.y - lift * length * 0.5,
      tail.x - length * 0.5 * (2 - curl),
      tail.y - length * (0.4 + 0.5 * lift),
    ],
    pet.coat,
    width,
    width * 0.6,
  );
  drawProfile(pen.at(head.x, head.y, random.uniform(-0.3, 0.3)), random, pet);
}

/** A head from the side, facing right. */
function drawProfile(pen: Pen, random: Random, pet: Pet): void {
  const furry = pen.with(pet.fur);
  const size = random.uniform(0.2, 0.26);
  if (pet.earsStand) {
    const tip = size + pet.earSize;
    furry.polygon([-0.16, -size * 0.5, -0.1, -tip, 0.03, -size * 0.8], darker(pet.coat, 0.75));
    furry.polygon([-0.02, -size * 0.7, 0.06, -tip, 0.14, -size * 0.5], pet.coat);
  }
  furry.ellipse(0, 0, size, size * 0.9, pet.coat);
  furry.limb(size * 0.5, size * 0.25, size * 0.8 + pet.muzzle, size * 0.35, pet.pale, size * 0.9, size * 0.55);
  pen.disc(size * 0.9 + pet.muzzle + 0.02, size * 0.2, 0.05, black);
  pen.disc(size * 0.4, -size * 0.2, 0.05, pet.eye);
  if (!pet.earsStand) furry.ellipse(-size * 0.5, size * 0.1, 0.08, pet.earSize * 0.9, darker(pet.coat, 0.7), 0.25);
}

function drawSitting(pen: Pen, random: Random, pet: Pet): void {
  const furry = pen.with(pet.fur);
  const width = random.uniform(0.28, 0.42);
  const { length, curl } = pet.tail;
  furry.path(
    [-width, 0.75, -width - length * 0.5, 0.7, -width - length * 0.4 * (2 - curl), 0.7 - length * 0.4],
    pet.coat,
    pet.tail.width,
    pet.tail.width * 0.6,
  );
  furry.blob([0, -0.25, width * 0.8, 0.15, width * 1.1, 0.7, 0, 0.85, -width * 1.1, 0.7, -width * 0.8, 0.15], pet.coat);
  furry.ellipse(0, 0.3, width * 0.5, 0.4, pet.pale);
  for (const side of [-1, 1]) {
    furry.limb(side * width * 0.4, 0.2, side * width * 0.45, 0.82, darker(pet.coat, 0.9), 0.16, 0.13);
    furry.ellipse(side * width * 0.5, 0.85, 0.13, 0.07, pet.pale);
  }
  drawFace(pen.at(random.uniform(-0.08, 0.08), -0.38, random.uniform(-0.25, 0.25)), random, pet);
}

/** A face from the front. */
function drawFace(pen: Pen, random: Random, pet: Pet): void {
  const furry = pen.with(pet.fur);
  const [width, height] = [random.uniform(0.32, 0.4), random.uniform(0.28, 0.38)];
  const ear = pet.earSize * 1.3;
  const inner: Colour = [0.8, 0.55, 0.5];
  for (const side of [-1, 1]) {
    if (!pet.earsStand) continue;
    const tipX = side * width * random.uniform(0.8, 1);
    furry.polygon([side * width, -0.02, tipX, -height - ear * 0.8, side * width * 0.25, -height * 0.85], pet.coat);
    pen.polygon(
      [side * width * 0.85, -height * 0.4, tipX * 0.95, -height - ear * 0.45, side * width * 0.45, -height * 0.8],
      mix(inner, pet.coat, 0.3),
    );
  }
  furry.ellipse(0, 0, width, height, pet.coat);
  if (chance(random, 0.4)) furry.ellipse(0, -height * 0.4, width * 0.2, height * 0.6, pet.pale);
  for (const side of [-1, 1]) {
    if (!pet.earsStand) {
      furry.ellipse(side * width * 0.95, height * 0.05, 0.11, ear, darker(pet.coat, 0.7), side * -0.25);
    }
    pen.ellipse(side * width * 0.42, -height * 0.12, 0.075, 0.075, pet.eye);
    pen.ellipse(side * width * 0.42, -height * 0.12, pet.whiskers ? 0.025 : 0.045, 0.06, black);
  }
  const muzzle = 0.12 + pet.muzzle * 0.35;
  furry.ellipse(0, height * 0.45, muzzle * 1.1, muzzle, pet.pale);
  pen.ellipse(
    0,
    height * 0.32,
    0.035 + pet.muzzle * 0.13,
    0.03 + pet.muzzle * 0.1,
    pet.whiskers ? darker(inner, 0.8) : black,
  );
  pen.line(0, height * 0.35, 0, height * 0.65, black, 0.03);
  if (pet.whiskers) {
    for (const side of [-1, 1]) {
      for (const rise of [-0.1, 0.06])
        pen.line(side * 0.1, height * 0.45, side * 0.5, height * 0.4 + rise, white, 0.025);
    }
  } else if (chance(random, 0.35)) {
    pen.ellipse(0, height * 0.45 + muzzle, 0.05, 0.09, [0.85, 0.4, 0.42]);
  }
}
