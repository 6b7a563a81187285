import { eq } from 'drizzle-orm';
import { runs } from '@/drizzle/schema.ts';
import { runName, type TrainConfig } from '@/lib/config/train-config.ts';
import { createRunId } from '@/lib/run/run-id.ts';
import type { Context } from '@/server/context.ts';
import { checkDataset } from '@/server/data/datasets.ts';
import { FieldError } from '@/server/errors.ts';
import { chooseLogFile } from '@/server/runs/files/choose-log-file.ts';

/**
 * Queues a new run.
 * @param options.reproduces the id of the run to reproduce
 * @param options.key an idempotency key: a second call with the same key, after a double click or a lost connection,
 *   returns the run of the first call
 * @throws FieldError if the config's log path or data set cannot be used
 */
export async function startRun(
  services: Context,
  config: TrainConfig,
  { key, reproduces = null }: { key?: string; reproduces?: string | null } = {},
): Promise<{ id: string }> {
  await checkDataset(services, config.dataset);
  for (;;) {
    const id = createRunId();
    const logFile = await chooseLogFile(services.env.paths.results, id, config.json_output_path);
    const found = services.db.transaction((tx) => {
      const earlier = key === undefined ? undefined : tx.select().from(runs).where(eq(runs.startKey, key)).get();
      if (earlier) return earlier.id;
      // Two runs started within the same second may get the same random id.
      if (tx.select().from(runs).where(eq(runs.id, id)).get()) return null;
      // Checked in this transaction, because a concurrent request may claim the same file before either has written it.
      if (tx.select().from(runs).where(eq(runs.logFile, logFile)).get()) {
        throw new FieldError('json_output_path', 'is taken by another run; choose another name');
      }
      const run = { id, name: runName(config), config, logFile, reproduces, createdAt: Date.now(), startKey: key };
      tx.insert(runs)
        .values({ ...run, status: 'queued' })
        .run();
      return id;
    });
    if (found === null) continue;
    services.queue.wake();
    return { id: found };
  }
}
