import { describe, expect, it } from 'vitest';
import type { TestIdentity } from '@/lib/run/metrics.ts';
import { type Contender, judge } from './verdict.ts';

const official: TestIdentity = { hash: 'a', name: 'CIFAR-10, official', images: 1000 };

/** Two runs with this many images that both, only the first, only the second or neither classified correctly. */
function contenders(both: number, onlyA: number, onlyB: number, neither: number): [Contender, Contender] {
  const images = both + onlyA + onlyB + neither;
  const labels = new Uint8Array(images);
  const wrongFor = (isRight: (image: number) => boolean) => labels.map((_, image) => (isRight(image) ? 0 : 1));
  const a = wrongFor((image) => image < both + onlyA);
  const b = wrongFor((image) => image < both || (image >= both + onlyA && image < both + onlyA + onlyB));
  const contender = (name: string, predicted: Uint8Array): Contender => {
    const accuracy = predicted.filter((found) => found === 0).length / images;
    return { name, test: { ...official, images }, accuracy, answers: { labels, predicted } };
  };
  return [contender('n30-aug', a), contender('frozen', b)];
}

describe('the verdict', () => {
  it('compares image by image, and names the better run if the difference is not chance', () => {
    const verdict = judge(...contenders(7000, 900, 700, 1400));
    expect(verdict).toMatchObject({
      kind: 'paired',
      images: 10_000,
      counts: { both: 7000, onlyA: 900, onlyB: 700, neither: 1400 },
      test: { method: 'chi-square' },
      sentence: 'n30-aug beats frozen by 2.0 points, 95 % interval 1.2…2.8; not chance.',
    });
    const [a, b] = contenders(7000, 900, 700, 1400);
    expect(judge(b, a).sentence).toBe(verdict.sentence);
  });

  it('reports that a difference could be chance', () => {
    const [a, b] = contenders(68, 12, 5, 15);
    expect(judge(a, b).sentence).toBe('n30-aug vs. frozen: +7.0 points, 95 % interval −1.3…+15.3; could be chance.');
    expect(judge(b, a).sentence).toBe('frozen vs. n30-aug: −7.0 points, 95 % interval −15.3…+1.3; could be chance.');
    expect(judge(...contenders(800, 0, 0, 200)).sentence).toMatch(/: 0\.0 points, .*; could be chance\.$/);
  });

  it('uses the accuracies alone if predictions are missing, and reports that', () => {
    const [a, b] = contenders(700, 100, 40, 160);
    const verdict = judge(a, { ...b, answers: null });
    // 800 and 740 of 1,000: 0.06 with the interval of two independent proportions.
    expect(verdict).toMatchObject({ kind: 'unpaired' });
    expect(verdict.sentence).toBe(
      'n30-aug beats frozen by 6.0 points, 95 % interval 2.3…9.7; not chance. No per-image predictions for frozen, so the interval is conservative.',
    );
  });

  it('uses each log’s own image count, so the order does not matter', () => {
    const log = (name: string, accuracy: number, images: number): Contender => ({
      name,
      accuracy,
      answers: null,
      test: { hash: 'unknown', name: 'unknown (imported)', images },
    });
    const [large, small] = [log('large', 0.9, 10_000), log('small', 0.8, 50)];
    const [forward, reverse] = [judge(large, small), judge(small, large)];
    if (forward.kind !== 'unpaired' || reverse.kind !== 'unpaired') throw new Error('Expected unpaired verdicts.');
    // Newcombe's method 10 from Wilson's limits: 0.8940 and 0.9057 of the large, 0.6696 and 0.8876 of the small.
    expect(forward.interval.difference).toBeCloseTo(0.1, 10);
    expect([forward.interval.low, forward.interval.high]).toEqual([
      expect.closeTo(0.0122, 3),
      expect.closeTo(0.2305, 3),
    ]);
    expect([-reverse.interval.high, -reverse.interval.low]).toEqual([forward.interval.low, forward.interval.high]);
    const difference = ({ sentence }: typeof forward) => sentence.split(' No per-image')[0];
    expect(difference(reverse)).toBe(difference(forward));
  });

  it('is none for different test images or without a test', () => {
    const [a, b] = contenders(700, 100, 40, 160);
    const copy = { hash: 'b', name: 'CIFAR-10, JPEG copy', images: 10_000 };
    expect(judge(a, { ...b, test: copy })).toEqual({
      kind: 'none',
      sentence:
        'No verdict: tested on different images, n30-aug on 1,000 images of CIFAR-10, official; frozen on 10,000 images of CIFAR-10, JPEG copy.',
    });
    expect(judge({ ...a, accuracy: null, answers: null }, b).sentence).toBe(
      'No verdict: n30-aug has no accuracy on this test.',
    );
    expect(judge({ ...a, test: null }, { ...b, accuracy: null }).sentence).toBe(
      'No verdict: n30-aug and frozen have no accuracy on this test.',
    );
  });

  it('adds a decimal if a nonzero limit would be shown as zero', () => {
    expect(judge(...contenders(9100, 407, 350, 143)).sentence).toBe(
      'n30-aug beats frozen by 0.57 points, 95 % interval 0.03…1.11; not chance.',
    );
  });
});
