import { type FileHandle, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { DownloadError, type DownloadErrorCode, DownloadErrors, DownloadStopped } from './errors.ts';
import { request } from './request.ts';
import type { DataSource, Transfer } from './sources.ts';

export interface DownloadOptions {
  /** Aborting stops the download; the bytes received so far are kept. */
  signal: AbortSignal;
  onTransfer: (transfer: Transfer) => void;
  /** Milliseconds without data after which the connection is given up. */
  patience?: number;
  /** Delays in milliseconds before each retry; the download fails when all retries in a row make no progress. */
  retryDelays?: readonly number[];
}

/** Stored next to a partial file; determines whether the rest can be requested. */
const partInfoSchema = z.object({ url: z.string(), validator: z.string().nullable(), total: z.number().nullable() });
type PartInfo = z.infer<typeof partInfoSchema>;

/** The partial file of a download, and its metadata file. */
export const partFile = (file: string): string => `${file}.part`;
const partInfoFile = (file: string): string => `${file}.part.json`;

/** Removes a partial download, so that the next attempt starts from scratch. */
export async function removePart(file: string): Promise<void> {
  await rm(partFile(file), { force: true });
  await rm(partInfoFile(file), { force: true });
}

/**
 * Downloads a source into `<file>.part`. Resumes what an earlier attempt left there (HTTP range requests, RFC 9110,
 * section 14) and retries automatically if the connection is lost. Only one download may work on a file at a time.
 *
 * @throws DownloadError if all retries fail; DownloadStopped if the signal is aborted
 */
export async function download(file: string, source: DataSource, options: DownloadOptions): Promise<void> {
  const errors = new DownloadErrors(source, file);
  const delays = options.retryDelays ?? [1000, 3000, 10_000];
  let mostBytes = await sizeOf(partFile(file));
  let hasProgressed = false;
  let attemptsWithoutProgress = 0;
  for (;;) {
    try {
      if (await attempt(file, source, errors, options)) return;
    } catch (error) {
      if (options.signal.aborted) throw new DownloadStopped();
      if (!(error instanceof DownloadError)) throw error;
      const bytes = await sizeOf(partFile(file));
      attemptsWithoutProgress = bytes > mostBytes ? 0 : attemptsWithoutProgress + 1;
      hasProgressed ||= bytes > mostBytes;
      mostBytes = Math.max(mostBytes, bytes);
      const delay = delays[attemptsWithoutProgress];
      if (!hasProgressed || delay === undefined || !retryable.has(error.code)) throw error;
      await sleep(delay, undefined, { signal: options.signal }).catch(() => {});
    }
  }
}

/** Errors that a retry may resolve. */
const retryable: ReadonlySet<DownloadErrorCode> = new Set(['broken-off', 'stalled', 'unreachable']);

/**
 * Downloads over one connection, from the end of the partial file to the end of the file or the loss of the connection.
 * @returns false if the partial file does not match the server's file; it was removed, and the next attempt starts from
 * scratch
 */
async function attempt(
  file: string,
  source: DataSource,
  errors: DownloadErrors,
  options: DownloadOptions,
): Promise<boolean> {
  const { signal, onTransfer, patience = 30_000 } = options;
  const part = await readPartInfo(file, source.url);
  const transfer: Transfer = { bytes: part ? await sizeOf(partFile(file)) : 0, total: part?.total ?? source.bytes };
  if (part && transfer.bytes > 0 && transfer.bytes === part.total) return true;
  onTransfer({ ...transfer });
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(), patience);
  let answer: IncomingMessage | null = null;
  let handle: FileHandle | null = null;
  try {
    const headers = headersFor(transfer.bytes, part?.validator);
    answer = await request(source.url, headers, AbortSignal.any([signal, stall.signal]));
    const start = startOf(answer, transfer, errors);
    if (start === 'mismatch') {
      await removePart(file);
      return false;
    }
    transfer.bytes = start;
    transfer.total = totalOf(answer, start);
    if (isHtml(answer)) throw errors.unexpectedContent(true);
    if (source.bytes !== null && transfer.total !== null && transfer.total !== source.bytes) {
      throw errors.truncated(`offers ${transfer.total} bytes instead of ${source.bytes}`);
    }
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      timer.refresh();
      if (transfer.bytes === 0) assertSignature(chunk, source, errors);
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
    if (stall.signal.aborted && !signal.aborted) throw errors.stalled(patience, transfer);
    throw errors.fromConnectionError(error, answer && transfer);
  } finally {
    clearTimeout(timer);
    answer?.destroy();
    await handle?.close();
  }
  const expected = transfer.total ?? source.bytes ?? 1;
  if (transfer.bytes < expected) throw errors.truncated(`sent only ${transfer.bytes} of ${expected} bytes`);
  return true;
}

