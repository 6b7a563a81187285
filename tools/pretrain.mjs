import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale, root } from './build.mjs';

/**
 * `npm run pretrain:backbone`: retrains the bundled backbone in Keras, on images drawn by this project's code. Creates
 * a Python environment in the cache folder (PRETRAIN_PYTHON selects another one) and writes the weights to the same
 * folder; to use them, copy the file to server/model/network/sketch-backbone.h5. `--fixture` does not train: it writes
 * Keras' features of the current backbone, for the tests.
 */
process.chdir(root);
const { values: options } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, fixture: { type: 'boolean', default: false } },
});

const packages = ['tensorflow-cpu==2.21.0', 'keras==3.15.1', 'h5py', 'numpy'];
/** Images per class for training and for evaluation. */
const [trainPerClass, testPerClass] = [1500, 30];

const folder = path.resolve(process.env.CACHE_DIR || '.cache', 'pretrain');
const weights = path.join('server', 'model', 'network', 'sketch-backbone.h5');
const fixture = path.join('server', 'bench', 'fixtures', 'sketch-features.json');
mkdirSync(folder, { recursive: true });
const inFolder = (name) => path.join(folder, name);

await buildIfStale('bench');
const python = process.env.PRETRAIN_PYTHON || makeEnvironment();
if (options.fixture) {
  const { renderSketch10 } = await import('../dist/bench/sketch10.mjs');
  writeRecords(inFolder('images.bin'), renderSketch10({ split: 'test', count: 8 }));
  runPython('backbone-features.py', ['--weights', weights, '--images', inFolder('images.bin'), '--out', fixture]);
} else {
  const { renderPretrainingImages, pretrainingClassCount } = await import('../dist/bench/pretraining-images.mjs');
  const draw = (name, seed, count) => {
    writeRecords(inFolder(name), renderPretrainingImages({ seed, count: count * pretrainingClassCount }));
    return inFolder(name);
  };
  const train = draw('train.bin', 1, trainPerClass);
  const test = draw('test.bin', 2, testPerClass);
  const files = ['--pictures', train, '--measured', test, '--weights', inFolder('sketch-backbone.h5')];
  runPython('pretrain.py', [...files, '--seed', options.seed]);
  rmSync(train);
  console.log(`To use it, copy ${inFolder('sketch-backbone.h5')} to ${weights}.`);
}

/** Writes CIFAR-10's binary format: each record is a label byte and three planes. */
function writeRecords(file, { pixels, labels }) {
  const bytes = pixels.length / labels.length;
  const records = new Uint8Array(labels.length * (1 + bytes));
  for (const [index, label] of labels.entries()) {
    records[index * (1 + bytes)] = label;
    records.set(pixels.subarray(index * bytes, (index + 1) * bytes), index * (1 + bytes) + 1);
  }
  writeFileSync(file, records);
}

/** @returns the path of the environment's Python */
function makeEnvironment() {
  const isWindows = process.platform === 'win32';
  const interpreter = isWindows ? inFolder('python/Scripts/python.exe') : inFolder('python/bin/python');
  if (existsSync(interpreter)) return interpreter;
  const names = isWindows ? ['python'] : ['python3.12', 'python3.11', 'python3.10', 'python3'];
  const found = names.find((name) => spawnSync(name, ['--version']).status === 0);
  if (!found)
    throw new Error('Pre-training needs Python 3.10 to 3.13. Install it, or set PRETRAIN_PYTHON to its path.');
  run(found, ['-m', 'venv', inFolder('python')]);
  run(interpreter, ['-m', 'pip', 'install', '--quiet', ...packages]);
  return interpreter;
}

function runPython(script, args) {
  run(python, [path.join('tools', 'python', script), ...args]);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(' ')} exited with code ${status}.`);
}
