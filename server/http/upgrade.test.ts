import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGate } from './gate.ts';
import { handleUpgrade } from './upgrade.ts';

const authToken = '0123456789abcdef';
let server: Server;
let port: number;
let isReady: boolean;
beforeEach(async () => {
  isReady = true;
  const pass = createGate({ allowedHosts: [], host: '127.0.0.1', authToken, databasePath: '/nowhere/lab.db' });
  server = createServer().listen(0, '127.0.0.1');
  server.on('upgrade', (request, socket, head) =>
    handleUpgrade(request, socket, head, {
      pass,
      accept: (_, accepted) => {
        if (isReady) accepted.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
        return isReady;
      },
    }),
  );
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => server.close());

/** Asks for an upgrade and reads until the server closes the connection; this side stays open until then. */
async function upgrade(target: string, headers: Record<string, string> = {}, method = 'GET'): Promise<string> {
  const all = { host: `localhost:${port}`, connection: 'Upgrade', upgrade: 'websocket', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`);
  let answer = '';
  for await (const part of socket.setEncoding('latin1')) answer += part;
  socket.destroy();
  return answer;
}

const authorization = `Bearer ${authToken}`;

it('accepts WebSockets of development pages after the checks of ordinary requests', async () => {
  expect(await upgrade('/_next/hmr?id=1', { authorization })).toMatch(/^HTTP\/1\.1 101 /);
  expect(await upgrade('/_next/hmr', { authorization, origin: `http://localhost:${port}` })).toMatch(
    /^HTTP\/1\.1 101 /,
  );
});

it.each([
  ['no token', {}, 401],
  ['a foreign host', { authorization, host: 'evil.test' }, 403],
  ['a foreign origin', { authorization, origin: 'http://evil.test' }, 403],
  ['a request of another site', { authorization, 'sec-fetch-site': 'cross-site' }, 403],
])('refuses %s and closes the connection', async (_, headers, status) => {
  for (const target of ['/_next/hmr', '/', '/api/trpc/runs.follow']) {
    const answer = await upgrade(target, headers);
    expect([target, answer.split('\r\n')[0]]).toEqual([target, expect.stringContaining(`HTTP/1.1 ${status} `)]);
    expect(answer.toLowerCase()).toContain('connection: close');
  }
});

it('refuses other addresses and methods', async () => {
  expect(await upgrade('/', { authorization })).toMatch(/^HTTP\/1\.1 400 [\s\S]*There is no WebSocket here/);
  expect(await upgrade('/login', { authorization, 'content-length': '9' }, 'POST')).toMatch(/^HTTP\/1\.1 400 /);
});

it('closes the connection if the development server is not ready', async () => {
  isReady = false;
  expect(await upgrade('/_next/hmr', { authorization })).toBe('');
});

it('survives clients that disconnect at once', async () => {
  for (let round = 0; round < 20; round++) {
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET / HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`);
    await once(socket, 'connect');
    socket.resetAndDestroy();
  }
  expect(await upgrade('/_next/hmr', { authorization })).toMatch(/^HTTP\/1\.1 101 /);
});
