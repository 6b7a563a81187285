import { buildIfStale, root } from './build.mjs';

/** `npm run parity -- FILE…`: holds an engine against reference numbers. */
process.chdir(root);
await buildIfStale('bench');
await import('../dist/bench/parity.mjs');
