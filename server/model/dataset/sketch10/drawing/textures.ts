import type { Random } from '@/server/model/random.ts';
import type { Shade } from './canvas.ts';

/** Textures: colour factors that vary around 1 across the image. */

const cells = 8;

/** Smooth spots of about `size` pixels (value noise). */
export function cloudy(random: Random, size: number, depth: number): Shade {
  const grid = Float32Array.from({ length: cells * cells }, () => 1 + random.uniform(-depth, depth));
  const [offsetX, offsetY] = [random.uniform(0, cells), random.uniform(0, cells)];
  return (x, y) => {
    const u = x / size + offsetX;
    const v = y / size + offsetY;
    const column = Math.floor(u);
    const row = Math.floor(v);
    const s = ease(u - column);
    const left = column & (cells - 1);
    const right = (column + 1) & (cells - 1);
    const above = (row & (cells - 1)) * cells;
    const below = ((row + 1) & (cells - 1)) * cells;
    const top = grid[above + left]! + s * (grid[above + right]! - grid[above + left]!);
    const bottom = grid[below + left]! + s * (grid[below + right]! - grid[below + left]!);
    return top + ease(v - row) * (bottom - top);
  };
}

const ease = (t: number): number => t * t * (3 - 2 * t);

/** Bands perpendicular to the direction `angle`, with a period of `width` pixels. */
export function striped(
  random: Random,
  { angle, width, depth }: { angle: number; width: number; depth: number },
): Shade {
  const [kx, ky] = [(Math.cos(angle) * 2 * Math.PI) / width, (Math.sin(angle) * 2 * Math.PI) / width];
  const phase = random.uniform(0, 2 * Math.PI);
  return (x, y) => 1 + depth * Math.max(-0.7, Math.min(0.7, 1.5 * Math.sin(kx * x + ky * y + phase)));
}

/** Squares of `width` pixels per side. */
export function chequered(random: Random, width: number, depth: number): Shade {
  const [offsetX, offsetY] = [random.uniform(0, width), random.uniform(0, width)];
  return (x, y) => 1 + ((Math.floor((x + offsetX) / width) + Math.floor((y + offsetY) / width)) & 1 ? depth : -depth);
}
