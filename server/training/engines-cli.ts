import { engineNames, engines, fastestEngine } from '@/lib/config/engines.ts';
import { judgeEngines } from '@/server/model/engine/choose.ts';
import { readPaths } from '@/server/model/files/paths.ts';
import { FlagError, parseFlags } from './flags.ts';

/**
 * `npm run engines -- [--n_unfreeze 30] [--image_size 96] …`: which engine `auto` takes for such a run here, how fast each is,
 * and why the others are not taken. Exits 0, 1 where none can train, 2 where a flag is wrong.
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
  const taken = fastestEngine(verdicts);
  const work = config.n_unfreeze > 0 ? `fine-tuning N = ${config.n_unfreeze}` : 'extracting features';
  console.log(`${work} at ${config.image_size} px in batches of ${config.batch_size}:\n`);
  for (const name of engineNames) {
    const verdict = verdicts[name]!;
    const found =
      verdict.is === 'able'
        ? `${Math.round(verdict.imagesPerSecond)} images/s on ${verdict.device}`
        : `not taken: ${verdict.why}`;
    console.log(
      `${name === taken ? '→' : ' '} ${name.padEnd(11)} ${found}\n  ${' '.repeat(11)} ${engines[name].title}`,
    );
  }
  console.log(taken ? `\nauto takes ${taken}.` : '\nNo engine can train here.');
  return taken ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof FlagError ? `${error.message}\n${usage}` : error);
  return error instanceof FlagError ? 2 : 1;
});
