import { trainConfigSchema } from '@/lib/config/train-config.ts';
import type { Context } from '@/server/context.ts';
import { AppError } from '@/server/errors.ts';
import { recordEvent } from '@/server/runs/events/record.ts';
import { hasCheckpoint } from '@/server/runs/files/run-files.ts';
import { findRow, readEvents } from '@/server/runs/queries/read-runs.ts';
import { resetFruitless } from '@/server/runs/queue/recover.ts';

/**
 * Puts a run that was canceled, interrupted, or has failed in line to go on where it stopped; without a whole epoch it
 * begins anew.
 * @throws RunNotFoundError; AppError `conflict` where it is in another state
 */
export async function resumeRun(services: Context, id: string): Promise<void> {
  const { status } = findRow(services.db, id);
  if (status === 'imported') {
    throw new AppError(
      'conflict',
      'This is a log from elsewhere, which left nothing to go on from. Reproduce it instead.',
    );
  }
  if (status === 'completed') throw new AppError('conflict', 'This run is completed. Train it further instead.');
  if (status === 'queued' || status === 'running') throw new AppError('conflict', `This run is ${status} already.`);
  await services.queue.release(id);
  resetFruitless(services.db, id);
  recordEvent(services, id, { type: 'queued-again', at: Date.now() });
  services.queue.wake();
}

/**
 * Puts a completed run in line for more epochs of stage 2, as if it had been meant to have them from the start.
 * @throws RunNotFoundError; AppError `conflict` where it is not completed or kept no checkpoint, `bad-request` where there would be too many
 */
export function trainFurther(services: Context, id: string, epochs: number): void {
  const { status } = findRow(services.db, id);
  if (status !== 'completed')
    throw new AppError('conflict', `This run is ${status}: only a completed one trains further.`);
  if (!hasCheckpoint(services.env.paths.results, id)) {
    throw new AppError('conflict', 'This run left no checkpoint to train further from. Run it again with more epochs.');
  }
  const from = readEvents(services.db, id).reduce(
    (last, { event }) => (event.type === 'epoch' && event.stage === 2 ? Math.max(last, event.epoch) : last),
    0,
  );
  const more = trainConfigSchema.shape.epochs_stage2.safeParse(from + epochs);
  if (!more.success) {
    throw new AppError(
      'bad-request',
      `Stage 2 would have ${from + epochs} epochs; that ${more.error.issues[0]!.message}.`,
    );
  }
  resetFruitless(services.db, id);
  recordEvent(services, id, { type: 'queued-again', at: Date.now(), further: { from, epochs: more.data } });
  services.queue.wake();
}
