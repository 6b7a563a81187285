import type { RunRow } from '@/drizzle/schema.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import type { Context } from '@/server/context.ts';
import type { Transaction } from '@/server/db/database.ts';
import { AppError } from '@/server/errors.ts';
import { hasCheckpoint } from '@/server/runs/files/run-files.ts';
import { readEventsOf } from '@/server/runs/queries/read-runs.ts';
import { queueAgain } from './queue-again.ts';

type Further = NonNullable<RunEventOf<'queued-again'>['further']>;

/**
 * Queues a completed run for additional epochs of stage 2. The result is the same as with that many epochs from
 * the start.
 * @throws RunNotFoundError; AppError `conflict` if the run is not completed or has no checkpoint, `bad-request` if the
 *   total number of epochs exceeds the limit. Also `conflict` while the run is being deleted
 */
export function extendRun(services: Context, id: string, epochs: number): void {
  const { env, queue } = services;
  queueAgain(services, id, (tx, run) => ({ further: findFurther(tx, env.paths.results, run, epochs) }));
  queue.wake();
}

/** The last stage 2 epoch so far, and the total number after the extension. @throws AppError as `extendRun` */
function findFurther(tx: Transaction, results: string, { id, status }: RunRow, epochs: number): Further {
  if (status !== 'completed') {
    throw new AppError('conflict', `This run is ${status}. Only completed runs can be trained further.`);
  }
  if (!hasCheckpoint(results, id)) {
    throw new AppError('conflict', 'This run has no checkpoint to train further from. Run it again with more epochs.');
  }
  const from = Math.max(0, ...readEventsOf(tx, id, 'epoch').map(({ stage, epoch }) => (stage === 2 ? epoch : 0)));
  const more = trainConfigSchema.shape.epochs_stage2.safeParse(from + epochs);
  if (!more.success) {
    const problem = `Stage 2 would have ${from + epochs} epochs; the number ${more.error.issues[0]!.message}.`;
    throw new AppError('bad-request', problem);
  }
  return { from, epochs: more.data };
}
