import { describe, expect, it } from 'vitest';
import type { TestIdentity } from '@/lib/run/metrics.ts';
import { type Contender, judge } from './verdict.ts';

const official: TestIdentity = { hash: 'a', name: 'CIFAR-10, official', images: 1000 };

/** Two runs of which both, only the one, only the other and neither got so many images right. */
function contenders(both: number, onlyA: number, onlyB: number, neither: number): [Contender, Contender] {
  const images = both + onlyA + onlyB + neither;
  const labels = new Uint8Array(images);
  const wrongFor = (isRight: (image: number) => boolean) => labels.map((_, image) => (isRight(image) ? 0 : 1));
  const a = wrongFor((image) => image < both + onlyA);
  const b = wrongFor((image) => image < both || (image >= both + onlyA && image < both + onlyA + onlyB));
  const of = (name: string, predicted: Uint8Array): Contender => {
    const accuracy = predicted.filter((found) => found === 0).length / images;
    return { name, test: { ...official, images }, accuracy, answers: { labels, predicted } };
  };
  return [of('n30-aug', a), of('frozen', b)];
}

describe('the verdict', () => {
  it('counts image by image, and names the better run where it is not chance', () => {
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

  it('says that a difference could be chance', () => {
    const [a, b] = contenders(68, 12, 5, 15);
    expect(judge(a, b).sentence).toBe(
      'n30-aug against frozen: +7.0 points, 95 % interval −1.3…+15.3: could be chance.',
    );
    expect(judge(b, a).sentence).toBe(
      'frozen against n30-aug: −7.0 points, 95 % interval −15.3…+1.3: could be chance.',
    );
    expect(judge(...contenders(800, 0, 0, 200)).sentence).toMatch(/: 0\.0 points, .*: could be chance\.$/);
  });

  it('takes what two proportions allow where predictions are not known, and says so', () => {
    const [a, b] = contenders(700, 100, 40, 160);
    const verdict = judge(a, { ...b, answers: null });
    // 800 and 740 of 1,000: 0.06 with the interval of two separate proportions.
    expect(verdict).toMatchObject({ kind: 'unpaired' });
    expect(verdict.sentence).toBe(
      'n30-aug beats frozen by 6.0 points, 95 % interval 2.3…9.7; not chance. The predictions of frozen are not known, so this is the wider interval of two separate accuracies.',
    );
  });

  it('counts each log’s own images, and so does not depend on their order', () => {
    const log = (name: string, accuracy: number, images: number): Contender => ({
      name,
      accuracy,
      answers: null,
      test: { hash: 'unknown', name: 'unknown (imported)', images },
    });
    const [large, small] = [log('large', 0.9, 10_000), log('small', 0.8, 50)];
    const [there, back] = [judge(large, small), judge(small, large)];
    if (there.kind !== 'unpaired' || back.kind !== 'unpaired') throw new Error('Both are of two separate accuracies.');
    // Newcombe's method 10 from Wilson's limits: 0.8940 and 0.9057 of the large, 0.6696 and 0.8876 of the small.
    expect(there.interval.difference).toBeCloseTo(0.1, 10);
    expect([there.interval.low, there.interval.high]).toEqual([expect.closeTo(0.0122, 3), expect.closeTo(0.2305, 3)]);
    expect([-back.interval.high, -back.interval.low]).toEqual([there.interval.low, there.interval.high]);
    const inWords = ({ sentence }: typeof there) => sentence.split(' The predictions')[0];
    expect(inWords(back)).toBe(inWords(there));
  });

  it('is none between different test images, and none without a test', () => {
    const [a, b] = contenders(700, 100, 40, 160);
    const copy = { hash: 'b', name: 'CIFAR-10, JPEG copy', images: 10_000 };
    expect(judge(a, { ...b, test: copy })).toEqual({
      kind: 'none',
      sentence:
        'No verdict: they were tested on different images, n30-aug on 1,000 images of CIFAR-10, official, frozen on 10,000 images of CIFAR-10, JPEG copy.',
    });
    expect(judge({ ...a, accuracy: null, answers: null }, b).sentence).toBe(
      'No verdict: n30-aug has no such test accuracy.',
    );
    expect(judge({ ...a, test: null }, { ...b, accuracy: null }).sentence).toBe(
      'No verdict: n30-aug and frozen have no such test accuracy.',
    );
  });

  it('takes a second decimal before a limit reads as zero that is none', () => {
    expect(judge(...contenders(9100, 407, 350, 143)).sentence).toBe(
      'n30-aug beats frozen by 0.57 points, 95 % interval 0.03…1.11; not chance.',
    );
  });
});
