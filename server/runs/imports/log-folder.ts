import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { and, eq, inArray, isNull, notInArray, or } from 'drizzle-orm';
import { imports, runs } from '@/drizzle/schema.ts';
import { isRunId } from '@/lib/run/run-id.ts';
import type { BaseContext } from '@/server/base-context.ts';
import { isMissing } from '@/server/runs/files/run-files.ts';
import type { Queue } from '@/server/runs/queue/queue.ts';
import { adoptRuns, type JournalProblems } from './adopt-runs.ts';
import { describeProblem, isRetried } from './describe-problem.ts';
import { duplicatesOf, type FoundLog, importLog } from './import-log.ts';
import { type LogText, readLogFile } from './read-log-file.ts';

/** Polling interval in ms. File system watchers do not work on network and container file systems. */
const interval = 2000;

/** The subfolder of the results folder with the project's example logs. */
const examplesFolder = 'examples';

/** The modification time of a file whose contents have not been read yet; differs from that of every file. */
const neverRead = -1;

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
    const journals = await adoptRuns(this.context);
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
    const problems = new Map(journals);
    let examples: string[];
    try {
      const found = await namesIn(path.join(env.paths.results, examplesFolder));
      examples = found.map((name) => `${examplesFolder}/${name}`);
    } catch (error) {
      problems.set(examplesFolder, describeProblem(error, env.databasePath));
      examples = db
        .select({ file: imports.file })
        .from(imports)
        .all()
        .map(({ file }) => file)
        .filter(isExample);
    }
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
      try {
        const found = await this.findFile(file);
        const before = seen.get(file);
        if (found && !(before?.bytes === found.bytes && before.modifiedAt === found.modifiedAt))
          await this.importFile(found, journals);
      } catch (error) {
        problems.set(file, describeProblem(error, env.databasePath));
      }
    }
    for (const [file, problem] of problems) if (seen.get(file)?.problem !== problem) this.recordProblem(file, problem);
    this.forget([...seen.keys()].filter((file) => !files.includes(file) && !problems.has(file)));
  }

  private async findFile(file: string): Promise<FoundLog | null> {
    try {
      const { size, mtimeMs } = await lstat(path.join(this.context.env.paths.results, file));
      return { file, bytes: size, modifiedAt: mtimeMs, isExample: isExample(file) };
    } catch (error) {
      if (file.includes('\ufffd')) throw new Error('has a name that is not UTF-8; rename it', { cause: error });
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** Lists a file with a reason, to be read again by the next scan. */
  private recordProblem(file: string, problem: string): void {
    const row = { bytes: 0, modifiedAt: neverRead, problem };
    this.context.db
      .insert(imports)
      .values({ file, ...row })
      .onConflictDoUpdate({ target: imports.file, set: row })
      .run();
  }

  /**
   * Imports a log and records the file's state, or why it was not imported.
   * @throws Error if another attempt may succeed; nothing is recorded then
   */
  private async importFile(found: FoundLog, journals: JournalProblems): Promise<void> {
    const { db, env, bus } = this.context;
    const { file, bytes, modifiedAt } = found;
    let log: LogText | null = null;
    let problem: string | null = null;
    let runId: string | null = null;
    try {
      log = await readLogFile(path.join(env.paths.results, file));
      if (this.isFromUnadoptedRun(log.text, journals)) return;
    } catch (error) {
      if (isRetried(error)) throw error;
      problem = describeProblem(error, env.databasePath);
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
          if (isRetried(error)) throw error;
          problem = describeProblem(error, env.databasePath);
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

  /**
   * Whether a log belongs to a command-line run that has not ended yet; such a run is adopted from its journal later, unless
   * the journal cannot be read.
   */
  private isFromUnadoptedRun(text: string, journals: JournalProblems): boolean {
    const { db, env } = this.context;
    const id = /"run_id"\s*:\s*"([^"]{1,40})"/.exec(text)?.[1] ?? '';
    if (journals.has(`${id}/events.ndjson`)) return false;
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
