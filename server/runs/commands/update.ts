import { eq } from 'drizzle-orm';
import { runs } from '@/drizzle/schema.ts';
import type { RunLabels } from '@/lib/config/run-labels.ts';
import { runName } from '@/lib/config/train-config.ts';
import type { RunSummary } from '@/lib/run/run.ts';
import type { Context } from '@/server/context.ts';
import { findChangeableRun } from './find-changeable-run.ts';

/**
 * Changes name, notes or tags of a run, in any status. The log keeps the labels that the run was started with, because
 * only the trainer writes it.
 * @throws RunNotFoundError; AppError `conflict` while the run is being deleted
 */
export function updateRun(
  { db, bus, queue }: Context,
  id: string,
  labels: RunLabels,
): Pick<RunSummary, 'name' | 'config'> {
  const config = db.transaction((tx) => {
    const config = { ...findChangeableRun(tx, queue, id).config, ...labels };
    tx.update(runs)
      .set({ config, name: runName(config) })
      .where(eq(runs.id, id))
      .run();
    return config;
  });
  bus.publish({ runId: id, progress: null });
  return { name: runName(config), config };
}
