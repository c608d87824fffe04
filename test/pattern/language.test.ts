import { describe, expect, test } from 'vitest';
import { at, type JsonObject } from '../../core/json.ts';
import { compilePattern } from '../../core/pattern/compile.ts';
import { PatternError } from '../../core/pattern/fault.ts';
import { loadPattern, longestWritten } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { refused, rows } from './operators.ts';

/** Every implementation of the language answers the same table. */
const implementations: readonly (readonly [string, (pattern: unknown) => (event: JsonObject) => boolean])[] = [
  [
    'the oracle',
    pattern => {
      const loaded = loadPattern(pattern);
      return event => match(loaded, event);
    },
  ],
  [
    'the compiled matcher',
    pattern => {
      const check = compilePattern(loadPattern(pattern));
      return event => check({ record: event });
    },
  ],
  [
    'the compiled matcher that may ask facts and shares what it asks',
    pattern => {
      const check = compilePattern(loadPattern(pattern), { facts: true, shared: new Map() });
      return event => check({ record: event, fact: name => at(event, 'fact', name) ?? [] });
    },
  ],
];

describe.each(implementations)('the meaning of the language, by %s', (_name, implementation) => {
  test.each(rows)('$name', ({ pattern, goods, bads }) => {
    const matches = implementation(pattern);
    expect(goods.filter(event => !matches(event))).toEqual([]);
    expect(bads.filter(matches)).toEqual([]);
  });
});

describe('a bad pattern is refused with its place and what is allowed there', () => {
  test.each(refused)('$pattern', ({ pattern, path, says }) => {
    const fault = faultOf(pattern);
    expect(fault?.path).toBe(path);
    expect(fault?.message).toMatch(says);
    expect(fault?.message.startsWith(`${path === '' ? 'the pattern' : path}: `)).toBe(true);
    expect(fault?.message).toMatch(/: [^;]+; allowed here: \S.*$/);
    expect(fault?.name).toBe('PatternError');
  });

  test('with what was wrong on one line: at most 60 characters of it', () => {
    const says = (value: string) => faultOf({ a: [[value]] })?.message;
    expect(says('x'.repeat(56))).toContain(`a[0]: ["${'x'.repeat(56)}"] is not a value`);
    expect(says('x'.repeat(57))).toContain(`a[0]: ["${'x'.repeat(55)}… is not a value`);
    expect(faultOf(undefined)?.message).toMatch(/^the pattern: undefined is not a pattern;/);
    expect(faultOf({ a: [undefined] })?.message).toMatch(/^a\[0\]: undefined is not a value;/);
  });

  test('when no facts, or others, may be asked', () => {
    const fault = (facts: readonly string[]) => {
      try {
        return loadPattern({ fact: { other: ['x'] } }, { facts });
      } catch (error) {
        return String(error);
      }
    };
    expect(fault([])).toMatch(/fact\.other: no such fact; allowed here: no facts$/);
    expect(fault(['a', 'b'])).toMatch(/allowed here: a, b$/);
    expect(fault(['b', 'otter'])).toMatch(/allowed here: otter \(near it\); of all b, otter$/);
    expect(fault(['ottex', 'otter'])).toMatch(/allowed here: otter or ottex \(near it\); of all ottex, otter$/);
    expect(fault(['other'])).toMatchObject({ is: 'group' });
    expect(faultOf({ a: { kind: ['x'] } })).toBeUndefined();
    expect(faultOf({ fact: { 'principal.kind': { other: ['x'] } } })).toBeUndefined();
  });

  test('when a list holds more values than it may', () => {
    const listed = (length: number) => ({ eventName: Array.from({ length }, (_, at) => `Call${at}`) });
    const load = (length: number) => () => loadPattern(listed(length), { longestList: longestWritten });
    expect(load(1_001)).toThrow(/^eventName: a list of 1001; allowed here: at most 1000/);
    expect(load(1_000)).not.toThrow();
    expect(() => loadPattern(listed(5_000))).not.toThrow(); // what facts make of settings
  });

  test('when its $or multiply beyond 1,000 combinations', () => {
    const either = (name: string) => ({ $or: Array.from({ length: 11 }, () => ({ [name]: ['x'] })) });
    expect(faultOf({ a: either('x'), b: either('x'), c: either('x') })?.message).toMatch(
      /1331 combinations.*at most 1000/,
    );
    expect(faultOf({ a: either('x'), b: either('x') })).toBeUndefined();
    expect(faultOf({ a: either('x'), b: either('x'), c: either('x') })?.path).toBe('');
    const ten = (name: string) => ({ $or: Array.from({ length: 10 }, () => ({ [name]: ['x'] })) });
    expect(faultOf({ a: ten('x'), b: ten('x'), c: ten('x') })).toBeUndefined();
  });

  test('when it is nested beyond 64 levels', () => {
    const deep = (levels: number): object => (levels === 0 ? { a: ['x'] } : { a: deep(levels - 1) });
    expect(faultOf(deep(100))?.message).toMatch(/nested too deeply; allowed here: at most 64 levels/);
    expect(faultOf(deep(63))).toBeUndefined();
    expect(faultOf(deep(64))?.message).toMatch(/nested too deeply/);
  });

  test('when its $or are nested beyond 64 levels', () => {
    let deep: object = { b: ['x'] };
    for (let level = 0; level < 20_000; level++) deep = { $or: [{ a: ['x'] }, deep] };
    expect(faultOf(deep)?.message).toMatch(/nested too deeply/);
    const choices = (levels: number): object =>
      levels === 0 ? { b: ['x'] } : { $or: [choices(levels - 1), { a: ['x'] }] };
    expect(faultOf(choices(95))).toBeUndefined();
    expect(faultOf(choices(96))?.message).toMatch(/nested too deeply/);
  });
});

const faultOf = (pattern: unknown): PatternError | undefined => {
  try {
    loadPattern(pattern, { facts: ['principal.kind'] });
    return undefined;
  } catch (fault) {
    if (fault instanceof PatternError) return fault;
    throw fault;
  }
};
