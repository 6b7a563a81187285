import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import Sqlite from 'better-sqlite3';
import { build as bundle } from 'esbuild';

/**
 * `npm run build`; the other tools call `buildIfStale`. A hash of the sources, the lockfile and the configuration is
 * stored with each build, so that nothing outdated is served after `git pull`.
 */

export const root = path.resolve(import.meta.dirname, '..');
const fromRoot = (...parts) => path.join(root, ...parts);

const commonSources = ['package-lock.json', 'tsconfig.json', 'tools/build.mjs'];
const pageConfig = ['next.config.mjs', 'postcss.config.mjs', 'instrumentation.ts'];

/** Build targets: their sources and how they are built. */
const targets = {
  /** The trainer process, the command line and their workers, bundled because Node 20 cannot run TypeScript. */
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
  /** Measurements, and the images on which the bundled backbone is pre-trained. The app does not need this. */
  bench: {
    sources: ['lib', 'server/model', 'server/training', 'server/bench'],
    build: () =>
      bundleForNode('dist/bench', {
        bench: 'server/bench/bench-cli.ts',
        parity: 'server/bench/parity-cli.ts',
        transfer: 'server/bench/transfer-cli.ts',
        'pretraining-images': 'server/model/dataset/sketch10/pretraining/pretraining-images.ts',
        sketch10: 'server/model/dataset/sketch10/sketch10.ts',
        'check-main': 'server/model/engine/check/check-main.ts',
        'batches-worker': 'server/model/dataset/batches/batches-worker.ts',
      }),
  },
  /** The server around Next, and the `get-data` command. */
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
 * Builds the stale ones of these targets, one after the other. Build output is printed to stderr, so that it does not
 * mix with the tool's own output.
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
  // Another process may have built it while this one waited for the lock.
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

/** Waits until no other process builds here. The lock is an open transaction, which ends with the process. */
function lockBuild() {
  mkdirSync(fromRoot('dist'), { recursive: true });
  const lock = new Sqlite(fromRoot('dist', 'build.lock'), { timeout: 600_000 });
  lock.exec('BEGIN EXCLUSIVE');
  return () => lock.close();
}

/** SHA-256 of file names and contents, without tests. */
function stampOf(name) {
  const hash = createHash('sha256');
  for (const file of [...targets[name].sources, ...commonSources].flatMap(filesBelow)) {
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
    // Keeps dynamic imports in separate files, because not every system has every engine's library.
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
  if (status !== 0) throw new Error('The pages could not be built; see the output above.');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const name of Object.keys(targets)) rmSync(stampFile(name), { force: true });
  await buildIfStale('trainer', 'server', 'app');
}
