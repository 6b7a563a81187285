import { buildIfStale, root } from './build.mjs';

/** `npm run train -- …`: the command line takes over this process, with its arguments, its signals and its exit code. */
process.chdir(root);
await buildIfStale('trainer');
await import('../dist/trainer/cli.mjs');
