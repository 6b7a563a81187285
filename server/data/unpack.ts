import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { extract, type ReadEntry } from 'tar';
import type { DownloadErrors } from './errors.ts';
import { inspectFolder } from './inspect.ts';
import type { Unpacked } from './sources.ts';

/**
 * Extracts the expected files from a `.tar.gz`, each a regular file of the expected size; nothing else in the archive
 * is ever written. They are moved to their final names only when all of them are complete and synced to disk.
 *
 * @throws DownloadError `damaged`; filesystem errors
 */
export async function unpack(
  archive: string,
  dataFolder: string,
  expected: Unpacked,
  errors: DownloadErrors,
): Promise<void> {
  const { folder, files, fileBytes } = expected;
  const target = path.join(dataFolder, folder);
  const temporary = `${target}.tmp`;
  const members = new Set(files.map((name) => `${folder}/${name}`));
  // A killed process may have left one behind.
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary);
  try {
    await extract({
      file: archive,
      cwd: temporary,
      strip: 1,
      strict: true,
      filter: (name, entry) => {
        const { type, size } = entry as ReadEntry;
        return members.has(path.posix.normalize(name)) && type === 'File' && size === fileBytes;
      },
    }).catch((error: NodeJS.ErrnoException) => {
      // Filesystem errors have a `syscall`; errors of gzip and tar do not.
      throw error.syscall ? error : errors.damaged(error.message, error);
    });
    const found = inspectFolder(temporary, expected);
    if (found.is === 'missing') throw errors.damaged('it contains none of the expected files');
    if (found.is === 'broken') throw errors.damaged(found.problem);
    for (const name of files) await syncToDisk(path.join(temporary, name));
    await putInPlace(temporary, target, files);
  } finally {
    // Where tar fails, it may still be writing what came before.
    await rm(temporary, { recursive: true, force: true, maxRetries: 10 });
  }
}

/**
 * Moves the folder as a unit if the target does not exist; otherwise moves file by file and leaves other files there
 * alone.
 */
async function putInPlace(temporary: string, target: string, files: readonly string[]): Promise<void> {
  if (!existsSync(target)) return rename(temporary, target);
  for (const name of files) await rename(path.join(temporary, name), path.join(target, name));
}

async function syncToDisk(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.sync();
  await handle.close();
}
