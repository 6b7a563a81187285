import type { Colour } from '@/server/model/dataset/sketch10/drawing/canvas.ts';
import { chance, darker } from '@/server/model/dataset/sketch10/drawing/colours.ts';
import type { Pen } from '@/server/model/dataset/sketch10/drawing/pen.ts';
import type { Random } from '@/server/model/random.ts';

/** A four-legged body from the side, facing right. Each animal draws its own head. */
export interface FourLegged {
  coat: Colour;
  belly: Colour;
  /** Half the trunk's length and height. */
  length: number;
  height: number;
  legLength: number;
  legWidth: number;
  /** From the shoulder to the head; `neckRise` is in radians above the horizontal. */
  neckLength: number;
  neckRise: number;
  neckWidth: number;
  hooves: Colour | null;
}

/** @returns the positions of the head and of the base of the tail */
export function drawFourLegged(pen: Pen, random: Random, animal: FourLegged) {
  const { coat, belly, length, height, legLength, legWidth, neckLength, neckRise, neckWidth, hooves } = animal;
  const stride = random.uniform(0.02, 0.3);
  const back = random.uniform(-0.15, -0.02);
  const hips = height * random.uniform(0.8, 1.05);
  const leg = (x: number, swing: number, colour: Colour) => {
    const [kneeX, kneeY] = [x + swing * 0.5, back + height * 0.5 + legLength * 0.5];
    const [footX, footY] = [x + swing + 0.02, back + height * 0.5 + legLength];
    pen.path([x, back + height * 0.3, kneeX, kneeY, footX, footY], colour, legWidth * 1.3, legWidth * 0.75);
    if (hooves) pen.disc(footX, footY, legWidth * 0.5, hooves);
    else pen.ellipse(footX + legWidth * 0.3, footY, legWidth * 0.65, legWidth * 0.4, colour);
  };
  const [front, rear] = [length * 0.75, -length * 0.8];
  const far = darker(coat, 0.7);
  leg(front + random.uniform(-0.05, 0.05), -stride, far);
  leg(rear + random.uniform(-0.05, 0.05), stride, far);
  pen.blob(
    [
      -length,
      back - hips * 0.5,
      -length * 0.4,
      back - height * 0.75,
      length * 0.5,
      back - height * 0.85,
      length,
      back - height * 0.5,
      length * 1.05,
      back + height * 0.2,
      length * 0.5,
      back + height * 0.9,
      -length * 0.5,
      back + height * 0.7,
      -length * 1.05,
      back + hips * 0.3,
    ],
    coat,
  );
  if (chance(random, 0.4)) pen.ellipse(0, back + height * 0.65, length * 0.6, height * 0.25, belly);
  leg(front, stride, coat);
  leg(rear, -stride * random.uniform(0.3, 1), coat);
  const [shoulderX, shoulderY] = [length * 0.8, back - height * 0.25];
  const head = {
    x: shoulderX + Math.cos(neckRise) * neckLength,
    y: shoulderY - Math.sin(neckRise) * neckLength,
  };
  pen.limb(shoulderX, shoulderY, head.x, head.y, coat, neckWidth * 1.4, neckWidth);
  return { head, tail: { x: -length, y: back - hips * 0.3 } };
}
