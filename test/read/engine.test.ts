import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Scalar } from '../../core/pattern/language.ts';
import type { Test } from '../../core/pattern/node.ts';
import { compileTests } from '../../core/pattern/scalar.ts';
import { Engine } from '../../core/read/engine/engine.ts';
import type { Condition, Questions } from '../../core/read/engine/questions.ts';
import { Skimmer } from '../../core/read/engine/skimmer.ts';
import type { Shape } from '../../core/read/shape.ts';

/** Goes over each record of a chunk that begins where it is said; the ends that were found. */
const endsIn = (chunk: Buffer, starts: readonly number[], engine = new Engine()): readonly number[] => {
  const skimmer = new Skimmer(engine, [['a'], ['b']]);
  return starts.map(start => skimmer.over(chunk, start));
};

describe('records of one chunk', () => {
  /** Whole records, and what is none, in any order: a quote too many turns all text behind it inside out. */
  const whole = fc
    .record({
      a: fc.oneof(fc.integer(), fc.string({ unit: 'grapheme-ascii', maxLength: 300 }), fc.constant('\\'.repeat(130))),
      b: fc.oneof(
        fc.constantFrom('"', '\\', '\\"', '{', '}', '],[').map(text => text.repeat(9)),
        fc.boolean(),
      ),
      c: fc.array(fc.array(fc.constantFrom(null, 1, 'x', {}), { maxLength: 9 }), { maxLength: 40 }),
    })
    .map(record => JSON.stringify(record));
  const none = fc.constantFrom('{"a":"', '{"a":"x\\', '{"a":1', '{"a":"\n"}', '{"a":"é"}', '"', '\\', '{', '', '{"a"}');

  test('are found whatever stands before them, each to its end', () => {
    const part = fc.oneof(
      { arbitrary: whole.map(text => ({ text, isWhole: true })), weight: 4 },
      { arbitrary: none.map(text => ({ text, isWhole: false })), weight: 1 },
    );
    let found = 0;
    let given = 0;
    const engine = new Engine();
    const skimmer = new Skimmer(engine, [['a'], ['b']]);
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), fc.constantFrom('\n', ',', ''), (parts, between) => {
        const chunk = Buffer.from(parts.map(({ text }) => text).join(between));
        const latin1 = chunk.toString('latin1');
        let at = 0;
        for (const { text, isWhole } of parts) {
          const length = Buffer.byteLength(text);
          const end = skimmer.over(chunk, at);
          if (isWhole) {
            expect(end).toBe(at + length);
            found++;
          } else if (end > 0) {
            // With nothing between them one that was cut off may go on as the next one.
            expect(JSON.parse(latin1.slice(at, end))).toBeTypeOf('object');
            given++;
          }
          at += length + between.length;
        }
      }),
      { numRuns: 1_000 },
    );
    expect(found).toBeGreaterThan(1_500);
    expect(given).toBeLessThan(found / 5);
  });

  it('may be asked for in any order, and again', () => {
    const one = '{"a":"x"}';
    const chunk = Buffer.from(`${one}\n${one}\n${one}`);
    expect(endsIn(chunk, [20, 0, 10, 10, 0])).toEqual([29, 9, 19, 19, 9]);
  });

  it.each([62, 63, 64, 65, 2_047, 2_048, 2_049, 9_000, 200_000])('may be of %i bytes and one more', length => {
    for (const text of [`{"a":"${'x'.repeat(length - 8)}"}`, `{"a":[${'[],'.repeat((length - 9) / 3)}[]]}`]) {
      const chunk = Buffer.from(`${text}{"a":"${'\\"'.repeat(length / 2)}"}{}`);
      const second = chunk.length - 2;
      expect(endsIn(chunk, [0, text.length, second])).toEqual([text.length, second, second + 2]);
    }
  });

  it('end with the chunk, never behind it', () => {
    const engine = new Engine();
    const skimmer = new Skimmer(engine, []);
    const over = (text: string): number => skimmer.over(Buffer.from(text), 0);
    expect(over('{"a":{"b":1}}')).toBe(13);
    // What the chunk before left in the memory is not this one's.
    for (const cut of ['{"a":{"b":1}', '{"a":{"b":1', '{"a":{"b":', '{"a":{"b"', '{"a":{"', '{"a":', '{"a', '{', ''])
      expect(over(cut), cut).toBe(0);
  });

  it('are found in larger and larger chunks', () => {
    const engine = new Engine();
    const skimmer = new Skimmer(engine, [['z']]);
    for (let size = 1; size < 2_000_000; size *= 7) {
      const text = `{"y":"${'y'.repeat(size)}","z":"${size}"}`;
      expect(skimmer.over(Buffer.from(text), 0)).toBe(text.length);
      expect(skimmer.text(0)).toBe(String(size));
    }
    const large = `{"z":"${' '.repeat(1024 * 1024)}"}`;
    expect(skimmer.over(Buffer.from(large), 0)).toBe(0);
    expect(() => new Skimmer(engine, [])).toThrow('before the first chunk');
  });
});

