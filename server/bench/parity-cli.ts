import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { backbones } from '@/lib/network/backbones.ts';
import { loadCifar10 } from '@/server/model/dataset/cifar10.ts';
import { chooseEngine } from '@/server/model/engine/choose.ts';
import { readPaths } from '@/server/model/files/paths.ts';
import { findWeightsFile, loadWeights } from '@/server/model/network/weights.ts';
import { agrees, compareWithFile } from './parity.ts';

/** `npm run parity -- FILE… [--engine cpu]`: exits 1 where anything is past its tolerance, 2 where it cannot tell. */

/** What `auto` chooses by. */
const stepsOfReferences = { backbone: 'imagenet', image_size: 96, n_unfreeze: 30, batch_size: 32 } as const;

const engines = trainConfigSchema.shape.engine.unwrap();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { engine: { type: 'string', default: 'auto' } },
  });
  const engineName = engines.safeParse(values.engine);
  if (positionals.length === 0 || !engineName.success) {
    console.error(`usage: npm run parity -- REFERENCE.json… [--engine ${engines.options.join('|')}]`);
    return 2;
  }
  const { data, cache } = readPaths(process.env, process.cwd());
  const dataset = await loadCifar10(data);
  const { engine } = await chooseEngine({ engine: engineName.data, ...stepsOfReferences }, cache);
  const { network } = backbones.imagenet;
  const setup = {
    engine,
    weights: await loadWeights(findWeightsFile(data, { backbone: 'imagenet', image_size: 224 }), network),
    images: dataset.test,
    network,
  };
  console.log(`${engine.name}: ${engine.device}${engine.threads ? `, ${engine.threads} threads` : ''}`);
  let passed = true;
  for (const file of positionals) {
    for (const agreement of await compareWithFile(setup, JSON.parse(await readFile(file, 'utf8')))) {
      const { what, largest, tolerance } = agreement;
      const found = `largest difference ${largest.toExponential(2)}, allowed ${tolerance.toExponential(0)}`;
      console.log(`${agrees(agreement) ? 'ok  ' : 'FAIL'} ${what}: ${found}`);
      passed &&= agrees(agreement);
    }
  }
  return passed ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 2;
});
