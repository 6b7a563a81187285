/**
 * Confidence intervals and tests for the difference of two accuracies. An accuracy is a proportion: correct images out of
 * all. Differences and limits are within −1…1.
 */

export interface Interval {
  difference: number;
  low: number;
  high: number;
}

/** How many of the same images both networks classified correctly, only A, only B, or neither. */
export interface PairCounts {
  both: number;
  onlyA: number;
  onlyB: number;
  neither: number;
}

/** The standard normal's 97.5 % quantile, for 95 % intervals. */
const z = 1.959963984540054;

/** The score interval of one proportion (Wilson, 1927). */
export function wilsonInterval(correct: number, images: number): { low: number; high: number } {
  const share = correct / images;
  const denominator = 2 * (images + z * z);
  const centre = 2 * correct + z * z;
  const spread = z * Math.sqrt(z * z + 4 * images * share * (1 - share));
  // Rounding must not move a limit past the share: squareAndAdd needs distances ≥ 0.
  return {
    low: correct === 0 ? 0 : Math.min(share, (centre - spread) / denominator),
    high: correct === images ? 1 : Math.max(share, (centre + spread) / denominator),
  };
}

/**
 * A − B for accuracies on images that may differ, or without per-image predictions, with the interval of Newcombe,
 * "Interval estimation for the difference between independent proportions", Statistics in Medicine 17, 1998, method 10.
 * It is conservative (too wide) if the images are the same.
 */
export function independentDifference(a: Proportion, b: Proportion): Interval {
  return squareAndAdd(a, b, a.correct / a.images - b.correct / b.images, 0);
}

interface Proportion {
  correct: number;
  images: number;
}

/**
 * A − B for accuracies on the same images, with the interval of Newcombe, "Improved confidence intervals for the
 * difference between binomial proportions based on paired data", Statistics in Medicine 17, 1998, method 10.
 */
export function pairedDifference({ both, onlyA, onlyB, neither }: PairCounts): Interval {
  const images = both + onlyA + onlyB + neither;
  const margins = (both + onlyA) * (onlyB + neither) * (both + onlyB) * (onlyA + neither);
  const product = both * neither - onlyA * onlyB;
  // Continuity correction, only if the two agree more often than by chance.
  const numerator = product > 0 ? Math.max(product - images / 2, 0) : product;
  const correlation = margins === 0 ? 0 : numerator / Math.sqrt(margins);
  const a = { correct: both + onlyA, images };
  const b = { correct: both + onlyB, images };
  return squareAndAdd(a, b, (onlyA - onlyB) / images, correlation);
}

/** Combines the one-sided widths of both Wilson intervals like correlated errors. */
function squareAndAdd(a: Proportion, b: Proportion, difference: number, correlation: number): Interval {
  const [intervalA, intervalB] = [wilsonInterval(a.correct, a.images), wilsonInterval(b.correct, b.images)];
  const [shareA, shareB] = [a.correct / a.images, b.correct / b.images];
  const add = (x: number, y: number) => Math.sqrt(Math.max(0, x * x - 2 * correlation * x * y + y * y));
  return {
    difference,
    low: difference - add(shareA - intervalA.low, intervalB.high - shareB),
    high: difference + add(intervalA.high - shareA, shareB - intervalB.low),
  };
}

export interface McNemar {
  method: 'exact' | 'chi-square';
  /** Two-sided p-value: the probability of a split at least this uneven if both networks are equally good. */
  p: number;
}

/** With fewer discordant images (only one network correct), chi-square is a poor approximation and the exact test cheap. */
const minDiscordantForChiSquare = 25;

/**
 * Tests whether two networks differ, by the images that only one classified correctly (McNemar, Psychometrika 12, 1947).
 * Exact binomial test if these are few, otherwise chi-square with continuity correction (Edwards, Psychometrika 13,
 * 1948).
 */
export function mcnemarTest({ onlyA, onlyB }: Pick<PairCounts, 'onlyA' | 'onlyB'>): McNemar {
  const discordant = onlyA + onlyB;
  if (discordant < minDiscordantForChiSquare)
    return { method: 'exact', p: twoSidedBinomial(Math.min(onlyA, onlyB), discordant) };
  const chiSquare = (Math.abs(onlyA - onlyB) - 1) ** 2 / discordant;
  // With one degree of freedom: the square of a standard normal.
  return { method: 'chi-square', p: onlyA === onlyB ? 1 : erfc(Math.sqrt(chiSquare / 2)) };
}

/** The probability that in fair coin tosses, either side shows at most `fewer` times. */
function twoSidedBinomial(fewer: number, tosses: number): number {
  let [ways, sum] = [1, 0];
  for (let heads = 0; heads <= fewer; heads++) {
    sum += ways;
    ways = (ways * (tosses - heads)) / (heads + 1);
  }
  return Math.min(1, (2 * sum) / 2 ** tosses);
}

/** The complementary error function for x ≥ 0 (Abramowitz & Stegun, 1964: 7.1.6 near zero, 7.1.14 beyond). */
export function erfc(x: number): number {
  const scale = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 2.5) {
    let [term, sum] = [x, x];
    for (let n = 1; term > sum * Number.EPSILON; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - 2 * scale * sum;
  }
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
  return scale / fraction;
}
