/**
 * What `vitest` is to a test file under mutation: the same `expect`, and tests that are kept in a list, so that they can be run
 * again for every mutant in the process that holds them.
 */
import { format } from 'node:util';
import { assert, expect as ordinaryExpect } from 'vitest';

export { assert };

/** A value as vitest writes it into a test: members by name, texts as they are. */
const written = (value: unknown, indent = ''): string => {
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = `${indent}  `;
  const members = Array.isArray(value)
    ? value.map(one => written(one, inner))
    : Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, one]) => `"${name}": ${written(one, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return [open, ...members.map(one => `\n${inner}${one},`), members.length === 0 ? '' : `\n${indent}`, close].join('');
};

/** A snapshot without the indentation of the test that it stands in. */
const unindented = (text: string): string => {
  const [, , indent = ''] = /^(\n( *))?/.exec(text) ?? [];
  return text.trim().replaceAll(`\n${indent}`, '\n');
};

/** Vitest's `expect`, but for snapshots, which need its worker there. */
export const expect: typeof ordinaryExpect = new Proxy(ordinaryExpect, {
  apply: (target, self, given: readonly unknown[]) =>
    Object.defineProperty(Reflect.apply(target, self, given), 'toMatchInlineSnapshot', {
      value: (snapshot: string) => target(written(given[0])).toBe(unindented(snapshot)),
    }),
});

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
