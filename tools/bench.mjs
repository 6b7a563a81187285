import { buildIfStale, root } from './build.mjs';

/** `npm run bench`: measures the speed of each engine on this machine. */
process.chdir(root);
await buildIfStale('bench');
await import('../dist/bench/bench.mjs');
