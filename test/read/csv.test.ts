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
