import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Not *.test.ts: those run everywhere, these need root, QEMU and the image (image.ts).
    include: ['test/lab/*.lab.ts'],
    pool: 'forks',
    // Each file has a machine of its own, and each machine a processor.
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 360_000,
  },
});
