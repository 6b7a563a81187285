import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { and, eq, inArray, isNull, notInArray, or } from 'drizzle-orm';
import { imports, runs } from '@/drizzle/schema.ts';
import { isRunId } from '@/lib/run/run-id.ts';
import type { BaseContext } from '@/server/base-context.ts';
import { isMissing } from '@/server/runs/files/run-files.ts';
import type { Queue } from '@/server/runs/queue/queue.ts';
import { adoptRuns } from './adopt-runs.ts';
import { duplicatesOf, type FoundLog, importLog } from './import-log.ts';
import { type LogText, readLogFile } from './read-log-file.ts';

/** Polling interval in ms. File system watchers do not work on network and container file systems. */
const interval = 2000;

/** The subfolder of the results folder with the project's example logs. */
const examplesFolder = 'examples';

/** Imports new files in the results folder: command-line runs and logs of other origin. */
export class LogFolder {
  private timer: NodeJS.Timeout | null = null;
  private current: Promise<void> | null = null;
  private isClosed = false;

  constructor(private readonly context: BaseContext & { queue: Queue }) {}

  /** Scans now and then periodically until it is closed. */
  start(): void {
    void this.scan()
      .catch((error) => console.error('The results folder could not be read:', error))
      .finally(() => {
        if (!this.isClosed) this.timer = setTimeout(() => this.start(), interval).unref();
      });
  }

  /** Scans once. A call during a scan waits for another scan that starts after the call. */
  async scan(): Promise<void> {
    await this.current?.catch(() => {});
    this.current ??= this.scanOnce().finally(() => {
      this.current = null;
    });
    await this.current;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.timer) clearTimeout(this.timer);
    await this.current?.catch(() => {});
  }

  private async scanOnce(): Promise<void> {
    const { db, env, queue } = this.context;
    adoptRuns(this.context);
    // Adopted runs may have exports pending.
    queue.wake();
    const own = new Set(
      db
        .select({ logFile: runs.logFile, status: runs.status })
        .from(runs)
        .all()
        .flatMap(({ logFile, status }) => (status === 'imported' ? [] : [logFile.replaceAll(path.sep, '/')])),
    );
    const names = await namesIn(env.paths.results);
    const examples = (await namesIn(path.join(env.paths.results, examplesFolder))).map(
      (name) => `${examplesFolder}/${name}`,
    );
    this.forgetCopies([...names, ...examples]);
    const seen = new Map(
      db
        .select()
        .from(imports)
        .all()
        .map((row) => [row.file, row]),
    );
    const files = [...names.filter((name) => !own.has(name)), ...examples];
    for (const file of files) {
      if (this.isClosed) return;
      const found = await this.findFile(file);
      const before = seen.get(file);
      if (found && !(before?.bytes === found.bytes && before.modifiedAt === found.modifiedAt))
        await this.importFile(found);
    }
    this.forget([...seen.keys()].filter((file) => !files.includes(file)));
  }

  private async findFile(file: string): Promise<FoundLog | null> {
    try {
      const { size, mtimeMs } = await lstat(path.join(this.context.env.paths.results, file));
      return { file, bytes: size, modifiedAt: mtimeMs, isExample: isExample(file) };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** Imports a log and records the file's state, or why it was not imported. */
  private async importFile(found: FoundLog): Promise<void> {
    const { db, env, bus } = this.context;
    const { file, bytes, modifiedAt } = found;
    let log: LogText | null = null;
    let problem: string | null = null;
    let runId: string | null = null;
    try {
      log = await readLogFile(path.join(env.paths.results, file));
      if (this.isFromUnadoptedRun(log.text)) return;
    } catch (error) {
      problem = reasonOf(error);
    }
    db.transaction((tx) => {
      const before = tx.select().from(imports).where(eq(imports.file, file)).get();
      // A deleted example stays hidden, although its file belongs to the project and returns with every update.
      const isHidden =
        found.isExample && before?.runId && !tx.select().from(runs).where(eq(runs.id, before.runId)).get();
      if (isHidden) {
        runId = before.runId;
      } else if (log) {
        try {
          runId = tx.transaction((inner) => importLog(inner, log!, found, env.paths.results));
        } catch (error) {
          problem = reasonOf(error);
        }
      }
      // Copies of the previous contents are no longer copies of this file.
      const hasChanged = before?.runId && before.problem === null && before.sha256 !== log?.sha256 && !isHidden;
      const copies = duplicatesOf(hasChanged ? [before.sha256] : []);
      tx.delete(imports).where(copies).run();
      const row = { bytes, modifiedAt, runId: runId ?? before?.runId ?? null, sha256: log?.sha256 ?? null, problem };
      tx.insert(imports)
        .values({ file, ...row })
        .onConflictDoUpdate({ target: imports.file, set: row })
        .run();
    });
    if (runId) bus.publish({ runId, progress: null });
  }

  /** Whether a log belongs to a command-line run that has not ended yet; such a run is adopted from its journal later. */
  private isFromUnadoptedRun(text: string): boolean {
    const { db, env } = this.context;
    const id = /"run_id"\s*:\s*"([^"]{1,40})"/.exec(text)?.[1] ?? '';
    if (!isRunId(id) || !existsSync(path.join(env.paths.results, id, 'events.ndjson'))) return false;
    return !db.select({ id: runs.id }).from(runs).where(eq(runs.id, id)).get();
  }

  /** Forgets copies of removed logs, so that one of them is imported in its place. @param files all existing files */
  private forgetCopies(files: string[]): void {
    const { db } = this.context;
    const { file, sha256 } = imports;
    const read = db.select({ file, sha256 }).from(imports).innerJoin(runs, eq(runs.id, imports.runId));
    const removed = read
      .where(isNull(imports.problem))
      .all()
      .filter((each) => !files.includes(each.file));
    db.delete(imports)
      .where(duplicatesOf(removed.map((each) => each.sha256)))
      .run();
  }

  /**
   * Forgets removed files, unless their run still exists: it is kept, because the database has the log's contents and the
   * file may return.
   */
  private forget(files: string[]): void {
    const { db } = this.context;
    const known = db.select({ id: runs.id }).from(runs);
    const hasNoRun = or(isNull(imports.runId), notInArray(imports.runId, known));
    db.delete(imports)
      .where(
        and(
          inArray(
            imports.file,
            files.filter((file) => !isExample(file)),
          ),
          hasNoRun,
        ),
      )
      .run();
  }
}

const isExample = (file: string): boolean => file.startsWith(`${examplesFolder}/`);

/** The JSON files of a folder, sorted by name; none if the folder does not exist. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => /\.json$/i.test(name)).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && !('code' in error) ? error.message : `could not be read: ${messageOf(error)}`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
