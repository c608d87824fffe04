import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { main } from '../../cli/tripline.ts';
import { findingId } from '../../core/findings/identity.ts';
import { match } from '../announce/tables.ts';
import { terminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'tripline-'));
const now = Date.now();
const one = (of: string, over = {}) => match(0, { time: now - 3_600_000, ...over }, of);
beforeAll(async () => {
  const local = await localDynamoDB(folder);
  const table = findingsTable(local.client, local.tables.findings);
  await table.fold([one('noise'), one('proven'), one('grave', { severity: 'critical' })], now);
  const [proven] = await table.cases([findingId(one('proven'))]);
  if (proven === undefined) throw new Error('it is not there');
  await table.work(proven, { act: 'resolve', disposition: 'true-positive' }, { who: 'alice', at: now });
  await local.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const suppress = async (...argv: string[]) => {
  const { io, written } = terminal();
  const code = await main(['suppress', ...argv, '--database', folder], io);
  return { code, ...written };
};
const by = (of: string) => JSON.stringify({ finding: { key: { principal: [of] } } });
const said = ['--reason', 'known load test', '--owner', 'platform', '--for', '30d'];

test('a preview says what would have been hidden, resolved findings too, and changes nothing', async () => {
  expect(await suppress('--when', by('noise'), '--preview')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/would have hidden 1 finding with 1 event\b/),
  });
  expect((await suppress('list')).out).toBe('no suppressions\n');
  expect((await suppress('list', '--json')).out).toBe('');
});

test.each([
  ['proven', /which alice confirmed as a true positive/],
  ['grave', /which is critical/],
])('a suppression that would have hidden %s is refused', async (of, reason) => {
  const { code, err } = await suppress('--when', by(of), ...said);
  expect(code).toBe(1);
  expect(err).toMatch(reason);
  expect((await suppress('list')).out).toBe('no suppressions\n');
  expect((await suppress('--when', by(of), '--preview')).code).toBe(1);
});

test('one that hides noise is made, listed and revoked', async () => {
  const { code, out } = await suppress('--when', by('noise'), ...said, '--by', 'alice');
  expect(code).toBe(0);
  const id = /suppression ([0-9a-f]{12}) until/.exec(out)?.[1] ?? '';
  expect((await suppress('list')).out).toMatch(new RegExp(`${id} +active .*platform +alice +known load test`));
  expect(JSON.parse((await suppress('list', '--json')).out)).toMatchObject({
    id,
    state: 'active',
    owner: 'platform',
    by: 'alice',
    reason: 'known load test',
    when: { finding: { key: { principal: ['noise'] } } },
  });
  expect((await suppress('revoke', id, '--by', 'bob')).code).toBe(0);
  expect((await suppress('list')).out).toContain('revoked by bob');
  expect((await suppress('revoke', id)).code).toBe(1);
});

test.each<[string, string[], RegExp]>([
  ['no pattern', said, /--when JSON/],
  ['what is not JSON', ['--when', '{', ...said], /is not JSON/],
  ['a pattern that is none', ['--when', '{"finding":{}}', ...said], /an empty object/],
  ['no reason', ['--when', by('x'), '--owner', 'a', '--for', '1d'], /--reason/],
  ['no owner', ['--when', by('x'), '--reason', 'because', '--for', '1d'], /--owner/],
  ['a suppression for machines', ['--when', by('x'), ...said, '--json'], /--json is for a list/],
  ['no end', ['--when', by('x'), '--reason', 'because', '--owner', 'a'], /--for/],
])('refuses %s', async (_, argv, reason) => {
  const { code, err } = await suppress(...argv);
  expect(code).toBe(2);
  expect(err).toMatch(reason);
});

test('insists on at most 90 days unless forced', async () => {
  const long = ['--when', by('nobody'), '--reason', 'because', '--owner', 'a', '--for', '91d'];
  expect((await suppress(...long)).err).toContain('it lasts 91 days: at most 90');
  expect((await suppress(...long, '--force')).code).toBe(0);
  expect((await suppress(...long.slice(0, -1), '90d')).code).toBe(0);
});

test('a pattern that asks for what no finding has is refused', async () => {
  for (const when of [
    { finding: { detecton: ['cloudtrail/launch-burst'] } },
    { $or: [{ finding: { $or: [{ severty: ['low'] }, { title: ['x'] }] } }, { event: { eventName: ['x'] } }] },
  ]) {
    const { code, err } = await suppress('--when', JSON.stringify(when), '--preview');
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/a finding has no "(detecton|severty)": it has detection, /),
    ]);
  }
});

test.each([
  [{ finding: { detection: ['cloudtrail/lanch-burst'] } }, 'no detection is called "cloudtrail/lanch-burst"'],
  [
    { finding: { severity: ['hihg'] } },
    'finding.severity: "hihg" is not a value that it ever has; allowed here: high (near it)',
  ],
  [{ event: { userIdentiy: { arn: ['x'] } } }, 'event.userIdentiy: no such member of a record'],
])('a pattern that would hide nothing, %j, is refused', async (when, what) => {
  const { code, err } = await suppress('--when', JSON.stringify(when), ...said);
  expect([code, err]).toEqual([2, expect.stringContaining(`--when would hide nothing: ${what}`)]);
});
