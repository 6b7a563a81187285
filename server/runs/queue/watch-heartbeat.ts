import type { Readable } from 'node:stream';
import { awake, heartbeatInterval, heartbeatSchema, type Sign, verdictOn } from '@/lib/run/heartbeat.ts';

/**
 * Watches a trainer's signs of life. A trainer is not silent before its first sign.
 * @param patience seconds, as in `verdictOn`
 * @param giveUp called once, with the reason
 * @returns a function that ends the watch
 */
export function watchHeartbeat(pipe: Readable, patience: number, giveUp: (reason: string) => void): () => void {
  let last: Sign | null = null;
  let silent = 0;
  let rest = '';
  pipe.setEncoding('utf8');
  pipe.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) last = parseSign(line) ?? last;
    silent = 0;
  });
  // A broken pipe adds nothing to the end of the process.
  pipe.on('error', () => {});
  let before = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    silent += awake((now - before) / 1000);
    before = now;
    const reason = last && verdictOn(last, silent, patience);
    if (!reason) return;
    clearInterval(timer);
    giveUp(reason);
  }, heartbeatInterval * 1000);
  return () => clearInterval(timer);
}

function parseSign(line: string): Sign | null {
  try {
    return heartbeatSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
