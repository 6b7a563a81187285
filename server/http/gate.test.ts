import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, type MockInstance, vi } from 'vitest';
import { ask } from '@/tools/testing/ask.ts';
import { inProject } from '@/tools/testing/paths.ts';
import { createGate } from './gate.ts';

const token = '0123456789abcdef';
let server: Server;
let folder: string;
let log: MockInstance;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'gate-'));
  log = vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  log.mockRestore();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** A server that answers every accepted request with `in`. @returns a function that sends it a request */
async function open(env: Partial<Parameters<typeof createGate>[0]> = {}) {
  const databasePath = path.join(folder, 'lab.db');
  const pass = createGate({ allowedHosts: [], host: '127.0.0.1', authToken: null, databasePath, ...env });
  server = createServer(async (request, response) => {
    if (!(await pass(request, response))) return;
    if (request.url === '/api/stream') response.write('event');
    else response.end('in');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return async (target: string, { method = 'GET', body, ...headers }: Record<string, string> = {}) => {
    const own: Record<string, string> = method === 'GET' || headers.authorization ? {} : { origin };
    const answer = await fetch(origin + target, { method, body, headers: { ...own, ...headers }, redirect: 'manual' });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
}

it('asks for the token on every path if one is set, and accepts it by cookie or header', async () => {
  const ask = await open({ authToken: token });
  for (const path of ['/', '/runs/new', '/_next/static/x.js', '/nowhere']) {
    const { status, text } = await ask(path);
    expect([status, text]).toEqual([401, expect.stringContaining('name="token"')]);
  }
  expect((await ask('/api/trpc/runs.list')).status).toBe(401);
  expect(await logIn(ask, 'wrong')).toMatchObject({ status: 401, text: expect.stringContaining('Wrong token') });
  const { status, headers } = await logIn(ask);
  const cookie = headers.get('set-cookie')!;
  expect([status, headers.get('location')]).toEqual([303, '/']);
  expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
  expect((await ask('/', { cookie: cookie.split(';')[0]! })).text).toBe('in');
  expect((await ask('/api/x', { authorization: `Bearer ${token}` })).text).toBe('in');
});

type Ask = Awaited<ReturnType<typeof open>>;
const form = { method: 'POST', 'content-type': 'application/x-www-form-urlencoded' };
const logIn = (ask: Ask, secret = token) => ask('/login', { ...form, body: `token=${secret}` });
const cookieFrom = async (ask: Ask) => (await logIn(ask)).headers.get('set-cookie')!.split(';')[0]!;

it('slows down guesses, but neither logins nor programs with the valid token', async () => {
  const ask = await open({ authToken: token });
  const cookie = await cookieFrom(ask);
  const guesses = await Promise.all(Array.from({ length: 40 }, (_, index) => logIn(ask, `guess ${index}`)));
  const refused = guesses.filter(({ status }) => status === 429);
  expect([guesses.filter(({ status }) => status === 401).length, refused.length]).toEqual([5, 35]);
  expect(refused[0]!.text).toMatch(/Too many failed attempts. Try again in 1 s\./);
  expect(refused[0]!.headers.get('retry-after')).toBe('1');
  // Guessing the right one during the wait does not succeed either.
  expect((await logIn(ask)).status).toBe(429);
  expect((await ask('/', { cookie })).text).toBe('in');
  for (let index = 0; index < 10; index++) await ask('/api/x', { authorization: `Bearer guess${index}` });
  const wrong = await ask('/api/x', { authorization: 'Bearer guess' });
  expect([wrong.status, wrong.text]).toEqual([429, expect.stringContaining('Wrong access token')]);
  expect((await ask('/api/x', { authorization: `Bearer ${token}` })).text).toBe('in');
  const lines = log.mock.calls.map(([line]) => line);
  expect(lines[0]).toBe('Login from 127.0.0.1 failed (1 in a row).');
  expect(lines).toContain('A request with a wrong access token from 127.0.0.1 failed (1 in a row).');
  expect(lines.join()).not.toContain('guess');
  await vi.waitFor(async () => expect((await logIn(ask)).status).toBe(303), { timeout: 10_000, interval: 200 });
});

it('signs out one browser or all, and ends their streams', async () => {
  const ask = await open({ authToken: token });
  const [first, second, third] = [await cookieFrom(ask), await cookieFrom(ask), await cookieFrom(ask)];
  const statusOf = async (cookie: string) => (await ask('/', { cookie })).status;
  const { text } = await ask('/logout', { cookie: first });
  expect(text).toContain('<form method="post" action="/logout">');
  const streams = [first, second, third].map((cookie) => openStream('/api/stream', cookie));
  await Promise.all(streams.map(({ started }) => started));
  const out = await ask('/logout', { ...form, cookie: first });
  expect([out.status, out.headers.get('location')]).toEqual([303, '/']);
  expect(out.headers.get('set-cookie')).toMatch(/^transfer-lab=; .*Max-Age=0$/);
  await streams[0]!.ended;
  expect([await statusOf(first), await statusOf(second), await statusOf(third)]).toEqual([401, 200, 200]);
  expect(streams.map(({ isOpen }) => isOpen())).toEqual([false, true, true]);
  await ask('/logout', { ...form, cookie: second, body: 'everywhere=yes' });
  await Promise.all(streams.map(({ ended }) => ended));
  expect([await statusOf(second), await statusOf(third)]).toEqual([401, 401]);
  expect((await ask('/logout', { ...form, cookie: second })).status).toBe(303);
});

it('has no sign-out page if there is no login', async () => {
  const ask = await open();
  expect((await ask('/logout')).text).toBe('in');
});

it('requires no Origin from a program with the valid token', async () => {
  const ask = await open({ authToken: token });
  const post = { method: 'POST', body: '{}' };
  expect((await ask('/api/x', { ...post, authorization: `Bearer ${token}` })).text).toBe('in');
  const foreign = await ask('/api/x', { ...post, authorization: `Bearer ${token}`, origin: 'http://evil.test' });
  const wrong = await ask('/api/x', { ...post, authorization: 'Bearer wrong' });
  expect([foreign.status, wrong.status]).toEqual([403, 403]);
});

it('survives clients that disconnect while they log in or out', async () => {
  const ask = await open({ authToken: token });
  const cookie = await cookieFrom(ask);
  const { port } = server.address() as AddressInfo;
  for (const target of ['/login', '/logout']) {
    const socket = connect(port, '127.0.0.1');
    const lines = [`POST ${target} HTTP/1.1`, `host: localhost`, `origin: http://localhost`, `cookie: ${cookie}`];
    const received = once(server, 'request');
    socket.write(`${lines.join('\r\n')}\r\ncontent-length: 100\r\n\r\ntoken=x`);
    const [, response] = (await received) as [unknown, ServerResponse];
    const closed = once(response, 'close');
    socket.resetAndDestroy();
    await closed;
  }
  // An unhandled rejection would fail this test file.
  expect((await ask('/', { cookie })).text).toBe('in');
});

/** Opens a response that does not end. */
function openStream(target: string, cookie: string) {
  const { port } = server.address() as AddressInfo;
  let isOpen = true;
  const sent = request({ port, host: '127.0.0.1', path: target, headers: { cookie }, agent: false }).end();
  const started = once(sent, 'response').then(([response]) => response.on('error', () => {}).resume());
  const ended = once(sent, 'close').then(() => {
    isOpen = false;
  });
  return { started, ended, isOpen: () => isOpen };
}

it('serves the icons without a token, and nothing else', async () => {
  const ask = await open({ authToken: token });
  const icons = await readdir(inProject('public'));
  expect(icons).toContain('icon.svg');
  for (const name of icons) expect((await ask(`/${name}`)).text).toBe('in');
  for (const path of ['/icon.svg?x', '/icon.svg/', '/x/icon.svg']) expect((await ask(path)).status).toBe(401);
  expect((await ask('/icon.svg', { method: 'POST', body: 'x' })).status).toBe(401);
  const { text, headers } = await ask('/');
  expect(text).toContain('<link rel="icon" href="/icon.svg"');
  expect(headers.get('content-security-policy')).toContain("img-src 'self'");
});

it('rejects bodies that are too large before reading them', async () => {
  const ask = await open();
  expect((await ask('/api/x', { method: 'POST', body: 'x'.repeat(1000) })).text).toBe('in');
  const { port } = server.address() as AddressInfo;
  const post = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      const all = { origin: `http://127.0.0.1:${port}`, ...headers };
      const sent = request({ port, host: '127.0.0.1', method: 'POST', path: '/api/x', headers: all }, (answer) => {
        resolve(answer.statusCode);
        answer.destroy();
      });
      sent.on('error', reject);
      sent.write('x');
    });
  expect(await post({ 'content-length': String(2 ** 30) })).toBe(413);
  expect(await post({ 'transfer-encoding': 'chunked' })).toBe(411);
});

it.each(['/%ff', '/%', '/x/../api/runs', '/./api/runs', '/%2e%2e/api', '/\\api', 'http://localhost/api', 'api'])(
  'rejects %s, which is malformed or not normalized',
  async (target) => {
    await open();
    const { port } = server.address() as AddressInfo;
    expect((await ask(`http://127.0.0.1:${port}`, target)).status).toBe(400);
  },
);
