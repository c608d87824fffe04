import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { run as scan } from '../../cli/scan.ts';
import { call } from '../../core/cloudtrail/example.ts';
import { tripline } from '../usage/run.ts';
import { terminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'tripline-wrong-'));
const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const nothing = join(folder, 'nothing');
mkdirSync(nothing);
const missing = join(folder, 'missing');
const broken = file('broken.json', '{"eventID":');
const pattern = file('pattern.json', '{"a":[{"foo":1}]}');
const event = file('event.json', '{}');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a command line that cannot mean what it says is refused, and says which part:', () => {
  test.each([
    ['findings --account=', '--account has no value'],
    ['scan x --settings=', '--settings has no value'],
    ['scan x --fail-on high --fail-on low', '--fail-on is given twice'],
    ['scan x --account 1234', "--account takes the twelve digits of an account, not '1234'"],
    ['findings --watch --every 0', "--every takes a whole number from 1 on, not '0'"],
    ['findings --limit 0', "--limit takes a whole number from 1 on, not '0'"],
    [
      'findings --since yesterday',
      '--since takes a time like 2026-09-01T10:00Z (UTC unless it says its zone), or 24h ago',
    ],
    ['findings --since 5', '--since takes a time like 2026-09-01T10:00Z'],
    ['findings --since 2026-09-02 --until 2026-09-01', '--since is not before --until'],
    ['report --until 2026-13-01', '--until takes a time like 2026-09-01T10:00Z'],
    ['findings silence', "no subcommand 'silence'"],
    ['finding', "no command 'finding'; near it: findings"],
    ['detctions', "no command 'detctions'; near it: detections"],
    ['set', "no command 'set'; there are run, scan, findings"],
    ['findings --json --ocsf', '--json and --ocsf exclude each other'],
    ['usage --database x --account 111122223333 --for 91d', '--for is at most 90d'],
    ['rehearse --check --since 3x', "--since takes a time like 30m, 24h or 7d, not '3x'"],
    ['report --html=', '--html has no value'],
  ])('%s', async (line, says) => {
    const { code, stdout, stderr } = await tripline(...line.split(' '));
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(says)]);
    expect(stderr).toContain('usage: ');
    expect(stderr.trimEnd().split('\n').length, 'what was wrong must not scroll by').toBeLessThan(10);
  });
});

describe('input that cannot be read is told with its path:', () => {
  test.each([
    [['explain', missing], missing],
    [['explain', nothing], nothing],
    [['filters', missing], missing],
    [['filters', broken], broken],
    [['usage', broken], broken],
    [['pattern', 'test', '--cases', missing], missing],
    [['pattern', 'test', '--cases', nothing], nothing],
    [['pattern', 'test', '--pattern', missing, '--event', event], missing],
    [['pattern', 'test', '--pattern', pattern, '--event', event], pattern],
    [['posture', '--strict', nothing], nothing],
  ])('%j', async (argv, path) => {
    const { code, stderr } = await tripline(...argv);
    expect([code, stderr]).toEqual([argv[0] === 'usage' ? 1 : 2, expect.stringContaining(path)]);
    expect(stderr).not.toContain('usage: ');
  });
});

test('what is skipped is told with its reason', async () => {
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  writeFileSync(join(logs, 'a.json'), '{"Records":[]}');
  writeFileSync(join(logs, 'README.md'), 'text');
  expect((await tripline('scan', logs)).stderr).toBe(
    'skipped, 1: files that are no logs by their name\nskipped, 1: empty lists of records\n',
  );
});

test('what could not be read is told by file and reason, however often it was so', async () => {
  const logs = join(folder, 'unreadable');
  mkdirSync(logs);
  writeFileSync(join(logs, 'a.jsonl'), '{"a":1}\n'.repeat(1_200));
  writeFileSync(join(logs, 'b.jsonl'), '{"cut":\n{"a":2}\n');
  for (const name of ['c', 'd', 'e']) writeFileSync(join(logs, `${name}.json`), '');
  const { stderr } = await tripline('scan', logs);
  expect(stderr.split('\n')).toEqual([
    '1,205 records could not be read:',
    expect.stringMatching(/a\.jsonl, byte 0: wrong-shape: .* \(and 999 more like it\)$/),
    expect.stringMatching(
      /a\.jsonl: not-json: 200 more records of it could not be read; only the first 1000 are kept: look at the object itself\.$/,
    ),
    expect.stringMatching(/b\.jsonl, byte 0: truncated: /),
    expect.stringMatching(/b\.jsonl, byte 8: wrong-shape: /),
    expect.stringMatching(/c\.json: no-records: /),
    '  and 2 of other files or reasons',
    '',
  ]);
});

test('a scan that is interrupted tells what it found, and that this is not all', async () => {
  const log = file('long.jsonl', `${JSON.stringify(call('cloudtrail', 'StopLogging').record)}\n`.repeat(20_000));
  const { io, written } = terminal();
  expect(await scan(['--json', log], io, AbortSignal.abort())).toBe(130);
  expect(written.out).toContain('cloudtrail/detection-disabled');
  expect(written.err).toContain('interrupted: what was found so far is above');
  expect(Number(/^([\d,]+) events/m.exec(written.err)?.[1]?.replaceAll(',', ''))).toBeLessThan(20_000);
});

test("'help COMMAND' says what 'COMMAND --help' says", async () => {
  expect(await tripline('help', 'scan')).toEqual(await tripline('scan', '--help'));
});

test.each([
  'scan',
  'explain',
])('%s says what of the settings holds for nothing, and judges all the same', async command => {
  const settings = file(
    'slip.ts',
    `import { defineConfig } from '${join(import.meta.dirname, '../../core/config.ts')}';
const exemptions = [{ when: { fact: { 'principal.kind': ['plattform'] } }, reason: 'a slip', expires: '2027-01-01' }];
export default defineConfig({ detections: { 'cloudtrail/launch-bust': { status: 'off' }, 'cloudtrail/launch-burst': { exemptions } } });`,
  );
  const log = file('slip.json', JSON.stringify(call('ec2', 'RunInstances').record));
  const { code, stderr } = await tripline(command, log, '--settings', settings);
  expect(code).toBe(0);
  expect(stderr.match(/detections\.cloudtrail\/launch-bust: there is no such detection/g)).toHaveLength(1);
  expect(stderr).toMatch(/launch-burst\.exemptions\.0\.when: .*"plattform" .* platform \(near it\)/);
});
