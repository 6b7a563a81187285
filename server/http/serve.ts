import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import next from 'next';
import { lockFile } from '@/server/db/file-lock.ts';
import { StorageError } from '@/server/db/storage-errors.ts';
import { type Env, getEnv, projectRoot } from '@/server/env.ts';
import { EnvironmentError } from '@/server/errors.ts';
import { openServices } from '@/server/services.ts';
import { passGate } from './gate.ts';
import { problemPage } from './plain-page.ts';
import { plainPagePolicy, setSecurityHeaders } from './security-headers.ts';

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
    const unlock = lockDatabase(env);
    const server = createServer();
    const port = await listen(server, env);
    const url = `http://${env.host}:${port}`;
    let problem: string | null = null;
    let handle: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | null = null;
    server.on('request', async (request, response) => {
      setSecurityHeaders(request, response, { dev });
      if (!(await passGate(request, response, env))) return;
      if (problem === null) await ready;
      if (handle) await handle(request, response);
      else response.writeHead(503, problemHeaders).end(problemPage(problem ?? ''));
    });
    // Requests may come while the database cannot be opened, and while Next still starts.
    const ready = (async () => {
      await openDatabase((message) => {
        if (message !== null && message !== problem) console.error(`${message}\n${url}`);
        problem = message;
      });
      const app = next({ dev, dir: projectRoot(), hostname: env.host, port, httpServer: server });
      await app.prepare();
      handle = app.getRequestHandler();
    })();
    await ready;
    endWithSignals(server, unlock);
    console.log(url);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

const problemHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': plainPagePolicy,
  'Content-Type': 'text/html; charset=utf-8',
};

/** How often a database that could not be opened is tried again. Milliseconds. */
const openInterval = 2000;

/** Opens the database as soon as that is possible. @param tell told why it is not, and null when it is */
async function openDatabase(tell: (problem: string | null) => void): Promise<void> {
  for (;;) {
    try {
      openServices();
      return tell(null);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      tell(error.message);
    }
    await sleep(openInterval);
  }
}

/** @returns what gives the lock back @throws EnvironmentError where another server has it */
function lockDatabase({ databasePath }: Env): () => void {
  let unlock: (() => void) | null;
  try {
    mkdirSync(path.dirname(databasePath), { recursive: true });
    unlock = lockFile(`${databasePath}.server`);
  } catch {
    // A folder that cannot be written has no second server either; the database itself says what is wrong.
    return () => {};
  }
  if (unlock) return unlock;
  throw new EnvironmentError(
    `Another server has the database ${databasePath}: end that one, or set RESULTS_DIR to another folder.`,
  );
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

/** @returns false if the port is taken, or not allowed for this user */
async function tryListen(server: Server, port: number, host: string): Promise<boolean> {
  server.listen(port, host.replace(/^\[|\]$/g, ''));
  try {
    await once(server, 'listening');
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' || code === 'EACCES') return false;
    throw error;
  }
}

/** A terminal's Ctrl-C comes twice when npm passes it on: the second is no haste. */
function endWithSignals(server: Server, unlock: () => void): void {
  let isEnding = false;
  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    server.close();
    const { queue, downloads, prober, logs, db } = openServices();
    await logs.close();
    await queue.close();
    await downloads.close();
    await prober.close();
    server.closeAllConnections();
    db.$client.close();
    unlock();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());
}
