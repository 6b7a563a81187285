import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asc, eq } from 'drizzle-orm';
import { type RunRow, runs } from '@/drizzle/schema.ts';
import type { EndEvent } from '@/lib/run/end-event.ts';
import type { FinishScope } from '@/lib/run/events.ts';
import { isFinishing, startAttempt } from '@/lib/run/reduce-run.ts';
import type { Downloads } from '@/server/data/downloads.ts';
import type { Database } from '@/server/db/database.ts';
import { lockFile } from '@/server/db/file-lock.ts';
import type { Env } from '@/server/env.ts';
import { readSpeeds } from '@/server/machine/read-speeds.ts';
import type { RunBus } from '@/server/runs/events/bus.ts';
import { recordEvent } from '@/server/runs/events/record-event.ts';
import { readEvents, readEventsOf } from '@/server/runs/queries/read-runs.ts';
import { findNext } from './find-next.ts';
import type { Queue } from './queue.ts';
import { interruptRunning, resumeInterrupted } from './recover.ts';
import { endEventOf } from './trainer-end.ts';
import { startTrainer, type TrainerProcess } from './trainer-process.ts';

/** At most four `progress` events per second are recorded. Milliseconds. */
const progressInterval = 250;

/**
 * How often the queue is checked: data may arrive unnoticed, a full disk may have space again, and a running run may have
 * lost its process. Milliseconds.
 */
const checkInterval = 2000;

/** A queue on a database table with one child process. Runs are trained one at a time, in the order of their creation. */
export class EmbeddedQueue implements Queue {
  /** The only child process, which trains a run or exports the files of a canceled one. */
  private current: { runId: string; trainer: TrainerProcess; done: Promise<void> } | null = null;
  /** Null until the first attempt to lock the queue; false if another server owns it. */
  private unlock: (() => void) | false | null = null;
  private isClosed = false;
  private checks: NodeJS.Timeout | null = null;
  private readonly deleting = new Set<string>();

  constructor(private readonly context: { env: Env; db: Database; bus: RunBus; downloads: Downloads }) {}

  wake(): void {
    if (this.isClosed || this.current) return;
    this.checks ??= setInterval(() => this.unlock !== false && this.wake(), checkInterval).unref();
    try {
      this.startNext();
    } catch (error) {
      // The database cannot be read or written. No run has changed, and the next check tries again.
      console.error('The queue could not start a run and will try again:', error);
    }
  }

  cancel(runId: string): boolean {
    if (this.current?.runId !== runId) {
      // Only the owner of the queue starts trainers, so a run that it does not train has no trainer.
      if (!this.unlock) return false;
      recordEvent(this.context, runId, { type: 'canceled', at: Date.now() });
      return true;
    }
    const isInTime = this.current.trainer.cancel();
    if (isInTime) recordEvent(this.context, runId, { type: 'canceled', at: Date.now() });
    return true;
  }

  finish(runId: string, scope: FinishScope): boolean {
    return this.current?.runId === runId && this.current.trainer.finish(scope);
  }

  async release(runId: string): Promise<void> {
    if (this.current?.runId !== runId) return;
    this.current.trainer.cancel();
    // Does not wait until the end is recorded, because that may take as long as the disk is full.
    await this.current.trainer.ended;
  }

  isBeingDeleted = (runId: string): boolean => this.deleting.has(runId);

