import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Context } from '@/server/context.ts';
import { cancelRun } from '@/server/runs/commands/cancel.ts';
import { deleteRun } from '@/server/runs/commands/delete.ts';
import { findRow, readEvents } from '@/server/runs/queries/read-runs.ts';
import { pidsOf, startScene, until, untilTraining } from '@/server/runs/scenes.test-helper.ts';
import { closeServices, openServices } from '@/server/services.test-helper.ts';

/** Makes the database reject every change of a run's status to the given one. @returns a function that ends this */
function refuse({ db }: Context, status: string): () => void {
  db.$client.exec(
    `CREATE TRIGGER full BEFORE UPDATE ON runs WHEN NEW.status = '${status}' BEGIN SELECT RAISE(ABORT, 'disk full'); END`,
  );
  return () => db.$client.exec('DROP TRIGGER full');
}

const typesOf = ({ db }: Context, id: string) => readEvents(db, id).map(({ event }) => event.type);
const silenceErrors = () => vi.spyOn(console, 'error').mockImplementation(() => {});

describe('while the database cannot be written', () => {
  it('a run stays queued, and starts as soon as it can be claimed', async () => {
    const errors = silenceErrors();
    const services = openServices();
    const accept = refuse(services, 'running');
    const id = await startScene(services, 'completes');
    expect([findRow(services.db, id).status, errors.mock.calls.length]).toEqual(['queued', 1]);
    accept();
    await until(services, id, 'completed');
    expect(findRow(services.db, id).attempt).toBe(1);
  });

  it('a run whose trainer could not be started fails later, and the next run starts', async () => {
    silenceErrors();
    const services = openServices();
    const { results } = services.env.paths;
    services.env.paths.results = path.join(services.env.databasePath, 'no folder');
    const accept = refuse(services, 'failed');
    const id = await startScene(services, 'completes');
    services.env.paths.results = results;
    const next = await startScene(services, 'completes');
    expect(findRow(services.db, next).status).toBe('queued');
    accept();
    await until(services, next, 'completed');
    expect(findRow(services.db, id)).toMatchObject({ status: 'failed', error: expect.stringContaining('ENOTDIR') });
  });

  it('a run whose trainer could not be started can be canceled and deleted', async () => {
    silenceErrors();
    const services = openServices();
    const { results } = services.env.paths;
    services.env.paths.results = path.join(services.env.databasePath, 'no folder');
    const accept = refuse(services, 'failed');
    const id = await startScene(services, 'completes');
    services.env.paths.results = results;
    expect(findRow(services.db, id).status).toBe('running');
    cancelRun(services, id);
    expect(findRow(services.db, id).status).toBe('canceled');
    await deleteRun(services, id);
    accept();
  });

  it('a server stops its trainer, and the next server interrupts the run', async () => {
    silenceErrors();
    const services = openServices();
    const id = await startScene(services, 'waits');
    await untilTraining(services, id);
    const pid = pidsOf(services, id)[0]!;
    const accept = refuse(services, 'interrupted');
    await services.queue.close();
    accept();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await closeServices(services);
    const second = openServices(path.dirname(services.env.paths.results), { AUTO_RESUME: 'off' });
    second.queue.wake();
    expect(typesOf(second, id).at(-1)).toBe('interrupted');
  });
});

describe('a running run without a process', () => {
  async function openWithLostRun(): Promise<{ services: Context; id: string }> {
    const services = openServices();
    const id = await startScene(services, 'completes');
    await until(services, id, 'completed');
    services.db.$client.exec(`UPDATE runs SET status = 'running', finished_at = NULL`);
    return { services, id };
  }

  it('is interrupted and resumed while the server runs', async () => {
    const { services, id } = await openWithLostRun();
    await until(services, id, 'completed');
    expect(typesOf(services, id)).toEqual(expect.arrayContaining(['interrupted', 'queued-again']));
  });

  it('can be canceled', async () => {
    const { services, id } = await openWithLostRun();
    cancelRun(services, id);
    expect(findRow(services.db, id).status).toBe('canceled');
  });
});
