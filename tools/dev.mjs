import { buildIfStale, root } from './build.mjs';

/** `npm run dev`: builds pages on request and reloads them when sources change. The trainer is built once, at startup. */
process.chdir(root);
process.env.NODE_ENV = 'development';
process.env.NEXT_TELEMETRY_DISABLED = '1';
await buildIfStale('trainer', 'server');
const { serve } = await import('../dist/server/serve.mjs');
await serve({ dev: true });
