import { describe, expect, test } from 'vitest';
import { at, canonicalJson, isObject, list, member, parseJson, text } from '../core/json.ts';

/** As it comes from outside. */
const read = (written: string) => parseJson(written, 'it');

describe('a member of JSON', () => {
  test.each([
    ['{"a":1}', 'a', 1],
    ['{"a":null}', 'a', null],
    ['{}', 'a', undefined],
    ['[1]', '0', undefined],
    ['[1]', 'length', undefined],
    ['"text"', 'length', undefined],
    ['null', 'a', undefined],
    ['{}', 'toString', undefined],
    ['{}', 'constructor', undefined],
    ['{}', '__proto__', undefined],
    ['{"toString":"own"}', 'toString', 'own'],
    ['{"__proto__":"own"}', '__proto__', 'own'],
  ])('of %s by the name %s is %j', (written, name, found) => {
    expect(member(read(written), name)).toEqual(found);
  });

  test.each([
    ['{"a":{"b":"c"}}', ['a', 'b'], 'c', 'c', ['c']],
    ['{"a":{"b":["c",1]}}', ['a', 'b'], ['c', 1], undefined, ['c', 1]],
    ['{"a":{"b":0}}', ['a', 'b'], 0, undefined, [0]],
    ['{"a":{"b":null}}', ['a', 'b'], null, undefined, []],
    ['{"a":[{"b":"c"}]}', ['a', 'b'], undefined, undefined, []],
    ['{"a":"x"}', ['a', 'b'], undefined, undefined, []],
    ['{"a":"x"}', ['a', 'length'], undefined, undefined, []],
    ['{}', ['a', 'b'], undefined, undefined, []],
    ['"x"', [], 'x', 'x', ['x']],
    ['{"":{"a":"x"}}', ['', 'a'], 'x', 'x', ['x']],
  ])('of %s at %j is a value, a text, a list', (written, path, value, written_, all) => {
    const json = read(written);
    expect([at(json, ...path), text(json, ...path), list(json, ...path)]).toEqual([value, written_, all]);
  });
});

test.each([
  [{}, true],
  [[], false],
  [null, false],
  ['x', false],
  [undefined, false],
])('%j is an object: %s', (value, is) => {
  expect(isObject(value)).toBe(is);
});

test('what is no JSON is told by what it should be, and nothing of it is repeated', () => {
  expect(parseJson('{"a":[1]}', 'the body')).toEqual({ a: [1] });
  expect(() => parseJson('{"token":hunter2}', 'the body')).toThrow(/^the body is no JSON$/);
});

test('the same value is the same text, whatever the order of its members', () => {
  const one = read('{"b":[{"d":1,"c":"x"}],"a":{"z":null,"y":true}}');
  const other = read('{"a":{"y":true,"z":null},"b":[{"c":"x","d":1}]}');
  expect(canonicalJson(one)).toBe('{"a":{"y":true,"z":null},"b":[{"c":"x","d":1}]}');
  expect(canonicalJson(other)).toBe(canonicalJson(one));
  expect(canonicalJson(['b', 'a'])).toBe('["b","a"]');
  expect(canonicalJson({ c: 1, a: 2, b: 3 })).toBe('{"a":2,"b":3,"c":1}');
});
