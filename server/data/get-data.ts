import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, stat, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { cifar10Files } from '@/lib/data/data-files.ts';
import { provenanceFile, type provenanceSchema } from '@/lib/data/provenance.ts';
import { lockFile } from '@/server/db/file-lock.ts';
import { type DownloadOptions, download, partFile, removePart } from './download.ts';
import { DownloadError, type DownloadFault, DownloadStopped, Faults } from './errors.ts';
import { inspect, inspectHdf5 } from './inspect.ts';
import type { DataSource } from './sources.ts';
import { SpeedMeter } from './speed-meter.ts';
import { unpack } from './unpack.ts';

/** What is being done, and how far that is. Only a download has a speed. */
export interface DataProgress {
  phase: 'downloading' | 'checking' | 'unpacking';
  bytes: number;
  total: number | null;
  bytesPerSecond: number | null;
  /** null while nothing is known. */
  secondsLeft: number | null;
}

export interface GetDataOptions extends Pick<DownloadOptions, 'signal' | 'patience' | 'retryDelays'> {
  onProgress?: (progress: DataProgress) => void;
  /** Free bytes on a folder's disk. */
  freeBytes?: (folder: string) => Promise<number>;
}

/**
 * Brings one source into the data folder: downloaded (or what was left of an earlier try, gone on with), checked,
 * unpacked, and only then under its name. Does nothing where it is there already.
 *
 * @throws DownloadError in words; DownloadStopped
 */
export async function getData(dataFolder: string, source: DataSource, options: GetDataOptions): Promise<void> {
  const { signal, onProgress = () => {}, freeBytes = freeBytesOf } = options;
  const file = path.join(dataFolder, source.fileName);
  const faults = new Faults(source, file);
  let unlock: (() => void) | null = null;
  try {
    await mkdir(dataFolder, { recursive: true });
    unlock = lockFile(path.join(dataFolder, `.${source.fileName}.lock`));
    if (!unlock) throw faults.busy();
    // Whoever had the lock before may have been at it, too.
    if (inspect(dataFolder, source).is === 'present') return;
    await assertRoom();

    const meter = new SpeedMeter();
    await download(file, source, {
      ...options,
      onTransfer: (transfer) => onProgress({ phase: 'downloading', ...transfer, ...meter.measure(transfer) }),
    });
    const { size } = await stat(partFile(file));
    const tell = (phase: DataProgress['phase']) =>
      onProgress({ phase, bytes: size, total: size, bytesPerSecond: null, secondsLeft: null });
    if (source.sha256) {
      tell('checking');
      const actual = await sha256Of(partFile(file), signal);
      if (actual !== source.sha256) throw faults.wrongChecksum(actual);
    }
    if (source.unpacked) {
      tell('unpacking');
      await unpack(partFile(file), dataFolder, source.unpacked, faults);
      if (source.provenance) await vouchFor(path.join(dataFolder, source.unpacked.folder), source.provenance);
    } else {
      const found = inspectHdf5(partFile(file));
      if (found.is === 'broken') throw faults.damaged(found.problem);
      await rename(partFile(file), file);
    }
    await removePart(file);
  } catch (error) {
    if (error instanceof DownloadError && useless.has(error.code)) await removePart(file);
    throw faults.ofFiles(error);
  } finally {
    unlock?.();
  }

  /** Looked at beforehand: a disk that fills up stops more than a download. */
  async function assertRoom(): Promise<void> {
    const kept = await stat(partFile(file)).catch(() => ({ size: 0 }));
    const unpackedBytes = source.unpacked ? source.unpacked.files.length * source.unpacked.fileBytes : 0;
    const needed = Math.max(0, (source.bytes ?? 0) - kept.size) + unpackedBytes;
    const free = await freeBytes(dataFolder);
    if (free < needed) throw faults.diskFull({ needed, free });
  }
}

/** Leaves word of what the files in a folder are, for runs to name what they were tested on. */
async function vouchFor(folder: string, name: string): Promise<void> {
  const testSha256 = await sha256Of(path.join(folder, cifar10Files.test));
  const provenance: z.infer<typeof provenanceSchema> = { name, testSha256 };
  await writeFile(path.join(folder, provenanceFile), JSON.stringify(provenance));
}

/** Faults after which what has come is no beginning of the file that is due. */
const useless: ReadonlySet<DownloadFault> = new Set(['truncated', 'wrong-checksum', 'damaged']);

async function sha256Of(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) {
    if (signal?.aborted) throw new DownloadStopped();
    hash.update(chunk);
  }
  return hash.digest('hex');
}

/** Not every filesystem tells. */
const freeBytesOf = (folder: string): Promise<number> =>
  statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Number.POSITIVE_INFINITY,
  );
