import type { Transfer } from './sources.ts';

/** Long enough to be steady, short enough to follow a change. Milliseconds. */
const span = 5000;

/** How fast bytes come, as the mean of the last five seconds. */
export class SpeedMeter {
  private samples: { at: number; bytes: number }[] = [];

  /** @param at the time in milliseconds */
  measure({ bytes, total }: Transfer, at = performance.now()) {
    // A download that begins anew is measured anew.
    if (bytes < (this.samples[0]?.bytes ?? 0)) this.samples = [];
    const last = this.samples.at(-1);
    // Ten a second are enough.
    if (!last || at - last.at >= 100) this.samples.push({ at, bytes });
    while (this.samples.length > 2 && at - this.samples[0]!.at > span) this.samples.shift();
    const first = this.samples[0]!;
    const seconds = (at - first.at) / 1000;
    const bytesPerSecond = seconds >= 0.5 ? (bytes - first.bytes) / seconds : null;
    const secondsLeft = total !== null && bytesPerSecond ? (total - bytes) / bytesPerSecond : null;
    return { bytesPerSecond, secondsLeft };
  }
}
