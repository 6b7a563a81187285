/**
 * A seeded stream of random numbers; the only source of randomness. A stream is named by its purpose ('dropout', stage,
 * epoch, batch), so no state has to be saved: training that resumes at epoch 7 draws the same numbers.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** @param path the stream's purpose; different paths are different streams */
  constructor(seed: number, ...path: (string | number)[]) {
    // One 32-bit hash per word of the state: with a single hash, two of a run's many streams would soon collide.
    const word = (index: number) => scramble(fnv1a([index, seed, ...path].join('/')));
    this.a = word(0);
    this.b = word(1);
    this.c = word(2);
    this.d = word(3) | 1; // not all zero
  }

  /** Uniform in [0, 1), 32 bits: xoshiro128** (Blackman & Vigna, 2018). */
  next(): number {
    const result = Math.imul(rotate(Math.imul(this.b, 5), 7), 9);
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = rotate(this.d, 11);
    return (result >>> 0) / 2 ** 32;
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Uniform integer in [0, n), for n far below 2³². */
  integer(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** Standard normal (Box & Muller, 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** Gamma with scale 1 (Marsaglia & Tsang, 2000, including their boost for shapes below 1). */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.next()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - this.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** Beta(a, b), from two gamma variates. */
  beta(a: number, b: number): number {
    const x = this.gamma(a);
    const y = this.gamma(b);
    // For tiny a and b both may underflow to 0. The distribution is then a biased coin.
    return x + y === 0 ? Number(this.next() < a / (a + b)) : x / (x + y);
  }

  /** 0 … n − 1 in a random order (Fisher & Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, index) => index);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swapped = order[i]!;
      order[i] = order[j]!;
      order[j] = swapped;
    }
    return order;
  }
}

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

/** FNV-1a over UTF-16 code units. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Mixes the bits of a hash: the finalizer of MurmurHash3 (Appleby, 2011). */
function scramble(hash: number): number {
  let z = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return z ^ (z >>> 16);
}
