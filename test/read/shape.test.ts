import { describe, expect, test } from 'vitest';
import type { Json } from '../../core/json.ts';
import { deeperThan, instant, instantOf, misfit, type Shape } from '../../core/read/shape.ts';
import { wrapped } from '../../core/read/wrappers.ts';
import { audit, trail } from './samples.ts';

describe('a time', () => {
  const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
  /** What it says, without anything remembered. */
  const meant = (written: string): number | undefined => {
    const time = rfc3339.test(written) ? Date.parse(written) : Number.NaN;
    return Number.isNaN(time) ? undefined : time;
  };
  const minutes = ['2026-09-01T10:00', '2026-09-01T10:01', '2026-02-28T23:59', '2026-02-29T00:00', '2026-02-30T00:00'];
  const more = ['2026-09-01T24:00', '2026-09-01T25:00', '2026-13-01T00:00', '1969-12-31T23:59', '0000-01-01T00:00'];
  const endings = [
    ...['00Z', '05Z', '59Z', '60Z', '99Z', '5Z', '005Z', 'Z', '', '05', '05z', '05 Z', '05ZZ', '05Zx', '0xZ', 'x5Z'],
    ...[
      '05.Z',
      '05.1Z',
      '05.12Z',
      '05.123Z',
      '05.1234Z',
      '05.123456Z',
      '05.123456789Z',
      '05.1234567890Z',
      '05.999999Z',
    ],
    ...[
      '05.1',
      '05.12a4Z',
      '05.a',
      '05.12:4Z',
      '05.12/4Z',
      '05,123Z',
      '05 123Z',
      '05.123z',
      '60.5Z',
      '05..1Z',
      '05.1.Z',
    ],
    ...[
      '05+01:00',
      '05.5+01:00',
      '05-0100',
      '05+1:00',
      '05+aa:00',
      '0/Z',
      '0;Z',
      '/0Z',
      ';0Z',
      '6;Z',
      '05.123Z ',
      '-5Z',
      '0-Z',
    ],
  ];

  test('is read as it is written, whatever was read before it', () => {
    let readInBytes = 0;
    for (const minute of [...minutes, ...more])
      for (const before of ['2026-09-01T10:00:00Z', `${minute}:00Z`, `${minute}:07.5Z`, `${minute}:00+02:00`])
        for (const ending of endings) {
          instant(before);
          const written = `${minute}:${ending}`;
          // In bytes only what is of that minute is read; whatever stands around it is not.
          const bytes = Buffer.from(`5${written}5`);
          const read = instantOf(bytes, 1, 1 + written.length);
          if (read !== undefined) expect([before, written, read]).toEqual([before, written, meant(written)]);
          readInBytes += read === undefined ? 0 : 1;
          expect([before, written, instant(written)]).toEqual([before, written, meant(written)]);
        }
    expect(readInBytes).toBeGreaterThan(100);
  });

  test('is text in full', () => {
    for (const written of [
      '2026-09-01',
      '2026-09-01T10:00Z',
      'x2026-09-01T10:00:00Z',
      'none',
      'none5Z',
      '2026-09-01 10:00:00Z',
    ])
      expect([written, instant(written)]).toEqual([written, undefined]);
    for (const other of [undefined, null, 1_788_256_800_000, true, [], {}]) expect(instant(other)).toBeUndefined();
  });
});

