/**
 * How far apart two accuracies are, and how sure that is. An accuracy is a proportion: so many of so many images. Double
 * precision throughout; everything is a share within −1…1.
 */

export interface Interval {
  difference: number;
  low: number;
  high: number;
}

/** Of the same images: how many both got right, only the one, only the other, neither. */
export interface PairCounts {
  both: number;
  onlyA: number;
  onlyB: number;
  neither: number;
}

/** The standard normal's 97.5 % point: intervals are of 95 %. */
const z = 1.959963984540054;

/** The score interval of one proportion (Wilson, 1927). */
export function wilsonInterval(right: number, images: number): { low: number; high: number } {
  const share = right / images;
  const denominator = 2 * (images + z * z);
  const centre = 2 * right + z * z;
  const spread = z * Math.sqrt(z * z + 4 * images * share * (1 - share));
  // Rounding must not carry a limit past what it belongs to: the square-and-add below takes their distances.
  return {
    low: right === 0 ? 0 : Math.min(share, (centre - spread) / denominator),
    high: right === images ? 1 : Math.max(share, (centre + spread) / denominator),
  };
}

/**
 * Of two accuracies measured on images that are not known to be the same, or whose single answers are not known: A − B
 * with the interval of Newcombe, "Interval estimation for the difference between independent proportions", Statistics in
 * Medicine 17, 1998, method 10. Where the images are the same it is wider than need be.
 */
export function independentDifference(a: Proportion, b: Proportion): Interval {
  return squareAndAdd(a, b, a.right / a.images - b.right / b.images, 0);
}

interface Proportion {
  right: number;
  images: number;
}

/**
 * Of two accuracies on the same images: A − B with the interval of Newcombe, "Improved confidence intervals for the
 * difference between binomial proportions based on paired data", Statistics in Medicine 17, 1998, method 10.
 */
export function pairedDifference({ both, onlyA, onlyB, neither }: PairCounts): Interval {
  const images = both + onlyA + onlyB + neither;
  const margins = (both + onlyA) * (onlyB + neither) * (both + onlyB) * (onlyA + neither);
  const product = both * neither - onlyA * onlyB;
  // Corrected for continuity where the two agree more than by chance.
  const numerator = product > 0 ? Math.max(product - images / 2, 0) : product;
  const correlation = margins === 0 ? 0 : numerator / Math.sqrt(margins);
  const a = { right: both + onlyA, images };
  const b = { right: both + onlyB, images };
  return squareAndAdd(a, b, (onlyA - onlyB) / images, correlation);
}

/** Adds the two Wilson intervals' one-sided widths as correlated errors add. */
function squareAndAdd(a: Proportion, b: Proportion, difference: number, correlation: number): Interval {
  const [inA, inB] = [wilsonInterval(a.right, a.images), wilsonInterval(b.right, b.images)];
  const [shareA, shareB] = [a.right / a.images, b.right / b.images];
  const add = (x: number, y: number) => Math.sqrt(Math.max(0, x * x - 2 * correlation * x * y + y * y));
  return {
    difference,
    low: difference - add(shareA - inA.low, inB.high - shareB),
    high: difference + add(inA.high - shareA, shareB - inB.low),
  };
}

export interface McNemar {
  /** Which form of the test was taken. */
  method: 'exact' | 'chi-square';
  /** How probable a split at least this uneven is between two networks that are equally good; two-sided. */
  p: number;
}

/** Below this many images that only one of the two got right the approximation is poor, and the exact test cheap. */
const fewDiscordant = 25;

/**
 * Whether two networks differ, by the images that only one of them got right (McNemar, Psychometrika 12, 1947): exact by
 * the binomial distribution where these are few, otherwise chi-square corrected for continuity (Edwards, Psychometrika 13,
 * 1948).
 */
export function mcnemarTest({ onlyA, onlyB }: Pick<PairCounts, 'onlyA' | 'onlyB'>): McNemar {
  const discordant = onlyA + onlyB;
  if (discordant < fewDiscordant) return { method: 'exact', p: fairCoin(Math.min(onlyA, onlyB), discordant) };
  const chiSquare = (Math.abs(onlyA - onlyB) - 1) ** 2 / discordant;
  // Of one degree of freedom: the square of a standard normal.
  return { method: 'chi-square', p: onlyA === onlyB ? 1 : erfc(Math.sqrt(chiSquare / 2)) };
}

/** How probable it is that of some tosses at most `fewer` show the one side, or at most `fewer` the other. */
function fairCoin(fewer: number, tosses: number): number {
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
