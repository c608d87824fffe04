import { describe, expect, test, vi } from 'vitest';
import { isColoured, jsonLine, jsonPage, shown } from '../../cli/shown.ts';
import { table } from '../../cli/table.ts';

/** An escape, C1's control sequence introducer, an override, a tag character, a soft hyphen, a filler, a lone surrogate. */
const hostile = [
  '\u001b[31m',
  '\u009b31m',
  '\u202e',
  '\u{e0041}',
  '\u00ad',
  '\u3164',
  '\ud800',
  '\u2028',
  '\u0000',
  '\n',
];

describe('a terminal is shown', () => {
  test.each(hostile)('%j as something that can be seen', text => {
    expect(shown(`a${text}b`)).toMatch(/^a(?:\\u[0-9a-f]{4}){1,2}(?:\[?31m)?b$/);
  });

  test('ordinary text of any language as it is', () => {
    for (const text of ['plain', 'é ü 漢字 עברית', '😀', 'a "b" \\ https://example.com'])
      expect(shown(text)).toBe(text);
  });

  test.each([
    ['a ##vso[task.complete result=Succeeded]', 'a #\\u0023vso[task.complete result=Succeeded]'],
    ['##[error]a', '#\\u0023[error]a'],
    ['###teamcity[x]', '##\\u0023teamcity[x]'],
    ['# a ## b [c] #[d]', '# a ## b [c] #[d]'],
  ])('%j as %j, which commands no agent of a build', (text, seen) => {
    expect(shown(text)).toBe(seen);
    expect(jsonLine([text])).toBe(`["${seen}"]\n`);
    expect(JSON.parse(jsonPage([text]))).toEqual([text]);
  });

  test('no pile of marks over the lines beside it', () => {
    const pile = `a${'\u0301'.repeat(6)}b`;
    expect(shown(pile)).toBe(`a${'\u0301'.repeat(4)}\\u0301\\u0301b`);
    expect(JSON.parse(jsonLine(pile))).toBe(pile);
  });

  test('JSON that is the same value and as harmless', () => {
    const value = { [hostile.join('')]: hostile };
    for (const text of [jsonLine(value), jsonPage(value)]) {
      expect(JSON.parse(text)).toEqual(value);
      for (const one of text.split('\n')) expect(shown(one)).toBe(one);
    }
  });

  test.each([
    [{}, true],
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '' }, true],
    [{ TERM: 'dumb' }, false],
  ])('colour under %j: %s', (environment, coloured) => {
    vi.stubEnv('NO_COLOR', undefined);
    vi.stubEnv('TERM', 'xterm');
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    expect(isColoured({ isTTY: true })).toBe(coloured);
    expect(isColoured({})).toBe(false);
    vi.unstubAllEnvs();
  });
});

describe('a table', () => {
  const rows = [
    { id: 'a1', of: 'cloudtrail/launch-burst', what: 'Many instances were launched for one cluster or principal' },
  ];
  const spec = [
    { head: 'ID', cell: (row: (typeof rows)[number]) => row.id },
    { head: 'DETECTION', cell: (row: (typeof rows)[number]) => row.of },
    { head: 'WHAT', cell: (row: (typeof rows)[number]) => row.what },
  ];

  test('is whole where there is no terminal', () => {
    expect(table(rows, spec)).toBe(
      'ID  DETECTION                WHAT\na1  cloudtrail/launch-burst  Many instances were launched for one cluster or principal',
    );
  });

  test('is whole where a terminal does not say how wide it is', () => {
    expect(table(rows, spec, 0)).toBe(table(rows, spec));
  });

  test('is no wider than what stands in it', () => {
    expect(table([{ n: 7 }], [{ head: 'N', cell: row => String(row.n), align: 'right' }])).toBe('N\n7');
  });

  test.each([
    [60, 'a1  cloudtrail/launch-burst  Many instances were launched f…'],
    [58, 'a1  cloudtrail/launch-burst\n  Many instances were launched for one cluster or princip…'],
    [40, 'a1  cloudtrail/launch-burst\n  Many instances were launched for one …'],
    [26, 'a1\n  cloudtrail/launch-burst\n  Many instances were lau…'],
  ])('on %i columns is cut in its last column alone, and folded where that would be too short', (columns, row) => {
    const text = table(rows, spec, columns);
    expect(text.split('\n').slice(row.split('\n').length).join('\n')).toBe(row);
    for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(columns);
  });
});
