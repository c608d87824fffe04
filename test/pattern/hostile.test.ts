import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../core/json.ts';
import { compilePattern } from '../../core/pattern/compile.ts';
import { loadPattern } from '../../core/pattern/load.ts';

const matches = (pattern: unknown, record: JsonObject): boolean => compilePattern(loadPattern(pattern))({ record });

/** What must not grow beyond its size is given this long; each takes a few milliseconds to tens of them. */
const soon = 2_000;

describe('what a sender makes of an event', () => {
  test('arrays 100,000 levels deep are walked, not recursed into', { timeout: soon }, () => {
    let value: Json = 'x';
    for (let i = 0; i < 100_000; i++) value = [value];
    expect(matches({ a: ['x'] }, { a: value })).toBe(true);
    expect(matches({ a: ['y'] }, { a: value })).toBe(false);
    expect(matches({ a: [{ exists: false }] }, { a: value })).toBe(false);
    expect(matches({ a: { b: ['x'] } }, { a: value })).toBe(false);
  });

  test('objects 100,000 levels deep are entered as far as the pattern goes', { timeout: soon }, () => {
    let record: JsonObject = { a: 'x' };
    for (let i = 0; i < 100_000; i++) record = { a: record };
    expect(matches({ a: { a: ['x'] } }, record)).toBe(false);
    expect(matches({ a: { a: [{ exists: false }] } }, record)).toBe(true);
  });

  test('the same element is looked for once per element, however many conditions there are', { timeout: soon }, () => {
    const element = (i: number): JsonObject => ({ [`f${i % 8}`]: 'x', list: [{ a: 'x' }, { b: 'x' }] });
    const list = Array.from({ length: 100_000 }, (_, i) => element(i));
    const fields = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`f${i}`, ['x']]));
    expect(matches({ list: { ...fields, list: { a: ['x'], b: ['x'] } } }, { list })).toBe(false);
    expect(
      matches({ list: fields }, { list: [...list, Object.fromEntries(Object.keys(fields).map(key => [key, 'x']))] }),
    ).toBe(true);
  });

  test('absence is judged once, not once per element', { timeout: soon }, () => {
    const list: JsonObject[] = Array.from({ length: 100_000 }, () => ({ a: 'x' }));
    list[99_999] = { b: 'x' };
    expect(matches({ list: { a: ['x'], b: [{ exists: false }], c: ['x'] } }, { list })).toBe(false);
  });

  test('a branch shared with its neighbours costs one more visit, not one more level', { timeout: soon }, () => {
    const list = Array.from({ length: 50_000 }, (_, i) => ({ a: i, b: 'x' }));
    const pattern = { list: { b: ['x'] }, $or: [{ list: { a: [-1] } }, { list: { a: [-2] } }, { list: { c: ['x'] } }] };
    expect(matches(pattern, { list })).toBe(false);
  });

  test('a wildcard of many stars takes no exponential time', { timeout: soon }, () => {
    const text = 'a'.repeat(200_000);
    expect(matches({ a: [{ wildcard: `${'*a'.repeat(40)}*b` }] }, { a: text })).toBe(false);
    expect(matches({ a: [{ wildcard: `${'*a'.repeat(40)}*` }] }, { a: text })).toBe(true);
  });

  test('a regular expression that explodes elsewhere does not here', { timeout: soon }, () => {
    expect(matches({ a: [{ matches: '^(a+)+$' }] }, { a: `${'a'.repeat(20_000)}b` })).toBe(false);
  });

  test('ignoring case takes no exponential time where forms differ in length', { timeout: soon }, () => {
    expect(matches({ a: [{ 'equals-ignore-case': 'ß'.repeat(60) }] }, { a: `${'s'.repeat(119)}x` })).toBe(false);
    expect(matches({ a: [{ suffix: { 'equals-ignore-case': 'ß'.repeat(60) } }] }, { a: 'S'.repeat(100_000) })).toBe(
      true,
    );
  });

  test('names of prototypes are data', () => {
    const record: JsonObject = JSON.parse('{"__proto__":{"admin":"x"},"constructor":{"prototype":{"polluted":"x"}}}');
    expect(matches({ admin: ['x'] }, record)).toBe(false);
    expect(matches(JSON.parse('{"__proto__":{"admin":["x"]}}'), record)).toBe(true);
    expect(matches({ constructor: { prototype: { polluted: ['x'] } } }, record)).toBe(true);
    expect(matches({ a: { constructor: { name: [{ exists: true }] } } }, { a: {} })).toBe(false);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });
});
