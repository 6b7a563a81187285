import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { engineNames } from '@/lib/config/engines.ts';
import { createEngine } from '@/server/model/engine/create.ts';
import { unavailableReason } from '@/server/model/engine/inventory/parts.ts';
import { FlagError, parseFlagsWith } from '@/server/training/flags.ts';
import { type BenchResult, bench } from './bench.ts';

/**
 * `npm run bench -- [--json] [--images 512] [--threads 2] [--engine cpu] [--image_size 160] [--augment] …`: measures the speed
 * of each engine on this machine, in separate processes. Accepts all flags of `npm run train`; by default N = 30, batch 64.
 */

const usage = `usage: npm run bench -- [--json] [--images 512] [--threads N] [any flag of npm run train]

Measures feature extraction and fine-tuning on every engine, or on the one selected with --engine.
`;

const benchFlags = { json: { type: 'boolean' }, images: { type: 'string' }, threads: { type: 'string' } } as const;
const defaults = ['--n_unfreeze', '30', '--batch_size', '64'];

async function main(args: string[]): Promise<number> {
  const parsed = parseFlagsWith(benchFlags, [...defaults, ...args]);
  if (parsed === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const { config, extra } = parsed;
  const images = readCount('images', extra.images);
  const threads = readCount('threads', extra.threads);
  if (config.engine === 'auto') return benchAllEngines(args);
  const engine = await createEngine(config.engine, { threads });
  const result = await bench({ config, engine, images: images ?? 512 });
  console.log(extra.json ? JSON.stringify(result) : describe(result));
  return 0;
}

/** Measures each engine in a separate process, so that its memory use is not counted for the next. */
function benchAllEngines(args: readonly string[]): number {
  const file = fileURLToPath(import.meta.url);
  const codes = engineNames.flatMap((engine) => {
    const reason = unavailableReason(engine);
    if (reason) {
      console.error(`${engine}: skipped, ${reason}`);
      return [];
    }
    const { status } = spawnSync(process.execPath, [file, ...args, '--engine', engine], { stdio: 'inherit' });
    return status ?? 1;
  });
  return Math.max(0, ...codes);
}

/** @throws FlagError if it is not a positive integer */
function readCount(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new FlagError(`--${name} ${text}: must be a positive integer`);
  return count;
}

function describe(result: BenchResult): string {
  const { engine, device, threads, image_size, n_unfreeze, batch_size, augment } = result;
  return [
    `${engine}: ${device}${threads ? `, ${threads} threads` : ''}`,
    `  features, ${image_size} px             ${result.extract_images_per_s} images/s`,
    `  fine-tuning, N = ${n_unfreeze}, batch ${batch_size}   ${result.finetune_images_per_s} images/s${augment ? ', augmented' : ''}`,
    `  start-up                    ${result.startup_s} s`,
    `  peak memory                 ${result.peak_memory_mb} MB`,
  ].join('\n');
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof FlagError ? `${error.message}\n${usage}` : error);
  return 2;
});
