import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { at, type Json } from '../../core/json.ts';
import { Engine } from '../../core/read/engine/engine.ts';
import { Skimmer } from '../../core/read/engine/skimmer.ts';

const unclear = Symbol('unclear');
const asked = [['a'], ['b', 'c'], ['b', 'd', 'e'], ['list'], ['list', 'x']];

/** The texts that the skimmer finds at the paths it was asked for; undefined where it gave up. */
const found = (text: string, skimmer = new Skimmer(new Engine(), asked)): readonly unknown[] | undefined => {
  const bytes = Buffer.from(`,${text}\n{"b":`, 'latin1');
  if (skimmer.over(bytes, 1) !== 1 + text.length) return undefined;
  return asked.map((_, slot) => (skimmer.isUnclear(slot) ? unclear : skimmer.text(slot)));
};

describe('what stands at a path', () => {
  it.each([
    ['{"a":"text","b":{"c":"","d":{"e":"more"}}}', ['text', '', 'more', undefined, undefined]],
    ['{ "a" : "text" ,\t"b" : { "c" : "more" } }', ['text', 'more', undefined, undefined, undefined]],
    ['{"a":-0.5e2,"b":{"c":null,"d":{"e":true}}}', [undefined, undefined, undefined, undefined, undefined]],
    ['{"b":"no object","list":[1,{"x":2}]}', [undefined, undefined, undefined, unclear, unclear]],
    ['{"b":[{"c":1}]}', [undefined, unclear, unclear, undefined, undefined]],
    ['{"a":["1","2"],"list":[]}', [unclear, undefined, undefined, unclear, unclear]],
    ['{"a":{"a":1},"b":{}}', [undefined, undefined, undefined, undefined, undefined]],
    ['{"a":"\\u0041"}', [unclear, undefined, undefined, undefined, undefined]],
    ['{"other":{"a":"1","b":{"c":"2"}},"a":"0"}', ['0', undefined, undefined, undefined, undefined]],
    ['{}', [undefined, undefined, undefined, undefined, undefined]],
  ])('of %s', (text, values) => {
    expect(found(text)).toEqual(values);
    expect(() => JSON.parse(text)).not.toThrow();
  });

  it('is forgotten when the next object is gone over', () => {
    const skimmer = new Skimmer(new Engine(), asked);
    expect(found('{"a":"1","list":[2]}', skimmer)).toEqual(['1', undefined, undefined, unclear, unclear]);
    expect(found('{"b":{"c":"3"}}', skimmer)).toEqual([undefined, '3', undefined, undefined, undefined]);
    expect(found('{"a":"4"}', skimmer)?.[0]).toBe('4');
  });
});

test('texts, their lengths and times are those of the object that was gone over last', () => {
  const skimmer = new Skimmer(new Engine(), [['a'], ['b']]);
  const told = (text: string) => {
    skimmer.over(Buffer.from(text), 0);
    return [0, 1].map(slot => [
      skimmer.isUnclear(slot),
      skimmer.text(slot),
      skimmer.length(slot),
      skimmer.instant(slot),
    ]);
  };
  const nothing = [false, undefined, 0, undefined];
  const time = '2026-09-01T10:00:05.5Z';
  expect(told(`{"a":"111122223333","b":"${time}"}`)).toEqual([
    [false, '111122223333', 12, undefined],
    [false, time, 22, Date.parse(time)],
  ]);
  expect(told('{"a":"111122223334"}')).toEqual([[false, '111122223334', 12, undefined], nothing]);
  expect(told('{"b":"2026-09-01T10:00:06Z","a":"111122223334"}')[1]?.[3]).toBe(Date.parse('2026-09-01T10:00:06Z'));
  expect(told('{"b":"2026-09-01T11:00:06+01:00","a":""}')).toEqual([
    [false, '', 0, undefined],
    [false, '2026-09-01T11:00:06+01:00', 25, Date.parse('2026-09-01T10:00:06Z')],
  ]);
  // A text that begins or ends like the one before it is another.
  for (const text of ['11112222333', '1111222233', '111122223334', '1111222233344', '211122223334', '111122223335'])
    expect(told(`{"a":"${text}"}`)[0]).toEqual([false, text, text.length, undefined]);
  expect(told('{"a":5,"b":null}')).toEqual([nothing, nothing]);
  const hidden = [true, undefined, 0, undefined];
  expect(told('{"a":["x"],"b":"2026-09-01T10:00:0\\u0035Z"}')).toEqual([hidden, hidden]);
});

