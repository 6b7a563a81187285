import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { awakeSeconds, type Heartbeat, heartbeatInterval } from '@/lib/run/heartbeat.ts';
import { StepCounter } from './step-counter.ts';

/**
 * A thread that writes a heartbeat while the trainer computes: a line a second into the pipe that it is given. Where nobody
 * reads it any more, the trainer has some time to end, then is killed.
 */

interface HeartbeatOptions {
  shared: SharedArrayBuffer;
  /** A file descriptor. */
  pipe: number;
  /** Milliseconds from the server's end to this process', at most. */
  patience: number;
}

const { shared, pipe, patience } = workerData as HeartbeatOptions;
const pulse = new StepCounter(shared);
let steps = 0;
let [still, longest] = [0, 0];
let last = performance.now();

const timer = setInterval(() => {
  const now = performance.now();
  still += awakeSeconds((now - last) / 1000);
  last = now;
  const read = pulse.read();
  if (read.steps !== steps) {
    if (!read.isExcused) longest = Math.max(longest, still / (read.steps - steps));
    steps = read.steps;
    still = 0;
  }
  const sign: Heartbeat = { still, longest, isExcused: read.isExcused };
  try {
    writeSync(pipe, `${JSON.stringify(sign)}\n`);
  } catch (error) {
    // A full pipe is a server that is slow to read; any other fault, that it is gone.
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
    clearInterval(timer);
    // The trainer notices after its step. One that hangs in a step never would.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), patience);
  }
}, heartbeatInterval * 1000);
