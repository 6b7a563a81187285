import { describe, expect, it } from 'vitest';
import { Random } from '@/server/model/random.ts';
import { applyAffine, cutout, drawTransform, mixup, type Transform } from './augment.ts';

const side = 32;
const identity: Transform = { angle: 0, shiftX: 0, shiftY: 0, zoomX: 1, zoomY: 1, flip: false };

/** An image whose pixels encode their position: plane 0 the column, plane 1 the row, plane 2 a chequered pattern. */
const positions = Float32Array.from({ length: 3 * side * side }, (_, i) => {
  const [plane, y, x] = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side];
  return [x, y, (x + y) % 2][plane]!;
});

/** Transforms the image. @returns a function that reads the colour at column x, row y */
function transformed(change: Partial<Transform>) {
  const target = new Float32Array(positions.length).fill(Number.NaN);
  applyAffine(positions, target, { ...identity, ...change });
  return (x: number, y: number) => [0, 1, 2].map((plane) => target[plane * side ** 2 + y * side + x]!);
}

/** Expects every output pixel to be read from the source position that `expected` returns. */
function expectSources(change: Partial<Transform>, expected: (x: number, y: number) => [number, number]): void {
  const at = transformed(change);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [sourceX, sourceY] = expected(x, y);
      const colour = [sourceX, sourceY, (sourceX + sourceY) % 2];
      for (const [plane, value] of at(x, y).entries()) {
        expect(value, `column ${x}, row ${y}, plane ${plane}`).toBeCloseTo(colour[plane]!, 4);
      }
    }
  }
}

const clamp = (position: number) => Math.min(side - 1, Math.max(0, position));

describe('applyAffine', () => {
  it('does not change the image for the identity', () => {
    expectSources({}, (x, y) => [x, y]);
  });

  it('shifts each axis separately and repeats the edge', () => {
    expectSources({ shiftX: 3, shiftY: -2 }, (x, y) => [clamp(x + 3), clamp(y - 2)]);
    expectSources({ shiftX: 32 }, (_, y) => [31, y]);
  });

  it('rotates around the centre of the image', () => {
    // By 90°, (u, v) reads (−v, u): with c = 15.5, column 31 − y, row x. By 180°, both are reversed.
    expectSources({ angle: Math.PI / 2 }, (x, y) => [31 - y, x]);
    expectSources({ angle: Math.PI }, (x, y) => [31 - x, 31 - y]);
  });

  it('mirrors', () => {
    expectSources({ flip: true }, (x, y) => [31 - x, y]);
  });

  it('mirrors last, after shifting', () => {
    expectSources({ flip: true, shiftX: 3 }, (x, y) => [clamp(31 - x + 3), y]);
  });

  it('zooms before it shifts, and rotates last', () => {
    // R·S·Z: half a column right of the centre, times 3, plus 2; the rotation by 90° turns columns into rows.
    const [column, row] = transformed({ angle: Math.PI / 2, shiftX: 2, zoomX: 3 })(16, 16);
    expect(column).toBeCloseTo(15.5 - 0.5, 4);
    expect(row).toBeCloseTo(15.5 + 0.5 * 3 + 2, 4);
  });

  it('zooms each axis around the centre', () => {
    // Output column 0 is 15.5 left of the centre: half that distance is column 7.75; beyond the edge it is clamped to 0.
    const inwards = transformed({ zoomX: 0.5 });
    expect(inwards(0, 5).slice(0, 2)).toEqual([7.75, 5]);
    expect(inwards(31, 5).slice(0, 2)).toEqual([23.25, 5]);
    const outwards = transformed({ zoomY: 2 });
    expect(outwards(4, 0).slice(0, 2)).toEqual([4, 0]);
    expect(outwards(4, 16).slice(0, 2)).toEqual([4, 16.5]);
    expect(outwards(4, 31).slice(0, 2)).toEqual([4, 31]);
  });

  it('blends the four nearest pixels', () => {
    // A quarter right and half down: the corners' weights are 0.75·0.5 and 0.25·0.5, with the same sum for both colours.
    const at = transformed({ shiftX: 0.25, shiftY: 0 });
    expect(at(10, 10)).toEqual([10.25, 10, 0.25]);
    expect(at(11, 10)).toEqual([11.25, 10, 0.75]);
    expect(transformed({ shiftX: 0.25, shiftY: 0.5 })(10, 10)).toEqual([10.25, 10.5, 0.5]);
  });
});

