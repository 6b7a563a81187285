import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { awakeSeconds, type Heartbeat, heartbeatInterval } from '@/lib/run/heartbeat.ts';
import { StepCounter } from './step-counter.ts';

/**
 * A thread that writes the trainer's heartbeat to a pipe once a second, even while a step blocks the main thread. When the
 * reading end closes, the trainer has `patience` to exit before it is killed.
 */

interface HeartbeatOptions {
  shared: SharedArrayBuffer;
  /** File descriptor. */
  pipe: number;
  /** Milliseconds between the exit of the server and that of this process, at most. */
  patience: number;
}

const { shared, pipe, patience } = workerData as HeartbeatOptions;
const stepCounter = new StepCounter(shared);
let steps = 0;
let [still, longest] = [0, 0];
let last = performance.now();

const timer = setInterval(() => {
  const now = performance.now();
  still += awakeSeconds((now - last) / 1000);
  last = now;
  const current = stepCounter.read();
  if (current.steps !== steps) {
    if (!current.isWatchdogPaused) longest = Math.max(longest, still / (current.steps - steps));
    steps = current.steps;
    still = 0;
  }
  const heartbeat: Heartbeat = { still, longest, isExcused: current.isWatchdogPaused };
  try {
    writeSync(pipe, `${JSON.stringify(heartbeat)}\n`);
  } catch (error) {
    // The pipe is full if the server reads slowly. Any other error means that the server has exited.
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
    clearInterval(timer);
    // The trainer exits after its current step; one that hangs in a step has to be killed.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), patience);
  }
}, heartbeatInterval * 1000);
