import type { TrainConfig } from '@/lib/config/train-config.ts';
import type { ImageCounts } from '@/lib/data/datasets.ts';
import { findSpeed, type Speed, speedKind } from '@/lib/work/estimate.ts';
import {
  entriesOf,
  noneCached,
  type Pass,
  passCost,
  passSchema,
  type Work,
  type WorkPhase,
  workOf,
  workPhases,
} from '@/lib/work/run-work.ts';

/** An earlier measurement counts as much as this many seconds of the run's own; so a new speed comes in gradually. */
const trustSeconds = 5;
/** What is shown moves towards what is computed with this time constant, and runs like a clock meanwhile. Seconds. */
const smoothing = 8;
/** Where nothing was measured before, nothing is said until so many seconds have shown something. */
const patience = 1;
/** Multiply–adds a second, of a machine of which nothing is known: the run's own first seconds correct it. */
const unknownMachine = 60e9;

/**
 * How long a run still takes if every epoch runs: what is left to pass, at the speed the run itself has shown, and, of
 * passes that are still to come, at earlier runs' speed, corrected by how this one compares with them so far. It falls at
 * once by what a phase that ended early leaves out; otherwise it neither jumps nor stands still.
 */
export class TimeLeft {
  private readonly left: Record<WorkPhase, Work>;
  private readonly own = new Map<Pass, { images: number; seconds: number }>();
  private readonly expected = new Map<Pass, number>();
  private readonly trust: number;
  private shown: { seconds: number; at: number } | null = null;

  /**
   * @param known speeds of earlier runs on this machine, in the order in which they are preferred
   * @param cacheLimit bytes that the cache may take
   */
  constructor(
    private readonly config: TrainConfig,
    images: ImageCounts,
    { known = [], cacheLimit }: { known?: readonly Speed[]; cacheLimit: number },
  ) {
    this.left = workOf(config, images, noneCached(cacheLimit));
    for (const pass of passSchema.options) {
      const found = findSpeed(pass, config, known)?.secondsPerImage;
      this.expected.set(pass, found ?? passCost(pass, config) / unknownMachine);
    }
    this.trust = known.length > 0 ? trustSeconds : 0;
  }

  /** Counts `images` more as passed, which took so many seconds; 0 images where only time was spent. */
  advance(phase: WorkPhase, pass: Pass, images: number, seconds: number): void {
    const work = this.left[phase];
    work[pass] = Math.max(0, (work[pass] ?? 0) - images);
    const before = this.own.get(pass) ?? { images: 0, seconds: 0 };
    this.own.set(pass, { images: before.images + images, seconds: before.seconds + seconds });
  }

  /** What a phase will not have to compute: so many images, or all that are left. */
  skip(phase: WorkPhase, pass: Pass, images = Number.POSITIVE_INFINITY): void {
    const work = this.left[phase];
    work[pass] = Math.max(0, (work[pass] ?? 0) - images);
  }

  /** An earlier process of the run has done this share of a phase, within 0…1. */
  resume(phase: WorkPhase, done: number): void {
    const rest = entriesOf(this.left[phase]).map(([pass, images]) => [pass, images * (1 - done)]);
    this.left[phase] = Object.fromEntries(rest);
  }

  /** A phase is over, sooner than planned or on time. */
  finish(phase: WorkPhase): void {
    if (this.shown) this.shown.seconds = Math.max(0, this.shown.seconds - this.secondsOf(this.left[phase]));
    this.left[phase] = {};
  }

  /** How fast this run has been so far, pass by pass. */
  speeds = (): Speed[] =>
    [...this.own].flatMap(([pass, { images, seconds }]) =>
      images > 0 ? [{ pass, ...speedKind(this.config), images, seconds }] : [],
    );

  /**
   * @param now in seconds, of any clock that runs on
   * @returns null while nothing was measured that could tell
   */
  seconds(now = performance.now() / 1000): number | null {
    const measured = [...this.own.values()].reduce((sum, { seconds }) => sum + seconds, 0);
    if (this.trust === 0 && measured < patience) return null;
    const computed = workPhases.reduce((sum, phase) => sum + this.secondsOf(this.left[phase]), 0);
    if (!this.shown) {
      this.shown = { seconds: computed, at: now };
      return computed;
    }
    const passed = now - this.shown.at;
    const clock = Math.max(0, this.shown.seconds - passed);
    this.shown = { seconds: clock + (computed - clock) * (1 - Math.exp(-passed / smoothing)), at: now };
    return this.shown.seconds;
  }

  private secondsOf(work: Work): number {
    const pace = this.pace();
    return entriesOf(work).reduce((sum, [pass, images]) => sum + images * this.secondsPerImage(pass, pace), 0);
  }

  /** How long this run has taken for what it did, beside what earlier ones would have taken. */
  private pace(): number {
    let [taken, expected] = [this.trust, this.trust];
    for (const [pass, { images, seconds }] of this.own) {
      taken += seconds;
      expected += images * this.expected.get(pass)!;
    }
    return expected > 0 ? taken / expected : 1;
  }

  private secondsPerImage(pass: Pass, pace: number): number {
    const expected = this.expected.get(pass)! * pace;
    const { images, seconds } = this.own.get(pass) ?? { images: 0, seconds: 0 };
    return (trustSeconds + seconds) / (trustSeconds / expected + images);
  }
}
