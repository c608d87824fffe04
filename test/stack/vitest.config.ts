import { defineConfig } from 'vitest/config';

/** Run by `npm run stack:test` after the stack was synthesised; `npm test` leaves it out. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.spec.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    slowTestThreshold: 60_000,
  },
});
