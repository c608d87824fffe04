import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { writeOrigin } from '../../adapters/local-folder.ts';
import { watch } from '../../cli/findings/watch.ts';
import { run } from '../../cli/findings.ts';
import { main } from '../../cli/tripline.ts';
import { findingId } from '../../core/findings/identity.ts';
import { at } from '../announce/case.ts';
import { match, startTables } from '../announce/tables.ts';
import { terminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'tripline-'));
const ids = new Map(
  ['mallory', 'trent', 'grave', 'abroad', 'later', 'desk', 'table'].map(of => [of, findingId(match(0, {}, of))]),
);
const id = (of: string) => ids.get(of) ?? '';

beforeAll(async () => {
  const local = await localDynamoDB(folder);
  const table = findingsTable(local.client, local.tables.findings);
  const shared = { resources: ['i-0aaaabbbbccccdddd'] };
  await table.fold([match(0, shared, 'mallory'), match(1, shared, 'trent')], at);
  await table.fold([match(2, { ...shared, severity: 'critical', title: 'grave \u001b[31mred\nline' }, 'grave')], at);
  const away = (of: string) => ({ addresses: ['192.0.2.66'], resources: [`sg-${of}`] });
  await table.fold([match(3, away('abroad'), 'abroad'), match(4, away('later'), 'later')], at);
  const home = (of: string) => ({ addresses: ['203.0.113.10'], resources: [`sg-${of}`] }); // the example's egress
  await table.fold([match(5, home('desk'), 'desk'), match(6, home('table'), 'table')], at);
  await local.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tripline = async (...argv: string[]) => {
  const { io, written } = terminal();
  const code = await main(['findings', ...argv, '--database', folder], io);
  return { code, ...written };
};
const stored = async (of: string) => JSON.parse((await tripline('show', id(of), '--json')).out).finding;

describe('tripline findings', () => {
  test('works a finding in somebody’s name, and shows its trail', async () => {
    expect((await tripline('ack', id('mallory'), '--by', 'alice', '--note', 'on it')).code).toBe(0);
    await tripline('assign', id('mallory'), '--to', 'bob', '--by', 'alice');
    expect((await tripline('resolve', id('mallory'), '--as', 'benign', '--by', 'bob')).out).toContain('resolved');
    const { out } = await tripline('show', id('mallory'));
    expect(out).toMatch(/alice acknowledged "on it"/);
    expect(out).toMatch(/alice assigned to bob/);
    expect(out).toMatch(/bob resolved benign/);
    expect(out).toMatch(/verdict {5}benign, by bob/);
    expect(await stored('mallory')).toMatchObject({ status: 'resolved', disposition: 'benign', assignee: 'bob' });
    await tripline('reopen', id('mallory'));
  });

  test('shows what else the same resource took part in, the gravest first', async () => {
    const { out } = await tripline('show', id('trent'));
    const related = out.slice(out.indexOf('related findings'));
    expect(related.indexOf(id('grave'))).toBeGreaterThan(0);
    expect(related.indexOf(id('grave'))).toBeLessThan(related.indexOf(id('mallory')));
    expect(out).not.toContain('\u001b');
  });

  test('shows what else came from the same address, unless we leave by it', async () => {
    const { out } = await tripline('show', id('abroad'));
    expect(out).not.toContain('related findings');
    const neighbours = out.slice(out.indexOf('from the same address'));
    expect(neighbours).toContain(id('later'));
    expect(neighbours).not.toContain(id('trent'));
    expect((await tripline('show', id('desk'))).out).toContain('from the same address');
    const settings = join(import.meta.dirname, '../../examples/tripline.config.ts');
    writeOrigin(folder, { settings, accounts: [], clusters: [] });
    const { out: ours } = await tripline('show', id('desk'));
    rmSync(join(folder, 'made-of.json'));
    expect(ours).toContain(id('desk'));
    expect(ours).not.toContain('from the same address');
  });

  test('says that there is no such detection, and which are near', async () => {
    const { code, out, err } = await tripline('--detection', 'karpenter-tag-tampered');
    expect([code, out]).toEqual([0, 'no findings\n']);
    expect(err).toContain('near it: cloudtrail/karpenter-tag-tampered\n');
    expect((await tripline('--detection', 'cloudtrail/karpenter-tag-tamperd')).err).toContain(
      'near it: cloudtrail/karpenter-tag-tampered\n',
    );
    expect((await tripline('--detection', 'cloudtrail/karpenter-tag-tampered')).err).toBe('');
  });

  test('says by its exit code that nothing names somebody', async () => {
    for (const [name, code] of [
      ['arn:aws:iam::111122223333:user/trent', 0],
      ['nobody', 1],
    ] as const)
      for (const json of [[], ['--json']])
        expect([name, json, (await tripline('about', 'principal', name, ...json)).code]).toEqual([name, json, code]);
  });

  test('takes up or silences nothing that somebody resolved: it is opened first', async () => {
    await tripline('resolve', id('later'), '--as', 'benign', '--by', 'bob');
    for (const verb of [['ack'], ['suppress', '--for', '2h']]) {
      const { code, out, err } = await tripline(...verb, id('later'), '--by', 'alice');
      expect([code, out]).toEqual([1, '']);
      expect(err).toContain(`${id('later')} is resolved: `);
      expect(err).toContain(`'tripline findings reopen ${id('later')}' opens it`);
      expect((await stored('later')).status).toBe('resolved');
    }
    await tripline('reopen', id('later'), '--by', 'alice');
    expect((await tripline('ack', id('later'), '--by', 'alice')).code).toBe(0);
  });

  test('changes many only when told so', async () => {
    const filters = ['--severity', 'high', '--principal', 'arn:aws:iam::111122223333:user/trent'];
    const asked = await tripline('ack', ...filters);
    expect(asked).toMatchObject({ code: 0 });
    expect(asked.out).toContain('1 finding would be changed; nothing was: say --yes');
    expect((await stored('trent')).status).toBe('open');
    await tripline('ack', ...filters, '--yes');
    expect((await stored('trent')).status).toBe('acknowledged');
  });

  test('takes IDs or filters, and an end of time is a filter', async () => {
    const both = await tripline('ack', id('trent'), '--severity', 'low');
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('IDs or filters, not both')]);
    expect((await tripline('ack', '--until', '2020-01-01')).out).toContain('0 findings would be changed');
  });

  test('suppresses no critical finding in passing', async () => {
    const refused = await tripline('suppress', id('grave'));
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.err).toContain('not suppressed without --force');
    expect((await stored('grave')).status).toBe('open');
    expect((await tripline('suppress', id('grave'), '--for', '2h', '--force')).code).toBe(0);
    expect((await stored('grave')).status).toBe('suppressed');
    await tripline('reopen', id('grave'));
  });

  test.each([
    'principal',
    'resource',
  ])('says that --%s takes a complete name, where a part of one finds nothing', async flag => {
    const { code, out, err } = await tripline(`--${flag}`, 'mall');
    expect([code, out]).toEqual([0, 'no findings\n']);
    expect(err).toContain(`--${flag} takes a complete name`);
  });

  test('knows an ID that somebody copied in capitals', async () => {
    expect((await tripline('show', id('mallory').toUpperCase())).out).toBe((await tripline('show', id('mallory'))).out);
    expect((await tripline('note', `${id('mallory').toUpperCase()} `, '--note', 'copied')).code).toBe(0);
  });

  test('says what an ID looks like where one can be none', async () => {
    const { code, err } = await tripline('show', id('mallory').slice(0, 6));
    expect(code).toBe(2);
    expect(err).toContain(
      `'${id('mallory').slice(0, 6)}' is not the ID of a finding, which has sixteen characters of 0-9 and a-f`,
    );
  });

  test.each([
    ['resolve without a verdict', ['resolve', 'x'], /--as true-positive/],
    [
      'a finding that is not there',
      ['ack', 'feedfeedfeedfeed'],
      /there is no finding feedfeedfeedfeed: nothing was changed/,
    ],
    ['many without saying which', ['ack', '--yes'], /say which findings/],
    ['another verb', ['delete', 'x'], /no subcommand 'delete'/],
    ['a note of nothing', ['note', 'x'], /--note TEXT/],
    ['a time that is none', ['suppress', 'x', '--for', 'ever'], /--for takes a time like/],
  ])('refuses %s', async (_, argv, reason) => {
    const { code, err } = await tripline(...argv);
    expect(code).toBe(2);
    expect(err).toMatch(reason);
  });

  test.each([
    ['--json'],
    ['--ocsf'],
    ['about', 'resource', 'i-0aaaabbbbccccdddd'],
  ])('says that there is more than it shows: %s', async (...argv) => {
    expect((await tripline(...argv, '--limit', '1')).err).toBe(
      'tripline findings: there are more than these 1: raise --limit\n',
    );
    expect((await tripline(...argv)).err).toBe('');
  });

  test('says once that more is open than it watches', async () => {
    const { io, written } = terminal();
    const stop = new AbortController();
    const watching = run(['--watch', '--limit', '1', '--database', folder], io, stop.signal);
    await expect.poll(() => written.out, { timeout: 5000 }).toContain('DETECTION');
    stop.abort();
    expect(await watching).toBe(0);
    expect(written.err).toBe('tripline findings: there are more than these 1: raise --limit\n');
  });

  test('writes OCSF Detection Findings', async () => {
    const lines = (await tripline('--ocsf')).out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines.map(({ class_uid, finding_info }) => [class_uid, finding_info.uid])).toContainEqual([
      2004,
      id('grave'),
    ]);
  });

  test('watches: shows everything, then only what changed', async () => {
    const tables = await startTables();
    await tables.findings.fold([match(0, {}, 'x'), match(0, {}, 'y')], at);
    const { io } = terminal();
    const stop = new AbortController();
    const shown: string[][] = [];
    const watching = watch(
      tables.findings,
      {},
      { limit: 10, every: 20, signal: stop.signal },
      found => void shown.push(found.map(one => one.key['principal'] ?? '').toSorted()),
      io,
    );
    await expect.poll(() => shown).toEqual([['x', 'y']]);
    await tables.findings.fold([match(1, {}, 'y')], at);
    await expect.poll(() => shown).toEqual([['x', 'y'], ['y']]);
    stop.abort();
    await watching;
    await tables.stop();
  });

  test('watches until it is interrupted', async () => {
    const { io, written } = terminal();
    const stop = new AbortController();
    const watching = run(['--watch', '--json', '--database', folder], io, stop.signal);
    await expect.poll(() => written.out.trim().split('\n').length, { timeout: 5000 }).toBe(ids.size);
    stop.abort();
    expect(await watching).toBe(0);
  });
});
