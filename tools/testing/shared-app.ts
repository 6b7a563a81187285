import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inject } from 'vitest';
import { type AppServer, startAppIn } from './app-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with one subfolder per shared app, which contains its process id (browser-setup.ts). */
    sharedApps: string;
  }
}

const started = new Map<string, Promise<AppServer>>();

/**
 * Starts the built app with this trainer once per worker, whose test files share it.
 * @returns an app without runs; its `stop` deletes all runs but keeps the app running
 */
export async function shareApp({ TRAINER_ENTRY }: { TRAINER_ENTRY: string }): Promise<AppServer> {
  if (!started.has(TRAINER_ENTRY)) started.set(TRAINER_ENTRY, start(TRAINER_ENTRY));
  const app = await started.get(TRAINER_ENTRY)!;
  return { ...app, stop: () => deleteRuns(app) };
}

async function start(TRAINER_ENTRY: string): Promise<AppServer> {
  const folder = path.join(inject('sharedApps'), `${process.pid}-${started.size}`);
  mkdirSync(folder);
  const app = await startAppIn(folder, { TRAINER_ENTRY });
  writeFileSync(path.join(folder, 'pid'), String(app.process.pid));
  return app;
}

async function deleteRuns({ trpc }: AppServer): Promise<null> {
  for (;;) {
    const { runs } = await trpc.runs.list.query({});
    if (runs.length === 0) return null;
    for (const { id } of runs) {
      await trpc.runs.cancel.mutate({ id });
      await trpc.runs.delete.mutate({ id });
    }
  }
}
