/** A part of the core and the tests that pin it. */
export interface Area {
  /** What is mutated: folders or files. */
  readonly mutate: readonly string[];
  /** Test files that are run for a mutant, the quickest first: the first that fails ends it. */
  readonly tests: readonly string[];
  /** Names of tests that are left out, for they take long: what only they tell apart survives. */
  readonly without?: RegExp;
}

const testsIn = (folder: string, ...names: readonly string[]): readonly string[] =>
  names.map(name => `test/${folder}/${name}`);

export const areas: { readonly [name: string]: Area } = {
  pattern: {
    mutate: ['core/pattern'],
    tests: testsIn(
      'pattern',
      'language.test.ts',
      'dispatch.test.ts',
      'facts.test.ts',
      'clauses.test.ts',
      'explain.test.ts',
      'document.test.ts',
      'hostile.test.ts',
    ),
    without:
      /100,000 levels|however many conditions|not once per element|one more visit|exponential|explodes elsewhere/,
  },
  state: {
    mutate: ['core/state', '!core/state/memory.ts'],
    tests: testsIn(
      'state',
      'declarative.test.ts',
      'recall.test.ts',
      'counting.test.ts',
      'silence.test.ts',
      'first-seen.test.ts',
      'rejudge.test.ts',
      'launch-state.test.ts',
    ),
    without: /whatever the order, repetition and batches|order and redelivery|records that are late/,
  },
  memory: {
    mutate: ['core/state/memory.ts'],
    tests: testsIn('state', 'bounded.test.ts', 'store.conformance.test.ts'),
    without: /in DynamoDB|hundreds of|the table of state|memory and DynamoDB/,
  },
  redact: {
    mutate: ['core/redact'],
    tests: testsIn('findings', 'redact-text.test.ts', 'redact-names.test.ts', 'redact-shape.test.ts', 'redact.test.ts'),
    without: /evidence is bounded|a large record|any JSON/,
  },
  evidence: {
    mutate: ['core/redact.ts'],
    tests: testsIn('findings', 'redact-text.test.ts', 'redact-names.test.ts', 'redact-shape.test.ts', 'redact.test.ts'),
    without: /in time/,
  },
};
