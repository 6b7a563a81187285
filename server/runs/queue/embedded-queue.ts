import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm';
import { type RunRow, runs } from '@/drizzle/schema.ts';
import type { DataNeeds } from '@/lib/data/data-files.ts';
import type { EndEvent, FinishScope } from '@/lib/run/events.ts';
import { isFinishing, startAttempt } from '@/lib/run/reduce-run.ts';
import type { Downloads } from '@/server/data/downloads.ts';
import type { Database, Transaction } from '@/server/db/database.ts';
import { lockFile } from '@/server/db/file-lock.ts';
import type { Env } from '@/server/env.ts';
import { readSpeeds } from '@/server/machine/read-speeds.ts';
import type { RunBus } from '@/server/runs/events/bus.ts';
import { recordEvent } from '@/server/runs/events/record-event.ts';
import { readEvents, readEventsOf } from '@/server/runs/queries/read-runs.ts';
import type { Queue } from './queue.ts';
import { interruptRunning, resumeInterrupted } from './recover.ts';
import { endEventOf } from './trainer-end.ts';
import { startTrainer, type TrainerProcess } from './trainer-process.ts';

/** At most four `progress` events per second are recorded. Milliseconds. */
const progressInterval = 250;

/** How often the data folder is checked while runs wait for data. Milliseconds. */
const dataInterval = 2000;

/** How often the queue tries again to record the end of a run while the database cannot be written. Milliseconds. */
const recordInterval = 2000;

/** A queue on a database table with one child process. Runs are trained one at a time, in the order of their creation. */
export class EmbeddedQueue implements Queue {
  /** The only child process, which trains a run or exports the files of a canceled one. */
  private current: { runId: string; trainer: TrainerProcess; done: Promise<void> } | null = null;
  private unlock: (() => void) | null = null;
  private isClosed = false;
  private later: NodeJS.Timeout | null = null;

  constructor(private readonly context: { env: Env; db: Database; bus: RunBus; downloads: Downloads }) {}

  wake(): void {
    if (this.isClosed || this.current || !this.acquireLock()) return;
    if (this.context.env.autoResume) resumeInterrupted(this.context);
    const canceled = this.nextExport();
    const run = canceled ?? this.claimNext();
    if (!run) return;
    const task = canceled ? 'export' : 'start';
    if (task === 'start') this.context.bus.publish({ runId: run.id, progress: null });
    try {
      const trainer = this.start(task, run);
      this.current = { runId: run.id, trainer, done: this.awaitExit(task, run, trainer) };
    } catch (error) {
      this.recordEnd(task, run, endEventOf({ type: 'not-started', error }, []));
      this.wake();
    }
  }

  cancel(runId: string): boolean {
    if (this.current?.runId !== runId) return false;
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
    await this.current.done;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.later ?? undefined);
    if (this.current) {
      // Updates the run first, so that events the trainer still emits are ignored.
      interruptRunning(this.context);
      this.current.trainer.cancel();
      await this.current.done;
    }
    this.unlock?.();
  }

  /**
   * Makes this process the owner of the queue, so that a second server on the same database neither interrupts its run nor
   * starts another. Runs still marked as running at that point have lost their server.
   * @returns whether this process owns the queue
   */
  private acquireLock(): boolean {
    if (this.unlock) return true;
    this.unlock = lockFile(`${this.context.env.databasePath}.lock`);
    if (!this.unlock) return false;
    interruptRunning(this.context);
    return true;
  }

  /** Takes the next run from the queue, unless one is running. */
  private claimNext(): RunRow | undefined {
    return this.context.db.transaction((tx) => {
      if (tx.select({ id: runs.id }).from(runs).where(eq(runs.status, 'running')).limit(1).get()) return undefined;
      const next = this.findNext(tx);
      if (!next) return undefined;
      const claim = { ...startAttempt(next, Date.now()), attempt: next.attempt + 1 };
      return tx.update(runs).set(claim).where(eq(runs.number, next.number)).returning().get();
    });
  }

  /** The first queued run that does not wait for a download. */
  private findNext(tx: Transaction): RunRow | undefined {
    const conditions: SQL[] = [eq(runs.status, 'queued')];
    for (;;) {
      const first = tx
        .select()
        .from(runs)
        .where(and(...conditions))
        .orderBy(asc(runs.number))
        .limit(1)
        .get();
      if (!first) break;
      if (!this.context.downloads.isAwaited(first.config)) return first;
      // The next query skips all runs that wait for the same data.
      conditions.push(gt(runs.number, first.number), sql`not ${hasNeeds(first.config)}`);
    }
    if (conditions.length > 1) this.wakeLater();
    return undefined;
  }

  /** Data may arrive unnoticed: from the command line, or copied by hand. */
  private wakeLater(): void {
    this.later ??= setTimeout(() => {
      this.later = null;
      this.wake();
    }, dataInterval).unref();
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
    while (!this.tryToRecord(task, run, end) && !this.isClosed) await sleep(recordInterval, undefined, { ref: false });
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

/** The purpose of a trainer process: training or export. */
type Task = 'start' | 'export';

/** The last stage 2 epoch before the run was last extended; 0 if it never was. */
const extendFromEpoch = (db: Database, runId: string): number =>
  readEventsOf(db, runId, 'queued-again').findLast(({ further }) => further)?.further?.from ?? 0;

/** Selects the runs that need this data. */
const hasNeeds = ({ dataset, backbone, image_size }: DataNeeds): SQL => {
  const field = (name: keyof DataNeeds) => sql`${runs.config} ->> ${sql.raw(`'$.${name}'`)}`;
  return sql`(${field('dataset')} is ${dataset} and ${field('backbone')} is ${backbone} and ${field('image_size')} is ${image_size})`;
};
