import { buildIfStale, root } from './build.mjs';

/** `npm run parity -- FILE…`: holds an engine against reference numbers. */
process.chdir(root);
await buildIfStale('trainer');
await import('../dist/trainer/parity.mjs');
