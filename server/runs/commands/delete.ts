import { realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { and, eq, isNull } from 'drizzle-orm';
import { imports, type RunRow, runs } from '@/drizzle/schema.ts';
import type { Context } from '@/server/context.ts';
import { AppError } from '@/server/errors.ts';
import { appendEvent } from '@/server/runs/events/record-event.ts';
import { isInside, isMissing } from '@/server/runs/files/run-files.ts';
import { bytesBelow } from '@/server/runs/files/sum-bytes.ts';
import { duplicatesOf } from '@/server/runs/imports/import-log.ts';
import { findChangeableRun } from './find-changeable-run.ts';

/**
 * Deletes a run with its events, folder and log. Files are deleted first, so that the run still exists to try again if
 * that fails. Links are not followed, so nothing outside the results folder is touched.
 * @returns the number of freed bytes
 * @throws RunNotFoundError; AppError `conflict` while the run trains or is already being deleted
 */
export async function deleteRun(services: Context, id: string): Promise<{ freedBytes: number }> {
  const run = stopUse(services, id);
  // Reserved until the run is gone: otherwise it could be resumed while its files are being deleted.
  const unreserve = services.queue.reserveForDeletion(id);
  try {
    await services.queue.release(id);
    return { freedBytes: await deleteUnused(services, run) };
  } finally {
    unreserve();
  }
}

/** Takes a run out of the queue and stops its export from being started. */
function stopUse({ db, bus, queue }: Context, id: string): RunRow {
  const run = db.transaction(
    (tx) => {
      const run = findChangeableRun(tx, queue, id);
      if (run.status === 'running') throw new AppError('conflict', 'This run is training. Cancel it, then delete it.');
      if (run.status === 'queued') appendEvent(tx, id, { type: 'canceled', at: Date.now() });
      // Writes only if necessary, because deleting an ended run must work on a full disk.
      if (run.status === 'queued' || run.exportPending) {
        tx.update(runs).set({ exportPending: false }).where(eq(runs.id, id)).run();
      }
      return run;
    },
    { behavior: 'immediate' },
  );
  bus.publish({ runId: id, progress: null });
  return run;
}

async function deleteUnused({ db, bus, env }: Context, run: RunRow): Promise<number> {
  const { id } = run;
  const folder = path.join(env.paths.results, id);
  // An example's log belongs to the project. It is kept, and not imported again.
  const log = run.isExample ? null : await findLogEntry(env.paths.results, run);
  const freedBytes = (await bytesBelow(folder)) + (log ? await bytesBelow(log) : 0);
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  if (log) await rm(log, { force: true });
  db.transaction((tx) => {
    // The results folder may contain copies of the log, which must not bring the run back.
    const imported = tx
      .select()
      .from(imports)
      .where(and(eq(imports.runId, id), isNull(imports.problem)))
      .all();
    const problem = 'is a copy of a log whose run was deleted; rename it to import it again';
    tx.update(imports)
      .set({ problem })
      .where(duplicatesOf(imported.map(({ sha256 }) => sha256)))
      .run();
    tx.delete(runs).where(eq(runs.id, id)).run();
  });
  bus.publish({ runId: id, progress: null });
  return freedBytes;
}

/** The path of the log, or null if its real folder is outside the results folder. The log itself may be a link. */
async function findLogEntry(results: string, { logFile }: RunRow): Promise<string | null> {
  const entry = path.resolve(results, logFile);
  try {
    const folder = await realpath(path.dirname(entry));
    const root = await realpath(results);
    return folder === root || isInside(root, folder) ? path.join(folder, path.basename(entry)) : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
