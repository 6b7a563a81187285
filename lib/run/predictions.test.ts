import { describe, expect, it } from 'vitest';
import { decodeClasses, decodePredictions, encodePredictions } from './predictions.ts';

describe('predictions.bin', () => {
  const labels = Uint8Array.of(1, 2);
  const plain = [0.7, 0.2, 0.1, 0.33331, 0.33332, 0.33337];
  const tta = [0.25, 0.75, 0, 1, 0, 0];
  const bytes = encodePredictions(labels, { plain, tta }, 3);

  it('round-trips labels, classes and probabilities, plain and with augmentation', () => {
    const read = decodePredictions(bytes);
    expect([read.images, read.classes]).toEqual([2, 3]);
    expect(read.labels).toEqual(labels);
    // As float16, the second image's probabilities are equal; only the stored class distinguishes them.
    expect([...read.plain]).toEqual([0, 2]);
    expect(new Set(read.probabilities.plain.slice(3)).size).toBe(1);
    expect([...read.tta]).toEqual([1, 0]);
    expect([...read.probabilities.tta]).toEqual(tta);
    read.probabilities.plain.forEach((value, i) => {
      expect(Math.abs(value - plain[i]!)).toBeLessThan(2 ** -11);
    });
  });

  it('has the documented layout', () => {
    expect(bytes.length).toBe(16 + 2 + 2 + 2 + 12 + 12);
    expect(Buffer.from(bytes.subarray(0, 22)).toString('hex')).toBe(
      `${Buffer.from('TLPR').toString('hex')}020000000200000003000000010200020100`,
    );
    expect(Buffer.from(bytes).readUInt16LE(34)).toBe(0x3400);
  });

  it('reads version 1, which had no labels', () => {
    const first = Uint8Array.from([...bytes.subarray(0, 16), ...bytes.subarray(18)]);
    first[4] = 1;
    expect(decodePredictions(first)).toEqual({ ...decodePredictions(bytes), labels: null });
    expect(decodeClasses(first)).toMatchObject({ labels: null, plain: Uint8Array.of(0, 2), tta: Uint8Array.of(1, 0) });
  });

  it('rejects other files, newer versions and truncated files', () => {
    expect(() => decodeClasses(new TextEncoder().encode('something else altogether'))).toThrow(
      'not a predictions file',
    );
    expect(() => decodeClasses(Uint8Array.from(bytes, (byte, at) => (at === 4 ? 3 : byte)))).toThrow('version 2');
    expect(() => decodeClasses(bytes.subarray(0, 30))).toThrow('truncated');
    expect(() => encodePredictions(labels, { plain, tta: [1] }, 3)).toThrow('[images, classes]');
  });
});
