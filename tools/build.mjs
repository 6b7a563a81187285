import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import Sqlite from 'better-sqlite3';
import { build as bundle } from 'esbuild';

/**
 * `npm run build`, and what every other tool calls to build only what is stale. A stamp of the sources, the lockfile and
 * the configuration lies beside what was built from them: after `git pull`, nothing old is ever served.
 */

export const root = path.resolve(import.meta.dirname, '..');
const fromRoot = (...parts) => path.join(root, ...parts);

const always = ['package-lock.json', 'tsconfig.json', 'tools/build.mjs'];
const pageConfig = ['next.config.mjs', 'postcss.config.mjs', 'instrumentation.ts'];

/** What can be built: from which files and folders, and how. */
const targets = {
  /** The child process and the command line, a file each: Node 20 cannot run TypeScript. */
  trainer: {
    sources: ['lib', 'server/model', 'server/training'],
    build: () =>
      bundleForNode('dist/trainer', {
        main: 'server/training/main.ts',
        cli: 'server/training/cli.ts',
        cache: 'server/training/cache-cli.ts',
        'check-main': 'server/model/engine/check/check-main.ts',
        engines: 'server/training/engines-cli.ts',
        'batches-worker': 'server/model/dataset/batches/batches-worker.ts',
        'heartbeat-worker': 'server/training/telemetry/heartbeat-worker.ts',
      }),
  },
  /** Measurements, and the pictures that the own backbone is trained on: nothing that the app needs. */
  bench: {
    sources: ['lib', 'server/model', 'server/training', 'server/bench'],
    build: () =>
      bundleForNode('dist/bench', {
        bench: 'server/bench/bench-cli.ts',
        parity: 'server/bench/parity-cli.ts',
        transfer: 'server/bench/transfer-cli.ts',
        'pretraining-pictures': 'server/model/dataset/sketch10/pretraining/pretraining-pictures.ts',
        sketch10: 'server/model/dataset/sketch10/sketch10.ts',
        'check-main': 'server/model/engine/check/check-main.ts',
        'batches-worker': 'server/model/dataset/batches/batches-worker.ts',
      }),
  },
  /** What starts Next and ends it, and what fetches the data from a terminal. */
  server: {
    sources: ['lib', 'server', 'drizzle'],
    build: () => bundleForNode('dist/server', { serve: 'server/http/serve.ts', 'get-data': 'server/data/cli.ts' }),
  },
  /** Pages and routes. */
  app: {
    sources: ['app', 'components', 'lib', 'server', 'drizzle', 'public', ...pageConfig],
    output: '.next/BUILD_ID',
    build: buildPages,
  },
};

/**
 * Builds those of the targets whose stamp differs, one after the other. What is printed goes to stderr, so that a tool's
 * own output stays its own.
 */
export async function buildIfStale(...names) {
  if (names.every((name) => isFresh(name, stampOf(name)))) return;
  const unlock = lockBuild();
  try {
    for (const name of names) await buildTarget(name);
  } finally {
    unlock();
  }
}

async function buildTarget(name) {
  // Another process may have built it while this one waited for its turn.
  const stamp = stampOf(name);
  if (isFresh(name, stamp)) return;
  rmSync(stampFile(name), { force: true });
  console.error(`Building the ${name} …`);
  await targets[name].build();
  writeFileSync(stampFile(name), stamp);
}

const stampFile = (name) => fromRoot('dist', `${name}.stamp`);

function isFresh(name, stamp) {
  const { output } = targets[name];
  const isBuilt = existsSync(stampFile(name)) && (!output || existsSync(fromRoot(output)));
  return isBuilt && readFileSync(stampFile(name), 'utf8') === stamp;
}

/** Waits until no other process builds here. The lock is an open transaction: the system ends it with the process. */
function lockBuild() {
  mkdirSync(fromRoot('dist'), { recursive: true });
  const lock = new Sqlite(fromRoot('dist', 'build.lock'), { timeout: 600_000 });
  lock.exec('BEGIN EXCLUSIVE');
  return () => lock.close();
}

/** SHA-256 of names and contents, tests left out. */
function stampOf(name) {
  const hash = createHash('sha256');
  for (const file of [...targets[name].sources, ...always].flatMap(filesBelow)) {
    hash
      .update(`${file.replaceAll(path.sep, '/')}\0`)
      .update(readFileSync(fromRoot(file)))
      .update('\0');
  }
  return hash.digest('hex');
}

const isTest = (file) => /\.test(-helper)?\.tsx?$|[\\/]fixtures[\\/]/.test(file);

function filesBelow(source) {
  if (!existsSync(fromRoot(source))) return [];
  if (statSync(fromRoot(source)).isFile()) return [source];
  return readdirSync(fromRoot(source), { recursive: true })
    .map((name) => path.join(source, name))
    .filter((file) => !isTest(file) && statSync(fromRoot(file)).isFile())
    .sort();
}

const bundleForNode = (outdir, entryPoints) =>
  bundle({
    absWorkingDir: root,
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: true,
    // What is imported only when it is needed stays in a file of its own: not every system has every engine's library.
    splitting: true,
    logLevel: 'warning',
  });

function buildPages() {
  const next = fromRoot('node_modules', 'next', 'dist', 'bin', 'next');
  const { status } = spawnSync(process.execPath, [next, 'build'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('The pages could not be built; the lines above say why.');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const name of Object.keys(targets)) rmSync(stampFile(name), { force: true });
  await buildIfStale('trainer', 'server', 'app');
}
