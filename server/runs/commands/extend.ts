import { trainConfigSchema } from '@/lib/config/train-config.ts';
import type { Context } from '@/server/context.ts';
import { AppError } from '@/server/errors.ts';
import { recordEvent } from '@/server/runs/events/record-event.ts';
import { hasCheckpoint } from '@/server/runs/files/run-files.ts';
import { findRow, readEventsOf } from '@/server/runs/queries/read-runs.ts';
import { resetAttempts } from '@/server/runs/queue/recover.ts';

/**
 * Queues a completed run for additional epochs of stage 2. The result is the same as with that many epochs from
 * the start.
 * @throws RunNotFoundError; AppError `conflict` if the run is not completed or has no checkpoint, `bad-request` if the
 *   total number of epochs exceeds the limit
 */
export function extendRun(services: Context, id: string, epochs: number): void {
  const { db, env, queue } = services;
  const { status } = findRow(db, id);
  if (status !== 'completed') {
    throw new AppError('conflict', `This run is ${status}. Only completed runs can be trained further.`);
  }
  if (!hasCheckpoint(env.paths.results, id)) {
    throw new AppError('conflict', 'This run has no checkpoint to train further from. Run it again with more epochs.');
  }
  const from = Math.max(0, ...readEventsOf(db, id, 'epoch').map(({ stage, epoch }) => (stage === 2 ? epoch : 0)));
  const more = trainConfigSchema.shape.epochs_stage2.safeParse(from + epochs);
  if (!more.success) {
    const problem = `Stage 2 would have ${from + epochs} epochs; the number ${more.error.issues[0]!.message}.`;
    throw new AppError('bad-request', problem);
  }
  resetAttempts(db, id);
  recordEvent(services, id, { type: 'queued-again', at: Date.now(), further: { from, epochs: more.data } });
  queue.wake();
}
