import type { Usage } from '@/lib/run/events.ts';

/** Memory and processor use of this process, measured by Node so that it works on every platform. */
export class ProcessUsage {
  private readAt = performance.now();
  private cpu = process.cpuUsage();
  private peakMemory = 0;

  /** `cores` is the mean since the previous reading. */
  read(): Usage {
    const now = performance.now();
    const { user, system } = process.cpuUsage(this.cpu);
    const cores = (user + system) / 1000 / Math.max(1, now - this.readAt);
    this.readAt = now;
    this.cpu = process.cpuUsage();
    const memory = process.memoryUsage.rss();
    // libuv reports kilobytes on every platform (uv_getrusage).
    this.peakMemory = Math.max(this.peakMemory, memory, process.resourceUsage().maxRSS * 1024);
    return { memory, peakMemory: this.peakMemory, cores };
  }
}
