import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { asc, eq } from 'drizzle-orm';
import { type RunRow, runs } from '../../drizzle/schema.ts';
import type { Downloads } from '../data/downloads.ts';
import type { Database } from '../db.ts';
import type { Env } from '../env.ts';
import { lockFile } from '../file-lock.ts';
import type { Queue } from './queue.ts';
import { readEvents } from './read-runs.ts';
import { readSpeeds } from './read-speeds.ts';
import { recordEvent } from './record-event.ts';
import { interruptRunning } from './recover.ts';
import type { RunBus } from './run-bus.ts';
import { type EndEvent, startTrainer, type TrainerProcess } from './trainer-process.ts';

/** At most four of a trainer's `progress` a second are written and told. Milliseconds. */
const progressInterval = 250;

/** While runs wait for data, the folder is looked at this often. Milliseconds. */
const dataInterval = 2000;

/** A table and one child: one run trains, the others wait in the order in which they were asked for. */
export class EmbeddedQueue implements Queue {
  /** The one process there is: it trains a run, or exports a canceled one's files. */
  private current: { runId: string; trainer: TrainerProcess; done: Promise<void> } | null = null;
  private unlock: (() => void) | null = null;
  private isClosed = false;
  private later: NodeJS.Timeout | null = null;

  constructor(private readonly parts: { env: Env; db: Database; bus: RunBus; downloads: Downloads }) {}

  wake(): void {
    if (this.isClosed || this.current || !this.isKeeper()) return;
    const canceled = this.nextExport();
    const run = canceled ?? this.claimNext();
    if (!run) return;
    const task = canceled ? 'export' : 'start';
    if (task === 'start') this.parts.bus.publish({ runId: run.id, progress: null });
    try {
      const trainer = this.start(task, run);
      this.current = { runId: run.id, trainer, done: this.seeOff(task, run.id, trainer) };
    } catch (error) {
      this.recordEnd(task, run.id, notStarted(error));
      this.wake();
    }
  }

  cancel(runId: string): boolean {
    if (this.current?.runId !== runId) return false;
    const isInTime = this.current.trainer.cancel();
    if (isInTime) recordEvent(this.parts, runId, { type: 'canceled', at: Date.now() });
    return true;
  }

  async release(runId: string): Promise<void> {
    if (this.current?.runId !== runId) return;
    this.current.trainer.cancel();
    await this.current.done;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.later ?? undefined);
    if (this.current) {
      // First the row: whatever the trainer still tells comes too late to make it anything else.
      interruptRunning(this.parts);
      this.current.trainer.cancel();
      await this.current.done;
    }
    this.unlock?.();
  }

  /**
   * Whether this process keeps the queue, so that a second server neither declares its run dead nor trains another. When
   * it becomes the keeper, nothing can be training that it knows of.
   */
  private isKeeper(): boolean {
    if (this.unlock) return true;
    this.unlock = lockFile(`${this.parts.env.databasePath}.lock`);
    if (!this.unlock) return false;
    interruptRunning(this.parts);
    return true;
  }

  /** Takes the next run from the line, unless one trains; one whose data is still to come lets others pass. */
  private claimNext(): RunRow | undefined {
    return this.parts.db.transaction((tx) => {
      if (tx.select().from(runs).where(eq(runs.status, 'running')).get()) return undefined;
      const line = tx.select().from(runs).where(eq(runs.status, 'queued')).orderBy(asc(runs.number)).all();
      const next = line.find(({ config }) => !this.parts.downloads.isAwaited(config));
      if (!next) {
        if (line.length > 0) this.wakeLater();
        return undefined;
      }
      const claim = { status: 'running' as const, startedAt: Date.now() };
      return tx.update(runs).set(claim).where(eq(runs.number, next.number)).returning().get();
    });
  }

  /** What runs wait for may come without a word: from the command line, or put there by hand. */
  private wakeLater(): void {
    this.later ??= setTimeout(() => {
      this.later = null;
      this.wake();
    }, dataInterval).unref();
  }

  /** A canceled run whose files nobody has written yet: they come before the next run, which takes longer. */
  private nextExport = (): RunRow | undefined =>
    this.parts.db.select().from(runs).where(eq(runs.filesDue, true)).orderBy(asc(runs.number)).get();

  private start(task: Task, { id: runId, config, logFile }: RunRow): TrainerProcess {
    const { env, db } = this.parts;
    const folder = path.join(env.paths.results, runId);
    mkdirSync(folder, { recursive: true });
    let lastProgress = 0;
    const order = { runId, config, paths: env.paths, logFile: path.resolve(env.paths.results, logFile) };
    return startTrainer({
      entry: env.trainerEntry,
      command:
        task === 'start'
          ? { ...order, type: task, speeds: readSpeeds(this.parts).speeds }
          : { ...order, type: task, events: readEvents(db, runId).map(({ event }) => event) },
      logFile: path.join(folder, 'trainer.log'),
      onEvent: (event) => {
        if (event.type === 'progress') {
          if (Date.now() - lastProgress < progressInterval) return;
          lastProgress = Date.now();
        }
        recordEvent(this.parts, runId, event);
      },
    });
  }

  /** Records the end when the process is gone, and makes way for the next. */
  private async seeOff(task: Task, runId: string, trainer: TrainerProcess): Promise<void> {
    try {
      this.recordEnd(task, runId, await trainer.ended);
    } catch (error) {
      console.error(`How run ${runId} ended could not be recorded:`, error);
    } finally {
      this.current = null;
      this.wake();
    }
  }

  private recordEnd(task: Task, runId: string, end: EndEvent): void {
    if (task === 'start') {
      recordEvent(this.parts, runId, end);
    } else if (end.type !== 'canceled') {
      // Heard only where they are not ready. An export that was stopped, because the server ends, is still due.
      const message = end.type === 'failed' ? end.message : 'The trainer ended without writing them.';
      recordEvent(this.parts, runId, { type: 'files-failed', at: end.at, message });
    }
  }
}

/** What a process is started for. */
type Task = 'start' | 'export';

function notStarted(error: unknown): EndEvent {
  const message = `The trainer could not be started: ${error instanceof Error ? error.message : error}`;
  return { type: 'failed', at: Date.now(), code: 'trainer-not-started', message, lastLines: [] };
}
