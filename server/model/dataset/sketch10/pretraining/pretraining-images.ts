import { backdrops } from '@/server/model/dataset/sketch10/drawing/backdrops.ts';
import { Canvas } from '@/server/model/dataset/sketch10/drawing/canvas.ts';
import type { Drawing } from '@/server/model/dataset/sketch10/drawing/pen.ts';
import { imageBytes, renderScene } from '@/server/model/dataset/sketch10/drawing/scene.ts';
import { Random } from '@/server/model/random.ts';
import * as creatures from './creatures.ts';
import * as household from './household.ts';
import { drawLetter, letters } from './letters.ts';
import * as outdoors from './outdoors.ts';
import * as shapes from './shapes.ts';

/**
 * The images on which the bundled backbone was pre-trained: objects that are not in CIFAR-10, drawn in the same style
 * and light. No drawing is shared with sketch10.
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
 * Renders images `start` to `start + count`, in which the classes alternate; each depends only on seed and index.
 *
 * @returns pixels [count, 3, 32, 32], planes of bytes, and labels [count]
 */
export function renderPretrainingImages({ seed, count, start = 0 }: { seed: number; count: number; start?: number }): {
  pixels: Uint8Array;
  labels: Uint8Array;
} {
  const pixels = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  const canvas = new Canvas();
  for (let image = 0; image < count; image++) {
    const index = start + image;
    const label = index % drawings.length;
    labels[image] = label;
    const into = pixels.subarray(image * imageBytes, (image + 1) * imageBytes);
    renderScene({ draw: drawings[label]!, backdrops, turn: 0.3 }, new Random(seed, 'source', index), canvas, into);
  }
  return { pixels, labels };
}
