import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import next from 'next';
import type { DatabaseFile } from '@/server/db/database-file.ts';
import { lockFile } from '@/server/db/file-lock.ts';
import { StorageError } from '@/server/db/storage-errors.ts';
import { type Env, getEnv, projectRoot } from '@/server/env.ts';
import { EnvironmentError } from '@/server/errors.ts';
import { openServices } from '@/server/services.ts';
import { answer } from './answer.ts';
import { createGate } from './gate.ts';
import { problemPage } from './plain-page.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { handleUpgrade } from './upgrade.ts';

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
    const pass = createGate(env);
    let problem: string | null = null;
    let handle: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | null = null;
    const respond = async (request: IncomingMessage, response: ServerResponse) => {
      setSecurityHeaders(request, response, { dev });
      if (!(await pass(request, response))) return;
      if (problem === null) await ready;
      if (!handle) return answer(response, 503, problemPage(problem ?? ''), 'page');
      const fileProblem = isPage(request) ? openServices().databaseFile.problem() : null;
      if (fileProblem !== null) return answer(response, 503, problemPage(fileProblem, fileProblemTitle), 'page');
      await handle(request, response);
    };
    server.on('request', (request, response) => {
      respond(request, response).catch((error) => answerFailure(response, error));
    });
    // Unhandled, a connection that cannot be accepted would end the process.
    server.on('error', (error) => console.error(error));
    // Next adds its upgrade listener to the server it is given. This one never listens, so upgrades pass the gate first.
    const upgrades = createServer();
    if (dev) {
      const accept = (...upgrade: [IncomingMessage, Duplex, Buffer]) => upgrades.emit('upgrade', ...upgrade);
      const passUpgrade = (request: IncomingMessage, response: ServerResponse) => {
        setSecurityHeaders(request, response, { dev });
        return pass(request, response);
      };
      server.on('upgrade', (request, socket, head) =>
        handleUpgrade(request, socket, head, { pass: passUpgrade, accept }),
      );
    }
    // Requests may arrive before the database is open and while Next is still starting.
    const ready = (async () => {
      await openDatabase((message) => {
        if (message !== null && message !== problem) console.error(`${message}\n${url}`);
        problem = message;
      });
      const app = next({ dev, dir: projectRoot(), hostname: env.host, port, httpServer: upgrades });
      await app.prepare();
      handle = app.getRequestHandler();
    })();
    await ready;
    reportFileProblems(openServices().databaseFile);
    stopOnSignals(server, unlock);
    console.log(url);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

const fileProblemTitle = 'The database file is missing or was replaced';

/** Whether a request is for a page. Routes report problems themselves, and files in `_next` always work. */
const isPage = ({ url }: IncomingMessage): boolean => !/^\/(api|_next)\//.test(url ?? '');

/** Answers a request whose handling failed. The cause is often a client that disconnected, which needs no answer. */
function answerFailure(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  console.error(error);
  if (response.headersSent) response.destroy();
  else answer(response, 500, 'The server failed to handle this request. The reason is in its output.\n');
}

/** How often the database file is checked, in milliseconds. */
const fileInterval = 5000;

/** Prints each problem of the database file once. */
function reportFileProblems(file: DatabaseFile): void {
  let reported: string | null = null;
  setInterval(() => {
    const problem = file.problem();
    if (problem !== reported && problem !== null) console.error(problem);
    reported = problem;
  }, fileInterval).unref();
}

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
    const { queue, downloads, prober, logs, db, databaseFile } = openServices();
    await logs.close();
    await queue.close();
    await downloads.close();
    await prober.close();
    server.closeAllConnections();
    // Checked once more, because the last writes must not be applied to another file either.
    databaseFile.problem();
    db.$client.close();
    unlock();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
}
