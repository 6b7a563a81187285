import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { engineChoices } from '@/lib/config/engines.ts';
import { backbones } from '@/lib/network/backbones.ts';
import { loadCifar10 } from '@/server/model/dataset/cifar10.ts';
import { chooseEngine } from '@/server/model/engine/choose.ts';
import { readPaths } from '@/server/model/files/paths.ts';
import { findWeightsFile, loadWeights } from '@/server/model/network/weights.ts';
import { agrees, compareWithFile } from './parity.ts';

/** `npm run parity -- FILE… [--engine cpu]`: exits 1 if any difference exceeds its tolerance, 2 if the comparison fails. */

/** The workload for which `auto` selects an engine. */
const referenceWorkload = { backbone: 'imagenet', image_size: 96, n_unfreeze: 30, batch_size: 32 } as const;

const usage = `usage: npm run parity -- REFERENCE.json… [--engine ${engineChoices.join('|')}]`;

/** @throws Error if the arguments are invalid */
function readArguments() {
  const { values, positionals: files } = parseArgs({
    allowPositionals: true,
    options: { engine: { type: 'string', default: 'auto' }, help: { type: 'boolean' } },
  });
  const engine = engineChoices.find((name) => name === values.engine);
  if (!engine) throw new Error(`--engine ${values.engine}: must be one of ${engineChoices.join(', ')}`);
  if (files.length === 0 && !values.help) throw new Error('Specify at least one reference file.');
  return { engine, files, help: values.help ?? false };
}

async function main(): Promise<number> {
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    return 2;
  }
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const { data, cache } = readPaths(process.env, process.cwd());
  const dataset = await loadCifar10(data);
  const { engine } = await chooseEngine({ engine: options.engine, ...referenceWorkload }, cache);
  const { network } = backbones.imagenet;
  const setup = {
    engine,
    weights: await loadWeights(findWeightsFile(data, { backbone: 'imagenet', image_size: 224 }), network),
    images: dataset.test,
    network,
  };
  console.log(`${engine.name}: ${engine.device}${engine.threads ? `, ${engine.threads} threads` : ''}`);
  let passed = true;
  for (const file of options.files) {
    for (const agreement of await compareWithFile(setup, JSON.parse(await readFile(file, 'utf8')))) {
      const { what, largest, tolerance } = agreement;
      const result = `largest difference ${largest.toExponential(2)}, allowed ${tolerance.toExponential(0)}`;
      console.log(`${agrees(agreement) ? 'ok  ' : 'FAIL'} ${what}: ${result}`);
      passed &&= agrees(agreement);
    }
  }
  return passed ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 2;
});
