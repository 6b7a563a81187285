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

/** One of two runs that are held against each other, as one kind of test saw it. */
export interface Contender {
  name: string;
  /** What it was tested on; null where nothing was said of it yet. */
  test: TestIdentity | null;
  /** Test accuracy within 0…1; null where it was not measured. */
  accuracy: number | null;
  /** Of every test image the true class and the predicted one; null where they were not kept. */
  answers: { labels: Uint8Array; predicted: Uint8Array } | null;
}

/** Which of two runs is better, and whether that could be chance. Differences are A − B, within −1…1. */
export type Verdict =
  | { kind: 'paired'; sentence: string; interval: Interval; counts: PairCounts; test: McNemar; images: number }
  | { kind: 'unpaired'; sentence: string; interval: Interval }
  | { kind: 'none'; sentence: string };

/** Below this probability a difference is not put down to chance. */
const significance = 0.05;

/**
 * Holds two runs against each other: image by image where both kept their predictions, else by what two proportions
 * allow. Runs that were tested on different images get no verdict.
 */
export function judge(a: Contender, b: Contender): Verdict {
  const reason = whyNot(a, b);
  if (reason) return { kind: 'none', sentence: reason };
  const counts = countPairs(a, b);
  if (counts) {
    const [interval, test] = [pairedDifference(counts), mcnemarTest(counts)];
    const isChance = test.p >= significance || includesZero(interval);
    const images = counts.both + counts.onlyA + counts.onlyB + counts.neither;
    return { kind: 'paired', sentence: `${inWords(a, b, interval, isChance)}.`, interval, counts, test, images };
  }
  const interval = independentDifference(proportionOf(a), proportionOf(b));
  const without = [a, b].filter(({ answers }) => !answers).map(({ name }) => name);
  const caution = `The predictions of ${without.join(' and ')} are not known, so this is the wider interval of two separate accuracies.`;
  const sentence = `${inWords(a, b, interval, includesZero(interval))}. ${caution}`;
  return { kind: 'unpaired', sentence, interval };
}

/** By its own count: logs from elsewhere share one identity and tell each how many images it is about. */
function proportionOf({ accuracy, test }: Contender): { right: number; images: number } {
  const { images } = test!;
  return { right: Math.round(accuracy! * images), images };
}

/** Why two runs cannot be held against each other, as a sentence; null where they can. */
function whyNot(a: Contender, b: Contender): string | null {
  const without = [a, b].filter(({ accuracy, test }) => accuracy === null || !test);
  if (without.length > 0) {
    const names = without.map(({ name }) => name).join(' and ');
    return `No verdict: ${names} ${without.length === 1 ? 'has' : 'have'} no such test accuracy.`;
  }
  if (a.test!.hash === b.test!.hash) return null;
  const of = ({ name, test }: Contender) => `${name} on ${formatCount(test!.images)} images of ${test!.name}`;
  return `No verdict: they were tested on different images, ${of(a)}, ${of(b)}.`;
}

/** Null where the answers of one of the two are not known. */
function countPairs({ answers: a }: Contender, { answers: b }: Contender): PairCounts | null {
  if (!a || !b || a.labels.length !== b.labels.length) return null;
  const counts: PairCounts = { both: 0, onlyA: 0, onlyB: 0, neither: 0 };
  for (const [image, label] of a.labels.entries()) {
    const [inA, inB] = [a.predicted[image] === label, b.predicted[image] === label];
    counts[inA ? (inB ? 'both' : 'onlyA') : inB ? 'onlyB' : 'neither']++;
  }
  return counts;
}

const includesZero = ({ low, high }: Interval): boolean => low <= 0 && high >= 0;

function inWords(a: Contender, b: Contender, interval: Interval, isChance: boolean): string {
  const { difference, low, high } = interval;
  const decimals = decimalsFor(interval);
  if (isChance) {
    const signed = (share: number) => inPoints(share, decimals, true);
    const range = `95 % interval ${signed(low)}…${signed(high)}`;
    return `${a.name} against ${b.name}: ${signed(difference)} points, ${range}: could be chance`;
  }
  const [better, worse] = difference > 0 ? [a, b] : [b, a];
  const ends = [low, high].map(Math.abs).sort((x, y) => x - y);
  const [from, to] = ends.map((share) => inPoints(share, decimals, false));
  const by = inPoints(Math.abs(difference), decimals, false);
  return `${better.name} beats ${worse.name} by ${by} points, 95 % interval ${from}…${to}; not chance`;
}

/** One decimal, or two where a limit would read as zero and is not. */
const decimalsFor = ({ low, high }: Interval): number =>
  [low, high].some((share) => share !== 0 && Math.abs(share) < 0.0005) ? 2 : 1;

function inPoints(share: number, decimals: number, isSigned: boolean): string {
  const text = Math.abs(share * 100).toFixed(decimals);
  if (!isSigned || Number(text) === 0) return text;
  return `${share < 0 ? '−' : '+'}${text}`;
}
