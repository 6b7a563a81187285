import { eq } from 'drizzle-orm';
import { runs } from '@/drizzle/schema.ts';
import { runName, type TrainConfig } from '@/lib/config/train-config.ts';
import type { Context } from '@/server/context.ts';
import { checkDataset } from '@/server/data/datasets.ts';
import { checkLogFile, chooseLogFile, defaultLogFile } from '@/server/runs/files/choose-log-file.ts';
import { insertRun } from './insert-run.ts';

/**
 * Queues a new run.
 * @param options.reproduces the id of the run to reproduce
 * @param options.key an idempotency key: a second call with the same key, after a double click or a lost connection,
 *   returns the run of the first call
 * @throws FieldError if the config's log path, data set or batch size cannot be used
 */
export async function startRun(
  services: Context,
  config: TrainConfig,
  { key, reproduces = null }: { key?: string; reproduces?: string | null } = {},
): Promise<{ id: string }> {
  await checkDataset(services, config);
  const requested = await chooseLogFile(services.env.paths.results, config.json_output_path);
  const id = services.db.transaction((tx) => {
    const earlier = key === undefined ? undefined : tx.select().from(runs).where(eq(runs.startKey, key)).get();
    if (earlier) return earlier.id;
    // Checked in this transaction, because a concurrent request may claim the same file before either has written it.
    if (requested !== null) checkLogFile(tx, requested);
    return insertRun(tx, new Date(), (id) => ({
      config,
      reproduces,
      name: runName(config),
      logFile: requested ?? defaultLogFile(id),
      createdAt: Date.now(),
      startKey: key,
      status: 'queued',
    }));
  });
  services.queue.wake();
  return { id };
}
