import { engineNames, engines, fastestEngine } from '@/lib/config/engines.ts';
import { judgeEngines } from '@/server/model/engine/choose.ts';
import { readPaths } from '@/server/model/files/paths.ts';
import { FlagError, parseFlags } from './flags.ts';

/**
 * `npm run engines -- [--n_unfreeze 30] [--image_size 96] …`: shows which engine `auto` selects for such a run on this machine,
 * the speed of each engine, and why the others are not used. Exits 0, 1 if no engine can train, 2 if a flag is invalid.
 */

const usage = 'usage: npm run engines -- [--n_unfreeze N] [--batch_size N] [--image_size PIXELS]';

const defaults = ['--n_unfreeze', '30', '--batch_size', '64', '--image_size', '96'];

async function main(args: string[]): Promise<number> {
  const config = parseFlags([...defaults, ...args]);
  if (config === 'help') {
    console.log(usage);
    return 0;
  }
  const verdicts = await judgeEngines(config, readPaths(process.env, process.cwd()).cache, { tryAll: true });
  const selected = fastestEngine(verdicts);
  const work = config.n_unfreeze > 0 ? `Fine-tuning N = ${config.n_unfreeze}` : 'Extracting features';
  console.log(`${work} at ${config.image_size} px in batches of ${config.batch_size}:\n`);
  for (const name of engineNames) {
    const verdict = verdicts[name]!;
    const result =
      verdict.is === 'able'
        ? `${Math.round(verdict.imagesPerSecond)} images/s on ${verdict.device}`
        : `not used: ${verdict.why}`;
    console.log(
      `${name === selected ? '→' : ' '} ${name.padEnd(11)} ${result}\n  ${' '.repeat(11)} ${engines[name].title}`,
    );
  }
  console.log(selected ? `\nauto selects ${selected}.` : '\nNo engine can train on this machine.');
  return selected ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof FlagError ? `${error.message}\n${usage}` : error);
  return error instanceof FlagError ? 2 : 1;
});
