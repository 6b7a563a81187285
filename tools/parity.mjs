import { buildIfStale, root } from './build.mjs';

/** `npm run parity -- FILE…`: compares an engine with reference numbers. */
process.chdir(root);
await buildIfStale('bench');
await import('../dist/bench/parity.mjs');
