import { buildIfStale, root } from './build.mjs';

/** `npm run cache`: lists and clears what is kept between runs. */
process.chdir(root);
await buildIfStale('trainer');
await import('../dist/trainer/cache.mjs');
