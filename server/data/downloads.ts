import { statSync } from 'node:fs';
import path from 'node:path';
import { type DataNeeds, type DataPart, dataParts, partsFor } from '@/lib/data/data-files.ts';
import type { Env } from '@/server/env.ts';
import { partFile } from './download.ts';
import { DownloadError, type DownloadErrorCode, DownloadStopped } from './errors.ts';
import { type DataProgress, getData } from './get-data.ts';
import { inspect } from './inspect.ts';
import { type DataSource, sourceOf } from './sources.ts';

/** The state of one part of the data. */
export type PartState =
  | { is: 'present' }
  /** `problem` describes an incomplete or invalid file that exists instead; null if nothing exists. */
  | { is: 'missing'; problem: string | null }
  | { is: 'coming'; progress: DataProgress }
  /** Requested, but not being downloaded now; `bytes` were received and kept. */
  | { is: 'stopped'; bytes: number }
  | { is: 'failed'; code: DownloadErrorCode | 'unknown'; message: string; bytes: number };

/** One part of the data, for display. */
export interface PartStatus {
  part: DataPart;
  /** The download's URL and, if known, its size. */
  url: string;
  bytes: number | null;
  state: PartState;
}

export interface DataStatus {
  folder: string;
  parts: PartStatus[];
}

/** The downloads of this process. Each part is downloaded once at a time; all pages share the progress. */
export class Downloads {
  private readonly active = new Map<DataPart, { stop: AbortController; progress: DataProgress; done: Promise<void> }>();
  private readonly failures = new Map<DataPart, { code: DownloadErrorCode | 'unknown'; message: string }>();
  private readonly requested = new Set<DataPart>();
  private readonly folder: string;

  /** @param onEnd called when a download ends, successfully or not */
  constructor(
    private readonly env: Pick<Env, 'paths' | 'sources'>,
    private readonly onEnd: () => void,
  ) {
    this.folder = env.paths.data;
  }

  /** Starts or resumes a download. Does nothing if it is already running. */
  start(part: DataPart): void {
    if (this.active.has(part)) return;
    this.requested.add(part);
    this.failures.delete(part);
    const stop = new AbortController();
    const progress: DataProgress = {
      phase: 'downloading',
      bytes: this.partialBytes(part),
      total: this.sourceOf(part).bytes,
      bytesPerSecond: null,
      secondsLeft: null,
    };
    this.active.set(part, { stop, progress, done: this.fetch(part, stop.signal) });
  }

  /** Stops a download. The bytes received so far are kept, and the next download resumes from there. */
  stop(part: DataPart): void {
    this.active.get(part)?.stop.abort();
  }

  /** Stops all downloads, for shutdown. */
  async close(): Promise<void> {
    const all = [...this.active.values()];
    for (const { stop } of all) stop.abort();
    await Promise.all(all.map(({ done }) => done));
  }

  stateOf(part: DataPart): PartState {
    const active = this.active.get(part);
    if (active) return { is: 'coming', progress: active.progress };
    const found = inspect(this.folder, this.sourceOf(part));
    if (found.is === 'present') return found;
    const bytes = this.partialBytes(part);
    const failure = this.failures.get(part);
    if (failure) return { is: 'failed', ...failure, bytes };
    if (bytes > 0 || this.requested.has(part)) return { is: 'stopped', bytes };
    return { is: 'missing', problem: found.is === 'broken' ? `${found.problem}.` : null };
  }

  status(): DataStatus {
    const parts = dataParts.map((part): PartStatus => {
      const { url, bytes } = this.sourceOf(part);
      return { part, url, bytes, state: this.stateOf(part) };
    });
    return { folder: this.folder, parts };
  }

  /**
   * Whether a run should wait because data it needs is missing but was requested. A run does not wait for data that
   * nobody has requested; it fails with an error that names what is missing.
   */
  isAwaited(needs: DataNeeds): boolean {
    return partsFor(needs).some((alternatives) => {
      const states = alternatives.map((part) => this.stateOf(part).is);
      return !states.includes('present') && states.some((is) => is !== 'missing');
    });
  }

  private async fetch(part: DataPart, signal: AbortSignal): Promise<void> {
    // Yield first, so that `start` has stored this download before it can end.
    await null;
    try {
      await getData(this.folder, this.sourceOf(part), {
        signal,
        onProgress: (progress) => {
          this.active.get(part)!.progress = progress;
        },
      });
    } catch (error) {
      if (!(error instanceof DownloadStopped)) this.failures.set(part, failureOf(part, error));
    } finally {
      this.active.delete(part);
      this.onEnd();
    }
  }

  private sourceOf(part: DataPart): DataSource {
    return sourceOf(part, this.env.sources);
  }

  private partialBytes(part: DataPart): number {
    const file = partFile(path.join(this.folder, this.sourceOf(part).fileName));
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  }
}

function failureOf(part: DataPart, error: unknown): { code: DownloadErrorCode | 'unknown'; message: string } {
  if (error instanceof DownloadError) return { code: error.code, message: error.message };
  console.error(`The download of ${part} failed:`, error);
  return { code: 'unknown', message: `The download failed: ${error instanceof Error ? error.message : error}` };
}
