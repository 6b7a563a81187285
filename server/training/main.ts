import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { type RunEvent, runEventSchema, trainerCommandSchema } from '@/lib/run/events.ts';
import { exportCanceled } from './export-canceled.ts';
import { FinishRequest } from './finish-request.ts';
import { probe } from './probe/probe.ts';
import { runTraining } from './run.ts';
import { StepCounter } from './telemetry/step-counter.ts';
import { linesOf } from './telemetry/terminal.ts';

/**
 * The trainer process: receives commands over Node IPC, trains, exports or measures, and emits events. Standard output and
 * error are logs. It stops when the channel closes.
 */

if (!process.send) {
  console.error('The app starts this process. To train from a terminal: npm run train -- --help');
  process.exit(2);
}

// Keeps the page and the desktop responsive.
os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);

const stepCounter = new StepCounter();
/** File descriptor of the heartbeat pipe, set by the server. */
const pipe = Number(process.env.HEARTBEAT_PIPE);
if (pipe) {
  const file = new URL('./heartbeat-worker.mjs', import.meta.url);
  new Worker(file, { workerData: { shared: stepCounter.shared, pipe, patience: 60_000 } }).unref();
}

const cancellation = new AbortController();
const finish = new FinishRequest();

/** Sends an event and prints its lines to the log. Resolves when it is sent, because the next step would delay it. */
const emit = (event: RunEvent): Promise<void> =>
  new Promise((resolve) => {
    for (const line of linesOf(event)) console.log(`${new Date(event.at).toISOString()}  ${line}`);
    if (!process.connected) return resolve();
    process.send!(runEventSchema.parse(event), undefined, undefined, () => resolve());
  });

/** Runs a command, then disconnects so that the process exits. */
async function execute(work: () => Promise<unknown>): Promise<void> {
  await work();
  if (process.connected) process.disconnect();
}

process.on('message', (message) => {
  const command = trainerCommandSchema.parse(message);
  const context = { emit, stepCounter, signal: cancellation.signal };
  switch (command.type) {
    case 'start':
      if (command.finish) finish.request('training');
      void execute(() => runTraining({ ...command, ...context, finish }));
      break;
    case 'export':
      void execute(() => exportCanceled({ ...command, ...context }));
      break;
    case 'probe':
      void execute(() => probe({ ...command, ...context }));
      break;
    case 'cancel':
      cancellation.abort();
      break;
    case 'finish':
      finish.request(command.scope);
      break;
  }
});
process.on('disconnect', () => cancellation.abort());
process.on('SIGTERM', () => cancellation.abort());
