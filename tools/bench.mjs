import { buildIfStale, root } from './build.mjs';

/** `npm run bench`: how fast each engine is on this machine. */
process.chdir(root);
await buildIfStale('bench');
await import('../dist/bench/bench.mjs');
