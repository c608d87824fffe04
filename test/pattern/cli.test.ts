import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { main } from '../../cli/tripline.ts';
import { call } from '../../core/cloudtrail/example.ts';

const directory = mkdtempSync(join(tmpdir(), 'tripline-'));
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const lines = (...all: readonly unknown[]): string =>
  all.map(one => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n');

const tripline = async (...argv: readonly string[]) => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await main(argv, { stdin: Readable.from([]), stdout, stderr });
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
};

describe('tripline pattern test --cases', () => {
  test('prints one verdict a line and exits 0 where all agree', async () => {
    const cases = file(
      'agree.jsonl',
      lines({ pattern: { a: ['x'] }, event: { a: 'x' }, matches: true }, '', { pattern: { a: ['x'] }, event: {} }),
    );
    expect(await tripline('pattern', 'test', '--cases', cases)).toEqual({
      code: 0,
      stdout: 'true\nfalse\n',
      stderr: '1 of 1 agree\n',
    });
  });

  test('lists the disagreements and exits 1', async () => {
    const cases = file('disagree.jsonl', lines({ pattern: { a: ['x'] }, event: { a: 'x' }, matches: false }));
    const { code, stdout, stderr } = await tripline('pattern', 'test', '--cases', cases);
    expect([code, stdout]).toEqual([1, 'true\n']);
    expect(stderr).toMatch(/^line 1: expected false, got true: \{"pattern".*\n0 of 1 agree\n$/);
  });

  test('says what is wrong with a pattern or a line, goes on, and exits 1', async () => {
    const cases = file(
      'bad.jsonl',
      lines({ pattern: { a: [{ prefx: 'x' }] }, event: {} }, 'x', { pattern: { a: ['x'] }, event: { a: 'x' } }),
    );
    const { code, stdout } = await tripline('pattern', 'test', '--cases', cases);
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^error: a\[0\]\.prefx: no such operator; allowed here: prefix/),
      expect.stringMatching(/^error: not JSON/),
      'true',
      '',
    ]);
  });

  test('shows control characters of a bad line, and does not obey them', async () => {
    const cases = file('escape.jsonl', lines({ pattern: { '\u001b[31mred': [] }, event: {} }));
    expect((await tripline('pattern', 'test', '--cases', cases)).stdout).not.toContain('\u001b');
  });
});

describe('tripline pattern test --pattern --event', () => {
  const pattern = file('p.json', JSON.stringify({ a: { b: ['x'], c: ['y'] }, d: [{ exists: false }] }));

  test('prints the verdict, and where it is false which clauses did not hold', async () => {
    const yes = file('yes.json', JSON.stringify({ a: { b: 'x', c: 'y' } }));
    const no = file('no.json', JSON.stringify({ a: { b: 'x', c: 'z' } }));
    expect(await tripline('pattern', 'test', '--pattern', pattern, '--event', yes)).toEqual({
      code: 0,
      stdout: 'true\n',
      stderr: '',
    });
    const { stdout, stderr } = await tripline('pattern', 'test', '--pattern', pattern, '--event', no);
    expect(stdout).toBe('false\n');
    expect(stderr).toContain('✓ a.b: asks "x", found "x"');
    expect(stderr).toContain('✗ a.c: asks "y", found "z"');
    expect(stderr).toContain('✓ d: asks {"exists":false}, found nothing');
  });

  test('says when each clause holds, but not for the same element', async () => {
    const apart = file('apart.json', JSON.stringify({ a: [{ b: 'x' }, { c: 'y' }] }));
    const { stderr } = await tripline('pattern', 'test', '--pattern', pattern, '--event', apart);
    expect(stderr).toMatch(/not all for the same element of a list/);
  });
});

describe('a wrong command line exits 2 with the usage', () => {
  test.each([
    [['pattern']],
    [['pattern', 'test']],
    [['pattern', 'test', '--bogus']],
    [['pattern', 'test', '--cases', 'x', '--event', 'y']],
    [['explain']],
    [['explain', 'x', '--detection', 'none/such']],
  ])('%j', async argv => {
    const { code, stdout, stderr } = await tripline(...argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/usage: tripline (pattern test|explain)/);
  });

  test.each([
    [['pattern', 'test', '--cases', join(directory, 'none')]],
    [['explain', join(directory, 'none')]],
  ])('and so does a file that is not there: %j', async argv => {
    expect(await tripline(...argv)).toMatchObject({ code: 2, stderr: expect.stringContaining(argv.at(-1) ?? '') });
  });
});

describe('tripline explain', () => {
  const stop = file(
    'stop.json',
    JSON.stringify(call('cloudtrail', 'StopLogging', { requestParameters: { name: 'm' } }).record),
  );

  test('says of every candidate what held, and that nothing looks at an event that no detection is about', async () => {
    const dull = file('dull.json', JSON.stringify(call('xray', 'PutTraceSegments').record));
    expect((await tripline('explain', dull, '--all')).code).toBe(0);
    const { stdout, code } = await tripline('explain', stop, '--json');
    const { event, reasons } = JSON.parse(stdout);
    expect([code, typeof event]).toEqual([0, 'string']);
    for (const { when } of reasons) expect(when.clauses.length).toBeGreaterThan(0);
  });

  test('says under which key a state waits for other events', async () => {
    const asked = file('asked.json', JSON.stringify(call('ec2', 'GetPasswordData').record));
    const { stdout } = await tripline('explain', asked, '--detection', 'cloudtrail/instance-entered');
    expect(stdout).toMatch(/OBSERVED[^\n]*\n {4}→ key \{"principal":"arn:aws:iam::111122223333:role\/developer"/);
  });

  test('says which clause of a named detection failed on what value', async () => {
    const { stdout } = await tripline('explain', stop, '--detection', 'cloudtrail/karpenter-tag-tampered');
    expect(stdout).toMatch(/karpenter-tag-tampered: did not match/);
    expect(stdout).toMatch(/✗ fact\["tags\.written"\]/);
  });

  test('shows of one detection the events that came nearest, wherever in a long file they are', async () => {
    const dull = Array.from({ length: 30 }, (_, index) => call('xray', `Get${index}`).record);
    const stopped = call('cloudtrail', 'StopLogging', { requestParameters: { name: 'm' } }).record;
    const log = file('log.jsonl', lines(...dull, stopped, ...dull));
    const { stdout, stderr } = await tripline('explain', log, '--detection', 'cloudtrail/detection-disabled');
    expect(stdout).toMatch(/^cloudtrail StopLogging /);
    expect(stdout.split('\ncloudtrail ')).toHaveLength(20);
    expect(stderr).toBe('of 61 events the 20 that came nearest are explained: name one with --event ID\n');
    expect((await tripline('explain', log)).stderr).toMatch(
      /^only the first 20 events are explained: .* --detection ID\n$/,
    );
  });

  test('exits 2 where there is no such event', async () => {
    expect(await tripline('explain', stop, '--event', 'none')).toMatchObject({ code: 2 });
  });
});
