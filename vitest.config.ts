import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/properties/seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'threads',
    // Concurrent tests start processes; more of them than cores only makes each slower.
    maxConcurrency: 2,
    // As many as cores: of two, vitest takes one by itself, and leaves the other to its own thread, which mostly waits.
    maxWorkers: availableParallelism(),
  },
});
