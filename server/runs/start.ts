import { eq } from 'drizzle-orm';
import { runs } from '../../drizzle/schema.ts';
import { createRunId } from '../../lib/run-id.ts';
import { runName, type TrainConfig } from '../../lib/train-config.ts';
import { checkDataset } from '../data/datasets.ts';
import { FieldError } from '../errors.ts';
import type { Services } from '../services.ts';
import { chooseLogFile } from './log-file.ts';

/**
 * Puts a run in line.
 * @param reproduces the id of the run that it is to come out like
 * @throws FieldError where the log cannot go where the config says, or the data set cannot be trained on
 */
export async function startRun(
  services: Services,
  config: TrainConfig,
  reproduces: string | null = null,
): Promise<{ id: string }> {
  const id = createRunId();
  await checkDataset(services, config.dataset);
  const logFile = await chooseLogFile(services.env.paths.results, id, config.json_output_path);
  services.db.transaction((tx) => {
    // In the transaction that takes it: two may ask at once, and neither has written the file yet.
    if (tx.select().from(runs).where(eq(runs.logFile, logFile)).get()) {
      throw new FieldError('json_output_path', 'is taken by another run; choose another name');
    }
    tx.insert(runs)
      .values({ id, name: runName(config), config, logFile, reproduces, createdAt: Date.now(), status: 'queued' })
      .run();
  });
  services.queue.wake();
  return { id };
}
