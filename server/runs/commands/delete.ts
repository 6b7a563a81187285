import { realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { and, eq, isNull } from 'drizzle-orm';
import { imports, type RunRow, runs } from '@/drizzle/schema.ts';
import type { Context } from '@/server/context.ts';
import { AppError } from '@/server/errors.ts';
import { isInside, isMissing } from '@/server/runs/files/run-files.ts';
import { bytesBelow } from '@/server/runs/files/sum-bytes.ts';
import { copiesOf } from '@/server/runs/imports/import-log.ts';
import { findRow } from '@/server/runs/queries/read-runs.ts';
import { cancelRun } from './cancel.ts';

/**
 * Deletes a run with its events, its folder and its log. The files go first: should one resist, the run is still there
 * to try again. Nothing outside the results folder is touched, wherever links lead.
 * @returns the bytes that are free now
 * @throws RunNotFoundError; AppError `conflict` while it trains
 */
export async function deleteRun(services: Context, id: string): Promise<{ freedBytes: number }> {
  const { db, bus, env, queue } = services;
  const run = findRow(db, id);
  if (run.status === 'running') throw new AppError('conflict', 'This run is training. Cancel it, then delete it.');
  // Out of the line, so that it does not start while its files go; and nobody writes new ones.
  if (run.status === 'queued') cancelRun(services, id);
  db.update(runs).set({ exportPending: false }).where(eq(runs.id, id)).run();
  await queue.release(id);
  const folder = path.join(env.paths.results, id);
  // An example's log is the project's own: it stays, and is not read again.
  const log = run.isExample ? null : await findLogEntry(env.paths.results, run);
  const freedBytes = (await bytesBelow(folder)) + (log ? await bytesBelow(log) : 0);
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  if (log) await rm(log, { force: true });
  db.transaction((tx) => {
    // Its log may lie in the folder once more. Who deletes a run does not want it back from there.
    const read = tx
      .select()
      .from(imports)
      .where(and(eq(imports.runId, id), isNull(imports.problem)))
      .all();
    const problem = 'holds the same as a log whose run was deleted; under another name it is read again';
    tx.update(imports)
      .set({ problem })
      .where(copiesOf(read.map(({ sha256 }) => sha256)))
      .run();
    tx.delete(runs).where(eq(runs.id, id)).run();
  });
  bus.publish({ runId: id, progress: null });
  return { freedBytes };
}

/** The log's own entry in a folder that really lies within the results: a link, where it is one, not what it leads to. */
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
