import type { TrainConfig } from '@/lib/config/train-config.ts';
import type { ImageCounts } from '@/lib/data/datasets.ts';
import { type WorkPhase, workPhases } from '@/lib/run/phases.ts';
import { findSpeed, type Speed, speedKind } from '@/lib/work/estimate.ts';
import { entriesOf, noneCached, type Pass, passCost, passSchema, type Work, workOf } from '@/lib/work/run-work.ts';

/** Earlier measurements weigh as much as this many seconds of this run, so its own speed takes over gradually. */
const trustSeconds = 5;
/** Time constant in seconds with which the reported estimate approaches the computed one; in between it counts down. */
const smoothing = 8;
/** Without earlier measurements, the first estimate is available after this many measured seconds. */
const firstEstimateAfter = 1;
/** Assumed multiply–adds per second on an unmeasured machine; the first seconds of the run correct it. */
const unknownMachine = 60e9;

/**
 * Estimates the remaining time of a run if every epoch runs. Passes that the run has already made use its own speed; passes
 * still to come use the speed of earlier runs, scaled by how this run compares with them so far. The estimate drops at once
 * when a phase ends early; otherwise it changes smoothly.
 */
export class TimeLeft {
  private readonly remaining: Record<WorkPhase, Work>;
  private readonly measured = new Map<Pass, { images: number; seconds: number }>();
  private readonly expected = new Map<Pass, number>();
  private readonly trust: number;
  private shown: { seconds: number; at: number } | null = null;

  /**
   * @param known speeds of earlier runs on this machine, in order of preference
   * @param cacheLimit maximum size of the cache in bytes
   */
  constructor(
    private readonly config: TrainConfig,
    images: ImageCounts,
    { known = [], cacheLimit }: { known?: readonly Speed[]; cacheLimit: number },
  ) {
    this.remaining = workOf(config, images, noneCached(cacheLimit));
    for (const pass of passSchema.options) {
      const secondsPerImage = findSpeed(pass, config, known)?.secondsPerImage;
      this.expected.set(pass, secondsPerImage ?? passCost(pass, config) / unknownMachine);
    }
    this.trust = known.length > 0 ? trustSeconds : 0;
  }

  /** Records that `images` took `seconds` in a pass; 0 images for time that belongs to no image. */
  advance(phase: WorkPhase, pass: Pass, images: number, seconds: number): void {
    const work = this.remaining[phase];
    work[pass] = Math.max(0, (work[pass] ?? 0) - images);
    const before = this.measured.get(pass) ?? { images: 0, seconds: 0 };
    this.measured.set(pass, { images: before.images + images, seconds: before.seconds + seconds });
  }

  /** Removes images from the remaining work, by default all of them, because they need not be computed. */
  skip(phase: WorkPhase, pass: Pass, images = Number.POSITIVE_INFINITY): void {
    const work = this.remaining[phase];
    work[pass] = Math.max(0, (work[pass] ?? 0) - images);
  }

  /** Removes the share of a phase, within 0…1, that an earlier process of the run has done. */
  resume(phase: WorkPhase, done: number): void {
    const rest = entriesOf(this.remaining[phase]).map(([pass, images]) => [pass, images * (1 - done)]);
    this.remaining[phase] = Object.fromEntries(rest);
  }

  /** Ends a phase, early or not. */
  finish(phase: WorkPhase): void {
    if (this.shown) this.shown.seconds = Math.max(0, this.shown.seconds - this.secondsOf(this.remaining[phase]));
    this.remaining[phase] = {};
  }

  /** The speed of this run so far, by pass. */
  speeds = (): Speed[] =>
    [...this.measured].flatMap(([pass, { images, seconds }]) =>
      images > 0 ? [{ pass, ...speedKind(this.config), images, seconds }] : [],
    );

  /**
   * @param now seconds of a monotonic clock
   * @returns null until enough has been measured
   */
  seconds(now = performance.now() / 1000): number | null {
    const measuredSeconds = [...this.measured.values()].reduce((sum, { seconds }) => sum + seconds, 0);
    if (this.trust === 0 && measuredSeconds < firstEstimateAfter) return null;
    const computed = workPhases.reduce((sum, phase) => sum + this.secondsOf(this.remaining[phase]), 0);
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

  /** The time of this run so far, relative to what earlier runs would have needed for the same work. */
  private pace(): number {
    let [actual, expected] = [this.trust, this.trust];
    for (const [pass, { images, seconds }] of this.measured) {
      actual += seconds;
      expected += images * this.expected.get(pass)!;
    }
    return expected > 0 ? actual / expected : 1;
  }

  private secondsPerImage(pass: Pass, pace: number): number {
    const expected = this.expected.get(pass)! * pace;
    const { images, seconds } = this.measured.get(pass) ?? { images: 0, seconds: 0 };
    return (trustSeconds + seconds) / (trustSeconds / expected + images);
  }
}
