import type { Random } from '@/server/model/random.ts';
import type { Canvas, Colour, Shade } from './canvas.ts';
import { canvasSide } from './canvas.ts';
import { anyColour, chance, mix, near, pick } from './colours.ts';
import { chequered, cloudy, striped } from './textures.ts';

/** Backgrounds of scenes. */
export const backdrops = ['sky', 'meadow', 'water', 'street', 'forest', 'room', 'plain'] as const;
export type Backdrop = (typeof backdrops)[number];

interface Surface {
  colours: readonly Colour[];
  /** Depth of its texture. */
  depth: number;
}

const skyBlue: Colour = [0.5, 0.7, 0.92];
const cloudGrey: Colour = [0.78, 0.8, 0.84];
const dusk: Colour = [0.85, 0.62, 0.5];
const grass: Colour = [0.35, 0.52, 0.2];
const hay: Colour = [0.68, 0.6, 0.36];
const leaves: Colour = [0.16, 0.3, 0.13];
const sea: Colour = [0.2, 0.38, 0.52];
const pond: Colour = [0.3, 0.42, 0.36];
const asphalt: Colour = [0.42, 0.42, 0.43];
const sand: Colour = [0.76, 0.68, 0.53];
const wall: Colour = [0.8, 0.74, 0.66];
const carpet: Colour = [0.5, 0.32, 0.28];
const wood: Colour = [0.55, 0.4, 0.26];

/** Above and below the horizon. */
const surfaces: Record<Exclude<Backdrop, 'plain'>, [above: Surface, below: Surface]> = {
  sky: [
    { colours: [skyBlue, cloudGrey, dusk], depth: 0.15 },
    { colours: [skyBlue, cloudGrey, dusk], depth: 0.15 },
  ],
  meadow: [
    { colours: [skyBlue, cloudGrey, leaves, grass], depth: 0.2 },
    { colours: [grass, hay, grass], depth: 0.3 },
  ],
  water: [
    { colours: [skyBlue, cloudGrey, dusk, leaves], depth: 0.12 },
    { colours: [sea, pond, skyBlue], depth: 0.25 },
  ],
  street: [
    { colours: [skyBlue, cloudGrey, wall, leaves], depth: 0.2 },
    { colours: [asphalt, sand, cloudGrey], depth: 0.15 },
  ],
  forest: [
    { colours: [leaves, grass, hay], depth: 0.4 },
    { colours: [leaves, grass, wood, hay], depth: 0.4 },
  ],
  room: [
    { colours: [wall, cloudGrey, carpet], depth: 0.1 },
    { colours: [carpet, wood, wall, sand], depth: 0.2 },
  ],
};

/** Covers the whole canvas. @param backdrop null selects one at random */
export function paintBackdrop(canvas: Canvas, backdrop: Backdrop | null, random: Random): void {
  const kind = backdrop ?? pick(random, backdrops);
  const anywhere: Surface = { colours: [anyColour(random)], depth: random.uniform(0.05, 0.4) };
  const [above, below] = kind === 'plain' ? [anywhere, anywhere] : surfaces[kind];
  const horizon = random.uniform(0.3, 0.75) * canvasSide;
  const slant = random.uniform(-2, 2);
  const side = canvasSide;
  paintSurface(canvas, [0, 0, side, 0, side, side, 0, side], above, random);
  if (kind === 'plain' || kind === 'sky') return;
  paintSurface(canvas, [0, horizon - slant, side, horizon + slant, side, side, 0, side], below, random);
}

function paintSurface(canvas: Canvas, points: number[], { colours, depth }: Surface, random: Random): void {
  const colour = near(pick(random, colours), random, 0.1);
  const other = near(pick(random, colours), random, 0.1);
  canvas.fill(points, colour, { shade: anyTexture(random, depth) });
  // Blends in a second colour in spots.
  const [spots, share] = [cloudy(random, random.uniform(4, 12), 1), random.uniform(0, 0.5)];
  const blend = mix(colour, other, 0.7);
  canvas.fill(points, blend, { shade: (x, y) => 0.8 + 0.2 * spots(x, y), opacity: share });
}

function anyTexture(random: Random, depth: number): Shade {
  if (chance(random, 0.12)) return chequered(random, random.uniform(3, 9), depth * 0.6);
  if (chance(random, 0.2)) {
    const angle = random.uniform(0, Math.PI);
    return striped(random, { angle, width: random.uniform(3, 10), depth: depth * 0.7 });
  }
  const coarse = cloudy(random, random.uniform(4, 10), depth);
  const fine = cloudy(random, random.uniform(1.2, 2.5), depth * 0.7);
  return (x, y) => coarse(x, y) * fine(x, y);
}