  reserveForDeletion(runId: string): () => void {
    this.deleting.add(runId);
    return () => this.deleting.delete(runId);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.checks ?? undefined);
    if (this.current) {
      try {
        // Updates the run first, so that events the trainer still emits are ignored.
        interruptRunning(this.context, messages.stopped);
      } catch (error) {
        // The next server does it.
        console.error(`Run ${this.current.runId} could not be interrupted:`, error);
      }
      this.current.trainer.cancel();
      await this.current.done;
    }
    if (this.unlock) this.unlock();
  }

  /** @throws StorageError or SqliteError if the database fails; no run is marked as running then */
  private startNext(): void {
    if (!this.acquireLock()) return;
    // A run without a process: an error prevented the update of its row.
    interruptRunning(this.context, messages.lost);
    if (this.context.env.autoResume) resumeInterrupted(this.context, this.isBeingDeleted);
    const canceled = this.nextExport();
    const run = canceled ?? this.claimNext();
    if (!run) return;
    const task = canceled ? 'export' : 'start';
    const trainer = this.startOrFail(task, run);
    const current = { runId: run.id, trainer, done: Promise.resolve() };
    this.current = current;
    current.done = this.awaitExit(task, run, trainer);
    if (task === 'start') this.context.bus.publish({ runId: run.id, progress: null });
  }

  /** Like `start`, but an error is the end of the attempt. */
  private startOrFail(task: Task, run: RunRow): TrainerProcess {
    try {
      return this.start(task, run);
    } catch (error) {
      const ended = Promise.resolve(endEventOf({ type: 'not-started', error }, []));
      return { cancel: () => true, finish: () => false, ended };
    }
  }

  /**
   * Makes this process the owner of the queue, so that a second server on the same database neither interrupts its run nor
   * starts another. Runs still marked as running at that point have lost their server.
   * @returns whether this process owns the queue
   */
  private acquireLock(): boolean {
    if (this.unlock) return true;
    const unlock = lockFile(`${this.context.env.databasePath}.lock`);
    this.unlock = unlock ?? false;
    if (!unlock) return false;
    try {
      interruptRunning(this.context, messages.stopped);
    } catch (error) {
      this.unlock = null;
      unlock();
      throw error;
    }
    return true;
  }

  /** Takes the next run from the queue, unless one is running. */
  private claimNext(): RunRow | undefined {
    return this.context.db.transaction((tx) => {
      if (tx.select({ id: runs.id }).from(runs).where(eq(runs.status, 'running')).limit(1).get()) return undefined;
      const next = findNext(tx, this.context.downloads);
      if (!next) return undefined;
      const claim = { ...startAttempt(next, Date.now()), attempt: next.attempt + 1 };
      return tx.update(runs).set(claim).where(eq(runs.number, next.number)).returning().get();
    });
  }

  /** A canceled run whose files must still be written. Exports precede the next run because they are short. */
  private nextExport = (): RunRow | undefined =>
    this.context.db.select().from(runs).where(eq(runs.exportPending, true)).orderBy(asc(runs.number)).limit(1).get();

  private start(task: Task, { id: runId, config, logFile, attempt }: RunRow): TrainerProcess {
    const { env, db } = this.context;
    const folder = path.join(env.paths.results, runId);
    mkdirSync(env.paths.results, { recursive: true });
    // A single recursive call would report a missing folder on a read-only disk.
    if (!existsSync(folder)) mkdirSync(folder);
    // A trainer of an earlier attempt that is still alive stops writing when it sees this file.
    writeFileSync(path.join(folder, 'attempt'), String(attempt));
    let lastProgress = Number.NEGATIVE_INFINITY;
    const job = { runId, config, paths: env.paths, logFile: path.resolve(env.paths.results, logFile) };
    const startCommand = () => {
      const resume = { furtherFrom: extendFromEpoch(db, runId) };
      const finish = isFinishing(readEvents(db, runId).map(({ event }) => event));
      return { ...job, type: 'start' as const, speeds: readSpeeds(this.context).speeds, resume, finish, attempt };
    };
    const exportCommand = () => {
      const events = readEvents(db, runId).map(({ event }) => event);
      return { ...job, type: 'export' as const, events };
    };
    return startTrainer({
      entry: env.trainerEntry,
      command: task === 'start' ? startCommand() : exportCommand(),
      timeout: env.trainerTimeout,
      logFile: path.join(folder, 'trainer.log'),
      onEvent: (event) => {
        if (event.type === 'progress') {
          if (performance.now() - lastProgress < progressInterval) return;
          lastProgress = performance.now();
        }
        recordEvent(this.context, runId, event, attempt);
      },
    });
  }

  /** Waits until the process has exited, records the end and starts the next task. */
  private async awaitExit(task: Task, run: RunRow, trainer: TrainerProcess): Promise<void> {
    const end = await trainer.ended;
    // A full disk may get free space again. Until then nothing else is started, because nothing could be recorded.
    while (!this.tryToRecord(task, run, end) && !this.isClosed) await sleep(checkInterval, undefined, { ref: false });
    this.current = null;
    this.wake();
  }

  /** @returns whether the end was recorded */
  private tryToRecord(task: Task, run: RunRow, end: EndEvent): boolean {
    try {
      this.recordEnd(task, run, end);
      return true;
    } catch (error) {
      console.error(`The end of run ${run.id} could not be recorded:`, error);
      return false;
    }
  }

  private recordEnd(task: Task, { id: runId, attempt }: RunRow, end: EndEvent): void {
    if (task === 'start') {
      // `cancel` has already recorded a cancellation by the user; this one is due to the shutdown, which interrupts the run.
      if (this.isClosed && end.type === 'canceled') return;
      recordEvent(this.context, runId, end, attempt);
    } else if (end.type !== 'canceled') {
      // Ignored if the files are ready. An export that was stopped together with the server stays pending.
      const hasReason = end.type === 'failed' || end.type === 'interrupted';
      const message = hasReason
        ? end.message
        : 'The trainer ended without writing the files. Resume the run to get them.';
      recordEvent(this.context, runId, { type: 'files-failed', at: end.at, message }, attempt);
    }
  }
}

/** Why a running run is interrupted. */
const messages = {
  stopped: 'The server stopped while this run was training.',
  lost: 'The process that trained this run is gone.',
};

/** The purpose of a trainer process: training or export. */
type Task = 'start' | 'export';

/** The last stage 2 epoch before the run was last extended; 0 if it never was. */
const extendFromEpoch = (db: Database, runId: string): number =>
  readEventsOf(db, runId, 'queued-again').findLast(({ further }) => further)?.further?.from ?? 0;
