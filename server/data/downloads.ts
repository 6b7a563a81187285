import { statSync } from 'node:fs';
import path from 'node:path';
import { type DataNeeds, type DataPart, dataParts, partsFor } from '@/lib/data/data-files.ts';
import type { Env } from '@/server/env.ts';
import { partFile } from './download.ts';
import { DownloadError, type DownloadFault, DownloadStopped } from './errors.ts';
import { type DataProgress, getData } from './get-data.ts';
import { inspect } from './inspect.ts';
import { type DataSource, sourceOf } from './sources.ts';

/** Where a part of the data stands. */
export type PartState =
  | { is: 'present' }
  /** `problem`: what is there instead, where something is. */
  | { is: 'missing'; problem: string | null }
  | { is: 'coming'; progress: DataProgress }
  /** Nobody fetches it now, but someone has, and what came is kept. */
  | { is: 'stopped'; bytes: number }
  | { is: 'failed'; code: DownloadFault | 'unknown'; message: string; bytes: number };

/** A part of the data as the page shows it. */
export interface PartStatus {
  part: DataPart;
  /** Where it comes from, and how large that is where it is known. */
  url: string;
  bytes: number | null;
  state: PartState;
}

export interface DataStatus {
  folder: string;
  parts: PartStatus[];
}

/** The downloads of this process: one for each part of the data at a time, whoever asks for it, from whatever page. */
export class Downloads {
  private readonly coming = new Map<DataPart, { stop: AbortController; progress: DataProgress; done: Promise<void> }>();
  private readonly failures = new Map<DataPart, { code: DownloadFault | 'unknown'; message: string }>();
  private readonly asked = new Set<DataPart>();
  private readonly folder: string;

  /** @param onEnd called when a download has ended, however it did */
  constructor(
    private readonly env: Pick<Env, 'paths' | 'sources'>,
    private readonly onEnd: () => void,
  ) {
    this.folder = env.paths.data;
  }

  /** Begins a download, or goes on with what is left of one; joins the one that is under way. */
  start(part: DataPart): void {
    if (this.coming.has(part)) return;
    this.asked.add(part);
    this.failures.delete(part);
    const stop = new AbortController();
    const progress: DataProgress = {
      phase: 'downloading',
      bytes: this.keptBytes(part),
      total: this.sourceOf(part).bytes,
      bytesPerSecond: null,
      secondsLeft: null,
    };
    this.coming.set(part, { stop, progress, done: this.fetch(part, stop.signal) });
  }

  /** Stops a download. What has come is kept, and the next one goes on from there. */
  stop(part: DataPart): void {
    this.coming.get(part)?.stop.abort();
  }

  /** Stops all. For the server's end. */
  async close(): Promise<void> {
    const all = [...this.coming.values()];
    for (const { stop } of all) stop.abort();
    await Promise.all(all.map(({ done }) => done));
  }

  stateOf(part: DataPart): PartState {
    const coming = this.coming.get(part);
    if (coming) return { is: 'coming', progress: coming.progress };
    const found = inspect(this.folder, this.sourceOf(part));
    if (found.is === 'present') return found;
    const bytes = this.keptBytes(part);
    const failure = this.failures.get(part);
    if (failure) return { is: 'failed', ...failure, bytes };
    if (bytes > 0 || this.asked.has(part)) return { is: 'stopped', bytes };
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
   * Whether a run had better wait: something that it needs is not there, but someone has asked for it. What nobody has
   * asked for is not waited for; the run says what it lacks and fails.
   */
  isAwaited(needs: DataNeeds): boolean {
    return partsFor(needs).some((alternatives) => {
      const states = alternatives.map((part) => this.stateOf(part).is);
      return !states.includes('present') && states.some((is) => is !== 'missing');
    });
  }

  private async fetch(part: DataPart, signal: AbortSignal): Promise<void> {
    // Not before `start` has noted it.
    await null;
    try {
      await getData(this.folder, this.sourceOf(part), {
        signal,
        onProgress: (progress) => {
          this.coming.get(part)!.progress = progress;
        },
      });
    } catch (error) {
      if (!(error instanceof DownloadStopped)) this.failures.set(part, failureOf(part, error));
    } finally {
      this.coming.delete(part);
      this.onEnd();
    }
  }

  private sourceOf(part: DataPart): DataSource {
    return sourceOf(part, this.env.sources);
  }

  private keptBytes(part: DataPart): number {
    const file = partFile(path.join(this.folder, this.sourceOf(part).fileName));
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  }
}

function failureOf(part: DataPart, error: unknown): { code: DownloadFault | 'unknown'; message: string } {
  if (error instanceof DownloadError) return { code: error.code, message: error.message };
  console.error(`The download of ${part} failed:`, error);
  return { code: 'unknown', message: `The download failed: ${error instanceof Error ? error.message : error}` };
}
