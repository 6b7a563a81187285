import { buildIfStale, root } from './build.mjs';

/** `npm run transfer`: what the own backbone knows of sketch10, beside what pixels and an untrained network tell. */
process.chdir(root);
await buildIfStale('bench');
await import('../dist/bench/transfer.mjs');
