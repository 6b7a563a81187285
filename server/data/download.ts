import { type FileHandle, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { DownloadError, type DownloadFault, DownloadStopped, Faults } from './errors.ts';
import { request } from './request.ts';
import type { DataSource, Transfer } from './sources.ts';

export interface DownloadOptions {
  /** Aborting stops it; what has come is kept. */
  signal: AbortSignal;
  onTransfer: (transfer: Transfer) => void;
  /** A server that sends nothing for so many milliseconds is given up. */
  patience?: number;
  /** Waits before it goes on after a break, in milliseconds; as many breaks in a row that brought nothing end it. */
  retryDelays?: readonly number[];
}

/** What is kept beside a part: enough to know whether the rest of it can be asked for. */
const keptSchema = z.object({ url: z.string(), validator: z.string().nullable(), total: z.number().nullable() });
type Kept = z.infer<typeof keptSchema>;

/** Where the first bytes of a download lie until it is whole, and what is known of them. */
export const partFile = (file: string): string => `${file}.part`;
const keptFile = (file: string): string => `${file}.part.json`;

/** Removes what has come of a download, so that the next one begins anew. */
export async function removePart(file: string): Promise<void> {
  await rm(partFile(file), { force: true });
  await rm(keptFile(file), { force: true });
}

/**
 * Fetches a source into `<file>.part`, whole. It goes on after what an earlier attempt left there (HTTP range requests,
 * RFC 9110, section 14), by itself where the connection breaks off on the way. Only one may work on a file at a time.
 *
 * @throws DownloadError in words; DownloadStopped
 */
export async function download(file: string, source: DataSource, options: DownloadOptions): Promise<void> {
  const faults = new Faults(source, file);
  const delays = options.retryDelays ?? [1000, 3000, 10_000];
  let furthest = await sizeOf(partFile(file));
  let hasGained = false;
  let inVain = 0;
  for (;;) {
    try {
      if (await attempt(file, source, faults, options)) return;
    } catch (error) {
      if (options.signal.aborted) throw new DownloadStopped();
      if (!(error instanceof DownloadError)) throw error;
      const bytes = await sizeOf(partFile(file));
      inVain = bytes > furthest ? 0 : inVain + 1;
      hasGained ||= bytes > furthest;
      furthest = Math.max(furthest, bytes);
      const delay = delays[inVain];
      if (!hasGained || delay === undefined || !passing.has(error.code)) throw error;
      await sleep(delay, undefined, { signal: options.signal }).catch(() => {});
    }
  }
}

/** Faults that may be over in a moment. */
const passing: ReadonlySet<DownloadFault> = new Set(['broken-off', 'stalled', 'unreachable']);

/**
 * One connection: from where the part ends to the end of the file, or of the connection.
 * @returns false where what was kept is no beginning of what the server has now: it is gone, the next one begins anew
 */
async function attempt(file: string, source: DataSource, faults: Faults, options: DownloadOptions): Promise<boolean> {
  const { signal, onTransfer, patience = 30_000 } = options;
  const kept = await readKept(file, source.url);
  const transfer: Transfer = { bytes: kept ? await sizeOf(partFile(file)) : 0, total: kept?.total ?? source.bytes };
  if (kept && transfer.bytes > 0 && transfer.bytes === kept.total) return true;
  onTransfer({ ...transfer });
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(), patience);
  let answer: IncomingMessage | null = null;
  let handle: FileHandle | null = null;
  try {
    const headers = headersFor(transfer.bytes, kept?.validator);
    answer = await request(source.url, headers, AbortSignal.any([signal, stall.signal]));
    const start = startOf(answer, transfer, faults);
    if (start === 'elsewhere') {
      await removePart(file);
      return false;
    }
    transfer.bytes = start;
    transfer.total = totalOf(answer, start);
    if (isPage(answer)) throw faults.notTheFile(true);
    if (source.bytes !== null && transfer.total !== null && transfer.total !== source.bytes) {
      throw faults.truncated(`offers ${transfer.total} bytes where ${source.bytes} are due`);
    }
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      timer.refresh();
      if (transfer.bytes === 0) assertBegins(chunk, source, faults);
      handle ??= await openPart(file, start, {
        url: source.url,
        validator: validatorOf(answer),
        total: transfer.total,
      });
      await handle.writeFile(chunk);
      transfer.bytes += chunk.length;
      onTransfer({ ...transfer });
    }
    await handle?.sync();
  } catch (error) {
    if (stall.signal.aborted && !signal.aborted) throw faults.stalled(patience, transfer);
    throw faults.ofConnection(error, answer && transfer);
  } finally {
    clearTimeout(timer);
    answer?.destroy();
    await handle?.close();
  }
  const due = transfer.total ?? source.bytes ?? 1;
  if (transfer.bytes < due) throw faults.truncated(`ended after ${transfer.bytes} bytes where ${due} are due`);
  return true;
}

