import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../core/json.ts';
import { type Check, compilePattern } from '../../core/pattern/compile.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';

/** Facts are read through the subject, by name; the oracle has them as the record's member `fact`. */
const agreed = (pattern: object, facts: JsonObject, record: JsonObject = {}): boolean => {
  const loaded = loadPattern(pattern);
  const fact = (name: string): Json => (Object.hasOwn(facts, name) ? (facts[name] ?? null) : []);
  const compiled = compilePattern(loaded, { facts: true })({ record: { ...record, fact: 'not read' }, fact });
  expect(match(loaded, { ...record, fact: facts })).toBe(compiled);
  return compiled;
};

describe('a pattern over facts', () => {
  test.each<[string, object, readonly JsonObject[], readonly JsonObject[]]>([
    ['one', { fact: { kind: ['x'] } }, [{ kind: 'x' }, { kind: ['y', 'x'] }], [{ kind: 'y' }, { other: 'x' }, {}]],
    ['two', { fact: { a: ['x'], b: ['y'] } }, [{ a: 'x', b: 'y' }], [{ a: 'x' }, { b: 'y' }, { a: 'y', b: 'y' }]],
    ['a choice', { fact: { $or: [{ a: ['x'] }, { b: ['y'] }] } }, [{ a: 'x' }, { b: 'y' }], [{ a: 'y' }, { b: 'x' }]],
    [
      'one and a choice',
      { fact: { c: ['z'], $or: [{ a: ['x'] }, { b: ['y'], a: ['w'] }] } },
      [
        { a: 'x', c: 'z' },
        { a: 'w', b: 'y', c: 'z' },
      ],
      [{ c: 'z' }, { a: 'x' }, { a: 'w', c: 'z' }, { b: 'y', c: 'z' }],
    ],
    [
      'members',
      { fact: { a: { b: ['x'], c: ['y'] } } },
      [{ a: { b: 'x', c: 'y' } }],
      [{ a: [{ b: 'x' }, { c: 'y' }] }],
    ],
    ['absence', { fact: { a: [{ exists: false }] } }, [{}, { a: [] }, { a: { b: 1 } }], [{ a: 'x' }, { a: [['x']] }]],
    ['absence below', { fact: { a: { b: [{ exists: false }] } } }, [{}, { a: { c: 1 } }], [{ a: { b: 1 } }]],
    [
      'the same element, inside and beside an $or',
      { fact: { a: { b: ['x'] } }, $or: [{ fact: { a: { c: ['y'] } } }, { fact: { d: ['z'] } }] },
      [{ a: [{ b: 'x', c: 'y' }] }, { a: [{ b: 'x' }], d: 'z' }],
      [{ a: [{ b: 'x' }, { c: 'y' }] }, { d: 'z' }, { a: { b: 'x' } }],
    ],
    [
      'the same element, inside and beside an $or among facts',
      { fact: { a: { b: ['x'] }, $or: [{ a: { c: ['y'] } }, { d: ['z'] }] } },
      [{ a: [{ b: 'x', c: 'y' }] }, { a: [{ b: 'x' }], d: 'z' }],
      [{ a: [{ b: 'x' }, { c: 'y' }] }, { d: 'z' }],
    ],
    [
      'the same element, beside another fact that the $or does not ask',
      { fact: { a: { b: ['x'] }, k: ['w'] }, $or: [{ fact: { a: { c: ['y'] } } }, { fact: { d: ['z'] } }] },
      [
        { a: [{ b: 'x', c: 'y' }], k: 'w' },
        { a: [{ b: 'x' }], k: 'w', d: 'z' },
      ],
      [{ a: [{ b: 'x' }, { c: 'y' }], k: 'w' }, { a: [{ b: 'x', c: 'y' }] }, { k: 'w', d: 'z' }],
    ],
    [
      'the same element, beside an $or among the facts of a branch',
      { fact: { a: { b: ['x'] } }, $or: [{ fact: { $or: [{ a: { c: ['y'] } }, { d: ['z'] }] } }, { e: ['v'] }] },
      [{ a: [{ b: 'x', c: 'y' }] }, { a: [{ b: 'x' }], d: 'z' }],
      [{ a: [{ b: 'x' }, { c: 'y' }] }, { d: 'z' }, { a: { b: 'x' } }],
    ],
    ['another fact', { fact: { a: [{ equalsField: ['fact', 'b', 'c'] }] } }, [{ a: 1, b: { c: 1 } }], [{ a: 1, b: 1 }]],
  ])('of %s', (_, pattern, goods, bads) => {
    expect(goods.filter(facts => !agreed(pattern, facts))).toEqual([]);
    expect(bads.filter(facts => agreed(pattern, facts))).toEqual([]);
  });

  test('and members of the record', () => {
    const pattern = { a: { b: [{ exists: false }] }, fact: { k: ['x'] }, c: { fact: ['y'] } };
    expect(agreed(pattern, { k: 'x', b: 'z' }, { c: { fact: 'y' } })).toBe(true);
    expect(agreed(pattern, { k: 'x' }, { c: { fact: 'y' }, a: { b: 1 } })).toBe(false);
    expect(agreed(pattern, { k: 'x', c: { fact: 'y' } })).toBe(false);
    const same = { a: [{ equalsField: ['b', 'c'] }], fact: { k: ['x'] } };
    expect(agreed(same, { k: 'x', c: 'z' }, { a: 'y', b: { c: 'y' } })).toBe(true);
    expect(agreed(same, { k: 'x', c: 'y' }, { a: 'y', b: { c: 'z' } })).toBe(false);
  });

  test('is asked of the member `fact` where facts are no facts', () => {
    const pattern = loadPattern({ fact: { k: ['x'], o: [{ exists: false }] }, a: [{ equalsField: ['fact', 'k'] }] });
    const fact = (): Json => 'not read';
    expect(compilePattern(pattern)({ record: { fact: { k: 'x' }, a: 'x' } })).toBe(true);
    expect(compilePattern(pattern)({ record: { fact: { k: 'x', o: 1 }, a: 'x' } })).toBe(false);
    const whole = loadPattern({ a: [{ equalsField: ['fact'] }] });
    expect(compilePattern(whole, { facts: true })({ record: { fact: 'x', a: 'x' }, fact })).toBe(true);
  });

  test('finds nothing where the subject has no facts', () => {
    const without = { record: { fact: { k: 'x' } } };
    expect(compilePattern(loadPattern({ fact: { k: ['x'] } }), { facts: true })(without)).toBe(false);
    expect(compilePattern(loadPattern({ fact: { k: [{ exists: false }] } }), { facts: true })(without)).toBe(true);
  });
});

