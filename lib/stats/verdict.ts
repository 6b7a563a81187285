import { formatCount } from '@/lib/format.ts';
import type { TestIdentity } from '@/lib/run/metrics.ts';
import {
  type Interval,
  independentDifference,
  type McNemar,
  mcnemarTest,
  type PairCounts,
  pairedDifference,
} from './proportions.ts';

/** One of two runs to compare, with its results of one kind of test (plain or TTA). */
export interface Contender {
  name: string;
  /** The test set; null if unknown or not tested yet. */
  test: TestIdentity | null;
  /** Test accuracy within 0…1; null if not measured. */
  accuracy: number | null;
  /** The true and the predicted class of every test image; null if not stored. */
  answers: { labels: Uint8Array; predicted: Uint8Array } | null;
}

/** Which of two runs is better, and whether the difference could be chance. Differences are A − B, within −1…1. */
export type Verdict =
  | { kind: 'paired'; sentence: string; interval: Interval; counts: PairCounts; test: McNemar; images: number }
  | { kind: 'unpaired'; sentence: string; interval: Interval }
  | { kind: 'none'; sentence: string };

/** Significance level: a difference with a lower p-value counts as not chance. */
const significance = 0.05;

/**
 * Compares two runs: image by image if both have predictions, otherwise by their accuracies alone. There is no verdict
 * between runs tested on different images.
 */
export function judge(a: Contender, b: Contender): Verdict {
  const reason = explainMissing(a, b);
  if (reason) return { kind: 'none', sentence: reason };
  const counts = countPairs(a, b);
  if (counts) {
    const [interval, test] = [pairedDifference(counts), mcnemarTest(counts)];
    const isChance = test.p >= significance || includesZero(interval);
    const images = counts.both + counts.onlyA + counts.onlyB + counts.neither;
    return {
      kind: 'paired',
      sentence: `${describeDifference(a, b, interval, isChance)}.`,
      interval,
      counts,
      test,
      images,
    };
  }
  const interval = independentDifference(proportionOf(a), proportionOf(b));
  const without = [a, b].filter(({ answers }) => !answers).map(({ name }) => name);
  const caution = `No per-image predictions for ${without.join(' and ')}, so the interval is conservative.`;
  const sentence = `${describeDifference(a, b, interval, includesZero(interval))}. ${caution}`;
  return { kind: 'unpaired', sentence, interval };
}

/** Uses the run's own image count: imported logs share one test set identity, but may have different counts. */
function proportionOf({ accuracy, test }: Contender): { correct: number; images: number } {
  const { images } = test!;
  return { correct: Math.round(accuracy! * images), images };
}

/** Why two runs cannot be compared, as a sentence; null if they can. */
function explainMissing(a: Contender, b: Contender): string | null {
  const without = [a, b].filter(({ accuracy, test }) => accuracy === null || !test);
  if (without.length > 0) {
    const names = without.map(({ name }) => name).join(' and ');
    return `No verdict: ${names} ${without.length === 1 ? 'has' : 'have'} no accuracy on this test.`;
  }
  if (a.test!.hash === b.test!.hash) return null;
  const describeTest = ({ name, test }: Contender) => `${name} on ${formatCount(test!.images)} images of ${test!.name}`;
  return `No verdict: tested on different images, ${describeTest(a)}; ${describeTest(b)}.`;
}

/** @returns null if either run has no predictions */
function countPairs({ answers: a }: Contender, { answers: b }: Contender): PairCounts | null {
  if (!a || !b || a.labels.length !== b.labels.length) return null;
  const counts: PairCounts = { both: 0, onlyA: 0, onlyB: 0, neither: 0 };
  for (const [image, label] of a.labels.entries()) {
    const [aIsCorrect, bIsCorrect] = [a.predicted[image] === label, b.predicted[image] === label];
    counts[aIsCorrect ? (bIsCorrect ? 'both' : 'onlyA') : bIsCorrect ? 'onlyB' : 'neither']++;
  }
  return counts;
}

const includesZero = ({ low, high }: Interval): boolean => low <= 0 && high >= 0;

function describeDifference(a: Contender, b: Contender, interval: Interval, isChance: boolean): string {
  const { difference, low, high } = interval;
  const decimals = decimalsFor(interval);
  if (isChance) {
    const signed = (share: number) => inPoints(share, decimals, true);
    const range = `95 % interval ${signed(low)}…${signed(high)}`;
    return `${a.name} vs. ${b.name}: ${signed(difference)} points, ${range}; could be chance`;
  }
  const [better, worse] = difference > 0 ? [a, b] : [b, a];
  const ends = [low, high].map(Math.abs).sort((x, y) => x - y);
  const [from, to] = ends.map((share) => inPoints(share, decimals, false));
  const by = inPoints(Math.abs(difference), decimals, false);
  return `${better.name} beats ${worse.name} by ${by} points, 95 % interval ${from}…${to}; not chance`;
}

/** One decimal; two if a nonzero limit would be shown as zero. */
const decimalsFor = ({ low, high }: Interval): number =>
  [low, high].some((share) => share !== 0 && Math.abs(share) < 0.0005) ? 2 : 1;

function inPoints(share: number, decimals: number, isSigned: boolean): string {
  const text = Math.abs(share * 100).toFixed(decimals);
  if (!isSigned || Number(text) === 0) return text;
  return `${share < 0 ? '−' : '+'}${text}`;
}
