import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import { type AppServer, startAppIn, startTool } from '@/tools/testing/app-server.ts';
import { ask } from '@/tools/testing/ask.ts';
import { demoTrainer, scriptedTrainer } from '@/tools/testing/paths.ts';
import { canMount, fault } from './fault.test-helper.ts';

/** Faults around the server: a second server, a read-only disk, a changing clock. */

const TRAINER_ENTRY = scriptedTrainer;

let folder: string;
let apps: AppServer[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'faults-servers-'));
  apps = [];
});
afterEach(async () => {
  for (const app of apps) await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(environment: Record<string, string>): Promise<AppServer> {
  const app = await startAppIn(folder, environment);
  apps.push(app);
  return app;
}

const untilCompleted = (app: AppServer, id: string) =>
  vi.waitFor(async () => expect((await app.trpc.runs.get.query({ id })).status).toBe('completed'), 60_000);

/** Runs an action while the results folder is mounted read-only. @returns the action's result */
async function whileReadOnly<T>(action: () => Promise<T>): Promise<T> {
  const results = path.join(folder, 'results');
  mkdirSync(results);
  execFileSync('mount', ['--bind', results, results]);
  try {
    execFileSync('mount', ['-o', 'remount,bind,ro', results]);
    return await action();
  } finally {
    execFileSync('umount', ['--lazy', results]);
  }
}

describe('around the server', () => {
  fault('a second server uses the same database', 'npm start again, on the same results folder', async () => {
    const first = await start({ TRAINER_ENTRY });
    const { id } = await first.trpc.runs.start.mutate({ name: 'waits' });
    const second = startTool('start.mjs', {
      PORT: '0',
      RESULTS_DIR: path.join(folder, 'results'),
      DATABASE_PATH: '',
      TRAINER_ENTRY,
    });
    let errorOutput = '';
    second.stderr!.on('data', (data) => {
      errorOutput += data;
    });
    const [code] = await once(second, 'close');
    expect(code).toBe(1);
    expect(errorOutput).toMatch(
      /^Another server is using the database .*\. Stop it, or set RESULTS_DIR to another folder\.$/m,
    );
    await vi.waitFor(async () => expect((await first.trpc.runs.get.query({ id })).status).toBe('running'), 90_000);
    return `it exits with code 1: "${errorOutput.trim().split('\n').at(-1)!.replaceAll(folder, '…')}"; the first keeps running`;
  });

  fault(
    'the results folder is read-only',
    'mounted read-only, then writable again',
    async () => {
      const app = await whileReadOnly(async () => {
        const started = await start({ TRAINER_ENTRY });
        const page = await ask(started.url, '/');
        expect(page.status).toBe(503);
        expect(page.body).toMatch(/read-only|Cannot open/);
        expect(page.headers).toMatchObject({ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' });
        expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'/);
        return started;
      });
      await vi.waitFor(async () => expect((await ask(app.url, '/')).status).toBe(200), 60_000);
      const { id } = await app.trpc.runs.start.mutate({ name: 'completes' });
      await untilCompleted(app, id);
      return 'a page reports it (503); the server starts automatically once the folder is writable';
    },
    { isPossible: canMount },
  );

  fault(
    'the results folder is read-only, with the database elsewhere',
    'mounted read-only, then writable again',
    async () => {
      const { app, message } = await whileReadOnly(async () => {
        const started = await start({ TRAINER_ENTRY, DATABASE_PATH: path.join(folder, 'lab.db') });
        const { id } = await started.trpc.runs.start.mutate({ name: 'completes' });
        const read = () => started.trpc.runs.get.query({ id });
        await vi.waitFor(async () => expect((await read()).status).toBe('failed'), 90_000);
        const { error } = await read();
        expect(error).toMatch(/EROFS.*Make the results folder writable/);
        return { app: started, message: error! };
      });
      const { id } = await app.trpc.runs.start.mutate({ name: 'completes' });
      await untilCompleted(app, id);
      return `the run fails with the reason: "${message.replaceAll(folder, '…')}"; the next one completes`;
    },
    { isPossible: canMount },
  );

  fault('the database file is deleted or moved', 'while the server runs; then it is put back', async () => {
    const app = await start({ TRAINER_ENTRY });
    const { id } = await app.trpc.runs.start.mutate({ name: 'completes' });
    await untilCompleted(app, id);
    const file = path.join(folder, 'results', 'transfer-lab.db');
    renameSync(file, `${file}.moved`);
    const page = await ask(app.url, '/');
    expect([page.status, page.body]).toEqual([503, expect.stringContaining('was deleted or moved while the server')]);
    expect(page.body).toContain('Put the file back');
    await expect(app.trpc.runs.start.mutate({ name: 'completes' })).rejects.toThrow(/Put the file back.*was saved as/);
    await expect(app.trpc.system.status.query()).rejects.toThrow('was deleted or moved');
    await vi.waitFor(() => expect(app.output()).toContain('was deleted or moved'), 30_000);
    renameSync(`${file}.moved`, file);
    expect((await ask(app.url, '/')).status).toBe(200);
    await untilCompleted(app, (await app.trpc.runs.start.mutate({ name: 'completes' })).id);
    return 'a page (503), each procedure and the log report it; the server continues once the file is back';
  });

  fault(
    'the database file is replaced',
    'by an older copy, while the server runs; then the server is killed',
    async () => {
      const first = await start({ TRAINER_ENTRY });
      const { id } = await first.trpc.runs.start.mutate({ name: 'completes' });
      await untilCompleted(first, id);
      await first.stop();
      const file = path.join(folder, 'results', 'transfer-lab.db');
      copyFileSync(file, `${file}.older`);
      const second = await start({ TRAINER_ENTRY });
      const later = await second.trpc.runs.start.mutate({ name: 'completes' });
      await untilCompleted(second, later.id);
      renameSync(`${file}.older`, file);
      const page = await ask(second.url, '/');
      expect([page.status, page.body]).toEqual([503, expect.stringContaining('was replaced by another file')]);
      const exited = once(second.process, 'exit');
      second.process.kill('SIGKILL');
      await exited;
      const third = await start({ TRAINER_ENTRY });
      expect((await third.trpc.runs.get.query({ id })).status).toBe('completed');
      expect((await ask(third.url, '/')).status).toBe(200);
      return 'a page (503) reports it; after a restart the new file is used, undamaged';
    },
  );

  fault('the clock changes', 'by hours in both directions, in server and trainer, during a run', async () => {
    const preload = path.join(import.meta.dirname, 'fixtures', 'jumping-clock.mjs');
    const app = await start({ TRAINER_ENTRY: demoTrainer, NODE_OPTIONS: `--import ${preload}` });
    const { id } = await app.trpc.runs.start.mutate({ tags: ['streams epochs'], epochs_stage1: 15 });
    await untilCompleted(app, id);
    const { events, status, startedAt, finishedAt } = await app.trpc.runs.get.query({ id });
    const epochs = events.flatMap(({ event }) => (event.type === 'epoch' ? [event.epoch] : []));
    expect(epochs).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
    const moments = events.map(({ event }) => event.at);
    const jumps = moments.filter((at, index) => index > 0 && at < moments[index - 1]!).length;
    expect(jumps).toBeGreaterThan(0);
    expect(events.every(({ event }) => event.type !== 'epoch' || event.seconds! >= 0)).toBe(true);
    // The page must not show a negative duration.
    const page = await ask(app.url, `/runs/${id}`);
    expect(page.status).toBe(200);
    const text = page.body.replace(/<script[\s\S]*?<\/script>/g, '').replace(/<[^>]*>/g, ' ');
    expect(/[-−]\d[\d.]*\s(s|min|h|d)\b/.exec(text)).toBeNull();
    const reversed = finishedAt! < startedAt! ? ', "finished" before it started' : '';
    return `${status}; 15 epochs in order over ${jumps} backward jumps${reversed}; no negative duration`;
  });
});