describe('drawTransform', () => {
  const draw = (options: Parameters<typeof drawTransform>[1]) => {
    const random = new Random(1, 'transform');
    return Array.from({ length: 4000 }, () => drawTransform(random, options));
  };
  const range = (values: number[]) => [Math.min(...values), Math.max(...values)];

  it('draws every parameter uniformly within its bounds, independently for each axis', () => {
    const drawn = draw({ rotation: 90, width_shift: 0.25, height_shift: 0.125, zoom: 0.5 });
    const bounds: [keyof Transform, number, number][] = [
      ['angle', -Math.PI / 2, Math.PI / 2],
      ['shiftX', -8, 8],
      ['shiftY', -4, 4],
      ['zoomX', 0.5, 1.5],
      ['zoomY', 0.5, 1.5],
    ];
    for (const [name, low, high] of bounds) {
      const [least, most] = range(drawn.map((transform) => Number(transform[name])));
      const slack = (high - low) / 100;
      expect(least, name).toBeGreaterThanOrEqual(low);
      expect(least, name).toBeLessThan(low + slack);
      expect(most, name).toBeLessThan(high);
      expect(most, name).toBeGreaterThan(high - slack);
    }
    expect(drawn.some(({ zoomX, zoomY }) => Math.abs(zoomX - zoomY) > 0.5)).toBe(true);
    const flipped = drawn.filter(({ flip }) => flip).length;
    expect(Math.abs(flipped - 2000)).toBeLessThan(190); // 6 standard errors
  });

  it('only mirrors if all ranges are zero', () => {
    for (const { angle, shiftX, shiftY, zoomX, zoomY } of draw({
      rotation: 0,
      width_shift: 0,
      height_shift: 0,
      zoom: 0,
    })) {
      expect([angle, shiftX, shiftY].map(Math.abs)).toEqual([0, 0, 0]);
      expect([zoomX, zoomY]).toEqual([1, 1]);
    }
  });
});

describe('cutout', () => {
  /** Returns the bounds of the grey rectangle; expects it in all planes, and no other changes. */
  function coveredRectangle(image: Float32Array, before: Float32Array) {
    const changed = Array.from(image.keys()).filter((i) => image[i] !== before[i]);
    const rows = changed.map((i) => Math.floor(i / side) % side);
    const columns = changed.map((i) => i % side);
    const [top, bottom, left, right] = [
      Math.min(...rows),
      Math.max(...rows),
      Math.min(...columns),
      Math.max(...columns),
    ] as [number, number, number, number];
    expect(changed.every((i) => image[i] === 0.5)).toBe(true);
    expect(changed).toHaveLength(3 * (bottom - top + 1) * (right - left + 1));
    return { top, bottom, left, right };
  }

  it('covers 16 × 16 pixels around its centre in all planes, clipped at the edges', () => {
    for (let i = 0; i < 400; i++) {
      const before = new Float32Array(3 * side * side).fill(0.1);
      const image = before.slice();
      cutout(image, new Random(2, i));
      const random = new Random(2, i);
      const [x, y] = [random.integer(side), random.integer(side)];
      expect(coveredRectangle(image, before)).toEqual({
        left: Math.max(0, x - 8),
        right: Math.min(31, x + 7),
        top: Math.max(0, y - 8),
        bottom: Math.min(31, y + 7),
      });
    }
  });
});

describe('mixup', () => {
  const count = 16;
  const classes = 4;
  /** Image i is filled with i and has class i mod 4. */
  function batch() {
    const pixels = Float32Array.from({ length: count * 3 * side * side }, (_, i) => Math.floor(i / (3 * side * side)));
    const targets = new Float32Array(count * classes);
    for (let row = 0; row < count; row++) targets[row * classes + (row % classes)] = 1;
    return { pixels, targets };
  }
  const image = (pixels: Float32Array, row: number) =>
    pixels.subarray(row * 3 * side * side, (row + 1) * 3 * side * side);

  it.each([0.2, 1, 8])('α = %d: blends each image and its target with one partner, with the same share', (alpha) => {
    const { pixels, targets } = batch();
    mixup(pixels, targets, new Random(3, alpha), alpha);
    const random = new Random(3, alpha);
    const drawn = random.beta(alpha, alpha);
    const lambda = Math.max(drawn, 1 - drawn);
    const partners = random.permutation(count);
    expect(lambda).toBeGreaterThanOrEqual(0.5);
    for (let row = 0; row < count; row++) {
      const partner = partners[row]!;
      const expected = lambda * row + (1 - lambda) * partner;
      for (const value of image(pixels, row)) if (Math.abs(value - expected) > 1e-5) expect(value).toBe(expected);
      const target = [0, 0, 0, 0];
      target[row % classes]! += lambda;
      target[partner % classes]! += 1 - lambda;
      for (let c = 0; c < classes; c++) expect(targets[row * classes + c]).toBeCloseTo(target[c]!, 6);
    }
  });

  it('uses every image as a partner once, so sums over the batch stay the same', () => {
    const { pixels, targets } = batch();
    mixup(pixels, targets, new Random(4), 1);
    const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
    expect(sum(pixels) / (3 * side * side)).toBeCloseTo((count * (count - 1)) / 2, 2);
    expect(sum(targets)).toBeCloseTo(count, 4);
  });
});
