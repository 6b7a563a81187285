import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { testFiles } from './tools/testing/test-kinds.mjs';

/** Three kinds of tests, distinguished by their names: tools/testing/test-kinds.mjs. */
export default defineConfig({
  resolve: { alias: { '@': path.resolve(import.meta.dirname) } },
  test: {
    environment: 'node',
    // Real training and real browsers take their time, and a laptop has few cores.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    // Pages can be slow on a busy machine. Passing tests do not wait this long.
    expect: { poll: { timeout: 90_000 } },
    // Transformed sources are kept for the next run.
    experimental: { fsModuleCache: true },
    projects: [
      {
        extends: true,
        // Much of their time is imports and waiting for processes: modules are loaded once per worker.
        test: { name: 'unit', ...testFiles.unit, isolate: false, maxWorkers: 4, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: { name: 'integration', ...testFiles.integration, maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        // A worker has one browser, and one app with each of the stand-in trainers.
        test: {
          name: 'browser',
          ...testFiles.browser,
          globalSetup: 'tools/testing/browser-setup.ts',
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