describe('it gives up on what is no JSON:', () => {
  it.each([
    ...[
      '{"a":1',
      '{"a":1,}',
      '{"a" 1}',
      '{a:1}',
      '{"a":}',
      '{,}',
      '{"a":1 "b":2}',
      '{"a":[1,]}',
      '{"a":[1 2]}',
      '{"a":[}',
    ],
    ...['{"a":01}', '{"a":1.}', '{"a":.5}', '{"a":-}', '{"a":+1}', '{"a":1e}', '{"a":0x1}', '{"a":1e+}', '{"a":NaN}'],
    ...['{"a":tru}', '{"a":True}', '{"a":nul}', '{"a":undefined}', '{"a":"\\x"}', '{"a":"\\u12"}', '{"a":"\\u12g4"}'],
    ...[
      '{"a":"\u0001"}',
      '{"a":"\t"}',
      '{"a":"b',
      '{"a":\'b\'}',
      '[1]',
      '"a"',
      '1',
      '',
      '{"a":1}}',
      '{"a":1]',
      '{"a":[1}]}',
    ],
    '\ufeff{}',
    '{"a":1}\u00a0',
  ])('%s', text => {
    expect(() => JSON.parse(text) && !text.startsWith('{') && expect.fail()).toThrow();
    expect(found(text)).toBeUndefined();
  });

  it('a second object behind the first', () => expect(found('{"a":1}{"a":2}')).toBeUndefined());
});

describe('it gives up on JSON that only a parser reads right:', () => {
  it.each([
    ['a member that comes twice', '{"a":1,"a":2}'],
    ['an object that comes twice', '{"b":{"c":1},"b":{"d":{"e":1}}}'],
    ['a name with an escape', '{"\\u0061":1}'],
    ['deep nesting', `{"z":${'['.repeat(64)}${']'.repeat(64)}}`],
  ])('%s', (_, text) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(found(text)).toBeUndefined();
  });

  it('but not where nobody asks', () => expect(found('{"z":{"y":1,"y":2,"\\u0061":3},"a":"4"}')?.[0]).toBe('4'));
});

describe('it gives up where a member is something else than the shape says:', () => {
  const shape = [
    ['t', 'text'],
    ['ts', 'texts'],
    ['o', 'object'],
    ['in', [['t', 'text']]],
  ] as const;
  const fits = (text: string): boolean => {
    const bytes = Buffer.from(text);
    return new Skimmer(new Engine(), [], shape, ['Records']).over(bytes, 0) === bytes.length;
  };
  it.each([
    '{"t":"x","ts":["y"],"o":{},"in":{"t":""}}',
    '{"t":null,"ts":null,"o":null,"in":null}',
    '{"ts":[]}',
    '{"ts":[ "a" , "b" ]}',
  ])('not on %s', text => expect(fits(text)).toBe(true));
  it.each([
    ...['{"t":1}', '{"t":{}}', '{"t":[]}', '{"t":true}', '{"ts":"a"}', '{"ts":{}}', '{"ts":[1]}', '{"ts":["a",null]}'],
    ...[
      '{"ts":[["a"]]}',
      '{"ts":7}',
      '{"o":[]}',
      '{"o":"a"}',
      '{"o":1}',
      '{"in":"a"}',
      '{"in":[]}',
      '{"in":{"t":1}}',
      '{"Records":1}',
    ],
  ])('%s', text => expect(fits(text)).toBe(false));
});

test('what it accepts JSON.parse accepts, and it finds what stands there', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'list', 'x', '__proto__', 'é');
  const { value } = fc.letrec<{ value: Json }>(tie => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.string({ maxLength: 6 }),
      ),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 5, noNullPrototype: true }),
    ),
  }));
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.dictionary(name, value, { maxKeys: 6, noNullPrototype: true }),
      fc.constantFrom(undefined, 1),
      fc.option(
        fc.record({
          at: fc.nat(200),
          with: fc.constantFrom('"', '\\', '{', '}', ',', ':', '0', '.', 'e', ' ', '[', ']', ''),
        }),
      ),
      (json, space, damage) => {
        let text = JSON.stringify(json, null, space).replace(
          /[^\x20-\x7e\n]/g,
          char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
        if (damage !== null) text = text.slice(0, damage.at) + damage.with + text.slice(damage.at + 1);
        const values = found(text);
        if (values === undefined) return;
        accepted++;
        const parsed: Json = JSON.parse(text);
        for (const [slot, path] of asked.entries()) {
          const there = at(parsed, ...path);
          if (values[slot] !== unclear) expect(values[slot]).toBe(typeof there === 'string' ? there : undefined);
        }
      },
    ),
    { numRuns: 5_000 },
  );
  expect(accepted).toBeGreaterThan(500);
});