describe('a shape', () => {
  const shape: Shape = [
    ['name', 'text'],
    ['groups', 'texts'],
    ['extra', 'object'],
    [
      'user',
      [
        ['name', 'text'],
        ['more', [['extra', 'object']]],
      ],
    ],
  ];
  test.each<[Json, string | undefined]>([
    [{}, undefined],
    [{ name: 'a', groups: ['a', 'b'], extra: {}, user: { name: 'b', more: { extra: {} } }, other: 1 }, undefined],
    [{ name: null, groups: null, extra: null, user: null }, undefined],
    [{ user: { name: null, more: null } }, undefined],
    [{ groups: [] }, undefined],
    [[], ''],
    ['x', ''],
    [null, ''],
    [{ name: 1 }, 'name'],
    [{ name: ['a'] }, 'name'],
    [{ groups: 'a' }, 'groups'],
    [{ groups: ['a', 1] }, 'groups'],
    [{ groups: [1, 'a'] }, 'groups'],
    [{ extra: [] }, 'extra'],
    [{ extra: 'a' }, 'extra'],
    [{ user: [] }, 'user'],
    [{ user: { name: {} } }, 'user.name'],
    [{ user: { more: 1 } }, 'user.more'],
    [{ user: { more: { extra: 1 } } }, 'user.more.extra'],
    [{ user: { more: { extra: 1 } }, name: 2 }, 'name'],
  ])('%j misfits at: %s', (value, path) => {
    expect(misfit(value, shape)).toBe(path);
  });

  test.each<[Json | undefined, number]>([
    [undefined, 0],
    [null, 0],
    ['x', 0],
    [[], 1],
    [{}, 1],
    [[1, null, 'x'], 1],
    [{ a: null, b: 1 }, 1],
    [[[]], 2],
    [{ a: 1, b: { c: [] } }, 3],
    [[1, [], [{ a: 'x' }]], 3],
  ])('%j is so many levels deep: %i', (value, levels) => {
    expect(deeperThan(value, levels)).toBe(false);
    if (levels > 0) expect(deeperThan(value, levels - 1)).toBe(true);
  });
});

describe('a wrapper', () => {
  const within = (path: readonly string[], inner: Json): Json =>
    path.reduceRight<Json>((value, name) => ({ [name]: value }), inner);
  test.each([
    [['detail']],
    [['CloudTrailEvent']],
    [['message']],
    [['Message']],
    [['body']],
    [['log']],
    [['@message']],
    [['event', 'original']],
    [['event']],
    [['kubernetes', 'audit']],
    [['kubernetes']],
    [['audit']],
    [['record']],
    [['result', '_raw']],
    [['_raw']],
  ])('%j gives what is in it', path => {
    const text = JSON.stringify(audit());
    for (const inner of [text, trail('e-1'), audit()]) expect(wrapped(within(path, inner))).toEqual(inner);
    if (path.length > 1) return; // what stands around it may be a wrapper itself
    for (const inner of ['no record', 1, ['{']]) expect(wrapped(within(path, inner))).toBeUndefined();
  });

  test('gives the record that one of its members is, before an object that is none', () => {
    const record = audit();
    expect(wrapped({ message: { text: 'x' }, record })).toEqual(record);
    expect(wrapped({ message: { text: 'x' }, log: trail('e-1') })).toEqual(trail('e-1'));
    expect(wrapped({ message: { text: 'x' }, log: { text: 'y' } })).toEqual({ text: 'x' });
    expect(wrapped({ message: { text: 'x' }, log: '{"a":1}' })).toBe('{"a":1}');
    expect(wrapped({ other: record })).toBeUndefined();
  });

  test.each([
    ['{"a":1}', true],
    [' \t{"a":1}', true],
    ['2026-09-01T10:00:00.123Z {"a":1}', true],
    ['2026-09-01T10:00:00+02:00 {"a":1}', true],
    ['2026-09-01T10:00:00.123456789Z stdout F {"a":1}', true],
    ['2026-09-01T10:00:00.123456789Z stderr P {"a":1}', true],
    ['x 2026-09-01T10:00:00Z {"a":1}', false],
    ['2026-09-01T10:00:00Z stream {"a":1}', true],
    ['2026-09-01T10:00:00 {"a":1}', true],
    ['2026-09-01T10:00:00Z two words {"a":1}', false],
    [`2026-09-01T10:00:00Z ${'x'.repeat(128)} {"a":1}`, true],
    [`2026-09-01T10:00:00Z ${'x'.repeat(129)} {"a":1}`, false],
    ['2026-09-01T10:00:00+aa:00 {"a":1}', false],
    ['2026-09-01T10:00:00Z{"a":1}', false],
    [`${' '.repeat(167)}{"a":1}`, true],
    [`${' '.repeat(168)}{"a":1}`, false],
    ['[{"a":1}]', false],
  ])('takes %j for a record: %s', (text, isRecord) => {
    expect(wrapped({ message: text })).toBe(isRecord ? text : undefined);
  });
});
