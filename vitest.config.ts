import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** Tests run real training and real browsers, often on few cores: hence the long timeouts and few workers. */
export default defineConfig({
  resolve: { alias: { '@': path.resolve(import.meta.dirname) } },
  test: {
    environment: 'node',
    include: ['**/*.test.{ts,tsx}'],
    exclude: ['node_modules', 'dist', '.next'],
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 300_000,
    // Pages can be slow on a busy machine. Passing tests do not wait this long.
    expect: { poll: { timeout: 90_000 } },
  },
});
