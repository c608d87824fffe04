/**
 * Runs tests for Stryker in the process that holds them: a mutant costs what its tests cost, some milliseconds, where a worker of
 * vitest's for each took 0.3 s of processor time. For mutants of what a module does while it is loaded, all modules are loaded anew.
 */
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { INSTRUMENTER_CONSTANTS, type InstrumenterContext } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { begin, type Collected, collected } from './collect.ts';
import { isDrawn } from './sample.ts';

/** What stands in for a package where a test imports it. */
const standIns = new Map(
  Object.entries({ vitest: 'collect.ts', 'fast-check': 'draws.ts' }).map(([name, file]) => [
    name,
    new URL(file, import.meta.url).href,
  ]),
);
/** The same for a file of ours. */
const unforgetful = { path: '/core/once.ts', standIn: new URL('once.ts', import.meta.url).href };
const own = pathToFileURL(`${process.cwd()}/`).href;
/** Counts how often the modules under test were loaded: each time as new ones. */
let generation = 0;
registerHooks({
  resolve: (name, context, next) => {
    const standIn = standIns.get(name);
    if (standIn !== undefined && context.parentURL !== standIn) return { url: standIn, shortCircuit: true };
    const asked = next(name, context);
    const found = asked.url.endsWith(unforgetful.path) ? { ...asked, url: unforgetful.standIn } : asked;
    const isOwn = found.url.startsWith(own) && !found.url.includes('/node_modules/');
    return isOwn ? { ...found, url: `${found.url}?${generation}` } : found;
  },
});

/** What the instrumented modules and the runner share. */
const shared: InstrumenterContext = {};
Object.assign(globalThis, { [INSTRUMENTER_CONSTANTS.NAMESPACE]: shared });

/** The tests, and which mutant was there while their modules were loaded. */
let loaded: { readonly tests: readonly Collected[]; readonly under: string | undefined } | undefined;

/** What can be made to forget. */
interface Memory {
  clear(): void;
}

/** What modules remember between calls: the maps and sets that they made empty, and weak maps. No test and no mutant leaves anything there. */
let memories: readonly Memory[] = [];

const OrdinaryWeakMap = globalThis.WeakMap;

/** A weak map that can be made to forget what it was told after the first time that it was: that was told while modules were loaded. */
class Forgetting<K extends WeakKey, V> implements Memory {
  readonly #kept = new OrdinaryWeakMap<K, V>();
  #told = this.#kept;
  get(key: K): V | undefined {
    return this.#told.has(key) ? this.#told.get(key) : this.#kept.get(key);
  }
  has(key: K): boolean {
    return this.#told.has(key) || this.#kept.has(key);
  }
  set(key: K, value: V): this {
    this.#told.set(key, value);
    return this;
  }
  delete(key: K): boolean {
    return this.#told.delete(key);
  }
  clear(): void {
    this.#told = new OrdinaryWeakMap();
  }
}

/** Runs something, and gives the maps and sets that were made meanwhile and are empty at its end, and the weak maps. */
const memoriesOf = async (run: () => Promise<void>): Promise<typeof memories> => {
  const { Map: OrdinaryMap, Set: OrdinarySet } = globalThis;
  const made: (Map<unknown, unknown> | Set<unknown>)[] = [];
  const weak: Memory[] = [];
  globalThis.Map = class<K, V> extends OrdinaryMap<K, V> {
    constructor(entries?: Iterable<readonly [K, V]> | null) {
      super(entries);
      Object.setPrototypeOf(this, OrdinaryMap.prototype);
      made.push(this);
    }
  } as MapConstructor; // its static members are inherited
  globalThis.Set = class<T> extends OrdinarySet<T> {
    constructor(values?: Iterable<T> | null) {
      super(values);
      Object.setPrototypeOf(this, OrdinarySet.prototype);
      made.push(this);
    }
  } as SetConstructor; // its static members are inherited
  globalThis.WeakMap = new Proxy(OrdinaryWeakMap, {
    construct: (ordinary, given, made) => {
      // Packages keep what they need in weak maps: theirs stay as they are.
      const [, , maker = ''] = new Error().stack?.split('\n') ?? [];
      if (maker.includes('/node_modules/')) return Reflect.construct(ordinary, given, made);
      const memory = new Forgetting<WeakKey, unknown>();
      weak.push(memory);
      return memory;
    },
  });
  try {
    await run();
  } finally {
    Object.assign(globalThis, { Map: OrdinaryMap, Set: OrdinarySet, WeakMap: OrdinaryWeakMap });
  }
  for (const memory of weak) memory.clear();
  return [...made.filter(({ size }) => size === 0), ...weak];
};