test('members are found whatever the length of their names, and a list hides what is asked of it alone', () => {
  const names = Array.from({ length: 24 }, (_, length) => 'abcdefghijklmnopqrstuvwxyz'.slice(0, length));
  const asked = names.flatMap(name => [[name], [`${name}-`, name]]);
  const skimmer = new Skimmer(new Engine(), asked);
  for (const [at, name] of names.entries()) {
    const text = JSON.stringify({ [name]: name, [`${name}-`]: { [name]: `${at}`, [`${name}x`]: 'x' } });
    expect(skimmer.over(Buffer.from(text), 0)).toBe(text.length);
    for (const slot of asked.keys())
      expect(skimmer.text(slot)).toBe(slot === 2 * at ? name : slot === 2 * at + 1 ? `${at}` : undefined);
    const listed = JSON.stringify({ [name]: [name] });
    expect(skimmer.over(Buffer.from(listed), 0)).toBe(listed.length);
    for (const slot of asked.keys()) {
      expect(skimmer.isUnclear(slot)).toBe(slot === 2 * at);
      expect(skimmer.text(slot)).toBeUndefined();
    }
  }
});

const literalOf = (test: Test): unknown => (test.is === 'equal' ? test.value : '');

describe('what is asked of a record', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', 'é'), maxLength: 12 });
  const scalar: fc.Arbitrary<Scalar> = fc.oneof(
    text,
    fc.constantFrom(0, 1, 11, 111, 1.5, -1, 1e21, 12345678901234567n.toString().length),
    fc.constantFrom(true, false, null),
  );
  const exact: fc.Arbitrary<Test> = fc.oneof(
    { arbitrary: scalar.map(value => ({ is: 'equal', value }) as const), weight: 4 },
    fc.tuple(fc.constantFrom('prefix', 'suffix'), text).map(([is, one]) => ({ is, text: one, fold: false }) as const),
    fc
      .array(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 }), { minLength: 1, maxLength: 4 })
      .map(pieces => ({ is: 'wildcard', pieces }) as const),
    fc.constantFrom<Test>({ is: 'exists' }, { is: 'absent' }),
  );
  const loose: fc.Arbitrary<Test> = fc.oneof(
    text.map(one => ({ is: 'fold', text: one }) as const),
    text.map(one => ({ is: 'prefix', text: one, fold: true }) as const),
    fc.constant<Test>({ is: 'numeric', low: { value: 1, included: true } }),
    fc.array(exact, { minLength: 1, maxLength: 2 }).map(tests => ({ is: 'not', tests }) as const),
  );
  const tests = (one: fc.Arbitrary<Test>) => fc.array(one, { minLength: 1, maxLength: 8 });

  const isQuiet = (record: object, questions: Questions, shape: Shape = []): boolean => {
    const written = JSON.stringify(record);
    const skimmer = new Skimmer(new Engine(), [['x'], ['y'], ['key']], shape, [], questions);
    if (skimmer.over(Buffer.from(written), 0) !== written.length) return false;
    return skimmer.isQuiet;
  };
  const holds = ({ slot, tests }: Condition, record: { readonly [name: string]: Scalar | undefined }): boolean => {
    const value = record[['x', 'y', 'key'][slot] ?? ''];
    if (value === undefined) return tests.some(({ is }) => is === 'absent');
    return compileTests(tests)(value, { record: {} });
  };
  const isAscii = (record: object): boolean => !/[^\x20-\x7e]/.test(JSON.stringify(record));

  test('is answered as the compiled tests answer it, where the engine knows the test', () => {
    let yes = 0;
    let no = 0;
    fc.assert(
      fc.property(tests(exact), fc.record({ x: scalar }, { requiredKeys: [] }), (some, record) => {
        const condition = { slot: 0, tests: some };
        const questions = { ofAll: [{ condition, besides: [] }], key: 2, ofKey: new Map() };
        if (!isAscii(record)) return;
        const may = holds(condition, record);
        // Of 1.5, -1 and 1e+21 the engine does not know whether they are another number: it says yes.
        const isPlain = typeof record.x !== 'number' || /^\d+$/.test(String(record.x));
        if (may || isPlain || !some.some(({ is }) => is === 'equal')) {
          expect(isQuiet(record, questions)).toBe(!may);
          if (may) yes++;
          else no++;
        }
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(yes, no)).toBeGreaterThan(400);
  });

  /** What the engine tells for sure of any text, and that none of these holds, alone or beside that nothing is there. */
  const sure = exact.filter(one => one.is !== 'exists' && one.is !== 'absent' && typeof literalOf(one) !== 'number');
  const noneOf = fc
    .tuple(fc.array(sure, { minLength: 1, maxLength: 7 }), fc.boolean())
    .map(([some, orNothing]): Test[] => [
      ...(orNothing ? [{ is: 'absent' } as const] : []),
      { is: 'not', tests: some },
    ]);

  test('is answered as the compiled tests answer it where none of some may hold', () => {
    const answers = { yes: 0, no: 0 };
    fc.assert(
      fc.property(noneOf, fc.record({ x: scalar }, { requiredKeys: [] }), (some, record) => {
        if (!isAscii(record)) return;
        const condition = { slot: 0, tests: some };
        const may = holds(condition, record);
        expect(isQuiet(record, { ofAll: [{ condition, besides: [] }], key: 2, ofKey: new Map() })).toBe(!may);
        answers[may ? 'yes' : 'no']++;
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(answers.yes, answers.no)).toBeGreaterThan(200);
  });

  test('is asked of each text of a list that must be of texts alone, whatever stands between and behind them', () => {
    const answers = { yes: 0, no: 0 };
    const one = fc.string({ unit: fc.constantFrom('a', 'b', ']', ',', '[', '{', ' '), maxLength: 12 });
    const list = fc.array(one, { maxLength: 5 });
    fc.assert(
      fc.property(fc.oneof(tests(sure), noneOf), list, list, fc.constantFrom(0, 1), (some, x, y, indent) => {
        const condition = { slot: 0, tests: some };
        const values = x.length === 0 ? [undefined] : x;
        const may = values.some(value => holds(condition, { x: value }));
        const questions = { ofAll: [{ condition, besides: [] }], key: 2, ofKey: new Map() };
        const written = JSON.stringify({ x, y, z: [] }, null, indent).replaceAll('\n', '');
        const skimmer = new Skimmer(
          new Engine(),
          [['x'], ['y'], ['key']],
          [
            ['x', 'texts'],
            ['y', 'texts'],
          ],
          [],
          questions,
        );
        expect(skimmer.over(Buffer.from(written), 0)).toBe(written.length);
        expect(skimmer.isQuiet).toBe(!may);
        expect(skimmer.isUnclear(0)).toBe(true);
        answers[may ? 'yes' : 'no']++;
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(answers.yes, answers.no)).toBeGreaterThan(300);
  });

  test.each([
    ['a list of texts with an escape', { x: ['b', '"'] }, [['x', 'texts']]],
    ['any other list', { x: ['b'] }, []],
    ['a list in a list', { x: [['b']] }, []],
  ] as const)('may hold in %s', (_, record, shape) => {
    const condition: Condition = { slot: 0, tests: [{ is: 'equal', value: 'a' }] };
    expect(isQuiet(record, { ofAll: [{ condition, besides: [] }], key: 2, ofKey: new Map() }, shape)).toBe(false);
  });

  test('is never answered with no where a test holds, whatever the test', () => {
    let held = 0;
    const slot = fc.constantFrom(0, 1);
    const condition = fc.record({ slot, tests: tests(fc.oneof(exact, loose)) });
    const tree = fc.array(
      fc.record({
        condition,
        besides: fc.array(
          condition.map(one => ({ condition: one, besides: [] })),
          { maxLength: 2 },
        ),
      }),
      { maxLength: 3 },
    );
    const record = fc.record(
      { x: scalar, y: scalar, key: fc.constantFrom('k', 'Key-of-nine', '') },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(tree, tree, record, (ofAll, ofOne, one) => {
        const questions = { ofAll, key: 2, ofKey: new Map([['Key-of-nine', ofOne]]) };
        const may = [...ofAll, ...(one.key === 'Key-of-nine' ? ofOne : [])].some(
          ({ condition: first, besides }) =>
            holds(first, one) && (besides.length === 0 || besides.some(next => holds(next.condition, one))),
        );
        if (!may) return;
        held++;
        expect(isQuiet(one, questions)).toBe(false);
      }),
      { numRuns: 3_000 },
    );
    expect(held).toBeGreaterThan(800);
  });

  it.each([
    ['1', '1.0', true],
    ['1', '10e-1', true],
    ['1', '-1', true],
    ['1', '2', false],
    ['12345678901234567', '12345678901234568', true],
  ])('of the number %s it is not sure that %s is another one: %s', (asked, written, may) => {
    const condition: Condition = { slot: 0, tests: [{ is: 'equal', value: Number(asked) }] };
    const text = `{"x":${written}}`;
    const questions = { ofAll: [{ condition, besides: [] }], key: 1, ofKey: new Map() };
    const skimmer = new Skimmer(new Engine(), [['x'], ['key']], [], [], questions);
    expect(skimmer.over(Buffer.from(text), 0)).toBe(text.length);
    expect(skimmer.isQuiet).toBe(!may);
  });

  it.each([
    ['a*b', 'ab', true],
    ['ab*b', 'ab', false],
    ['a**b', 'ab', true],
    ['ab*b*', 'ab', false],
    ['a*b*a', 'aba', true],
    ['a*b*a', 'aa', false],
    ['ab*ba', 'aba', false],
    ['*b*', 'aab', true],
    ['*b*', 'aa', false],
    ['*abcdefghi*', 'xxabcdefghixx', true],
    ['*abcdefghi*', 'xxabcdefghjxx', false],
    ['abcdefghi*', 'abcdefghi', true],
    ['*abcdefghi', 'bcdefghi', false],
    ['ab', 'ab', true],
    ['ab', 'abb', false],
    ['*', '', true],
  ])('may be about %s where %s stands: %s', (wildcard, x, may) => {
    const condition: Condition = { slot: 0, tests: [{ is: 'wildcard', pieces: wildcard.split('*') }] };
    expect(isQuiet({ x }, { ofAll: [{ condition, besides: [] }], key: 2, ofKey: new Map() })).toBe(!may);
  });

  it('may be about one of many texts that are asked for, and about no other', () => {
    const texts = ['a', 'abcdefg', 'abcdefgh', 'abcdefghi', '', 'ec2.amazonaws.com', 'iam.amazonaws.com'];
    const tests: Test[] = [...texts.map(value => ({ is: 'equal', value }) as const), { is: 'equal', value: 7 }];
    const asked = { ofAll: [{ condition: { slot: 0, tests }, besides: [] }], key: 2, ofKey: new Map() };
    for (const x of [...texts, 7]) expect(isQuiet({ x }, asked), `${x}`).toBe(false);
    for (const x of ['b', 'abcdef', 'abcdefgi', 'abcdefghj', 'ec3.amazonaws.com', 8, true, null])
      expect(isQuiet({ x }, asked), `${x}`).toBe(true);
    expect(isQuiet({ y: 'a' }, asked)).toBe(true);
  });

  it('may be about a list or a text with escapes that it asks for', () => {
    const condition: Condition = { slot: 0, tests: [{ is: 'equal', value: 'a' }] };
    const asked = { ofAll: [{ condition, besides: [] }], key: 2, ofKey: new Map() };
    expect(isQuiet({ x: 'b' }, asked)).toBe(true);
    expect(isQuiet({ x: ['b'] }, asked)).toBe(false);
    expect(isQuiet({ x: 'b"' }, asked)).toBe(false);
    expect(isQuiet({ x: { a: 'a' } }, asked)).toBe(true);
    const keyed = { ofAll: [], key: 2, ofKey: new Map([['k', [{ condition, besides: [] }]]]) };
    expect(isQuiet({ key: ['k'], x: 'b' }, keyed)).toBe(false);
    expect(isQuiet({ key: 'k', x: 'a' }, keyed)).toBe(false);
    expect(isQuiet({ key: 'k', x: 'b' }, keyed)).toBe(true);
    expect(isQuiet({ key: 'kk', x: 'a' }, keyed)).toBe(true);
    expect(isQuiet({ key: 7, x: 'a' }, keyed)).toBe(true);
  });

  it('is nothing at all where there are no questions: then nothing is quiet', () => {
    const skimmer = new Skimmer(new Engine(), []);
    expect(skimmer.over(Buffer.from('{}'), 0)).toBe(2);
    expect(skimmer.isQuiet).toBe(false);
  });
});
