import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale, root } from './build.mjs';

/**
 * `npm run pretrain:backbone`: trains the own backbone anew, in Keras, on pictures that the project's own code draws. Makes a
 * Python environment in the cache folder (PRETRAIN_PYTHON names another one). What it writes lies beside that; to use it,
 * copy it to server/model/network/sketch-backbone.h5. `--fixture` trains nothing: it writes what Keras says of the
 * backbone that is in use, for the tests.
 */
process.chdir(root);
const { values: options } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, fixture: { type: 'boolean', default: false } },
});

const packages = ['tensorflow-cpu==2.21.0', 'keras==3.15.1', 'h5py', 'numpy'];
/** Pictures of each class to train on, and to measure on. */
const [perClass, perClassMeasured] = [1500, 30];

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
  const { renderPretrainingPictures, pretrainingClassCount } = await import('../dist/bench/pretraining-pictures.mjs');
  const draw = (name, seed, count) => {
    writeRecords(inFolder(name), renderPretrainingPictures({ seed, count: count * pretrainingClassCount }));
    return inFolder(name);
  };
  const pictures = draw('pictures.bin', 1, perClass);
  const measured = draw('measured.bin', 2, perClassMeasured);
  const files = ['--pictures', pictures, '--measured', measured, '--weights', inFolder('sketch-backbone.h5')];
  runPython('pretrain.py', [...files, '--seed', options.seed]);
  rmSync(pictures);
  console.log(`To use it, copy ${inFolder('sketch-backbone.h5')} to ${weights}.`);
}

/** CIFAR-10's binary format: a byte of label and three planes a record. */
function writeRecords(file, { pixels, labels }) {
  const bytes = pixels.length / labels.length;
  const records = new Uint8Array(labels.length * (1 + bytes));
  for (const [index, label] of labels.entries()) {
    records[index * (1 + bytes)] = label;
    records.set(pixels.subarray(index * bytes, (index + 1) * bytes), index * (1 + bytes) + 1);
  }
  writeFileSync(file, records);
}

/** @returns the environment's Python */
function makeEnvironment() {
  const isWindows = process.platform === 'win32';
  const own = isWindows ? inFolder('python/Scripts/python.exe') : inFolder('python/bin/python');
  if (existsSync(own)) return own;
  const names = isWindows ? ['python'] : ['python3.12', 'python3.11', 'python3.10', 'python3'];
  const found = names.find((name) => spawnSync(name, ['--version']).status === 0);
  if (!found) throw new Error('Pre-training needs Python 3.10 to 3.13: install it, or name one in PRETRAIN_PYTHON.');
  run(found, ['-m', 'venv', inFolder('python')]);
  run(own, ['-m', 'pip', 'install', '--quiet', ...packages]);
  return own;
}

function runPython(script, args) {
  run(python, [path.join('tools', 'python', script), ...args]);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(' ')} ended with ${status}.`);
}
