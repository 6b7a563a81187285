import { backdrops } from '@/server/model/dataset/sketch10/drawing/backdrops.ts';
import { Canvas } from '@/server/model/dataset/sketch10/drawing/canvas.ts';
import type { Drawing } from '@/server/model/dataset/sketch10/drawing/pen.ts';
import { pictureBytes, renderScene } from '@/server/model/dataset/sketch10/drawing/scene.ts';
import { Random } from '@/server/model/random.ts';
import * as creatures from './creatures.ts';
import * as household from './household.ts';
import { drawLetter, letters } from './letters.ts';
import * as outdoors from './outdoors.ts';
import * as shapes from './shapes.ts';

/**
 * What the own backbone was trained on: things that are not in CIFAR-10, drawn with the same pen in the same light. No
 * drawing here is one of sketch10's.
 */
const drawings: readonly Drawing[] = [
  ...letters.map(drawLetter),
  ...Object.values(shapes),
  ...Object.values(household),
  ...Object.values(outdoors),
  ...Object.values(creatures),
];

export const pretrainingClassCount = drawings.length;

/**
 * Renders images `start` to `start + count`, in which the classes take turns; each depends on seed and number alone.
 *
 * @returns pixels [count, 3, 32, 32], planes of bytes, and labels [count]
 */
export function renderPretrainingPictures({
  seed,
  count,
  start = 0,
}: {
  seed: number;
  count: number;
  start?: number;
}): {
  pixels: Uint8Array;
  labels: Uint8Array;
} {
  const pixels = new Uint8Array(count * pictureBytes);
  const labels = new Uint8Array(count);
  const canvas = new Canvas();
  for (let image = 0; image < count; image++) {
    const number = start + image;
    const label = number % drawings.length;
    labels[image] = label;
    const into = pixels.subarray(image * pictureBytes, (image + 1) * pictureBytes);
    renderScene({ draw: drawings[label]!, backdrops, turn: 0.3 }, new Random(seed, 'source', number), canvas, into);
  }
  return { pixels, labels };
}
