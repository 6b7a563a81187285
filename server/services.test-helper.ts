import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';
import type { Context } from './context.ts';
import { parseEnv } from './env.ts';
import { createServices } from './services.ts';

/**
 * The real services on a database and folders of their own, with a trainer that plays the scene named by the run
 * (fixtures/scripted-trainer.mjs). Closed and removed after the test.
 * @param folder an earlier server's folder, to start from the state it left
 * @param environment settings to override, such as another trainer or real data
 */
export function openServices(
  folder = mkdtempSync(path.join(tmpdir(), 'transfer-lab-')),
  environment: Record<string, string> = {},
): Context {
  const entry = scriptedTrainer;
  const services = createServices(parseEnv({ RESULTS_DIR: 'results', TRAINER_ENTRY: entry, ...environment }, folder));
  onTestFinished(async () => {
    await closeServices(services);
    rmSync(folder, { recursive: true, force: true });
  });
  return services;
}

export async function closeServices({ queue, downloads, prober, logs, db }: Context): Promise<void> {
  await logs.close();
  await queue.close();
  await downloads.close();
  await prober.close();
  db.$client.close();
}

export const testConfig = (input: TrainConfigInput = {}) => trainConfigSchema.parse(input);
