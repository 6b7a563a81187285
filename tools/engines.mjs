import { buildIfStale, root } from './build.mjs';

/** `npm run engines`: lists the engines available on this machine, their speed, and the one that `auto` selects. */
process.chdir(root);
await buildIfStale('trainer');
await import('../dist/trainer/engines.mjs');
