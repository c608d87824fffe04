import type { AnyEvent, Source } from './event.ts';
import { at, type JsonObject, member } from './json.ts';
import { once } from './once.ts';
import { compilePattern } from './pattern/compile.ts';
import { alone, type Condition, type Requirement } from './pattern/requirement.ts';

/** The member that most rules of a source name outright. */
export const keys: { readonly [S in Source]: readonly string[] } = {
  cloudtrail: ['eventName'],
  kubernetes: ['objectRef', 'resource'],
};

/** What rules of a source ask of its key: those that name its values, by value, and those that don't. */
export interface Named<T> {
  readonly names: ReadonlyMap<string, readonly T[]>;
  readonly rest: readonly T[];
}

/** Sorts items by the values of the source's key that their requirements name; one that also asks without naming is in `rest`. */
export const named = <T extends { readonly requirements: readonly Requirement[] }>(
  source: Source,
  items: readonly T[],
): Named<T> => {
  const names = new Map<string, T[]>();
  const rest: T[] = [];
  for (const item of items) {
    const asked = item.requirements.map(requirement => namesIn(source, requirement));
    if (asked.includes(undefined)) rest.push(item);
    else
      for (const name of new Set(asked.flatMap(some => some ?? [])))
        names.set(name, [...(names.get(name) ?? []), item]);
  }
  return { names, rest };
};

/** The values of the key of which a requirement needs one; undefined where it can hold for others. */
const namesIn = (source: Source, requirement: Requirement): readonly string[] | undefined => {
  const key = keys[source];
  const found = requirement.find(({ path }) => path.length === key.length && path.every((name, i) => name === key[i]));
  const values = found?.tests.map(test =>
    test.is === 'equal' && typeof test.value === 'string' && test.value !== '' ? test.value : undefined,
  );
  return values?.some(value => value === undefined) === false ? values.flatMap(value => value ?? []) : undefined;
};

/**
 * The value of an event's key: empty where it has none, undefined where it has one that is no text, or a list stands on the way to
 * it, into which patterns look.
 */
export const keyOf = ({ source, record }: AnyEvent): string | undefined => {
  const [first = '', ...more] = keys[source];
  const outer = member(record, first);
  if (Array.isArray(outer)) return undefined;
  const value = at(outer, ...more) ?? '';
  return typeof value === 'string' ? value : undefined;
};

/** By source, what an event must be like for any rule to be about it: as data, worked out when the functions are bundled. */
export type Gate = { readonly [S in Source]: Admitted };

/** What a source's events must be like. */
interface Admitted {
  /** Values of its key. */
  readonly names: readonly string[];
  /** What is asked of events with others, each thing once. */
  readonly conditions: readonly Condition[];
  /** Places among these: of one list all must hold. */
  readonly rest: readonly (readonly number[])[];
}

/** The gate that rules make together: facts are left out, so that it admits more than the rules match, never less. */
export const gateOf = (
  rules: readonly { readonly on: Source; readonly requirements: readonly Requirement[] }[],
): Gate => {
  const of = (source: Source): Gate[Source] => {
    const all = rules.filter(({ on }) => on === source).flatMap(({ requirements }) => requirements);
    const { names, rest } = named(
      source,
      all.map(requirement => ({ requirements: [requirement.filter(({ path }) => path[0] !== 'fact')] })),
    );
    const asked = rest.flatMap(({ requirements }) =>
      requirements.map(one => new Set(one.map(each => JSON.stringify(each)))),
    );
    // One that asks for less admits all that another does which asks for the same and more: of two that ask the same, the first.
    const least = asked.filter(
      (own, at) => !asked.some((other, rank) => other.isSubsetOf(own) && (other.size < own.size || rank < at)),
    );
    const texts = [...new Set(least.flatMap(one => [...one]))];
    return {
      names: [...names.keys()],
      conditions: texts.map(text => JSON.parse(text)),
      rest: least.map(one => [...one].map(text => texts.indexOf(text))),
    };
  };
  return { cloudtrail: of('cloudtrail'), kubernetes: of('kubernetes') };
};

/** Whether any rule may be about an event; always, without a gate. Says so of an event whose key is no plain text, too. */
export const admitting = (data: Gate | undefined): ((event: AnyEvent) => boolean) => {
  if (data === undefined) return () => true;
  const opened = new Map<Source, (event: AnyEvent) => boolean>();
  const open = (source: Source): ((event: AnyEvent) => boolean) => {
    const { names, conditions, rest } = data[source];
    const listed: ReadonlySet<string> = new Set(names);
    const checks = conditions.map(one => once(() => compilePattern(alone(one))));
    return event => {
      const key = keyOf(event);
      if (key === undefined || listed.has(key)) return true;
      const subject = { record: event.record as unknown as JsonObject }; // as above
      const held = new Map<number, boolean>();
      const holds = (place: number): boolean => {
        const answer = held.get(place) ?? checks[place]?.()(subject) === true;
        held.set(place, answer);
        return answer;
      };
      return rest.some(places => places.every(holds));
    };
  };
  return event => {
    const { source } = event;
    const admits = opened.get(source) ?? open(source);
    opened.set(source, admits);
    return admits(event);
  };
};
