import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runs } from '@/drizzle/schema.ts';
import type { RunStatus } from '@/lib/run/status.ts';
import type { Context } from '@/server/context.ts';
import { startScene, until, untilTraining } from '@/server/runs/scenes.test-helper.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { cancelRun } from './cancel.ts';
import { deleteRun } from './delete.ts';
import { extendRun } from './extend.ts';
import { evaluateRun } from './finish.ts';
import { resumeRun } from './resume.ts';
import { updateRun } from './update.ts';

/** Every command that changes a run, as a promise. */
const commands = {
  cancel: async (services: Context, id: string) => cancelRun(services, id),
  delete: async (services: Context, id: string) => void (await deleteRun(services, id)),
  resume: (services: Context, id: string) => resumeRun(services, id),
  evaluate: (services: Context, id: string) => evaluateRun(services, id),
  extend: async (services: Context, id: string) => extendRun(services, id, 1),
  update: async (services: Context, id: string) => void updateRun(services, id, { notes: 'new' }),
};
type Command = keyof typeof commands;
const names = Object.keys(commands) as Command[];
type State = RunStatus | 'deleted';

/** The state in which the next command finds a run; null if the command is refused. */
const next: Record<Command, (state: State) => State | null> = {
  cancel: (state) => (state === 'queued' || state === 'running' ? 'canceled' : state),
  delete: (state) => (state === 'running' ? null : 'deleted'),
  resume: (state) => (['canceled', 'interrupted', 'failed'].includes(state) ? 'queued' : null),
  evaluate: (state) => (['canceled', 'interrupted', 'failed'].includes(state) ? 'queued' : null),
  extend: (state) => (state === 'completed' ? 'running' : null),
  update: (state) => state,
};

async function addRun(services: Context, state: RunStatus): Promise<string> {
  if (state === 'running') {
    const id = await startScene(services, 'waits');
    await untilTraining(services, id);
    writeFileSync(path.join(services.env.paths.results, id, 'checkpoint.safetensors'), '');
    return id;
  }
  const id = state;
  const row = { id, config: testConfig({ name: 'completes' }), createdAt: 0, logFile: `${id}.json`, status: state };
  services.db.insert(runs).values(row).run();
  const folder = path.join(services.env.paths.results, id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'checkpoint.safetensors'), '');
  return id;
}

const statusOf = ({ db }: Context, id: string): State =>
  db
    .select()
    .from(runs)
    .all()
    .find((run) => run.id === id)?.status ?? 'deleted';

describe.each(['queued', 'running', 'canceled', 'interrupted', 'failed', 'completed', 'imported'] as const)(
  'of two simultaneous commands on a run that is %s',
  (state) => {
    it.each(names.flatMap((first) => names.map((second) => [first, second] as const)))(
      '%s and %s take effect in this order, or are refused',
      async (first, second) => {
        const services = openServices(undefined, { AUTO_RESUME: 'off' });
        const id = await addRun(services, state);
        const after = next[first](state);
        const accepted = [after !== null];
        const before = after ?? state;
        const last = before === 'deleted' ? null : next[second](before);
        accepted.push(last !== null);

        const results = await Promise.allSettled([first, second].map((name) => commands[name](services, id)));
        expect(results.map((result) => result.status === 'fulfilled')).toEqual(accepted);

        const end = last ?? before;
        services.queue.wake();
        // A trainer that was started for a deleted run would create its folder again before the next run starts.
        if (end === 'deleted') await until(services, await startScene(services, 'completes'), 'completed');
        else if (state === 'running' && end !== 'canceled') cancelRun(services, id);
        const isTrained = end === 'queued' || end === 'running';
        const expected = !isTrained ? end : state === 'running' ? 'canceled' : 'completed';
        await vi.waitFor(() => expect(statusOf(services, id)).toBe(expected), 30_000);
        expect(existsSync(path.join(services.env.paths.results, id))).toBe(expected !== 'deleted');
      },
    );
  },
);

it('an interrupted run that is being deleted is not resumed automatically', async () => {
  const services = openServices();
  const id = await addRun(services, 'interrupted');
  const deletion = deleteRun(services, id);
  services.queue.wake();
  expect(statusOf(services, id)).toBe('interrupted');
  await deletion;
  await until(services, await startScene(services, 'completes'), 'completed');
  expect(existsSync(path.join(services.env.paths.results, id))).toBe(false);
});
