import { buildIfStale, root } from './build.mjs';

/** `npm run get-data`: fetches CIFAR-10 and the ImageNet weights, as far as they are not in the data folder. */
process.chdir(root);
await buildIfStale('server');
await import('../dist/server/get-data.mjs');
