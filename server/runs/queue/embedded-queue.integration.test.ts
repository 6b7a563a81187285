import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runs } from '@/drizzle/schema.ts';
import { runQuerySchema } from '@/lib/runs/query.ts';
import type { Context } from '@/server/context.ts';
import { isAlive } from '@/server/model/files/is-alive.ts';
import { cancelRun } from '@/server/runs/commands/cancel.ts';
import { extendRun } from '@/server/runs/commands/extend.ts';
import { resumeRun } from '@/server/runs/commands/resume.ts';
import { recordEvent } from '@/server/runs/events/record-event.ts';
import { listRuns, readRun } from '@/server/runs/queries/read-runs.ts';
import { pidsOf, startScene, until, untilTraining } from '@/server/runs/scenes.test-helper.ts';
import { closeServices, openServices, testConfig } from '@/server/services.test-helper.ts';

describe('the queue', () => {
  it('trains one run at a time, in the order in which they were started', async () => {
    const services = openServices();
    const ids = [];
    for (const scene of ['waits', 'completes', 'completes']) ids.push(await startScene(services, scene));
    const [first, second, third] = ids as [string, string, string];
    await untilTraining(services, first);
    const byId = new Map(listRuns(services.db).runs.map((run) => [run.id, run]));
    expect([...byId.keys()]).toEqual([third, second, first]);
    expect(ids.map((id) => [byId.get(id)!.status, byId.get(id)!.queuePosition])).toEqual([
      ['running', null],
      ['queued', 1],
      ['queued', 2],
    ]);
    cancelRun(services, first);
    await until(services, third, 'completed');
    const ended = [await readRun(services, second), await readRun(services, third)];
    expect(ended[0]!.startedAt).toBeGreaterThanOrEqual((await readRun(services, first)).finishedAt!);
    expect(ended[1]!.startedAt).toBeGreaterThanOrEqual(ended[0]!.finishedAt!);
  });

  it('starts the first run whose data is available, without reading every run that waits for data', async () => {
    const services = openServices();
    const isAwaited = vi
      .spyOn(services.downloads, 'isAwaited')
      .mockImplementation(({ image_size }) => image_size === 160 || image_size === 192);
    for (let number = 0; number < 300; number++) {
      const image_size = ([160, 192, 160, 224] as const)[number < 290 ? number % 3 : 3]!;
      const config = testConfig({ name: 'completes', image_size });
      const row = { id: `run-${number}`, config, createdAt: 0, logFile: `${number}.json`, status: 'queued' as const };
      services.db.insert(runs).values(row).run();
    }
    services.queue.wake();
    expect(listRuns(services.db, runQuerySchema.parse({ filter: { status: ['running'] } })).runs).toMatchObject([
      { id: 'run-290' },
    ]);
    expect(isAwaited.mock.calls.map(([needs]) => needs.image_size)).toEqual([160, 192, 224]);
  });

  it('checks again later if every run waits for data', async () => {
    const services = openServices();
    const isAwaited = vi.spyOn(services.downloads, 'isAwaited').mockReturnValue(true);
    const id = await startScene(services, 'completes');
    expect((await readRun(services, id)).status).toBe('queued');
    isAwaited.mockReturnValue(false);
    await until(services, id, 'completed');
  });

  it('updates the run as events arrive', async () => {
    const services = openServices();
    const id = await startScene(services, 'completes');
    await until(services, id, 'completed');
    const run = await readRun(services, id);
    expect(run).toMatchObject({ engine: 'scripted', valAccuracy: 0.6, progress: null, test: { hash: 'abc' } });
    expect(run.events.map(({ event }) => event.type)).toEqual(['started', 'epoch', 'epoch', 'epoch', 'completed']);
    expect(run.cursor).toBe(run.events.at(-1)!.id);
    expect(run.files.map(({ name }) => name)).toEqual(['trainer.log']);
    expect(run.logTail[0]).toMatch(/^pid \d+$/);
  });

  it.each([
    ['reports a failure', 'data-missing', /^CIFAR-10 is missing\.$/, 'cannot read'],
    ['throws', 'trainer-gone', /exit code 1/, 'Error: out of luck'],
    ['exits silently', 'trainer-gone', /exit code 0/, 'pid'],
    ['is killed', 'interrupted-in-vain', /3 times in a row.*SIGKILL/, ''],
    ['sends garbage', 'trainer-protocol', /invalid event/, 'pid'],
    ['disconnects', 'trainer-silent', /closed its connection/, 'pid'],
  ])(
    'fails a run whose trainer %s, with its last lines, and starts the next run',
    async (scene, code, message, line) => {
      const services = openServices();
      const id = await startScene(services, scene);
      const next = await startScene(services, 'completes');
      await until(services, id, 'failed');
      const run = await readRun(services, id);
      const last = run.events.at(-1)!.event;
      expect(last).toMatchObject({ type: 'failed', code });
      expect(last.type === 'failed' && last.lastLines.join('\n')).toContain(line);
      expect(run.error).toMatch(message);
      await until(services, next, 'completed');
      expect(pidsOf(services, id).filter(isAlive)).toEqual([]);
    },
  );

  it('kills a trainer that has completed but does not exit', async () => {
    const services = openServices();
    const id = await startScene(services, 'lingers');
    await until(services, id, 'completed');
    expect(isAlive(pidsOf(services, id)[0]!)).toBe(false);
  });

  it('fails a run with a message if its folder cannot be created', async () => {
    const services = openServices();
    services.env.paths.results = path.join(services.env.databasePath, 'no folder');
    const run = await readRun(services, await startScene(services, 'completes'));
    expect([run.status, run.error]).toEqual(['failed', expect.stringContaining('ENOTDIR')]);
  });
});

