import { buildIfStale, root } from './build.mjs';

/** `npm run train -- …`: runs the command line in this process, which keeps its arguments, signals and exit code. */
process.chdir(root);
await buildIfStale('trainer');
await import('../dist/trainer/cli.mjs');
