import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import loadWabt from 'wabt';
import { fromFloat16 } from '@/lib/float16.ts';
import { Float16Decoder } from '@/server/model/activations/float16-decoder.ts';
import { Random } from '@/server/model/random.ts';
import { AdamMemory } from '@/server/training/optimizer/adam-memory.ts';
import { kernelsModule } from './kernels-module.ts';

it('the module is compiled from the current source', async () => {
  const source = readFileSync(path.join(import.meta.dirname, 'kernels.wat'), 'utf8');
  const { parseWat } = await loadWabt();
  const { buffer } = parseWat('kernels.wat', source).toBinary({});
  expect(kernelsModule, 'run `npm run kernels`').toBe(Buffer.from(buffer).toString('base64'));
});

describe('Adam', () => {
  const shared = { kept: 1 - 1e-5, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  const random = new Random(7, 'kernels');
  const numbers = (length: number, scale: number) => Float32Array.from({ length }, () => scale * (random.next() - 0.5));

  /** Reference: one element at a time, in JavaScript's double precision. */
  function updatePlainly(
    [values, mean, square, gradient]: Float32Array[],
    { alpha, kept, beta1, beta2, epsilon }: typeof shared & { alpha: number },
  ): void {
    for (let i = 0; i < values!.length; i++) {
      const m = mean![i]! + (gradient![i]! - mean![i]!) * (1 - beta1);
      const s = square![i]! + (gradient![i]! * gradient![i]! - square![i]!) * (1 - beta2);
      mean![i] = m;
      square![i] = s;
      values![i] = values![i]! * kept - (alpha * m) / (Math.sqrt(s) + epsilon);
    }
  }

  it.each([1, 2, 7, 8192, 8193, 20_001])('is bit-identical to the plain loop for %i elements', (length) => {
    const memory = new AdamMemory();
    const values = numbers(length, 1);
    const expected = values.slice();
    const [mean, square] = [new Float32Array(length), new Float32Array(length)];
    for (const alpha of [1e-3, 1e-4, 1e-2]) {
      const gradient = numbers(length, 1e-2);
      // A tensor before and one after, to detect writes outside the tensor's memory.
      expect(memory.update('before', numbers(3, 1), numbers(3, 1), { alpha, ...shared })).toBe(true);
      expect(memory.update('kernel', values, gradient, { alpha, ...shared })).toBe(true);
      expect(memory.update('after', numbers(5, 1), numbers(5, 1), { alpha, ...shared })).toBe(true);
      updatePlainly([expected, mean, square, gradient], { alpha, ...shared });
    }
    expect(values).toEqual(expected);
    expect(memory.arrays().get('mean/kernel')).toEqual(mean);
    expect(memory.arrays().get('square/kernel')).toEqual(square);
  });

  it('continues from restored moments', () => {
    const [original, restored] = [new AdamMemory(), new AdamMemory()];
    const values = numbers(9, 1);
    original.update('kernel', values, numbers(9, 1), { alpha: 1e-3, ...shared });
    const [copy, gradient] = [values.slice(), numbers(9, 1)];
    restored.restore(original.arrays());
    original.update('kernel', values, gradient, { alpha: 1e-3, ...shared });
    restored.update('kernel', copy, gradient, { alpha: 1e-3, ...shared });
    expect(copy).toEqual(values);
  });
});

describe('float16', () => {
  const all = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

  it.each([
    [1, 0x10000],
    [0x100, 0x100],
    [5, 3],
  ])('%i rows of %i are decoded exactly', (count, width) => {
    const decoder = new Float16Decoder();
    const decode = () =>
      decoder.decode(count, width, (row, target) => target.set(all.subarray(row * width, (row + 1) * width)));
    const expected = Float32Array.from(all.subarray(0, count * width), fromFloat16);
    expect(decode()).toEqual(expected);
    expect(decode(), 'again, in the same memory').toEqual(expected);
  });

  it('grows its memory as needed', () => {
    const decoder = new Float16Decoder();
    for (const count of [1, 100, 2000]) {
      const decoded = decoder.decode(count, 1280, (_, target) => target.fill(0x3c00));
      expect(decoded.length).toBe(count * 1280);
      expect(decoded.every((value) => value === 1)).toBe(true);
    }
  });
});
