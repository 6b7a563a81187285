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
 * Creates the real services with a temporary database and folders, and a scripted trainer that plays the scene named by
 * the run (fixtures/scripted-trainer.mjs). Closes and removes everything after the test.
 * @param folder the folder of an earlier server, to start from its state
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
