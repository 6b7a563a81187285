import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { ask } from '@/tools/testing/ask.ts';
import { inProject } from '@/tools/testing/paths.ts';
import { passGate } from './gate.ts';

const token = '0123456789abcdef';
let server: Server;
afterEach(() => server.close());

/** A server that answers every accepted request with `in`. @returns a function that sends it a request */
async function open(env: Partial<Parameters<typeof passGate>[2]> = {}) {
  server = createServer(async (request, response) => {
    const passed = await passGate(request, response, { allowedHosts: [], host: '127.0.0.1', authToken: null, ...env });
    if (passed) response.end('in');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return async (path: string, { method = 'GET', body, ...headers }: Record<string, string> = {}) => {
    const own: Record<string, string> = method === 'GET' ? {} : { origin };
    const answer = await fetch(origin + path, { method, body, headers: { ...own, ...headers }, redirect: 'manual' });
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
  const type = 'application/x-www-form-urlencoded';
  expect(await ask('/login', { method: 'POST', body: 'token=wrong', 'content-type': type })).toMatchObject({
    status: 401,
    text: expect.stringContaining('Wrong token'),
  });
  const { status, headers } = await ask('/login', { method: 'POST', body: `token=${token}`, 'content-type': type });
  const cookie = headers.get('set-cookie')!;
  expect([status, headers.get('location')]).toEqual([303, '/']);
  expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
  expect((await ask('/', { cookie: cookie.split(';')[0]! })).text).toBe('in');
  expect((await ask('/api/x', { authorization: `Bearer ${token}` })).text).toBe('in');
});

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
  async (path) => {
    await open();
    const { port } = server.address() as AddressInfo;
    expect((await ask(`http://127.0.0.1:${port}`, path)).status).toBe(400);
  },
);
