import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { readdir, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SkippedFile } from '@/lib/data/custom-images.ts';
import { describeReadError } from '@/server/model/files/read-bounded.ts';

/** Files that operating systems create automatically. */
const ignored = new Set(['Thumbs.db', 'desktop.ini', '__MACOSX']);

/** The entries of a folder, by kind, sorted by name. */
export interface Entries {
  folders: string[];
  files: string[];
}

/** Reads the folders of a data set without leaving it, and collects skipped entries. */
export class Walk {
  readonly skipped: SkippedFile[] = [];

  constructor(
    readonly folder: string,
    /** The folder with all links resolved. */
    private readonly real: string,
  ) {}

  skip(file: string, reason: string): void {
    this.skipped.push({ file, reason });
  }

  /** The same walk, without the skipped entries. */
  probe(): Walk {
    return new Walk(this.folder, this.real);
  }

  /** Removes the skipped entries of a folder. */
  unskip(folder: string): void {
    const others = this.skipped.filter(({ file }) => file !== folder && !file.startsWith(`${folder}/`));
    this.skipped.splice(0, Infinity, ...others);
  }

  hasSkipped(file: string): boolean {
    return this.skipped.some((each) => each.file === file);
  }

  /**
   * Lists a folder of the data set. Skips links to outside the data set, entries that are neither files nor folders, and
   * names that are not UTF-8. An unreadable folder is skipped, too, and has no entries.
   */
  async list(below: string): Promise<Entries> {
    const listed: Entries = { folders: [], files: [] };
    const options = { withFileTypes: true, encoding: 'buffer' } as const;
    const entries = await readdir(path.join(this.folder, below), options).catch((error: unknown) => {
      this.skip(below === '' ? path.basename(this.folder) : below, `cannot be read: ${describeReadError(error)}`);
      return [];
    });
    for (const entry of entries) {
      const name = entry.name.toString('utf8');
      if (name.startsWith('.') || ignored.has(name)) continue;
      if (!isUtf8(entry.name)) {
        this.skip(join(below, name), 'has a name that is not UTF-8; rename it');
        continue;
      }
      const kind = await this.kindOf(entry, join(below, name));
      if (kind) listed[kind].push(name);
    }
    listed.folders.sort();
    listed.files.sort();
    return listed;
  }

  private async kindOf(entry: Dirent<Buffer>, file: string): Promise<keyof Entries | null> {
    if (entry.isDirectory()) return 'folders';
    if (entry.isFile()) return 'files';
    if (!entry.isSymbolicLink()) {
      this.skip(file, 'is not a regular file');
      return null;
    }
    const link = path.join(this.folder, file);
    const target = await realpath(link).catch(() => null);
    const found = target && (await stat(target).catch(() => null));
    if (!(await this.isInside(link, target))) this.skip(file, 'is a link that points outside the folder');
    else if (!found) this.skip(file, 'is a broken link');
    else if (found.isDirectory()) return 'folders';
    else if (found.isFile()) return 'files';
    else this.skip(file, 'is a link to something that is not a regular file');
    return null;
  }

  /** Whether a link points into the data set; the text of a broken link decides. */
  private async isInside(link: string, target: string | null): Promise<boolean> {
    if (target !== null) return target.startsWith(this.real + path.sep);
    const text = await readlink(link).catch(() => '');
    return path.resolve(path.dirname(link), text).startsWith(this.folder + path.sep);
  }
}

/** Joins the parts of a path that are not empty, with forward slashes. */
export const join = (...parts: string[]): string => parts.filter(Boolean).join('/');
