import { buildIfStale, root } from './build.mjs';

/**
 * `npm run transfer`: compares features of the bundled backbone on sketch10 with raw pixels and an untrained network.
 */
process.chdir(root);
await buildIfStale('bench');
await import('../dist/bench/transfer.mjs');
