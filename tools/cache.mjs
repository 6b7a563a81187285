import { buildIfStale, root } from './build.mjs';

/** `npm run cache`: lists and clears the cache. */
process.chdir(root);
await buildIfStale('trainer');
await import('../dist/trainer/cache.mjs');
