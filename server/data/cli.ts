import { parseArgs } from 'node:util';
import { fallbackSize, imageSizes, partTitle, weightsPart } from '@/lib/data/data-files.ts';
import { formatBytes, formatShare, formatTimeLeft } from '@/lib/format.ts';
import { parseEnv } from '@/server/env.ts';
import { DownloadError, DownloadStopped } from './errors.ts';
import { type DataProgress, getData } from './get-data.ts';
import { inspect } from './inspect.ts';
import { sourceOf } from './sources.ts';

/**
 * `npm run get-data`: brings CIFAR-10 and the ImageNet weights into the data folder, as far as they are not there.
 *
 * Exits 0 when both are there, 1 where one could not be fetched, 2 where a flag is wrong, 130 after Ctrl-C.
 */

const usage = `usage: npm run get-data -- [--image_size ${imageSizes.join(' | ')}]

Downloads CIFAR-10 and MobileNetV2's ImageNet weights if they are missing. The weights for ${fallbackSize} px work for every
image size; --image_size also downloads the file made for another size. Interrupted downloads resume.
`;

async function main(args: string[]): Promise<number> {
  let weights = weightsPart(fallbackSize);
  try {
    const { values } = parseArgs({ args, options: { image_size: { type: 'string' }, help: { type: 'boolean' } } });
    if (values.help) {
      process.stdout.write(usage);
      return 0;
    }
    const asked = values.image_size ?? String(fallbackSize);
    const size = imageSizes.find((each) => String(each) === asked);
    if (!size) throw new Error(`--image_size ${asked}: must be one of ${imageSizes.join(', ')}`);
    weights = weightsPart(size);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return 2;
  }
  // npm runs its scripts in the project's folder.
  const { paths, sources } = parseEnv(process.env, process.cwd());
  const signal = endingSignal();
  let code = 0;
  for (const part of ['cifar10', weights] as const) {
    const source = sourceOf(part, sources);
    const title = partTitle(part);
    if (inspect(paths.data, source).is === 'present') {
      console.log(`${title}: already in ${paths.data}`);
      continue;
    }
    console.log(`${title}: ${source.url}`);
    try {
      await getData(paths.data, source, { signal, onProgress: process.stdout.isTTY ? drawing() : printing() });
      console.log(`${process.stdout.isTTY ? clearLine : ''}${title}: now in ${paths.data}`);
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      // The other may come from somewhere that can be reached.
      console.error(`\n${error.message}\n${error.manualSteps}`);
      code = 1;
    }
  }
  return code;
}

const clearLine = '\r\x1b[2K';

/** For terminals: a line that is drawn again, at most ten times a second. */
function drawing() {
  let last = 0;
  return (progress: DataProgress) => {
    if (progress.phase === 'downloading' && Date.now() - last < 100) return;
    last = Date.now();
    process.stdout.write(clearLine + lineOf(progress).slice(0, (process.stdout.columns ?? 80) - 1));
  };
}

/** For files and pipes: a line for each tenth. */
function printing() {
  let last = '';
  return (progress: DataProgress) => {
    const { phase, bytes, total } = progress;
    const step = phase + (total ? Math.floor((bytes / total) * 10) : '');
    if (step === last) return;
    last = step;
    console.log(lineOf(progress));
  };
}

function lineOf({ phase, bytes, total, bytesPerSecond, secondsLeft }: DataProgress): string {
  if (phase !== 'downloading') return `  ${phase} …`;
  const parts = [
    total ? `${formatShare(bytes / total)} of ${formatBytes(total)}` : formatBytes(bytes),
    bytesPerSecond === null ? '' : `${formatBytes(bytesPerSecond)}/s`,
    secondsLeft === null ? '' : formatTimeLeft(secondsLeft),
  ];
  return `  ${parts.filter(Boolean).join(', ')}`;
}

/** Ctrl-C keeps what has come. */
function endingSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort());
  return controller.signal;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof DownloadStopped) {
    console.error('\nStopped. Run the same command again to resume.');
    return 130;
  }
  console.error(`\n${error instanceof Error ? error.message : error}`);
  return 1;
});
