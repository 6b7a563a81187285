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
import { copiesOf, type FoundLog, importLog } from './import-log.ts';
import { type LogText, readLogFile } from './read-log-file.ts';

/** How often the results folder is looked at. Not watched: network and container file systems report no changes. Milliseconds. */
const interval = 2000;

/** Logs that the project ships with lie here, within the results folder. */
const examplesFolder = 'examples';

/** Takes in what appears in the results folder: runs of the command line, and logs from elsewhere. */
export class LogFolder {
  private timer: NodeJS.Timeout | null = null;
  private current: Promise<void> | null = null;
  private isClosed = false;

  constructor(private readonly parts: BaseContext & { queue: Queue }) {}

  /** Looks now, and again and again until it is closed. */
  start(): void {
    void this.scan()
      .catch((error) => console.error('The results folder could not be read:', error))
      .finally(() => {
        if (!this.isClosed) this.timer = setTimeout(() => this.start(), interval).unref();
      });
  }

  /** Looks once. Who asks meanwhile waits for a look that began after they asked. */
  async scan(): Promise<void> {
    await this.current?.catch(() => {});
    this.current ??= this.look().finally(() => {
      this.current = null;
    });
    await this.current;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.timer) clearTimeout(this.timer);
    await this.current?.catch(() => {});
  }

  private async look(): Promise<void> {
    const { db, env, queue } = this.parts;
    adoptRuns(this.parts);
    // Adopted runs may have files due.
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
      const found = await this.find(file);
      const before = seen.get(file);
      if (found && !(before?.bytes === found.bytes && before.modifiedAt === found.modifiedAt)) await this.take(found);
    }
    this.forget([...seen.keys()].filter((file) => !files.includes(file)));
  }

  private async find(file: string): Promise<FoundLog | null> {
    try {
      const { size, mtimeMs } = await lstat(path.join(this.parts.env.paths.results, file));
      return { file, bytes: size, modifiedAt: mtimeMs, isExample: isExample(file) };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** Imports a log and notes how it was found, or why it is none. */
  private async take(found: FoundLog): Promise<void> {
    const { db, env, bus } = this.parts;
    const { file, bytes, modifiedAt } = found;
    let log: LogText | null = null;
    let problem: string | null = null;
    let runId: string | null = null;
    try {
      log = await readLogFile(path.join(env.paths.results, file));
      if (this.isStillOfTerminal(log.text)) return;
    } catch (error) {
      problem = reasonOf(error);
    }
    db.transaction((tx) => {
      const before = tx.select().from(imports).where(eq(imports.file, file)).get();
      // An example that someone deleted stays away: its file is the project's, and comes back with every update.
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
      // What held the same as it did is a copy of it no more.
      const hasChanged = before?.runId && before.problem === null && before.sha256 !== log?.sha256 && !isHidden;
      const copies = copiesOf(hasChanged ? [before.sha256] : []);
      tx.delete(imports).where(copies).run();
      const row = { bytes, modifiedAt, runId: runId ?? before?.runId ?? null, sha256: log?.sha256 ?? null, problem };
      tx.insert(imports)
        .values({ file, ...row })
        .onConflictDoUpdate({ target: imports.file, set: row })
        .run();
    });
    if (runId) bus.publish({ runId, progress: null });
  }

  /** A run of the command line that has written its log and is about to end is adopted from its journal. */
  private isStillOfTerminal(text: string): boolean {
    const { db, env } = this.parts;
    const id = /"run_id"\s*:\s*"([^"]{1,40})"/.exec(text)?.[1] ?? '';
    if (!isRunId(id) || !existsSync(path.join(env.paths.results, id, 'events.ndjson'))) return false;
    return !db.select({ id: runs.id }).from(runs).where(eq(runs.id, id)).get();
  }

  /** What holds the same as a log that is gone is read anew, and takes its place. @param files that are there */
  private forgetCopies(files: string[]): void {
    const { db } = this.parts;
    const { file, sha256 } = imports;
    const read = db.select({ file, sha256 }).from(imports).innerJoin(runs, eq(runs.id, imports.runId));
    const gone = read
      .where(isNull(imports.problem))
      .all()
      .filter((each) => !files.includes(each.file));
    db.delete(imports)
      .where(copiesOf(gone.map((each) => each.sha256)))
      .run();
  }

  /**
   * Files that are gone. A run that came of one stays: the database has all that the log had, and the file may come back.
   */
  private forget(files: string[]): void {
    const { db } = this.parts;
    const known = db.select({ id: runs.id }).from(runs);
    const isOver = or(isNull(imports.runId), notInArray(imports.runId, known));
    db.delete(imports)
      .where(
        and(
          inArray(
            imports.file,
            files.filter((file) => !isExample(file)),
          ),
          isOver,
        ),
      )
      .run();
  }
}

const isExample = (file: string): boolean => file.startsWith(`${examplesFolder}/`);

/** The JSON files of a folder, in the order of their names; none where there is no such folder. */
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
