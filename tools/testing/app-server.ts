import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTRPCClient, httpLink } from '@trpc/client';
import type { AppRouter } from '@/server/router.ts';
import { projectRoot } from './paths.ts';

const root = projectRoot;

export interface AppServer {
  url: string;
  /** Contains results, cache and database. */
  folder: string;
  process: ChildProcess;
  /** Everything printed so far. */
  output: () => string;
  /** Sends queries and mutations like a page of the app. */
  trpc: ReturnType<typeof createClient>;
  /** Stops it like Ctrl-C. @returns its exit code */
  stop(): Promise<number | null>;
}

/** Starts the built app like `npm start`, on a free port and with a new temporary folder. */
export async function startApp(environment: Record<string, string> = {}): Promise<AppServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'transfer-lab-app-'));
  const app = await startAppIn(folder, environment);
  return {
    ...app,
    stop: async () => {
      const code = await app.stop();
      await rm(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/** Starts the built app in an existing folder, which is kept. */
export async function startAppIn(folder: string, environment: Record<string, string> = {}): Promise<AppServer> {
  const child = startTool('start.mjs', {
    PORT: '0',
    RESULTS_DIR: path.join(folder, 'results'),
    CACHE_DIR: path.join(folder, 'cache'),
    DATABASE_PATH: '',
    ...environment,
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (data: Buffer) => {
      output += data;
      const line = /^http:\/\/\S+$/m.exec(output);
      if (line) resolve(line[0]);
    };
    child.stdout!.on('data', read);
    child.stderr!.on('data', read);
    child.once('close', (code) => reject(new Error(`The app ended with exit code ${code}:\n${output}`)));
  });
  return { url, folder, process: child, output: () => output, trpc: createClient(url), stop: () => stopTool(child) };
}

/** Runs one of the tools with this process's environment and additional variables. */
export const startTool = (name: string, environment: Record<string, string>): ChildProcess =>
  spawn(process.execPath, [path.join(root, 'tools', name)], { env: { ...process.env, ...environment } });

/** @returns its exit code; null if it was killed by a signal */
async function stopTool(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const closed = once(child, 'close');
  child.kill('SIGINT');
  const [code] = await closed;
  return code;
}

const createClient = (url: string) =>
  createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/api/trpc`, headers: { origin: url } })] });
