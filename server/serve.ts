import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import next from 'next';
import { type Env, getEnv, projectRoot } from './env.ts';
import { EnvironmentError } from './errors.ts';
import { getServices } from './services.ts';

const firstPort = 3000;
const lastPort = 3999;

/**
 * Serves the app until a signal ends it, and then ends its trainer with it. The last line printed is the URL. What a
 * person can put right is said in one sentence, with exit code 1.
 * @param options.dev pages are built when they are asked for
 */
export async function serve({ dev }: { dev: boolean }): Promise<void> {
  try {
    const env = getEnv();
    const server = createServer();
    const port = await listen(server, env);
    // Requests may come while Next still starts.
    const app = next({ dev, dir: projectRoot(), hostname: env.host, port, httpServer: server });
    const ready = app.prepare();
    server.on('request', async (request, response) => {
      await ready;
      if (isDecodable(request.url ?? '')) await app.getRequestHandler()(request, response);
      else response.writeHead(400).end('This address is not spelt as addresses are.\n');
    });
    await ready;
    endWithSignals(server);
    console.log(`http://${env.host}:${port}`);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

/** Next would answer 500 where a percent sign stands for nothing. */
function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.split('?', 1)[0]!);
    return true;
  } catch {
    return false;
  }
}

/** Takes the port that was asked for, or else the first free one. */
async function listen(server: Server, { port, host }: Env): Promise<number> {
  if (port !== null) {
    if (await tryListen(server, port, host)) return (server.address() as AddressInfo).port;
    throw new EnvironmentError(`Port ${port} is taken: set PORT to another, or leave it out for the next free one.`);
  }
  for (let free = firstPort; free <= lastPort; free++) {
    if (await tryListen(server, free, host)) return free;
  }
  throw new EnvironmentError(`No port from ${firstPort} to ${lastPort} is free: set PORT to another.`);
}

/** @returns false where the port is taken, or not for this user */
const tryListen = (server: Server, port: number, host: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    };
    server.once('error', failed);
    server.listen(port, host.replace(/^\[|\]$/g, ''), () => {
      server.off('error', failed);
      resolve(true);
    });
  });

/** A terminal's Ctrl-C comes twice when npm passes it on: the second is no haste. */
function endWithSignals(server: Server): void {
  let isEnding = false;
  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    server.close();
    const { queue, downloads, prober, logs, db } = getServices();
    await logs.close();
    await queue.close();
    await downloads.close();
    await prober.close();
    server.closeAllConnections();
    db.$client.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());
}
