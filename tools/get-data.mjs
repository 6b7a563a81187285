import { buildIfStale, root } from './build.mjs';

/** `npm run get-data`: downloads CIFAR-10 and the ImageNet weights if they are missing from the data folder. */
process.chdir(root);
await buildIfStale('server');
await import('../dist/server/get-data.mjs');