/** Without the last, the server may answer with bytes of a newer file. */
const headersFor = (bytes: number, validator: string | null | undefined): Record<string, string> => ({
  'accept-encoding': 'identity',
  ...(bytes > 0 && { range: `bytes=${bytes}-`, ...(validator && { 'if-range': validator }) }),
});

/**
 * Where in the file an answer begins: at what was asked for; at 0 where the server knows no ranges, or has another file
 * now; `elsewhere` where it gives no part that goes on from what is there.
 */
function startOf({ statusCode, headers }: IncomingMessage, asked: Transfer, faults: Faults): number | 'elsewhere' {
  if (statusCode === 200) return 0;
  if (asked.bytes > 0 && statusCode === 416) return 'elsewhere';
  if (asked.bytes === 0 || statusCode !== 206) throw faults.httpStatus(statusCode!);
  const [, start, total] = rangePattern.exec(headers['content-range'] ?? '') ?? [];
  const isSameFile = asked.total === null || total === '*' || Number(total) === asked.total;
  return Number(start) === asked.bytes && isSameFile ? asked.bytes : 'elsewhere';
}

/** `bytes 5-9/10`, or `/*` where the server does not know the whole. */
const rangePattern = /^bytes (\d+)-\d+\/(\d+|\*)$/;

function totalOf({ headers }: IncomingMessage, start: number): number | null {
  const length = headers['content-length'];
  return length === undefined ? null : start + Number(length);
}

/** What tells this file from a later one under the same URL (RFC 9110, section 8.8); a weak tag does not. */
function validatorOf({ headers: { etag, 'last-modified': modified } }: IncomingMessage): string | null {
  return (etag?.startsWith('W/') ? undefined : etag) ?? modified ?? null;
}

const isPage = ({ headers }: IncomingMessage): boolean => headers['content-type']?.includes('text/html') ?? false;

function assertBegins(chunk: Buffer, { signature }: DataSource, faults: Faults): void {
  const length = Math.min(chunk.length, signature.length);
  if (chunk.compare(signature, 0, length, 0, length) === 0) return;
  throw faults.notTheFile(chunk.toString('latin1').trimStart().startsWith('<'));
}

/** Opens the part at its end, or empty and with a new note of what it is the beginning of. */
async function openPart(file: string, start: number, kept: Kept): Promise<FileHandle> {
  if (start > 0) return open(partFile(file), 'a');
  const handle = await open(partFile(file), 'w');
  await writeFile(keptFile(file), JSON.stringify(kept));
  return handle;
}

/** What is known of the part; null where there is none, or not of this URL. */
async function readKept(file: string, url: string): Promise<Kept | null> {
  const text = await readFile(keptFile(file), 'utf8').catch(() => '');
  try {
    const kept = keptSchema.parse(JSON.parse(text));
    return kept.url === url ? kept : null;
  } catch {
    return null;
  }
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
