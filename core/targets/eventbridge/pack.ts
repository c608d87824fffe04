import type { Test } from '../../pattern/node.ts';
import type { Clause } from '../clause.ts';
import { needsReads } from './names.ts';
import { print } from './print.ts';

/** Amazon EventBridge quotas: characters of one event pattern (adjustable), and rules with wildcards on one bus. */
export const quota = { characters: 2_048, wildcardRules: 30 } as const;

/** One EventBridge rule's pattern. */
export interface EventPattern {
  /** JSON text, at most {@link quota} characters. */
  readonly pattern: string;
  /** Whether it must see read-only management events: state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS. */
  readonly readOnly: boolean;
  readonly wildcards: boolean;
}

/** `source` of the events that AWS services send to a default bus; PutEvents refuses it to everybody else. */
const fromAws = '{"source":[{"prefix":"aws."}],"detail-type":[{"suffix":" via CloudTrail"}]';

/**
 * The patterns of some clauses.
 * @throws Error where a condition that can't be given up holds a value longer than a pattern
 */
export const packed = (clauses: readonly Clause[]): readonly EventPattern[] => {
  const patterns = pack(clauses);
  if (patterns !== undefined) return patterns;
  const long = clauses.filter(clause => pack([clause]) === undefined);
  throw new Error(
    `a filter of ${whole(long).length} characters fits no EventBridge pattern (${quota.characters}): ${long.map(print).join().slice(0, 200)}… Shorten the values in the settings that it comes from.`,
  );
};

/**
 * Fills patterns one after the other: writes, then reads, a list cut where a pattern is full. Undefined where a clause of single
 * values is longer than a pattern.
 */
export const pack = (clauses: readonly Clause[]): readonly EventPattern[] | undefined => {
  const ordered = clauses
    .toSorted((a, b) => print(b).length - print(a).length || (print(a) < print(b) ? -1 : 1))
    .toSorted((a, b) => Number(needsReads(a)) - Number(needsReads(b)));
  const done: Clause[][] = [];
  let open: Clause[] = [];
  const left = [...ordered];
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    if (lengthOf([...open, next]) <= quota.characters) {
      open.push(next);
      continue;
    }
    const [head, tail] = cut(next, part => lengthOf([...open, part]) <= quota.characters);
    if (head !== undefined) open.push(head);
    if (open.length === 0) {
      const parts = halves(next);
      if (parts === undefined) return undefined;
      left.unshift(...parts);
      continue;
    }
    done.push(open);
    open = [];
    left.unshift(tail);
  }
  if (open.length > 0) done.push(open);
  return done.map(group => {
    const pattern = whole(group);
    return { pattern, readOnly: group.some(needsReads), wildcards: pattern.includes('{"wildcard":') };
  });
};

/** Cuts a clause in two by its longest list: what still fits, and the rest. */
const cut = (clause: Clause, fits: (part: Clause) => boolean): readonly [Clause | undefined, Clause] => {
  const [path, tests] = [...clause].toSorted((a, b) => b[1].length - a[1].length)[0] ?? ['', []];
  const part = (some: readonly Test[]): Clause => new Map([...clause, [path, some]]);
  // The longest beginning that fits: a longer one is a longer text.
  let count = 0;
  for (let beyond = tests.length; beyond - count > 1; ) {
    const middle = (count + beyond) >> 1;
    if (fits(part(tests.slice(0, middle)))) count = middle;
    else beyond = middle;
  }
  return count === 0 ? [undefined, clause] : [part(tests.slice(0, count)), part(tests.slice(count))];
};

/** A clause in two by the list that is longest in characters; undefined where it has single values only. */
const halves = (clause: Clause): readonly [Clause, Clause] | undefined => {
  const [longest] = [...clause]
    .filter(([, tests]) => tests.length > 1)
    .map(([path, tests]) => ({ path, tests, size: print(new Map([[path, tests]])).length }))
    .toSorted((a, b) => b.size - a.size);
  if (longest === undefined) return undefined;
  const { path, tests } = longest;
  const middle = Math.ceil(tests.length / 2);
  return [new Map([...clause, [path, tests.slice(0, middle)]]), new Map([...clause, [path, tests.slice(middle)]])];
};

/** Characters that one pattern has for its clauses. */
export const room = quota.characters - fromAws.length - '},"detail":{"$or":[]}}'.length;

/** Characters of the pattern that clauses make. */
export const lengthOf = (clauses: readonly Clause[]): number =>
  clauses.reduce((sum, clause) => sum + print(clause).length + 1, fromAws.length + '},"detail":{"$or":[]}}'.length);

const whole = (clauses: readonly Clause[]): string => {
  if (clauses.some(clause => clause.size === 0)) return `${fromAws}}`;
  const [only, ...more] = clauses.map(print);
  return `${fromAws},"detail":${more.length === 0 ? only : `{"$or":[${[only, ...more].join()}]}`}}`;
};
