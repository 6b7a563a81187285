import { buildIfStale, root } from './build.mjs';

/** `npm run engines`: which engines can train here, how fast each is, and which one is taken. */
process.chdir(root);
await buildIfStale('trainer');
await import('../dist/trainer/engines.mjs');
