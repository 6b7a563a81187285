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
 * Serves the app until a signal arrives, then stops the trainer and exits. The last line printed is the URL. Problems
 * that the user can fix are printed as one sentence, with exit code 1.
 * @param options.dev builds pages on request
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
    // Requests may arrive before the database is open and while Next is still starting.
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
    stopOnSignals(server, unlock);
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

/** Delay between attempts to open the database, in milliseconds. */
const openInterval = 2000;

/**
 * Retries until the database is open.
 * @param onProblem called with the reason after a failed attempt, with null on success
 */
async function openDatabase(onProblem: (problem: string | null) => void): Promise<void> {
  for (;;) {
    try {
      openServices();
      return onProblem(null);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      onProblem(error.message);
    }
    await sleep(openInterval);
  }
}

/** @returns a function that releases the lock @throws EnvironmentError if another server holds it */
function lockDatabase({ databasePath }: Env): () => void {
  let unlock: (() => void) | null;
  try {
    mkdirSync(path.dirname(databasePath), { recursive: true });
    unlock = lockFile(`${databasePath}.server`);
  } catch {
    // An unwritable folder cannot have a second server either; opening the database will report the problem.
    return () => {};
  }
  if (unlock) return unlock;
  throw new EnvironmentError(
    `Another server is using the database ${databasePath}. Stop it, or set RESULTS_DIR to another folder.`,
  );
}

/** Listens on the requested port, or on the first free one if none was requested. */
async function listen(server: Server, { port, host }: Env): Promise<number> {
  if (port !== null) {
    if (await tryListen(server, port, host)) return (server.address() as AddressInfo).port;
    throw new EnvironmentError(
      `Port ${port} is in use or not permitted for this user. Set PORT to another port, or leave it unset to use the next free one.`,
    );
  }
  for (let free = firstPort; free <= lastPort; free++) {
    if (await tryListen(server, free, host)) return free;
  }
  throw new EnvironmentError(
    `No port from ${firstPort} to ${lastPort} is free. Set PORT to a port outside this range.`,
  );
}

/** @returns false if the port is in use or this user may not listen on it */
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

/** Ignores repeated signals: npm forwards Ctrl-C, so the process receives it twice. */
function stopOnSignals(server: Server, unlock: () => void): void {
  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
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
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
}
