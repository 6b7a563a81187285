import type { Readable } from 'node:stream';
import {
  awakeSeconds,
  checkHeartbeat,
  type Heartbeat,
  heartbeatInterval,
  heartbeatSchema,
} from '@/lib/run/heartbeat.ts';

/**
 * The watchdog of a trainer. It starts with the first heartbeat.
 * @param timeout seconds, as in `checkHeartbeat`
 * @param giveUp called once, with the reason, if the trainer must be stopped
 * @returns a function that stops the watchdog
 */
export function watchHeartbeat(pipe: Readable, timeout: number, giveUp: (reason: string) => void): () => void {
  let last: Heartbeat | null = null;
  let silent = 0;
  let rest = '';
  pipe.setEncoding('utf8');
  pipe.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) last = parseHeartbeat(line) ?? last;
    silent = 0;
  });
  // A broken pipe is ignored, because the end of the process is reported separately.
  pipe.on('error', () => {});
  let before = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    silent += awakeSeconds((now - before) / 1000);
    before = now;
    const reason = last && checkHeartbeat(last, silent, timeout);
    if (!reason) return;
    clearInterval(timer);
    giveUp(reason);
  }, heartbeatInterval * 1000);
  return () => clearInterval(timer);
}

function parseHeartbeat(line: string): Heartbeat | null {
  try {
    return heartbeatSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
