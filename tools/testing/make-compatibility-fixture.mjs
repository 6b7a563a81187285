import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { constants, createBrotliCompress } from 'node:zlib';
import { create } from 'tar';

/**
 * `node tools/testing/make-compatibility-fixture.mjs CHECKOUT`: creates a fixture of `server/compatibility` from an earlier
 * commit, using that commit's server, trainer and command line. CHECKOUT is its installed and built working tree, on
 * Linux. Writes `server/compatibility/fixtures/COMMIT/`:
 *
 * - `left.tar.br`: the results folder and database after trainer and server were killed (SIGKILL) in stage 2 of a run, with
 *   another run in the queue. To keep it small, models (cifar10.h5, cifar10.onnx, tfjs.zip) and all checkpoints except the
 *   newest one of the interrupted run are removed.
 * - `golden.json`: what that commit itself reads from them, directly and after it has resumed and completed the interrupted
 *   run.
 *
 * Takes about a minute. Run ids and times are different each time.
 */

const checkout = path.resolve(parseArgs({ allowPositionals: true }).positionals[0] ?? fail('Name a checkout.'));
const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: checkout, encoding: 'utf8' }).stdout.trim();
const work = mkdtempSync(path.join(tmpdir(), 'compatibility-'));
const results = path.join(work, 'results');
const environment = {
  ...process.env,
  RESULTS_DIR: results,
  CACHE_DIR: path.join(work, 'cache'),
  DATA_DIR: path.join(work, 'nothing'),
  DATASETS_DIR: work,
  DATABASE_PATH: '',
  AUTO_RESUME: 'on',
  PORT: '0',
  INIT_CWD: work,
};
const small = {
  dataset: 'sketch10',
  backbone: 'sketch',
  image_size: 96,
  batch_size: 32,
  train_limit: 200,
  n_unfreeze: 2,
  epochs_stage1: 3,
  epochs_stage2: 2,
  engine: 'cpu',
};

function fail(message) {
  throw new Error(message);
}

async function until(condition) {
  while (!(await condition())) await sleep(20);
}

/** Starts the server as the leader of a process group that includes its trainers. @returns its URL and pid */
async function startServer() {
  const server = spawn(process.execPath, ['tools/start.mjs'], { cwd: checkout, env: environment, detached: true });
  let output = '';
  server.stderr.on('data', (data) => (output += data));
  server.stdout.on('data', (data) => (output += data));
  await until(() => /^http:\S+$/m.test(output) || (server.exitCode !== null && fail(output)));
  return { url: /^http:\S+$/m.exec(output)[0], pid: server.pid };
}

/** Calls a procedure: a mutation if `mutation` is given, otherwise a query. */
async function call({ url }, procedure, { query, mutation } = {}) {
  const address = `${url}/api/trpc/${procedure}`;
  const headers = { origin: url, 'content-type': 'application/json' };
  const response = mutation
    ? await fetch(address, { method: 'POST', headers, body: JSON.stringify(mutation) })
    : await fetch(`${address}?input=${encodeURIComponent(JSON.stringify(query ?? {}))}`, { headers });
  const { result, error } = await response.json();
  return error ? fail(JSON.stringify(error)) : result.data;
}

const get = (server, id) => call(server, 'runs.get', { query: { id } });
const startRun = async (server, config) => (await call(server, 'runs.start', { mutation: { ...small, ...config } })).id;
const hasEpoch = ({ events }, stage, epoch) =>
  events.some(({ event }) => event.type === 'epoch' && event.stage === stage && event.epoch === epoch);

/** @returns the ids of the runs by scenario */
async function createRuns() {
  cpSync(path.join(checkout, 'results', 'examples'), path.join(results, 'examples'), { recursive: true });
  const flags = Object.entries(small).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const trained = spawnSync(process.execPath, ['tools/train.mjs', ...flags, '--name', 'from the terminal'], {
    cwd: checkout,
    env: environment,
    encoding: 'utf8',
  });
  if (trained.status !== 0) fail(trained.stderr);
  const commandLine = readdirSync(results).find((name) => /^\d{8}-/.test(name));

  const server = await startServer();
  await until(async () =>
    (await call(server, 'runs.list')).runs.some(({ id, status }) => id === commandLine && status === 'completed'),
  );
  const library = path.join(checkout, 'lib');
  const log = readdirSync(library, { recursive: true }).find((name) => /run_n0\.json$/.test(name));
  const text = readFileSync(path.join(library, log), 'utf8');
  const dropped = { name: 'run_n0.json', text, modifiedAt: Date.UTC(2026, 0, 1) };
  const { id: imported } = await call(server, 'logs.import', { mutation: dropped });

  const completed = await startRun(server, { name: 'completed', notes: 'Kept as it was.', tags: ['old'] });
  await until(async () => (await get(server, completed)).status === 'completed');
  const canceled = await startRun(server, { name: 'canceled', epochs_stage1: 1000, lr_stage1: 1e-6 });
  await until(async () => hasEpoch(await get(server, canceled), 1, 2));
  await call(server, 'runs.cancel', { mutation: { id: canceled } });
  await until(async () => !(await get(server, canceled)).filesDue);

  // Uses everything that draws random numbers, and few epochs, so that resuming it is quick.
  const interrupted = await startRun(server, {
    name: 'interrupted',
    augment: true,
    use_mixup: true,
    use_cutout: true,
    optimizer: 'sgd',
    lr_stage2: 1e-3,
    epochs_stage2: 5,
  });
  const queued = await startRun(server, { name: 'queued', epochs_stage1: 1, epochs_stage2: 0 });
  await until(async () => hasEpoch(await get(server, interrupted), 2, 2));
  process.kill(-server.pid, 'SIGKILL');
  return { commandLine, imported, completed, canceled, interrupted, queued };
}

function deleteLargeFiles({ interrupted }) {
  for (const name of readdirSync(results, { recursive: true })) {
    const isModel = /(cifar10\.h5|cifar10\.onnx|tfjs\.zip)$/.test(name);
    const isCheckpoint = /\.safetensors$/.test(name) && name !== path.join(interrupted, 'checkpoint.safetensors');
    if (isModel || isCheckpoint) rmSync(path.join(results, name));
  }
}

async function pack(file) {
  const archive = path.join(work, 'left.tar');
  await create({ cwd: work, file: archive, portable: true }, ['results']);
  const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: 2 ** 24 };
  await pipeline(createReadStream(archive), createBrotliCompress({ params }), createWriteStream(file));
}

/** Reads the fixture with the commit's own code. */
function readGolden(ids, file) {
  const script = path.join(import.meta.dirname, 'read-fixture-runs.mjs');
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', script, file, JSON.stringify(ids)], {
    cwd: checkout,
    env: environment,
    stdio: 'inherit',
  });
  if (status !== 0) fail('The commit could not read its own fixture.');
}

const folder = path.resolve(import.meta.dirname, '../../server/compatibility/fixtures', commit);
mkdirSync(folder, { recursive: true });
const ids = await createRuns();
deleteLargeFiles(ids);
await pack(path.join(folder, 'left.tar.br'));
readGolden(ids, path.join(folder, 'golden.json'));
rmSync(work, { recursive: true });
