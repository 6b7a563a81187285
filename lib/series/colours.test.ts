import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inProject } from '@/tools/testing/paths.ts';
import { distinctColours, runColour, runColourCount } from './colours.ts';

it('gives any ten consecutive runs different colours', () => {
  for (let first = 1; first < 25; first++) {
    const colours = Array.from({ length: runColourCount }, (_, step) => runColour({ number: first + step }));
    expect(new Set(colours).size).toBe(runColourCount);
  }
});

it('gives runs that are drawn together different colours', () => {
  const runs = [3, 13, 4, 23].map((number) => ({ number }));
  expect(distinctColours(runs)).toEqual(['var(--run-3)', 'var(--run-4)', 'var(--run-5)', 'var(--run-6)']);
  expect(new Set(distinctColours(Array.from({ length: 10 }, () => ({ number: 7 })))).size).toBe(10);
});

type Rgb = [number, number, number];

/** Transforms of linear RGB: normal vision, and simulations of two kinds of colour blindness (Machado et al., 2009). */
const visions = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopic: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopic: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
};

const readHex = (hex: string): Rgb =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Rgb;

const apply = (matrix: number[], colour: Rgb): Rgb =>
  [0, 3, 6].map((row) => colour.reduce((sum, part, column) => sum + matrix[row + column]! * part, 0)) as Rgb;

/** OKLab (Ottosson, 2020): distances approximate perceived differences. */
function oklab(colour: Rgb): Rgb {
  const cones = apply(
    [
      0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376,
    ].concat(0.6299787005),
    colour,
  ).map((part) => Math.cbrt(Math.max(0, part))) as Rgb;
  return apply(
    [
      0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099, 0.0259040371, 0.7827717662,
    ].concat(-0.808675766),
    cones,
  );
}

const luminance = ([red, green, blue]: Rgb) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;

describe.each([
  ['light', ':root'],
  ['dark', '.dark'],
])('the colours of the %s theme', (_theme, selector) => {
  const css = readFileSync(inProject('app/globals.css'), 'utf8');
  const block = css.slice(css.indexOf(`${selector} {`)).split('}')[0]!;
  const token = (name: string) => readHex(new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(block)![1]!);
  const colours = Array.from({ length: runColourCount }, (_, slot) => token(`run-${slot}`));

  it.each(Object.entries(visions))('are distinguishable with %s vision', (_vision, matrix) => {
    const seen = colours.map((colour) => oklab(apply(matrix, colour)));
    const distances = seen.flatMap((a, index) =>
      seen.slice(index + 1).map((b) => Math.hypot(...a.map((x, i) => x - b[i]!))),
    );
    expect(Math.min(...distances)).toBeGreaterThan(0.08);
  });

  it('contrast with the background', () => {
    const background = luminance(token('panel'));
    for (const colour of colours) {
      const [dark, light] = [background, luminance(colour)].sort((a, b) => a - b) as [number, number];
      expect((light + 0.05) / (dark + 0.05)).toBeGreaterThan(3);
    }
  });
});
