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
  /** Its folder: results, cache and database lie below. */
  folder: string;
  process: ChildProcess;
  /** Everything printed so far. */
  output: () => string;
  /** Queries and mutations, as a page of the app would send them. */
  trpc: ReturnType<typeof createClient>;
  /** Ends it as Ctrl-C does. @returns its exit code */
  stop(): Promise<number | null>;
}

/** Starts the built app, as `npm start` does, on a free port and in an empty folder of its own. */
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

/** The same in a given folder, which stays. */
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

/** Runs one of the tools with what this process has in its environment, and more. */
export const startTool = (name: string, environment: Record<string, string>): ChildProcess =>
  spawn(process.execPath, [path.join(root, 'tools', name)], { env: { ...process.env, ...environment } });

/** @returns its exit code; null where a signal ended it */
async function stopTool(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const closed = once(child, 'close');
  child.kill('SIGINT');
  const [code] = await closed;
  return code;
}

const createClient = (url: string) =>
  createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/api/trpc`, headers: { origin: url } })] });