/** `If-Range` prevents the server from sending a part of a newer file. */
const headersFor = (bytes: number, validator: string | null | undefined): Record<string, string> => ({
  'accept-encoding': 'identity',
  ...(bytes > 0 && { range: `bytes=${bytes}-`, ...(validator && { 'if-range': validator }) }),
});

/**
 * @returns the offset in the file at which the response body begins: the requested one, or 0 if the server does not
 * support ranges or its file has changed; `mismatch` if the response does not continue the partial file
 */
function startOf(
  { statusCode, headers }: IncomingMessage,
  asked: Transfer,
  errors: DownloadErrors,
): number | 'mismatch' {
  if (statusCode === 200) return 0;
  if (asked.bytes > 0 && statusCode === 416) return 'mismatch';
  if (asked.bytes === 0 || statusCode !== 206) throw errors.httpStatus(statusCode!);
  const [, start, total] = rangePattern.exec(headers['content-range'] ?? '') ?? [];
  const isSameFile = asked.total === null || total === '*' || Number(total) === asked.total;
  return Number(start) === asked.bytes && isSameFile ? asked.bytes : 'mismatch';
}

/** `bytes 5-9/10`, or `/*` if the server does not know the total. */
const rangePattern = /^bytes (\d+)-\d+\/(\d+|\*)$/;

function totalOf({ headers }: IncomingMessage, start: number): number | null {
  const length = headers['content-length'];
  return length === undefined ? null : start + Number(length);
}

/** Identifies this version of the file under its URL (RFC 9110, section 8.8). Weak ETags cannot be used for ranges. */
function validatorOf({ headers: { etag, 'last-modified': modified } }: IncomingMessage): string | null {
  return (etag?.startsWith('W/') ? undefined : etag) ?? modified ?? null;
}

const isHtml = ({ headers }: IncomingMessage): boolean => headers['content-type']?.includes('text/html') ?? false;

function assertSignature(chunk: Buffer, { signature }: DataSource, errors: DownloadErrors): void {
  const length = Math.min(chunk.length, signature.length);
  if (chunk.compare(signature, 0, length, 0, length) === 0) return;
  throw errors.unexpectedContent(chunk.toString('latin1').trimStart().startsWith('<'));
}

/** Opens the partial file for appending, or creates an empty one with new metadata. */
async function openPart(file: string, start: number, info: PartInfo): Promise<FileHandle> {
  if (start > 0) return open(partFile(file), 'a');
  const handle = await open(partFile(file), 'w');
  await writeFile(partInfoFile(file), JSON.stringify(info));
  return handle;
}

/** @returns the metadata of the partial file; null if there is none or it belongs to another URL */
async function readPartInfo(file: string, url: string): Promise<PartInfo | null> {
  const text = await readFile(partInfoFile(file), 'utf8').catch(() => '');
  try {
    const info = partInfoSchema.parse(JSON.parse(text));
    return info.url === url ? info : null;
  } catch {
    return null;
  }
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
