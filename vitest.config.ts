import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.fuzz.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    fileParallelism: true,
    maxWorkers: '100%', // by default one processor is left free
  },
});
