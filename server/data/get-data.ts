import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, stat, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { cifar10Files } from '@/lib/data/data-files.ts';
import { provenanceFile, type provenanceSchema } from '@/lib/data/provenance.ts';
import { lockFile } from '@/server/db/file-lock.ts';
import { type DownloadOptions, download, partFile, removePart } from './download.ts';
import { DownloadError, type DownloadErrorCode, DownloadErrors, DownloadStopped } from './errors.ts';
import { inspect, inspectHdf5 } from './inspect.ts';
import type { DataSource } from './sources.ts';
import { SpeedMeter } from './speed-meter.ts';
import { unpack } from './unpack.ts';

/** The current phase and its progress. Only the download has a speed. */
export interface DataProgress {
  phase: 'downloading' | 'checking' | 'unpacking';
  bytes: number;
  total: number | null;
  bytesPerSecond: number | null;
  /** Null while unknown. */
  secondsLeft: number | null;
}

export interface GetDataOptions extends Pick<DownloadOptions, 'signal' | 'patience' | 'retryDelays'> {
  onProgress?: (progress: DataProgress) => void;
  /** @returns the free bytes on a folder's disk */
  freeBytes?: (folder: string) => Promise<number>;
}

/**
 * Downloads one source into the data folder (resuming a partial download), verifies and unpacks it, and only then moves
 * it to its final name. Does nothing if it is already there.
 *
 * @throws DownloadError; DownloadStopped if the signal is aborted
 */
export async function getData(dataFolder: string, source: DataSource, options: GetDataOptions): Promise<void> {
  const { signal, onProgress = () => {}, freeBytes = freeBytesOf } = options;
  const file = path.join(dataFolder, source.fileName);
  const errors = new DownloadErrors(source, file);
  let unlock: (() => void) | null = null;
  try {
    await mkdir(dataFolder, { recursive: true });
    unlock = lockFile(path.join(dataFolder, `.${source.fileName}.lock`));
    if (!unlock) throw errors.busy();
    // The previous holder of the lock may have downloaded it.
    if (inspect(dataFolder, source).is === 'present') return;
    await assertFreeSpace();

    const meter = new SpeedMeter();
    await download(file, source, {
      ...options,
      onTransfer: (transfer) => onProgress({ phase: 'downloading', ...transfer, ...meter.measure(transfer) }),
    });
    const { size } = await stat(partFile(file));
    const report = (phase: DataProgress['phase']) =>
      onProgress({ phase, bytes: size, total: size, bytesPerSecond: null, secondsLeft: null });
    if (source.sha256) {
      report('checking');
      const actual = await sha256Of(partFile(file), signal);
      if (actual !== source.sha256) throw errors.wrongChecksum(actual);
    }
    if (source.unpacked) {
      report('unpacking');
      await unpack(partFile(file), dataFolder, source.unpacked, errors);
      if (source.provenance) await recordProvenance(path.join(dataFolder, source.unpacked.folder), source.provenance);
    } else {
      const found = inspectHdf5(partFile(file));
      if (found.is === 'broken') throw errors.damaged(found.problem);
      await rename(partFile(file), file);
    }
    await removePart(file);
  } catch (error) {
    if (error instanceof DownloadError && unusable.has(error.code)) await removePart(file);
    throw errors.fromFileError(error);
  } finally {
    unlock?.();
  }

  /** Checked beforehand, because a full disk breaks more than the download. */
  async function assertFreeSpace(): Promise<void> {
    const partial = await stat(partFile(file)).catch(() => ({ size: 0 }));
    const unpackedBytes = source.unpacked ? source.unpacked.files.length * source.unpacked.fileBytes : 0;
    const needed = Math.max(0, (source.bytes ?? 0) - partial.size) + unpackedBytes;
    const free = await freeBytes(dataFolder);
    if (free < needed) throw errors.diskFull({ needed, free });
  }
}

/** Records where the files in a folder come from, so that runs can name their test images. */
async function recordProvenance(folder: string, name: string): Promise<void> {
  const testSha256 = await sha256Of(path.join(folder, cifar10Files.test));
  const provenance: z.infer<typeof provenanceSchema> = { name, testSha256 };
  await writeFile(path.join(folder, provenanceFile), JSON.stringify(provenance));
}

/** Errors after which the downloaded bytes cannot be used. */
const unusable: ReadonlySet<DownloadErrorCode> = new Set(['truncated', 'wrong-checksum', 'damaged']);

async function sha256Of(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) {
    if (signal?.aborted) throw new DownloadStopped();
    hash.update(chunk);
  }
  return hash.digest('hex');
}

/** Infinite if the filesystem does not report it. */
const freeBytesOf = (folder: string): Promise<number> =>
  statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Number.POSITIVE_INFINITY,
  );
