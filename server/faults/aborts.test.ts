import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import { type AppServer, startAppIn } from '@/tools/testing/app-server.ts';
import { ask } from '@/tools/testing/ask.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';
import { fault, random, times } from './fault.test-helper.ts';
import { fill, procedures, routes } from './routes.test-helper.ts';

/** Clients that disconnect at any moment of any request, with and without a usable database. */

const AUTH_TOKEN = 'a secret of some length';

let folder: string;
let app: AppServer | null;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'faults-aborts-'));
  app = null;
});
afterEach(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<AppServer> {
  app = await startAppIn(folder, { TRAINER_ENTRY: scriptedTrainer, AUTH_TOKEN });
  return app;
}

interface Target {
  path: string;
  method: 'GET' | 'POST';
  body: string;
  type: string;
}

const get = (target: string): Target => ({ path: target, method: 'GET', body: '', type: '' });
const post = (target: string, body: string, type = 'application/json'): Target => ({
  path: target,
  method: 'POST',
  body,
  type,
});
const withInput = (name: string, input: object) =>
  get(`/api/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`);

/** Requests to every route and procedure, among them uploads, downloads and event streams. */
function targetsOf(id: string): Target[] {
  const form = 'application/x-www-form-urlencoded';
  const parameters = { id, name: 'run.zip', trpc: 'runs.list' };
  const log = JSON.stringify({ name: 'aborted.json', text: ' '.repeat(2e6), modifiedAt: 0 });
  return [
    ...routes.map((route) => get(fill(route, { ...parameters, ...(route.startsWith('/api/table') && csv) }))),
    ...['trainer.log', 'metrics.csv', 'tensorboard.zip'].map((name) => get(`/api/runs/${id}/files/${name}`)),
    ...procedures.map(({ name, type }) =>
      type === 'mutation' ? post(`/api/trpc/${name}`, '{}') : withInput(name, {}),
    ),
    post('/api/trpc/logs.import', log),
    post('/api/trpc/runs.start', JSON.stringify({ name: 'completes', key: 'always the same' })),
    withInput('runs.get', { id }),
    withInput('runs.follow', { runId: id, lastEventId: '0' }),
    get('/_next/static/none.js'),
    get('/icon.svg'),
    get('/nowhere'),
    get('/logout'),
    post('/login', `token=${AUTH_TOKEN}`, form),
    post('/login', 'token=wrong', form),
  ];
}
const csv = { name: 'runs.csv' };

/** Sends a request or the beginning of one, and disconnects after a while or at the first byte of the response. */
const sendAndAbort = (url: string, { path: target, method, body, type }: Target, authorization: string) =>
  new Promise<void>((resolve) => {
    const { hostname, port, host } = new URL(url);
    const lines = [
      `${method} ${target} HTTP/1.1`,
      `host: ${host}`,
      `origin: ${url}`,
      ...(authorization ? [authorization] : []),
    ];
    const isUpload = body !== '';
    if (isUpload) lines.push(`content-type: ${type}`, `content-length: ${Buffer.byteLength(body)}`);
    const head = `${lines.join('\r\n')}\r\n\r\n`;
    const text = head + body;
    // Half of the uploads are cut in the body; a few requests are cut in the head.
    const moment = random.integer(4);
    const isCut = moment === 0 || (isUpload && moment < 3);
    const cut = moment === 0 ? random.integer(head.length) : head.length + random.integer(body.length + 1);
    const atResponse = random.integer(3) === 0;
    const isReset = random.integer(2) === 0;
    const delay = random.integer(40);
    const socket = connect(Number(port), hostname, () => {
      socket.write(isCut ? text.slice(0, cut) : text);
      setTimeout(end, atResponse ? 1000 : delay).unref();
    });
    const end = () => (isReset ? socket.resetAndDestroy() : socket.destroy());
    socket.once('data', () => atResponse && end());
    socket.on('error', () => {});
    socket.once('close', () => resolve());
  });

/** Sends every target in random order, several at once. @returns the number of requests */
async function abortAll(
  server: AppServer,
  targets: Target[],
  authorizations: string[],
  rounds: number,
): Promise<number> {
  const requests = Array.from({ length: rounds }, () => targets)
    .flat()
    .map((target) => ({ target, order: random.integer(2 ** 30), authorization: pick(authorizations) }))
    .sort((a, b) => a.order - b.order);
  const next = requests.values();
  const client = async () => {
    for (const { target, authorization } of next) await sendAndAbort(server.url, target, authorization);
  };
  await Promise.all(Array.from({ length: 8 }, client));
  // A late rejection ends the process only when it is noticed.
  await sleep(500);
  expect([server.process.exitCode, server.process.signalCode]).toEqual([null, null]);
  expect(server.output()).not.toMatch(/unhandledRejection|uncaughtException|Unhandled/);
  return requests.length;
}
const pick = <T>(list: T[]): T => list[random.integer(list.length)]!;

const bearer = { authorization: `Bearer ${AUTH_TOKEN}` };
const logIn = async (url: string): Promise<string> => {
  const headers = { origin: url, 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await ask(url, '/login', { method: 'POST', headers, body: `token=${AUTH_TOKEN}` });
  return String(answer.headers['set-cookie']).split(';')[0]!;
};

describe('clients that disconnect', () => {
  fault('requests are aborted, and the database is broken', 'at random moments, on every route', async () => {
    mkdirSync(path.join(folder, 'results'));
    writeFileSync(path.join(folder, 'results', 'transfer-lab.db'), 'not a database'.repeat(1000));
    const server = await start();
    const cookie = `cookie: ${await logIn(server.url)}`;
    const logout = post('/logout', 'x=y', 'application/x-www-form-urlencoded');
    const authorizations = ['', cookie, `authorization: ${bearer.authorization}`, 'authorization: Bearer wrong'];
    const count = await abortAll(server, [...targetsOf('none'), logout], authorizations, times(20, 4));
    const page = await ask(server.url, '/', { headers: bearer });
    expect([page.status, page.body]).toEqual([503, expect.stringContaining('is damaged')]);
    return `${count} requests; the page still reports the database`;
  });

  fault('requests are aborted', 'at random moments, on every route, with a running trainer', async () => {
    const server = await start();
    const call = (name: string, input: object) =>
      ask(server.url, `/api/trpc/${name}`, {
        method: 'POST',
        headers: { ...bearer, 'content-type': 'application/json' },
        body: JSON.stringify(input),
      });
    const statusOf = async (id: string) => {
      const { path: target } = withInput('runs.get', { id });
      return JSON.parse((await ask(server.url, target, { headers: bearer })).body).result.data.status;
    };
    const startRun = async () => JSON.parse((await call('runs.start', { name: 'completes' })).body).result.data.id;
    const id = await startRun();
    await vi.waitFor(async () => expect(await statusOf(id)).toBe('completed'), 90_000);
    const cookie = `cookie: ${await logIn(server.url)}`;
    const count = await abortAll(server, targetsOf(id), [cookie], times(20, 4));
    const last = await startRun();
    await vi.waitFor(async () => expect(await statusOf(last)).toBe('completed'), 90_000);
    // All event streams have ended: what remains are the server's own subscribers.
    const listeners = async () =>
      JSON.parse((await ask(server.url, '/api/trpc/system.status', { headers: bearer })).body).result.data.listeners;
    await vi.waitFor(async () => expect(await listeners()).toBeLessThanOrEqual(2), 30_000);
    return `${count} requests; nothing unhandled, no stream left open, the next run completes`;
  });
});
