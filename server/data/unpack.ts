import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { extract, type ReadEntry } from 'tar';
import type { Faults } from './errors.ts';
import { inspectFolder } from './inspect.ts';
import type { Unpacked } from './sources.ts';

/**
 * Unpacks a `.tar.gz`, of which only the expected files are taken, each a plain file of the expected size: nothing else
 * in an archive is ever written. They come under their names only when all of them are whole and on the disk.
 *
 * @throws DownloadError `damaged`; what the filesystem says
 */
export async function unpack(archive: string, dataFolder: string, expected: Unpacked, faults: Faults): Promise<void> {
  const { folder, files, fileBytes } = expected;
  const target = path.join(dataFolder, folder);
  const temporary = `${target}.tmp`;
  const members = new Set(files.map((name) => `${folder}/${name}`));
  // A process that was killed may have left one.
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
      // Errors of the filesystem have a system call; those of gzip and tar do not.
      throw error.syscall ? error : faults.damaged(error.message, error);
    });
    const found = inspectFolder(temporary, expected);
    if (found.is === 'missing') throw faults.damaged('none of the expected files is in it');
    if (found.is === 'broken') throw faults.damaged(found.problem);
    for (const name of files) await flush(path.join(temporary, name));
    await putInPlace(temporary, target, files);
  } finally {
    // Where tar fails, it may still be writing what came before.
    await rm(temporary, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** At once where there is no such folder; into one that a person made, file by file, and leaves the rest of it alone. */
async function putInPlace(temporary: string, target: string, files: readonly string[]): Promise<void> {
  if (!existsSync(target)) return rename(temporary, target);
  for (const name of files) await rename(path.join(temporary, name), path.join(target, name));
}

async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.sync();
  await handle.close();
}
