import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TrainConfigInput } from '@/lib/config/train-config.ts';
import { wrongValues } from '@/lib/config/wrong-values.test-helper.ts';
import { backbones } from '@/lib/network/backbones.ts';
import { describeTrainedPart } from '@/lib/network/trained-part.ts';
import { type AppServer, startApp, startAppIn } from '@/tools/testing/app-server.ts';
import { ask as askServer } from '@/tools/testing/ask.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';

/** The built app with a trainer that plays scripted scenes. */

const TRAINER_ENTRY = scriptedTrainer;
let app: AppServer;
beforeAll(async () => {
  app = await startApp({ TRAINER_ENTRY, ALLOWED_HOSTS: 'lab.example' });
}, 600_000);
afterAll(() => app?.stop());

const ask = (target: string, options?: Parameters<typeof askServer>[2]) => askServer(app.url, target, options);

const mutation = { method: 'POST', body: '{"name":"completes"}' };
const json = { 'content-type': 'application/json' };

async function completeRun(): Promise<string> {
  const { id } = await app.trpc.runs.start.mutate({ name: 'completes' });
  await vi.waitFor(async () => expect((await app.trpc.runs.get.query({ id })).status).toBe('completed'), 90_000);
  return id;
}

describe('access', () => {
  it.each(['/', '/runs/new', '/api/trpc/runs.list', '/_next/static/x.js', '/api/runs/a/files/run.json', '/nowhere'])(
    'rejects a foreign Host for %s',
    async (target) => {
      expect((await ask(target, { headers: { host: 'evil.test' } })).status).toBe(403);
      const { port } = new URL(app.url);
      expect((await ask(target, { headers: { host: `127.0.0.1.evil.test:${port}` } })).status).toBe(403);
    },
  );

  it.each(['localhost:9999', '127.0.0.2', '[::1]:3000', 'lab.example'])('accepts the host %s', async (host) => {
    expect((await ask('/api/trpc/runs.list', { headers: { host } })).status).toBe(200);
  });

  it('lets only its own pages make changes', async () => {
    const before = (await app.trpc.runs.list.query()).total;
    const post = async (headers: Record<string, string>) =>
      (await ask('/api/trpc/runs.start', { ...mutation, headers: { ...json, ...headers } })).status;
    expect(await post({ origin: 'http://evil.test' })).toBe(403);
    expect(await post({ origin: 'null' })).toBe(403);
    expect(await post({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await post({})).toBe(403);
    expect(await post({ origin: app.url, host: 'evil.test' })).toBe(403);
    expect((await app.trpc.runs.list.query()).total).toBe(before);
    expect(await post({ 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await post({ origin: app.url })).toBe(200);
    expect((await ask('/api/trpc/runs.start?input=%7B%7D')).status).toBe(405);
  });
});

describe('the form', () => {
  it('responds with 404 and a message if the run to copy is unknown', async () => {
    for (const id of ['unknown', '20260101-000000-abcd', '..%2f..%2fx', '%3Cscript%3E']) {
      const { status, body } = await ask(`/runs/new?from=${id}`);
      expect([id, status]).toEqual([id, 404]);
      expect(body).toContain('The run to copy the config from was not found');
    }
  });

  it('is prefilled from a run', async () => {
    const { id } = await app.trpc.runs.start.mutate({ name: 'completes', n_unfreeze: 77 });
    const { status, body } = await ask(`/runs/new?from=${id}`);
    expect(status).toBe(200);
    expect(body).toContain(describeTrainedPart(backbones.imagenet.network, 77));
  });
});

describe('downloads', () => {
  it('serves the files of a run with the right type', async () => {
    const id = await completeRun();
    const results = path.join(app.folder, 'results');
    writeFileSync(path.join(results, id, 'cifar10.h5'), 'HDF');
    writeFileSync(path.join(results, `run_${id}.json`), '{"metrics":{}}');
    const log = await ask(`/api/runs/${id}/files/run.json`);
    expect([log.status, log.body]).toEqual([200, '{"metrics":{}}']);
    expect(log.headers['content-type']).toContain('application/json');
    const model = await ask(`/api/runs/${id}/files/cifar10.h5`);
    expect(model.body).toBe('HDF');
    expect(model.headers).toMatchObject({
      'content-type': 'application/x-hdf5',
      'content-disposition': 'attachment; filename="cifar10.h5"',
      'x-content-type-options': 'nosniff',
    });
    expect((await ask(`/api/runs/${id}/files/trainer.log`)).body).toMatch(/^pid \d+$/m);
  });

  it('generates metrics.csv and run.zip on request', async () => {
    const id = await completeRun();
    const curves = await ask(`/api/runs/${id}/files/metrics.csv`);
    expect(curves.headers['content-type']).toContain('text/csv');
    expect(curves.body).toMatch(/^stage,epoch,/);
    const archive = await ask(`/api/runs/${id}/files/run.zip`);
    expect(archive.body.slice(0, 2)).toBe('PK');
    expect(archive.headers).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="run_${id}.zip"`,
    });
  });

  it.runIf(process.platform === 'linux')('does not leave files open after HEAD requests', async () => {
    const id = await completeRun();
    writeFileSync(path.join(app.folder, 'results', id, 'cifar10.h5'), Buffer.alloc(4_000_000));
    const target = `/api/runs/${id}/files/cifar10.h5`;
    const countOpenFiles = () => readdirSync(`/proc/${app.process.pid}/fd`).length;
    const before = countOpenFiles();
    for (let request = 0; request < 50; request++) {
      const answer = await ask(target, { method: 'HEAD' });
      expect([answer.status, answer.body]).toEqual([200, '']);
    }
    await expect.poll(countOpenFiles).toBeLessThan(before + 10);
    expect((await ask(`${target}x`, { method: 'HEAD' })).status).toBe(404);
  });

  it('serves no other files and no unknown runs', async () => {
    const id = await completeRun();
    for (const target of [
      `/api/runs/${id}/files/cifar10.h5`,
      `/api/runs/${id}/files/cifar10.onnx`,
      `/api/runs/${id}/files/tfjs.zip`,
      `/api/runs/${id}/files/events.ndjson`,
      `/api/runs/${id}/files/constructor`,
      '/api/runs/unknown/files/run.json',
    ]) {
      expect((await ask(target)).status, target).toBe(404);
    }
    expect((await ask(`/api/runs/${id}/files/tfjs.zip`)).body).toBe('This run has no such file.\n');
  });
});

describe('tRPC', () => {
  it('reports every invalid field with a message', async () => {
    const refused = await app.trpc.runs.start
      .mutate({ n_unfreeze: 103, zoom: -1, tags: [''], json_output_path: '/tmp/x.json' })
      .catch((error) => error);
    expect(refused.data).toMatchObject({
      httpStatus: 400,
      fields: {
        n_unfreeze: ['must be 102 or less'],
        zoom: ['must be 0 or more'],
        tags: ['a tag must not be empty'],
      },
    });
    const outside = await app.trpc.runs.start.mutate({ json_output_path: '/tmp/x.json' }).catch((error) => error);
    expect(outside.data.fields.json_output_path[0]).toContain('must be inside the results folder');
  });

  it('rejects every invalid value with a message for its field', async () => {
    const before = (await app.trpc.runs.list.query()).total;
    for (const { field, value } of wrongValues) {
      const { status, body } = await ask('/api/trpc/runs.start', {
        method: 'POST',
        headers: { ...json, origin: app.url },
        body: JSON.stringify({ [field]: value }),
      });
      const { fields } = JSON.parse(body).error.data;
      expect([field, value, status, Object.keys(fields)]).toEqual([field, value, 400, [field]]);
      expect(fields[field]).toEqual([expect.stringMatching(/^(a tag )?must /)]);
    }
    expect((await app.trpc.runs.list.query()).total).toBe(before);
  });

  it('rejects unknown fields', async () => {
    const refused = await app.trpc.runs.start
      .mutate({ n_unfreeze: 30, learning_rate: 1 } as TrainConfigInput)
      .catch((error) => error);
    expect(refused.data).toMatchObject({ httpStatus: 400, fields: { learning_rate: ['is not a known field'] } });
  });

  it('answers 404 for an unknown run', async () => {
    for (const ask of [
      () => app.trpc.runs.get.query({ id: 'unknown' }),
      () => app.trpc.runs.cancel.mutate({ id: 'unknown' }),
      () => app.trpc.runs.delete.mutate({ id: 'unknown' }),
    ]) {
      expect((await ask().catch((error) => error)).data).toMatchObject({ code: 'NOT_FOUND', httpStatus: 404 });
    }
  });

  it('streams events with their ids, resumes after the last one received, and ends with the run', async () => {
    const id = await completeRun();
    const follow = (lastEventId?: string) =>
      ask(`/api/trpc/runs.follow?input=${encodeURIComponent(JSON.stringify({ runId: id, lastEventId }))}`);
    const complete = await follow();
    expect(complete.headers['content-type']).toContain('text/event-stream');
    const ids = (body: string) => [...body.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    const { events } = await app.trpc.runs.get.query({ id });
    expect(ids(complete.body)).toEqual(events.map(({ id }) => id));
    const rest = await follow(String(events[2]!.id));
    expect(ids(rest.body)).toEqual(events.slice(3).map(({ id }) => id));
    expect(rest.body).toContain('"completed"');
  });

  it('returns the state of the system', async () => {
    const status = await app.trpc.system.status.query();
    expect(status).toMatchObject({ engine: 'cpu', running: null, queued: 0 });
  });
});

describe('the server process', () => {
  it('prints its URL last, stops its trainer on exit, and restarts with the stored runs', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'transfer-lab-app-'));
    const first = await startAppIn(folder, { TRAINER_ENTRY, AUTO_RESUME: 'off' });
    const { id } = await first.trpc.runs.start.mutate({ name: 'waits' });
    const logFile = path.join(folder, 'results', id, 'trainer.log');
    await vi.waitFor(() => expect(readFileSync(logFile, 'utf8')).toMatch(/^pid \d+$/m), 90_000);
    const pid = Number(/\d+/.exec(readFileSync(logFile, 'utf8'))![0]);
    expect(first.output().trimEnd().split('\n').at(-1)).toBe(first.url);
    expect(await first.stop()).toBe(0);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');

    const second = await startAppIn(folder, { TRAINER_ENTRY, AUTO_RESUME: 'off' });
    expect((await second.trpc.runs.get.query({ id })).status).toBe('interrupted');
    await second.trpc.runs.delete.mutate({ id });
    expect(existsSync(path.join(folder, 'results', id))).toBe(false);
    expect(await second.stop()).toBe(0);
    await rm(folder, { recursive: true });
  }, 120_000);

  it('leaves no trainer running when it is killed', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'transfer-lab-app-'));
    const killed = await startAppIn(folder, { TRAINER_ENTRY, AUTO_RESUME: 'off' });
    const { id } = await killed.trpc.runs.start.mutate({ name: 'waits' });
    const logFile = path.join(folder, 'results', id, 'trainer.log');
    await vi.waitFor(() => expect(readFileSync(logFile, 'utf8')).toMatch(/^pid \d+$/m), 90_000);
    const pid = Number(/\d+/.exec(readFileSync(logFile, 'utf8'))![0]);
    const closed = once(killed.process, 'close');
    killed.process.kill('SIGKILL');
    await closed;
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 90_000);
    const next = await startAppIn(folder, { TRAINER_ENTRY, AUTO_RESUME: 'off' });
    expect((await next.trpc.runs.get.query({ id })).status).toBe('interrupted');
    await next.stop();
    await rm(folder, { recursive: true });
  }, 120_000);
});
