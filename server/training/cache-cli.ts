import { parseArgs } from 'node:util';
import { formatAgo, formatBytes } from '@/lib/format.ts';
import { type CachedFile, listCache, removeCached } from '@/server/model/activations/cache-folder.ts';
import { readPaths } from '@/server/model/files/paths.ts';

/** `npm run cache [-- --clear]`: lists or clears the cache folder. Exits 2 if a flag or a setting is invalid. */

const usage = `usage: npm run cache [-- --clear]

Lists the files that runs have cached for later runs (activations and engine checks), most recently used first. --clear
removes them; the next runs compute them again. CACHE_DIR sets the folder, CACHE_LIMIT its maximum size in gigabytes.
`;

async function main(args: string[]): Promise<number> {
  let clear: boolean;
  let cache: string;
  let cacheLimit: number;
  try {
    const { values } = parseArgs({ args, options: { clear: { type: 'boolean' }, help: { type: 'boolean' } } });
    if (values.help) {
      process.stdout.write(usage);
      return 0;
    }
    clear = values.clear ?? false;
    // npm runs scripts in the project's folder.
    ({ cache, cacheLimit } = readPaths(process.env, process.cwd()));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 2;
  }
  const files = await listCache(cache);
  const size = formatBytes(files.reduce((sum, { bytes }) => sum + bytes, 0));
  if (clear) {
    await removeCached(cache, files);
    console.log(`Removed ${countFiles(files)} (${size}) from ${cache}`);
    return 0;
  }
  for (const { name, bytes, usedAt } of files) {
    console.log(`${formatBytes(bytes).padStart(8)}  ${formatAgo(usedAt, Date.now()).padStart(12)}  ${name}`);
  }
  console.log(`${countFiles(files)}, ${size} of at most ${formatBytes(cacheLimit)}, in ${cache}`);
  return 0;
}

const countFiles = ({ length }: readonly CachedFile[]): string => (length === 1 ? '1 file' : `${length} files`);

process.exitCode = await main(process.argv.slice(2));
