import type { Random } from '@/server/model/random.ts';
import type { Colour } from './canvas.ts';

/** A random colour close to another. */
export function near([red, green, blue]: Colour, random: Random, spread = 0.08): Colour {
  const light = random.uniform(-spread, spread) * 1.5;
  const off = () => light + random.uniform(-spread, spread);
  return [clamp(red + off()), clamp(green + off()), clamp(blue + off())];
}

export const darker = ([red, green, blue]: Colour, factor: number): Colour => [
  red * factor,
  green * factor,
  blue * factor,
];

export const mix = (a: Colour, b: Colour, share: number): Colour => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];

/** A random colour, from dull to saturated. */
export function anyColour(random: Random): Colour {
  const hue = random.uniform(0, 6);
  const [saturation, value] = [random.uniform(0, 0.9), random.uniform(0.15, 1)];
  const channel = (shift: number) => {
    const k = (shift + hue) % 6;
    return value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [channel(5), channel(3), channel(1)];
}

export const pick = <T>(random: Random, choices: readonly T[]): T => choices[random.integer(choices.length)]!;

export const chance = (random: Random, probability: number): boolean => random.next() < probability;

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

export const black: Colour = [0.07, 0.07, 0.08];
export const white: Colour = [0.95, 0.95, 0.93];
export const glass: Colour = [0.3, 0.38, 0.45];
export const steel: Colour = [0.6, 0.62, 0.65];
