import { anyColour, chance, darker } from '@/server/model/dataset/sketch10/drawing/colours.ts';
import type { Drawing } from '@/server/model/dataset/sketch10/drawing/pen.ts';

/** Strokes of each letter: alternating x and y, within −0.5 … 0.5 and −0.7 … 0.7. */
const strokes = {
  A: [
    [-0.5, 0.7, 0, -0.7, 0.5, 0.7],
    [-0.3, 0.2, 0.3, 0.2],
  ],
  E: [
    [0.45, -0.7, -0.4, -0.7, -0.4, 0.7, 0.45, 0.7],
    [-0.4, 0, 0.3, 0],
  ],
  H: [
    [-0.45, -0.7, -0.45, 0.7],
    [0.45, -0.7, 0.45, 0.7],
    [-0.45, 0, 0.45, 0],
  ],
  M: [[-0.5, 0.7, -0.5, -0.7, 0, 0.1, 0.5, -0.7, 0.5, 0.7]],
  R: [
    [-0.4, 0.7, -0.4, -0.7, 0.2, -0.7, 0.45, -0.45, 0.45, -0.2, 0.2, 0.05, -0.4, 0.05],
    [0.05, 0.05, 0.5, 0.7],
  ],
  S: [[0.4, -0.55, 0, -0.7, -0.4, -0.5, -0.35, -0.15, 0.3, 0.12, 0.42, 0.45, 0.05, 0.7, -0.42, 0.55]],
  T: [
    [-0.5, -0.7, 0.5, -0.7],
    [0, -0.7, 0, 0.7],
  ],
  X: [
    [-0.45, -0.7, 0.45, 0.7],
    [0.45, -0.7, -0.45, 0.7],
  ],
} satisfies Record<string, readonly (readonly number[])[]>;

type Letter = keyof typeof strokes;
export const letters = Object.keys(strokes) as Letter[];

/** @returns a drawing of the letter, thin or bold, sometimes with a shadow */
export const drawLetter =
  (letter: Letter): Drawing =>
  (pen, random) => {
    const colour = anyColour(random);
    const width = random.uniform(0.1, 0.3);
    if (chance(random, 0.3)) {
      for (const stroke of strokes[letter]) pen.at(0.07, 0.07).path(stroke, darker(colour, 0.4), width);
    }
    for (const stroke of strokes[letter]) pen.path(stroke, colour, width);
  };
