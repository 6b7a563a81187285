import { runs } from '../../drizzle/schema.ts';
import { createRunId } from '../../lib/run-id.ts';
import type { TrainConfig } from '../../lib/train-config.ts';
import type { Services } from '../services.ts';
import { chooseLogFile } from './log-file.ts';

/**
 * Puts a run in line.
 * @throws FieldError where the log cannot go where the config says
 */
export async function startRun(services: Services, config: TrainConfig): Promise<{ id: string }> {
  const id = createRunId();
  const logFile = await chooseLogFile(services, id, config.json_output_path);
  services.db.insert(runs).values({ id, config, logFile, createdAt: Date.now(), status: 'queued' }).run();
  services.queue.wake();
  return { id };
}