describe('conditions that patterns share', () => {
  const compiled = (...patterns: readonly object[]): readonly Check[] => {
    const shared = new Map<string, Check>();
    return patterns.map(pattern => compilePattern(loadPattern(pattern), { facts: true, shared }));
  };

  test('are asked once of one event, and again of the next', () => {
    const asked: string[] = [];
    const subject = (value: string) => ({
      record: { eventName: 'x' },
      fact: (name: string): Json => {
        asked.push(name);
        return value;
      },
    });
    const checks = compiled({ fact: { k: ['x'] } }, { fact: { k: ['x'] }, eventName: ['x'] }, { fact: { k: ['y'] } });
    const first = subject('x');
    expect(checks.map(check => check(first))).toEqual([true, true, false]);
    expect(checks.map(check => check(first))).toEqual([true, true, false]);
    expect(asked).toEqual(['k', 'k']);
    const second = subject('y');
    expect(checks.map(check => check(second))).toEqual([false, false, true]);
    expect(asked).toEqual(['k', 'k', 'k', 'k']);
  });

  test.each<[object, object]>([
    [{ a: [{ matches: '^x' }] }, { a: [{ matches: '^y' }] }],
    [{ a: [{ cidr: '10.0.0.0/8' }] }, { a: [{ cidr: '11.0.0.0/8' }] }],
    [{ a: { b: ['x'] } }, { a: { b: ['y'] } }],
    [{ a: ['x'] }, { b: ['x'] }],
    [{ a: [1] }, { a: ['1'] }],
  ])('are not mixed up: %j and %j', (one, other) => {
    for (const record of [
      { a: 'x' },
      { a: 'y' },
      { a: '10.0.0.1' },
      { a: '11.0.0.1' },
      { a: { b: 'y' } },
      { a: '1' },
    ]) {
      const apart = [one, other].flatMap(pattern => compiled(pattern).map(check => check({ record })));
      expect(compiled(one, other).map(check => check({ record }))).toEqual(apart);
    }
  });

  test('cheap ones are asked before dear ones', () => {
    const [check] = compiled({ fact: { k: ['x'] }, eventName: ['x'] });
    const fact = (): Json => {
      throw new Error('asked although the event has another name');
    };
    expect(check?.({ record: { eventName: 'y' }, fact })).toBe(false);
  });
});
