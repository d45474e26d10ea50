import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest_first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/properties/seed.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A page that is asked again until it says something may say it late: the default is a second, which a busy machine needs.
    expect: { poll: { timeout: 30_000 } },
    pool: 'threads',
    sequence: { sequencer: LongestFirst },
    // Concurrent tests start processes; more of them than cores only makes each slower.
    maxConcurrency: 2,
    // As many as cores: of two, vitest takes one by itself, and leaves the other to its own thread, which mostly waits.
    maxWorkers: availableParallelism(),
  },
});
