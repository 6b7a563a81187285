import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startApp, startTool } from './testing/app-server.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Takes a port; one that is taken already will do. */
async function occupy(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  const [taken] = await Promise.race([once(server, 'listening').then(() => [false]), once(server, 'error')]);
  if (taken) return port;
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Runs `npm start` with what it cannot serve. @returns its exit code and all it printed */
async function startInVain(environment: Record<string, string>) {
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
  it('takes the next free port from 3000 on', async () => {
    await occupy(3000);
    const app = await startApp({ PORT: '' });
    ends.push(app.stop);
    expect(Number(new URL(app.url).port)).toBeGreaterThan(3000);
    expect((await fetch(`${app.url}/api/trpc/runs.list`)).status).toBe(200);
  }, 600_000);

  it('says in one sentence that the port asked for is taken, and exits 1', async () => {
    const port = await occupy(0);
    const { code, output } = await startInVain({ PORT: String(port) });
    expect([code, output.trim().split('\n')]).toEqual([1, [expect.stringContaining(`Port ${port} is taken`)]]);
  });

  it.each([
    [{ PORT: 'web' }, 'PORT must be'],
    [{ HOST: '0.0.0.0' }, 'AUTH_TOKEN'],
    [{ AUTH_TOKEN: 'short' }, '16 characters'],
  ])('says in one sentence what is wrong with %o, and exits 1', async (environment, sentence) => {
    const { code, output } = await startInVain(environment as unknown as Record<string, string>);
    expect([code, output.trim().split('\n')]).toEqual([1, [expect.stringContaining(sentence)]]);
  });
});
