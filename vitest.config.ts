import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Concurrent tests are those that mostly wait: for leases, for keepers, for processes.
    maxConcurrency: 8,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
