import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** Real training and real browsers take their time, and a laptop has few cores. */
export default defineConfig({
  resolve: { alias: { '@': path.resolve(import.meta.dirname) } },
  test: {
    environment: 'node',
    include: ['**/*.test.{ts,tsx}'],
    exclude: ['node_modules', 'dist', '.next'],
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 300_000,
    // What a page is waited for comes late on a busy machine, and a test that passes does not wait.
    expect: { poll: { timeout: 90_000 } },
  },
});
