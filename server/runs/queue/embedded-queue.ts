import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asc, eq, sql } from 'drizzle-orm';
import { type RunRow, runs } from '@/drizzle/schema.ts';
import type { Downloads } from '@/server/data/downloads.ts';
import type { Database } from '@/server/db/database.ts';
import { lockFile } from '@/server/db/file-lock.ts';
import type { Env } from '@/server/env.ts';
import { readSpeeds } from '@/server/machine/read-speeds.ts';
import type { RunBus } from '@/server/runs/events/bus.ts';
import { recordEvent } from '@/server/runs/events/record.ts';
import { readEvents } from '@/server/runs/queries/read-runs.ts';
import type { Queue } from './queue.ts';
import { interruptRunning, resumeInterrupted } from './recover.ts';
import { type EndEvent, startTrainer, type TrainerProcess } from './trainer-process.ts';

/** At most four of a trainer's `progress` a second are written and told. Milliseconds. */
const progressInterval = 250;

/** While runs wait for data, the folder is looked at this often. Milliseconds. */
const dataInterval = 2000;

/** How often the end of a run is tried to be recorded, where the database cannot be written. Milliseconds. */
const recordInterval = 2000;

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
    if (this.parts.env.autoResume) resumeInterrupted(this.parts);
    const canceled = this.nextExport();
    const run = canceled ?? this.claimNext();
    if (!run) return;
    const task = canceled ? 'export' : 'start';
    if (task === 'start') this.parts.bus.publish({ runId: run.id, progress: null });
    try {
      const trainer = this.start(task, run);
      this.current = { runId: run.id, trainer, done: this.seeOff(task, run, trainer) };
    } catch (error) {
      this.recordEnd(task, run, notStarted(error));
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
      const claim = {
        status: 'running' as const,
        startedAt: Date.now(),
        finishedAt: null,
        error: null,
        attempt: sql`${runs.attempt} + 1`,
        fruitless: sql`${runs.fruitless} + 1`,
      };
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

  private start(task: Task, { id: runId, config, logFile, attempt }: RunRow): TrainerProcess {
    const { env, db } = this.parts;
    const folder = path.join(env.paths.results, runId);
    mkdirSync(env.paths.results, { recursive: true });
    // By itself, because together they would take a disk that is read-only for a folder that is missing.
    if (!existsSync(folder)) mkdirSync(folder);
    // Whatever a trainer of an earlier attempt wakes up to, it writes nothing here any more.
    writeFileSync(path.join(folder, 'attempt'), String(attempt));
    const events = readEvents(db, runId).map(({ event }) => event);
    const further = events.findLast((event) => event.type === 'queued-again' && event.further);
    const furtherFrom = further?.type === 'queued-again' ? (further.further?.from ?? 0) : 0;
    let lastProgress = Number.NEGATIVE_INFINITY;
    const order = { runId, config, paths: env.paths, logFile: path.resolve(env.paths.results, logFile) };
    return startTrainer({
      entry: env.trainerEntry,
      command:
        task === 'start'
          ? { ...order, type: task, speeds: readSpeeds(this.parts).speeds, resume: { furtherFrom }, attempt }
          : { ...order, type: task, events },
      patience: env.trainerPatience,
      logFile: path.join(folder, 'trainer.log'),
      onEvent: (event) => {
        if (event.type === 'progress') {
          if (performance.now() - lastProgress < progressInterval) return;
          lastProgress = performance.now();
        }
        recordEvent(this.parts, runId, event, attempt);
      },
    });
  }

  /** Records the end when the process is gone, and makes way for the next. */
  private async seeOff(task: Task, run: RunRow, trainer: TrainerProcess): Promise<void> {
    const end = await trainer.ended;
    // A disk that is full may have room again. Until then nothing else is started: nothing of it could be recorded.
    while (!this.tryToRecord(task, run, end) && !this.isClosed) await sleep(recordInterval, undefined, { ref: false });
    this.current = null;
    this.wake();
  }

  /** @returns whether it is recorded */
  private tryToRecord(task: Task, run: RunRow, end: EndEvent): boolean {
    try {
      this.recordEnd(task, run, end);
      return true;
    } catch (error) {
      console.error(`How run ${run.id} ended could not be recorded:`, error);
      return false;
    }
  }

  private recordEnd(task: Task, { id: runId, attempt }: RunRow, end: EndEvent): void {
    if (task === 'start') {
      recordEvent(this.parts, runId, end, attempt);
    } else if (end.type !== 'canceled') {
      // Heard only where they are not ready. An export that was stopped, because the server ends, is still due.
      const isTold = end.type === 'failed' || end.type === 'interrupted';
      const message = isTold ? end.message : 'The trainer ended without writing them.';
      recordEvent(this.parts, runId, { type: 'files-failed', at: end.at, message }, attempt);
    }
  }
}

/** What a process is started for. */
type Task = 'start' | 'export';

const makeWritable = ' Make the results folder writable for this user, or set RESULTS_DIR to another.';
/** What to do about what the system says. */
const advice: Record<string, string> = {
  EROFS: makeWritable,
  EACCES: makeWritable,
  EPERM: makeWritable,
  ENOSPC: ' Make room on the disk, then run it again.',
};

function notStarted(error: unknown): EndEvent {
  const { code = '', message: reason = String(error) } = error as NodeJS.ErrnoException;
  const message = `The trainer could not be started: ${reason}.${advice[code] ?? ''}`;
  return { type: 'failed', at: Date.now(), code: 'trainer-not-started', message, lastLines: [] };
}
