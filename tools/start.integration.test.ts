import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startApp, startTool } from './testing/app-server.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** Occupies a port, unless it is already in use. */
async function occupy(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  const [error] = await Promise.race([once(server, 'listening').then(() => [false]), once(server, 'error')]);
  if (error) return port;
  cleanUps.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Runs `npm start` in an environment in which it fails. @returns its exit code and output */
async function startFailing(environment: Record<string, string>) {
  const child = startTool('start.mjs', environment);
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (data) => {
      output += data;
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

describe('npm start', () => {
  it('uses the next free port from 3000 on', async () => {
    await occupy(3000);
    const app = await startApp({ PORT: '' });
    cleanUps.push(app.stop);
    expect(Number(new URL(app.url).port)).toBeGreaterThan(3000);
    expect((await fetch(`${app.url}/api/trpc/runs.list`)).status).toBe(200);
  }, 600_000);

  it('reports in one sentence that the requested port is in use, and exits 1', async () => {
    const port = await occupy(0);
    const { code, output } = await startFailing({ PORT: String(port) });
    expect([code, output.trim().split('\n')]).toEqual([1, [expect.stringContaining(`Port ${port} is in use`)]]);
  });

  it.each([
    [{ PORT: 'web' }, 'PORT must be'],
    [{ HOST: '0.0.0.0' }, 'AUTH_TOKEN'],
    [{ AUTH_TOKEN: 'short' }, '16 characters'],
  ])('reports in one sentence what is wrong with %o, and exits 1', async (environment, sentence) => {
    const { code, output } = await startFailing(environment as unknown as Record<string, string>);
    expect([code, output.trim().split('\n')]).toEqual([1, [expect.stringContaining(sentence)]]);
  });
});
