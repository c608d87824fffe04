/**
 * What `vitest` is to a test file under mutation: the same `expect`, and tests that are kept in a list, so that they can be run
 * again for every mutant in the process that holds them.
 */
import { format } from 'node:util';
import { assert, expect, vi } from 'vitest';

export { assert, expect, vi };

type Run = (...row: readonly unknown[]) => unknown;

interface Suite {
  readonly name: string;
  readonly around: Suite | undefined;
  readonly before: Run[];
  readonly beforeEach: Run[];
  readonly after: Run[];
  readonly afterEach: Run[];
}

export interface Collected {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Every test of the files that were imported, in their order. */
export const collected: Collected[] = [];

/** Ends what a file began, such as a local table. */
export const ended: Run[] = [];

const suiteIn = (around: Suite | undefined, name: string): Suite => ({
  name,
  around,
  before: [],
  beforeEach: [],
  after: ended,
  afterEach: [],
});
let here = suiteIn(undefined, '');

/** Begins a file: what follows belongs to it. */
export const begin = (file: string): void => {
  here = suiteIn(undefined, file);
};

const outermostFirst = (suite: Suite): readonly Suite[] =>
  suite.around === undefined ? [suite] : [...outermostFirst(suite.around), suite];

const begun = new Set<Suite>();

const addTest = (name: string, run: Run): void => {
  const suites = outermostFirst(here);
  collected.push({
    name: [...suites.map(suite => suite.name), name].filter(Boolean).join(' > '),
    run: async () => {
      for (const suite of suites) {
        if (begun.has(suite)) continue;
        begun.add(suite);
        for (const first of suite.before) await first();
      }
      for (const suite of suites) for (const first of suite.beforeEach) await first();
      try {
        await run();
      } finally {
        for (const suite of suites) for (const last of suite.afterEach) await last();
      }
    },
  });
};

const addSuite = (name: string, run: Run): void => {
  const outer = here;
  here = suiteIn(outer, name);
  run();
  here = outer;
};

/** `$name` and `%s` of a table's title, filled from a row. */
const titled = (title: string, row: readonly unknown[]): string => {
  const [first] = row;
  const members = new Map(typeof first === 'object' && first !== null ? Object.entries(first) : []);
  const filled = title.replace(/\$(\w+)/g, (hole, name: string) =>
    members.has(name) ? format('%s', JSON.stringify(members.get(name))) : hole,
  );
  return format(filled, ...row.slice(0, [...filled.matchAll(/%[sdjo]/g)].length));
};

type Named = (name: string, ...rest: readonly unknown[]) => void;

const isRun = (value: unknown): value is Run => typeof value === 'function';

/** `it` or `describe`: options between the name and the function say nothing here. */
const verb = (add: (name: string, run: Run) => void) => {
  const named: Named = (name, ...rest) => {
    const run = rest.find(isRun);
    if (run !== undefined) add(name, run);
  };
  const each =
    (rows: readonly unknown[]): Named =>
    (title, ...rest) => {
      const run = rest.find(isRun);
      for (const one of rows) {
        const row: readonly unknown[] = Array.isArray(one) ? one : [one];
        if (run !== undefined) add(titled(title, row), () => run(...row));
      }
    };
  const skipIf = (skips: boolean): Named => (skips ? () => undefined : named);
  return Object.assign(named, { each, skipIf });
};

export const it = verb(addTest);
export const test = it;
export const describe = verb(addSuite);
export const beforeAll = (run: Run): unknown => here.before.push(run);
export const afterAll = (run: Run): unknown => here.after.push(run);
export const beforeEach = (run: Run): unknown => here.beforeEach.push(run);
export const afterEach = (run: Run): unknown => here.afterEach.push(run);
