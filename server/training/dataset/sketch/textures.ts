import type { Random } from '../../random.ts';
import type { Shade } from './canvas.ts';

/** Textures: factors of a colour that vary about 1 over the picture. */

const cells = 8;

/** Smooth spots of about `size` pixels (value noise). */
export function cloudy(random: Random, size: number, depth: number): Shade {
  const grid = Float32Array.from({ length: cells * cells }, () => 1 + random.uniform(-depth, depth));
  const [offsetX, offsetY] = [random.uniform(0, cells), random.uniform(0, cells)];
  return (x, y) => {
    const [u, v] = [x / size + offsetX, y / size + offsetY];
    const [column, row] = [Math.floor(u), Math.floor(v)];
    const [s, t] = [ease(u - column), ease(v - row)];
    const at = (dx: number, dy: number) => grid[((row + dy) & (cells - 1)) * cells + ((column + dx) & (cells - 1))]!;
    const top = at(0, 0) + s * (at(1, 0) - at(0, 0));
    const bottom = at(0, 1) + s * (at(1, 1) - at(0, 1));
    return top + t * (bottom - top);
  };
}

const ease = (t: number): number => t * t * (3 - 2 * t);

/** Bands across the direction `angle`, `width` pixels from one to the next. */
export function striped(
  random: Random,
  { angle, width, depth }: { angle: number; width: number; depth: number },
): Shade {
  const [kx, ky] = [(Math.cos(angle) * 2 * Math.PI) / width, (Math.sin(angle) * 2 * Math.PI) / width];
  const phase = random.uniform(0, 2 * Math.PI);
  return (x, y) => 1 + depth * Math.max(-0.7, Math.min(0.7, 1.5 * Math.sin(kx * x + ky * y + phase)));
}

/** Squares, `width` pixels a side. */
export function chequered(random: Random, width: number, depth: number): Shade {
  const [offsetX, offsetY] = [random.uniform(0, width), random.uniform(0, width)];
  return (x, y) => 1 + ((Math.floor((x + offsetX) / width) + Math.floor((y + offsetY) / width)) & 1 ? depth : -depth);
}
