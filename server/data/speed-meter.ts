import type { Transfer } from './sources.ts';

/** Window of the mean in milliseconds: long enough to be steady, short enough to follow changes. */
const windowMs = 5000;

/** Measures download speed as the mean of the last five seconds. */
export class SpeedMeter {
  private samples: { at: number; bytes: number }[] = [];

  /** @param at current time in milliseconds */
  measure({ bytes, total }: Transfer, at = performance.now()) {
    // Start over when the download starts over.
    if (bytes < (this.samples[0]?.bytes ?? 0)) this.samples = [];
    const last = this.samples.at(-1);
    // Ten samples per second are enough.
    if (!last || at - last.at >= 100) this.samples.push({ at, bytes });
    while (this.samples.length > 2 && at - this.samples[0]!.at > windowMs) this.samples.shift();
    const first = this.samples[0]!;
    const seconds = (at - first.at) / 1000;
    const bytesPerSecond = seconds >= 0.5 ? (bytes - first.bytes) / seconds : null;
    const secondsLeft = total !== null && bytesPerSecond ? (total - bytes) / bytesPerSecond : null;
    return { bytesPerSecond, secondsLeft };
  }
}
