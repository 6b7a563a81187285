import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { type RunEvent, runEventSchema, trainerCommandSchema } from '@/lib/run/events.ts';
import { exportCanceled } from './export-canceled.ts';
import { probe } from './probe/probe.ts';
import { runTraining } from './run.ts';
import { StepCounter } from './telemetry/step-counter.ts';
import { linesOf } from './telemetry/terminal.ts';

/**
 * The child process: takes commands over Node IPC, trains, exports or measures, and emits events. Standard output and
 * error are logs. When the channel closes, nobody listens any more, and it stops.
 */

if (!process.send) {
  console.error('This is the trainer that the app starts. From a terminal: npm run train -- --help');
  process.exit(2);
}

/** Below normal, so that page and desktop stay usable. */
os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);

/** The server says which pipe takes the heartbeat. */
const pulse = new StepCounter();
const pipe = Number(process.env.HEARTBEAT_PIPE);
if (pipe) {
  const file = new URL('./heartbeat-worker.mjs', import.meta.url);
  new Worker(file, { workerData: { shared: pulse.shared, pipe, patience: 60_000 } }).unref();
}

const cancellation = new AbortController();

/** Resolves when the event has left this process: the next step would hold it back. The log has its lines, too. */
const emit = (event: RunEvent): Promise<void> =>
  new Promise((resolve) => {
    for (const line of linesOf(event)) console.log(`${new Date(event.at).toISOString()}  ${line}`);
    if (!process.connected) return resolve();
    process.send!(runEventSchema.parse(event), undefined, undefined, () => resolve());
  });

/** Carries out what this process was started for, and lets it end. */
async function carryOut(work: () => Promise<unknown>): Promise<void> {
  await work();
  if (process.connected) process.disconnect();
}

process.on('message', (message) => {
  const command = trainerCommandSchema.parse(message);
  const context = { emit, pulse, signal: cancellation.signal };
  switch (command.type) {
    case 'start':
      void carryOut(() => runTraining({ ...command, ...context }));
      break;
    case 'export':
      void carryOut(() => exportCanceled({ ...command, ...context }));
      break;
    case 'probe':
      void carryOut(() => probe({ ...command, ...context }));
      break;
    case 'cancel':
      cancellation.abort();
      break;
  }
});
process.on('disconnect', () => cancellation.abort());
process.on('SIGTERM', () => cancellation.abort());
