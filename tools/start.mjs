import { buildIfStale, root } from './build.mjs';

/** `npm start`: builds what is stale and starts the server. The last line printed is the URL. */
process.chdir(root);
process.env.NODE_ENV = 'production';
process.env.NEXT_TELEMETRY_DISABLED = '1';
await buildIfStale('trainer', 'server', 'app');
const { serve } = await import('../dist/server/serve.mjs');
await serve({ dev: false });
