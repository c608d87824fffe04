import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCsvOfRecords, recordsOfCsv } from '../../core/read/csv.ts';
import { localLimits } from '../../core/read/limits.ts';
import { audit, bytesOf, readAll, short, streamOf, trail } from './samples.ts';

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const table = (header: string, rows: readonly (readonly string[])[], end = '\n'): string =>
  [header, ...rows.map(row => row.map(quoted).join(','))].map(line => `${line}${end}`).join('');
const one = (id: string): string => JSON.stringify(trail(id));

/** As the command line reads a file. */
const read = async (content: string | Uint8Array, unpacks = true): Promise<readonly string[]> =>
  short(await readAll(content, 'result.csv', { limits: localLimits, unpacks }));

describe('a table whose rows hold whole records', () => {
  test.each([
    ["Athena's", table('"record"', [[one('e-1')], [one('e-2')]]), ['e-1', 'e-2']],
    [
      'with the ends of lines that Windows has',
      table('"record"', [[one('e-1')], [one('e-2')]], '\r\n'),
      ['e-1', 'e-2'],
    ],
    ['without an end of its last line', table('"record"', [[one('e-1')]]).trimEnd(), ['e-1']],
    ["CloudTrail Lake's", table('eventTime,eventJson', [['2026-09-01 10:00:00.000', one('e-1')]]), ['e-1']],
    [
      "Logs Insights'",
      table('@timestamp,@message,@ptr', [['2026-09-01 10:00:00.000', JSON.stringify(audit()), 'CmEKJgoi,"x"']]),
      ['audit 1788256800123'],
    ],
    ['of a record over several lines', table('"record"', [[JSON.stringify(trail('e-1'), null, 2)]]), ['e-1']],
  ])('%s', async (_, content, gives) => {
    expect(await read(content)).toEqual(gives);
    expect(await read(gzipSync(content))).toEqual(gives);
  });

  test('sets aside a row that holds none, and reads those around it', async () => {
    const content = table('at,record', [
      ['1', one('e-1')],
      ['2', 'what is this'],
      ['3', one('e-2')],
    ]);
    expect(await read(content)).toEqual(['e-1', expect.stringContaining('not-json'), 'e-2']);
  });

  test('is read by the command line alone', async () => {
    expect(await read(table('"record"', [[one('e-1')]]), false)).not.toContain('e-1');
  });

  test('is told from what is none', () => {
    for (const content of ['{"a":1}\n', 'Event name,Event time\nStopInstances,x\n', '"a"\n"b"\n', 'a b\n{"x":1}\n', ''])
      expect(isCsvOfRecords(bytesOf(content))).toBe(false);
  });

  test.each([
    ['a,b\n"{""', true],
    ['"a","b c","@x"\r\n1,"{ ""', true],
    ['"a"\n"\n{""', false],
    ['a b@c.d\n"{\n""', true],
    ['{"a":1},b\n"{""', false],
    ['"a;b","c"\n"{""', false],
    ['"a","b;c"\n"{""', false],
    ['"a",""\n"{""', false],
    ['a\n{""', false],
  ])('%j begins one: %s', (beginning, is) => {
    expect(isCsvOfRecords(bytesOf(beginning))).toBe(is);
  });

  test.each([
    ['h\n"{""a"":1}"\n', '{"a":1}\n'],
    ['h,"{""a"":0}"\n"{""a"":1}",x,"{""a"":2}"\n', '{"a":1}\n{"a":2}\n'],
    // What is no record is set aside as it was written, in one line.
    ['h\nwhat,"is "" this"\n', 'what,"is "" this"\n'],
    ['h\nwhat', 'what\n'],
    ['h\nx"{""a"":1}"\n', 'x"{""a"":1}"\n'],
    ['h\n" {""a"":1}"\n', '" {""a"":1}"\n'],
    ['h\n\n \r\n\t\n', ''],
    ['h\r\n"{""a"":1}"\r\n\r"{""a"":2}"\r\n', '{"a":1}\n{"a":2}\n'],
    ['h\n"{""a"":1}",and more\nx\n', '{"a":1}\nx\n'],
    ['h', ''],
    [`h\n${'x'.repeat(4_096)}\n`, `${'x'.repeat(4_096)}\n`],
    [`h\n${'x'.repeat(5_000)}\n"{""a"":1}"\n`, `${'x'.repeat(4_096)}\n{"a":1}\n`],
  ])('of %j come the records, and what is none', async (content, lines) => {
    for (const size of [1, 7, 10_000]) {
      const all: Uint8Array[] = [];
      for await (const some of recordsOfCsv(streamOf(bytesOf(content), size))) all.push(some);
      expect(Buffer.concat(all).toString()).toBe(lines);
    }
  });

  test('gives back what was written, however it is cut', async () => {
    const record = fc.dictionary(
      fc.string({ unit: 'grapheme' }),
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer()),
    );
    const row = fc.tuple(
      fc.string().filter(text => !text.startsWith('{')),
      record,
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        async (rows, size) => {
          const bytes = bytesOf(
            table(
              'a,record',
              rows.map(([beside, one]) => [beside, JSON.stringify(one)]),
            ),
          );
          const out: Uint8Array[] = [];
          for await (const some of recordsOfCsv(streamOf(bytes, size))) out.push(some);
          expect(Buffer.concat(out).toString()).toBe(rows.map(([, one]) => `${JSON.stringify(one)}\n`).join(''));
        },
      ),
    );
  });
});
