import { parseArgs } from 'node:util';
import { formatAgo, formatBytes } from '@/lib/format.ts';
import { type CachedFile, listCache, removeCached } from '@/server/model/activations/cache-folder.ts';
import { readPaths } from '@/server/model/files/paths.ts';

/** `npm run cache [-- --clear]`: what is kept between runs. Exits 2 where a flag or a setting is wrong. */

const usage = `usage: npm run cache [-- --clear]

Lists what runs have computed once and kept for others, the one used last first. --clear removes all of it: the next runs
compute it again. CACHE_DIR says where it lies, CACHE_LIMIT how many gigabytes it may take.
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
    // npm runs its scripts in the project's folder.
    ({ cache, cacheLimit } = readPaths(process.env, process.cwd()));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 2;
  }
  const files = await listCache(cache);
  const taken = formatBytes(files.reduce((sum, { bytes }) => sum + bytes, 0));
  if (clear) {
    await removeCached(cache, files);
    console.log(`Removed ${inWords(files)}, ${taken}, from ${cache}`);
    return 0;
  }
  for (const { name, bytes, usedAt } of files) {
    console.log(`${formatBytes(bytes).padStart(8)}  ${formatAgo(usedAt, Date.now()).padStart(12)}  ${name}`);
  }
  console.log(`${inWords(files)}, ${taken} of at most ${formatBytes(cacheLimit)}, in ${cache}`);
  return 0;
}

const inWords = ({ length }: readonly CachedFile[]): string => (length === 1 ? '1 file' : `${length} files`);

process.exitCode = await main(process.argv.slice(2));