describe('an interrupted run', () => {
  const emitted = async (services: Context, id: string) =>
    (await readRun(services, id)).events.map(({ event }) => event.type);

  it('is resumed automatically before other queued runs, and its curve has no gaps or duplicates', async () => {
    const first = openServices();
    const running = await startScene(first, 'is killed twice');
    const waiting = await startScene(first, 'completes');
    await until(first, running, 'completed');
    await until(first, waiting, 'completed');
    expect(await emitted(first, running)).toEqual([
      'started',
      'epoch',
      'interrupted',
      'queued-again',
      'started',
      'resumed',
      'interrupted',
      'queued-again',
      'started',
      'epoch',
      'resumed',
      'epoch',
      'completed',
    ]);
    // The server missed the second epoch, which the resumed trainer repeats.
    const epochs = (await readRun(first, running)).events.flatMap(({ event }) =>
      event.type === 'epoch' ? [event.epoch] : [],
    );
    expect(epochs).toEqual([1, 2, 3]);
    expect(pidsOf(first, running)).toHaveLength(3);
  });

  it('waits to be resumed if AUTO_RESUME is off, and ignores earlier attempts', async () => {
    const services = openServices(undefined, { AUTO_RESUME: 'off' });
    const id = await startScene(services, 'is killed twice');
    await until(services, id, 'interrupted');
    await resumeRun(services, id);
    await until(services, id, 'interrupted');
    recordEvent(services, id, { type: 'completed', at: 1 }, 1);
    await resumeRun(services, id);
    recordEvent(services, id, { type: 'completed', at: 1 }, 1);
    await until(services, id, 'completed');
    expect((await emitted(services, id)).filter((type) => type === 'completed')).toHaveLength(1);
    await expect(resumeRun(services, id)).rejects.toThrow('Train it further');
  });

  it('can be trained further once completed if it has a checkpoint', async () => {
    const services = openServices();
    const id = await startScene(services, 'completes');
    await until(services, id, 'completed');
    expect(() => extendRun(services, id, 5)).toThrow('no checkpoint');
    writeFileSync(path.join(services.env.paths.results, id, 'checkpoint.safetensors'), '');
    expect(() => extendRun(services, id, 1001)).toThrow('1000 or less');
    extendRun(services, id, 5);
    expect((await readRun(services, id)).config.epochs_stage2).toBe(5);
    await until(services, id, 'completed');
    expect(pidsOf(services, id)).toHaveLength(2);
  });
});

describe('a server that stops', () => {
  it('interrupts the current run and leaves no process; the next server continues with the queue', async () => {
    const first = openServices(undefined, { AUTO_RESUME: 'off' });
    const running = await startScene(first, 'waits');
    const waiting = await startScene(first, 'completes');
    await untilTraining(first, running);
    const pid = pidsOf(first, running)[0]!;
    await closeServices(first);
    expect(isAlive(pid)).toBe(false);

    const second = openServices(path.dirname(first.env.paths.results), { AUTO_RESUME: 'off' });
    expect(listRuns(second.db).runs.map(({ status }) => status)).toEqual(['queued', 'interrupted']);
    second.queue.wake();
    await until(second, waiting, 'completed');
    expect((await readRun(second, running)).error).toContain('server stopped');
  });

  it('leaves its current run for the next server to interrupt', async () => {
    const first = openServices();
    const id = await startScene(first, 'completes');
    await until(first, id, 'completed');
    first.db.$client.exec(`UPDATE runs SET status = 'running', finished_at = NULL`);
    await closeServices(first);
    const second = openServices(path.dirname(first.env.paths.results), { AUTO_RESUME: 'off' });
    second.queue.wake();
    expect((await readRun(second, id)).status).toBe('interrupted');
  });

  it('keeps its current run while another server uses the same database', async () => {
    const owner = openServices();
    const id = await startScene(owner, 'waits');
    const other = openServices(path.dirname(owner.env.paths.results));
    const waiting = await startScene(other, 'completes');
    expect(listRuns(other.db).runs.map(({ status }) => status)).toEqual(['queued', 'running']);
    expect(() => cancelRun(other, id)).toThrow('Cancel it there');
    cancelRun(owner, id);
    await until(other, waiting, 'completed');
  });
});
