import { buildIfStale, root } from './build.mjs';

/** `npm run bench`: how fast each engine is on this machine. */
process.chdir(root);
await buildIfStale('trainer');
await import('../dist/trainer/bench.mjs');
