import { describe, expect, it } from 'vitest';
import { splitImages, testIdentity } from './split.ts';

/** An image set without pixels, which the split does not use. */
const setOf = (labels: Uint8Array) => ({
  labels,
  count: labels.length,
  pixels: new Uint8Array(new SharedArrayBuffer(0)),
});
const mixed = (count: number) => setOf(Uint8Array.from({ length: count }, (_, i) => (i * 7 + Math.floor(i / 10)) % 10));
const identity = { hash: 'of all', name: 'CIFAR-10, official', images: 10_000 };
const classes = Array.from({ length: 10 }, (_, i) => `class ${i}`);
const cifar = { name: 'cifar10', train: mixed(50_000), test: { ...mixed(10_000), identity }, classes };

function perClass(indices: Uint32Array, labels: Uint8Array): number[] {
  const counts = Array<number>(10).fill(0);
  for (const index of indices) counts[labels[index]!]! += 1;
  return counts;
}

function counts(limit: number) {
  const { train, val, test } = splitImages(cifar, limit);
  return [perClass(train, cifar.train.labels), perClass(val, cifar.train.labels), perClass(test, cifar.test.labels)];
}

describe('splitImages', () => {
  it('splits into 45,000 and 5,000, exactly 500 of each class for validation, and tests on all', () => {
    expect(counts(0)).toEqual([Array(10).fill(4500), Array(10).fill(500), Array(10).fill(1000)]);
    const { train, val, test } = splitImages(cifar, 0);
    expect(Uint32Array.from([...train, ...val]).sort()).toEqual(Uint32Array.from({ length: 50_000 }, (_, i) => i));
    expect(test).toEqual(Uint32Array.from({ length: 10_000 }, (_, i) => i));
  });

  it('draws the same validation images every time, from all of the training images', () => {
    const { val } = splitImages(cifar, 0);
    const mean = val.reduce((sum, index) => sum + index, 0) / val.length;
    expect(Math.abs(mean - 25_000)).toBeLessThan(1000); // about 5 standard errors of 204
    expect(splitImages(cifar, 0)).toEqual(splitImages(cifar, 0));
  });

  it('selects exactly the requested number of training images, and the others in proportion', () => {
    expect(counts(9000)).toEqual([Array(10).fill(900), Array(10).fill(100), Array(10).fill(200)]);
    const { train, val, test } = splitImages(cifar, 10_000);
    expect([train.length, val.length, test.length]).toEqual([10_000, 1111, 2222]);
    for (const part of counts(10_000)) expect(Math.max(...part) - Math.min(...part)).toBeLessThanOrEqual(1);
  });

  it('selects at least one image of each class', () => {
    for (const limit of [1, 10, 25]) {
      for (const part of counts(limit)) expect(Math.min(...part)).toBeGreaterThanOrEqual(1);
    }
    expect(splitImages(cifar, 25).train).toHaveLength(25);
  });

  it('selects subsets of larger runs’ images for smaller runs, in ascending order', () => {
    const limits = [1, 24, 25, 450, 999, 10_000, 44_999, 45_000];
    const splits = limits.map((limit) => splitImages(cifar, limit));
    for (const part of ['train', 'val', 'test'] as const) {
      for (const [smaller, split] of splits.slice(0, -1).entries()) {
        const larger = new Set(splits[smaller + 1]![part]);
        expect(
          split[part].every((image) => larger.has(image)),
          `${part}, ${limits[smaller]}`,
        ).toBe(true);
        expect(split[part]).toEqual(split[part].slice().sort());
      }
    }
    expect(splits.at(-1)).toEqual(splitImages(cifar, 0));
  });

  it('preserves the shares of classes of different sizes', () => {
    const uneven = setOf(Uint8Array.from({ length: 400 }, (_, i) => Number(i % 4 === 0)));
    const data = {
      name: 'cifar10',
      train: uneven,
      test: { ...uneven, identity },
      classes: ['three in four', 'one in four'],
    };
    const { train, val, test } = splitImages(data, 90);
    // 90 of 270 + 90 are a quarter: 67.5 and 22.5; 10 of 30 + 10: 7.5 and 2.5; 100 of 300 + 100: 75 and 25.
    const count = (indices: Uint32Array) => perClass(indices, uneven.labels).slice(0, 2);
    expect([count(train), count(val), count(test)]).toEqual([
      [67, 23],
      [7, 3],
      [75, 25],
    ]);
  });
});

describe('testIdentity', () => {
  const of = (limit: number) => testIdentity(cifar.test, splitImages(cifar, limit).test);

  it('is the data set’s if all test images are used', () => {
    expect(of(0)).toEqual(identity);
  });

  it('differs for a part of the test images, and is the same for the same part', () => {
    expect(of(9000)).toMatchObject({ name: 'CIFAR-10, official, a part', images: 2000 });
    expect(of(9000)).toEqual(of(9000));
    expect(new Set([of(0), of(9000), of(4500)].map(({ hash }) => hash)).size).toBe(3);
  });
});