/** The tests of modules that were loaded with one mutant in place, or with none. */
const load = async (under?: string): Promise<readonly Collected[]> => {
  if (loaded !== undefined && loaded.under === under) return loaded.tests;
  if (under !== undefined) shared.activeMutant = under;
  generation++;
  collected.length = 0;
  const without = process.env['MUTATION_WITHOUT'] ?? '';
  memories = await memoriesOf(async () => {
    for (const file of (process.env['MUTATION_TESTS'] ?? '').split(',')) {
      begin(file);
      await import(pathToFileURL(resolve(file)).href);
    }
  });
  const tests = collected.filter(({ name }) => without === '' || !new RegExp(without).test(name));
  loaded = { tests, under };
  return tests;
};

const errorOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Runs tests one after the other until one fails. A busy machine fails no test that takes the time. */
const run = async (tests: readonly Collected[], all: boolean): Promise<TestResult[]> => {
  const { now } = performance;
  const { cpuUsage } = process;
  const results: TestResult[] = [];
  for (const { name, run: judge } of tests) {
    const began = Date.now();
    const result = { id: name, name };
    // What another test was told is told again: else the code behind it would be covered by that other one alone.
    for (const memory of memories) memory.clear();
    shared.currentTestId = name;
    performance.now = () => 0;
    process.cpuUsage = () => ({ user: 0, system: 0 });
    try {
      await judge();
      results.push({ ...result, status: TestStatus.Success, timeSpentMs: Date.now() - began });
    } catch (error) {
      results.push({
        ...result,
        status: TestStatus.Failed,
        failureMessage: errorOf(error),
        timeSpentMs: Date.now() - began,
      });
      if (!all) return results;
    } finally {
      performance.now = now;
      process.cpuUsage = cpuUsage;
      delete shared.currentTestId;
    }
  }
  return results;
};

class InProcess implements TestRunner {
  capabilities() {
    return { reloadEnvironment: true };
  }

  async dryRun(): Promise<DryRunResult> {
    const tests = await run(await load(), true);
    return {
      status: DryRunStatus.Complete,
      tests,
      ...(shared.mutantCoverage === undefined ? {} : { mutantCoverage: shared.mutantCoverage }),
    };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, hitLimit, mutantActivation, testFilter } = options;
    if (!isDrawn(activeMutant)) return { status: MutantRunStatus.Error, errorMessage: 'not of the sample' };
    try {
      const tests = await load(mutantActivation === 'static' ? activeMutant.id : undefined);
      const asked = new Set(testFilter);
      shared.activeMutant = activeMutant.id;
      shared.hitCount = 0;
      shared.hitLimit = hitLimit ?? Number.POSITIVE_INFINITY;
      const results = await run(
        testFilter === undefined ? tests : tests.filter(({ name }) => asked.has(name)),
        options.disableBail,
      );
      const timeout = determineHitLimitReached(shared.hitCount, hitLimit);
      return toMutantRunResult(timeout ?? { status: DryRunStatus.Complete, tests: results });
    } catch (error) {
      // The tests can't even be loaded with it: that is seen.
      const failed = {
        id: 'load',
        name: 'load',
        status: TestStatus.Failed,
        failureMessage: errorOf(error),
        timeSpentMs: 0,
      } as const;
      return toMutantRunResult({ status: DryRunStatus.Complete, tests: [failed] });
    } finally {
      delete shared.activeMutant;
    }
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcess)];
