import { open } from 'node:fs/promises';
import { isFinal } from '@/lib/run/status.ts';
import type { Context } from '@/server/context.ts';
import { findRow } from '@/server/runs/queries/read-runs.ts';
import { findRunFile } from './run-files.ts';

/** The maximum size of a part. If the log grows faster, the bytes in between are skipped. */
const partBytes = 256 * 1024;

/** Complete lines of a log, from byte `from` to byte `to`, where the next part begins. */
export interface LogPart {
  text: string;
  from: number;
  to: number;
}

/**
 * Reads a part of a trainer's log.
 * @param after `to` of the previous part; omitted to read the end of the log
 * @throws RunNotFoundError
 */
export async function readLog({ db, env }: Context, id: string, after?: number): Promise<LogPart> {
  const run = findRow(db, id);
  const file = await findRunFile(env.paths.results, run, 'trainer.log');
  const known = after !== undefined && file && after <= file.bytes ? after : 0;
  const start = Math.max(known, (file?.bytes ?? 0) - partBytes);
  if (!file || start === file.bytes) return { text: '', from: start, to: start };
  const bytes = await readBytes(file.path, start, file.bytes);
  // The first line may be incomplete if earlier bytes were skipped, and the last one while the run trains.
  const first = start === known ? 0 : bytes.indexOf('\n') + 1;
  const last = Math.max(first, isFinal(run.status) ? bytes.length : bytes.lastIndexOf('\n') + 1);
  return { text: bytes.toString('utf8', first, last), from: start + first, to: start + last };
}

async function readBytes(file: string, start: number, end: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(end - start), position: start });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
