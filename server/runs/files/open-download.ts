import { createReadStream } from 'node:fs';
import { PassThrough, pipeline, Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { RunRow } from '@/drizzle/schema.ts';
import type { RunEvent } from '@/lib/run/events.ts';
import { metricsCsv } from '@/lib/run/metrics-csv.ts';
import type { BaseContext } from '@/server/base-context.ts';
import { findRow, readEvents } from '@/server/runs/queries/read-runs.ts';
import { encodeTensorboard } from './encode-tensorboard.ts';
import { findRunFile, isRunFileName, listRunFiles, runFileTypes } from './run-files.ts';

/** A download as a stream. */
export interface Download {
  contentType: string;
  content: Readable;
}

/**
 * Opens a download of a run: a file in its folder, or `metrics.csv`, `tensorboard.zip` or `run.zip`, which are generated on
 * request.
 * @returns null if the run has no download of this name
 * @throws RunNotFoundError
 */
export async function openDownload(
  { db, env }: Pick<BaseContext, 'db' | 'env'>,
  id: string,
  name: string,
): Promise<Download | null> {
  const run = findRow(db, id);
  const { results } = env.paths;
  const events = () => readEvents(db, id).map(({ event }) => event);
  if (name === 'metrics.csv') return epochTable(events());
  if (name === 'tensorboard.zip') return eventFiles(run, events());
  if (name === 'run.zip') return archive(results, run, events());
  const file = isRunFileName(name) ? await findRunFile(results, run, name) : null;
  return file && { contentType: runFileTypes[file.name], content: createReadStream(file.path) };
}

function epochTable(events: RunEvent[]): Download | null {
  if (!events.some((event) => event.type === 'epoch')) return null;
  return { contentType: 'text/csv; charset=utf-8', content: Readable.from([metricsCsv(events)]) };
}

/** Puts the files in a folder named after the run, because TensorBoard uses the folder's name for the run. */
function eventFiles(run: RunRow, events: RunEvent[]): Download | null {
  const files = encodeTensorboard(events);
  if (files.size === 0) return null;
  const folder = `${run.name.replace(/[^\w.-]+/g, '_').replace(/^\.+/, '')}-${run.id.slice(-4)}`;
  const zip = new ZipFile();
  for (const [file, bytes] of files) zip.addBuffer(bytes, `${folder}/${file}`);
  zip.end();
  return { contentType: 'application/zip', content: Readable.from(zip.outputStream) };
}

/**
 * Streams all files of a run as a ZIP archive, one after the other. A log may grow meanwhile. A file that disappears aborts
 * the download, and an aborted download closes the open file.
 */
async function archive(results: string, run: RunRow, events: RunEvent[]): Promise<Download | null> {
  const files = await listRunFiles(results, run);
  if (files.length === 0) return null;
  const zip = new ZipFile();
  const content = new PassThrough();
  let reading: Readable | undefined;
  content.once('close', () => reading?.destroy());
  for (const { name, path } of files) {
    // Model files are incompressible, so compression would only cost time.
    zip.addReadStreamLazy(`${run.id}/${name}`, { compress: /\.(json|log)$/.test(name) }, (add) => {
      reading = createReadStream(path).once('error', (error) => content.destroy(error));
      add(null, reading);
    });
  }
  zip.addBuffer(Buffer.from(metricsCsv(events)), `${run.id}/metrics.csv`);
  zip.end();
  // The reader of `content` receives the error.
  pipeline(zip.outputStream, content, () => {});
  return { contentType: 'application/zip', content };
}
