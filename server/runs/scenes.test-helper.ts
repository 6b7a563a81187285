import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, vi } from 'vitest';
import type { RunStatus } from '@/lib/run/status.ts';
import type { Context } from '@/server/context.ts';
import { testConfig } from '@/server/services.test-helper.ts';
import { startRun } from './commands/start.ts';
import { readRun } from './queries/read-runs.ts';

/** Helpers for tests with runs whose trainer plays a scene (fixtures/scripted-trainer.mjs). */

export const startScene = async (services: Context, scene: string) =>
  (await startRun(services, testConfig({ name: scene }))).id;

export const until = (services: Context, id: string, status: RunStatus) =>
  vi.waitFor(async () => expect((await readRun(services, id)).status).toBe(status), { timeout: 90_000, interval: 20 });

/** Waits until the first epoch is recorded. */
export const untilTraining = (services: Context, id: string) =>
  vi.waitFor(async () => expect((await readRun(services, id)).valAccuracy).not.toBeNull(), { timeout: 90_000 });

/** The ids of all processes that have worked on a run, in order. */
export function pidsOf({ env }: Context, id: string): number[] {
  const log = readFileSync(path.join(env.paths.results, id, 'trainer.log'), 'utf8');
  return [...log.matchAll(/^pid (\d+)$/gm)].map(([, pid]) => Number(pid));
}
