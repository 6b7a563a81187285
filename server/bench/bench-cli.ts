import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { engineNames } from '@/lib/config/engines.ts';
import { createEngine } from '@/server/model/engine/create.ts';
import { unavailableReason } from '@/server/model/engine/inventory/parts.ts';
import { FlagError, parseFlagsWith } from '@/server/training/flags.ts';
import { type BenchResult, bench } from './bench.ts';

/**
 * `npm run bench -- [--json] [--images 512] [--threads 2] [--engine cpu] [--image_size 160] [--augment] …`: how fast each
 * engine is here, a process each; with any flag of `npm run train` besides, by default N = 30 in batches of 64.
 */

const usage = `usage: npm run bench -- [--json] [--images 512] [--threads N] [any flag of npm run train]

Measures extraction and fine-tuning of each engine, or of the one that --engine names.
`;

const ownFlags = { json: { type: 'boolean' }, images: { type: 'string' }, threads: { type: 'string' } } as const;
const defaults = ['--n_unfreeze', '30', '--batch_size', '64'];

async function main(args: string[]): Promise<number> {
  const parsed = parseFlagsWith(ownFlags, [...defaults, ...args]);
  if (parsed === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const { config, own } = parsed;
  const images = readCount('images', own.images);
  const threads = readCount('threads', own.threads);
  if (config.engine === 'auto') return eachEngine(args);
  const engine = await createEngine(config.engine, { threads });
  const result = await bench({ config, engine, images: images ?? 512 });
  console.log(own.json ? JSON.stringify(result) : inWords(result));
  return 0;
}

/** A process each: what one engine holds in memory is not counted for the next. */
function eachEngine(args: readonly string[]): number {
  const file = fileURLToPath(import.meta.url);
  const codes = engineNames.flatMap((engine) => {
    const why = unavailableReason(engine);
    if (why) {
      console.error(`${engine}: not measured, ${why}`);
      return [];
    }
    const { status } = spawnSync(process.execPath, [file, ...args, '--engine', engine], { stdio: 'inherit' });
    return status ?? 1;
  });
  return Math.max(0, ...codes);
}

/** @throws FlagError where it is no whole number above 0 */
function readCount(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new FlagError(`--${name} ${text}: must be a whole number above 0`);
  return count;
}

function inWords(result: BenchResult): string {
  const { engine, device, threads, image_size, n_unfreeze, batch_size, augment } = result;
  return [
    `${engine}: ${device}${threads ? `, ${threads} threads` : ''}`,
    `  features, ${image_size} px             ${result.extract_images_per_s} images/s`,
    `  fine-tuning, N = ${n_unfreeze}, batch ${batch_size}   ${result.finetune_images_per_s} images/s${augment ? ', augmented' : ''}`,
    `  start                       ${result.startup_s} s`,
    `  peak memory                 ${result.peak_memory_mb} MB`,
  ].join('\n');
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof FlagError ? `${error.message}\n${usage}` : error);
  return 2;
});
