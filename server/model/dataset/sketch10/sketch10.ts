import { cifar10Classes } from '@/lib/data/classes.ts';
import { Random } from '@/server/model/random.ts';
import { drawAirplane, drawShip } from './classes/air-and-sea.ts';
import { drawDeer, drawHorse } from './classes/hoofed.ts';
import { drawCat, drawDog } from './classes/pets.ts';
import { drawAutomobile, drawTruck } from './classes/road.ts';
import { drawBird, drawFrog } from './classes/small-animals.ts';
import { Canvas } from './drawing/canvas.ts';
import { type Conditions, pictureBytes, renderScene, type Subject } from './drawing/scene.ts';

/** sketch10: the ten classes of CIFAR-10 drawn by code, a data set that needs no file. */

const subjects: Record<(typeof cifar10Classes)[number], Subject> = {
  airplane: { draw: drawAirplane, backdrops: ['sky', 'sky', 'street'], turn: 0.4 },
  automobile: { draw: drawAutomobile, backdrops: ['street', 'street', 'meadow', 'forest'] },
  bird: { draw: drawBird, backdrops: ['sky', 'forest', 'meadow', 'water'], turn: 0.35 },
  cat: { draw: drawCat, backdrops: ['room', 'room', 'meadow', 'street'] },
  deer: { draw: drawDeer, backdrops: ['forest', 'meadow'] },
  dog: { draw: drawDog, backdrops: ['room', 'meadow', 'street', 'meadow'] },
  frog: { draw: drawFrog, backdrops: ['forest', 'water', 'meadow'], turn: 0.35 },
  horse: { draw: drawHorse, backdrops: ['meadow', 'meadow', 'street', 'forest'] },
  ship: { draw: drawShip, backdrops: ['water', 'water', 'sky'] },
  truck: { draw: drawTruck, backdrops: ['street', 'street', 'meadow', 'plain'] },
};

/** Such that a frozen base tells most of them, and fine-tuning has something left to learn. */
const conditions: Conditions = { typical: 0.75, clutter: 1, hidden: 0.1, scale: [0.8, 1.15] };

/** How many images there are, the same number of every class: to train and validate on, and to test on. */
export const sketch10Sizes = { train: 9000, test: 2000 } as const;

/** The images of a seed are a data set of their own; this one's is called sketch10. */
const sketch10Seed = 10;

/**
 * Renders images `start` to `start + count` of a set, in which the classes take turns. An image depends on seed, split and
 * its own number alone: about 0.3 ms each.
 *
 * @returns pixels [count, 3, 32, 32], planes of bytes as CIFAR-10 has them, and labels [count] in the order of its classes
 */
export function renderSketch10({
  seed = sketch10Seed,
  split,
  count = sketch10Sizes[split],
  start = 0,
}: {
  seed?: number;
  split: keyof typeof sketch10Sizes;
  count?: number;
  start?: number;
}): { pixels: Uint8Array; labels: Uint8Array } {
  const pixels = new Uint8Array(count * pictureBytes);
  const labels = new Uint8Array(count);
  const canvas = new Canvas();
  for (let image = 0; image < count; image++) {
    const number = start + image;
    const label = number % cifar10Classes.length;
    labels[image] = label;
    const into = pixels.subarray(image * pictureBytes, (image + 1) * pictureBytes);
    renderScene(
      subjects[cifar10Classes[label]!],
      new Random(seed, 'sketch10', split, number),
      canvas,
      into,
      conditions,
    );
  }
  return { pixels, labels };
}
