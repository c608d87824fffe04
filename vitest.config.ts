import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests run in a process for each file, most of which load the same packages: Node keeps what it compiled of them. */
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/compile');

/** The files that take longest, the longest first: one that came last would run alone while the other processors have nothing to do. */
const longest = [
  'faults/faults.test.ts',
  'findings/table.test.ts',
  'versions/versions.test.ts',
  'month/month.test.ts',
  'limits/memory.test.ts',
  'limits/remembered.test.ts',
  'targets/soundness.test.ts',
  'targets/signs.fuzz.ts',
  'doctor/doctor.test.ts',
  'pattern/dispatch.fuzz.ts',
  'pattern/compile.fuzz.ts',
  'quiet.test.ts',
  'quality.test.ts',
  'functions/announce.test.ts',
  'cli/lean.test.ts',
  'canary/rounds.test.ts',
  'faults/guards.test.ts',
  'shapes.test.ts',
  'catalogue.test.ts',
  'gate.test.ts',
];

const place = ({ moduleId }: TestSpecification): number => {
  const at = longest.findIndex(name => moduleId.endsWith(`/test/${name}`));
  return at < 0 ? longest.length : at;
};

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.fuzz.ts'],
    globalSetup: 'test/temporary.ts',
    pool: 'forks',
    testTimeout: 30_000,
    fileParallelism: true,
    maxWorkers: '100%', // by default one processor is left free
    sequence: { sequencer: LongestFirst },
    // A line for each file, and what failed, whole: thousands of tests take longer than vitest's 0.3 s on a busy machine.
    slowTestThreshold: 30_000,
    silent: 'passed-only',
  },
});
