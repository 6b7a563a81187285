import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { RunNotFoundError } from '@/server/errors.ts';
import { findRow } from '@/server/runs/read-runs.ts';
import { findRunFile, isRunFileName, runFileTypes } from '@/server/runs/run-files.ts';
import { getServices } from '@/server/services.ts';

/**
 * Downloads a file of a run: by the run's id and one of a few names, never by a path. Without a length, which Next takes
 * from every route's answer.
 */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string; name: string }> }) {
  const { id, name } = await params;
  const { db, env } = getServices();
  try {
    const run = findRow(db, id);
    const file = isRunFileName(name) ? await findRunFile(env.paths.results, run, name) : null;
    if (!file) return new Response('This run has no such file.\n', { status: 404 });
    return new Response(Readable.toWeb(createReadStream(file.path)) as ReadableStream, {
      headers: {
        'Cache-Control': 'no-store',
        'Content-Disposition': `attachment; filename="${file.name}"`,
        'Content-Type': runFileTypes[file.name],
      },
    });
  } catch (error) {
    if (error instanceof RunNotFoundError) return new Response(`${error.message}\n`, { status: 404 });
    throw error;
  }
}
