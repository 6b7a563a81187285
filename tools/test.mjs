import { buildIfStale } from './build.mjs';
import { runTool } from './run-tool.mjs';

/** `npm test -- …`: what follows goes to Vitest. Some tests start the app and the trainer as they are served. */
await buildIfStale('trainer', 'bench', 'server', 'app');
process.exitCode = runTool('vitest', ['run', ...process.argv.slice(2)]);
