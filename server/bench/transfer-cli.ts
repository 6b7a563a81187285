import { networkOf } from '@/lib/network/backbones.ts';
import { mcnemarTest, type PairCounts, pairedDifference } from '@/lib/stats/proportions.ts';
import { CacheFolder } from '@/server/model/activations/cache-folder.ts';
import { loadDataset } from '@/server/model/dataset/load.ts';
import { chooseEngine } from '@/server/model/engine/choose.ts';
import { readPaths } from '@/server/model/files/paths.ts';
import { findWeightsFile, loadWeights } from '@/server/model/network/weights.ts';
import { FlagError, parseFlags } from '@/server/training/flags.ts';
import { compareMethods, type Method, methods } from './transfer/compare.ts';

/**
 * `npm run transfer -- [any flag of npm run train]`: measures how well the bundled backbone transfers to sketch10. Compares
 * the test accuracy of logistic regression on pixels, a head on an untrained network, a head on the backbone, and
 * fine-tuning. Uses three consecutive seeds, starting with `--seed`.
 */

const usage = 'usage: npm run transfer -- [any flag of npm run train]';

const defaults = [
  '--dataset',
  'sketch10',
  '--backbone',
  'sketch',
  '--image_size',
  '96',
  '--n_unfreeze',
  '30',
  '--epochs_stage1',
  '30',
  '--epochs_stage2',
  '15',
  '--batch_size',
  '64',
  '--lr_stage2',
  '2e-3',
];
const seeds = 3;
const pairs: readonly [Method, Method][] = [
  ['frozen', 'random'],
  ['finetuned', 'frozen'],
];

async function main(args: string[]): Promise<number> {
  const config = parseFlags([...defaults, ...args]);
  if (config === 'help') {
    console.log(usage);
    return 0;
  }
  const paths = readPaths(process.env, process.cwd());
  const dataset = await loadDataset(config.dataset, paths, async () => {});
  const { engine } = await chooseEngine(config, paths.cache);
  const cache = new CacheFolder(paths.cache, paths.cacheLimit);
  const weights = await loadWeights(findWeightsFile(paths.data, config), networkOf(config));
  for (let seed = config.seed; seed < config.seed + seeds; seed++) {
    const correct = await compareMethods({ ...config, seed }, { dataset, weights, engine, cache });
    const share = (method: Method) => (100 * correct[method].filter(Boolean).length) / correct[method].length;
    console.log(`seed ${seed}: ${methods.map((method) => `${method} ${share(method).toFixed(1)} %`).join(', ')}`);
    for (const [better, other] of pairs) {
      const counts = countPairs(correct[better], correct[other]);
      const { difference, low, high } = pairedDifference(counts);
      const points = (value: number) => (100 * value).toFixed(1);
      const interval = `95 % interval ${points(low)} to ${points(high)}`;
      const { p } = mcnemarTest(counts);
      console.log(`  ${better} − ${other}: ${points(difference)} points, ${interval}, McNemar p = ${p.toPrecision(2)}`);
    }
  }
  return 0;
}

function countPairs(a: readonly boolean[], b: readonly boolean[]): PairCounts {
  const count = (inA: boolean, inB: boolean) =>
    a.filter((isCorrect, image) => isCorrect === inA && b[image] === inB).length;
  return {
    both: count(true, true),
    onlyA: count(true, false),
    onlyB: count(false, true),
    neither: count(false, false),
  };
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof FlagError ? `${error.message}\n${usage}` : error);
  return 2;
});
