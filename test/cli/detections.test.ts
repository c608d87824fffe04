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
const day = 86_400_000;
const detection = 'cloudtrail/launch-burst';
const one = (of: string, days: number) => match(0, { detection, time: now - days * day }, of);
beforeAll(async () => {
  const local = await localDynamoDB(folder);
  const table = findingsTable(local.client, local.tables.findings);
  await table.fold([one('new', 0.1), one('wrong', 2), one('within', 29), one('past', 31)], now);
  const [wrong] = await table.cases([findingId(one('wrong', 2))]);
  if (wrong === undefined) throw new Error('it is not there');
  await table.work(wrong, { act: 'resolve', disposition: 'false-positive' }, { who: 'alice', at: now });
  await local.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const list = async (...argv: string[]) => {
  const { io, written } = terminal();
  return { code: await main(['detections', ...argv], io), ...written };
};

test('a detection says what it did in the last 30 days', async () => {
  const { code, out } = await list('launch-burst', '--database', folder, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ id: detection, last30Days: { findings: 3, open: 2, falsePositives: 1 } });
  expect((await list('launch-burst', '--database', folder)).out).toMatch(/FOUND 30D +OPEN +FALSE.*\n.* 3 +2 +1 /);
});

test('words that no id contains give 1, as a name does that nothing knows', async () => {
  expect(await list('no-such-thing')).toMatchObject({ code: 1 });
  expect(await list('no-such-thing', '--json')).toMatchObject({ code: 1, out: '' });
});

test('one that found nothing says so', async () => {
  const { out } = await list('security-group-opened', '--database', folder, '--json');
  expect(JSON.parse(out)).toMatchObject({ last30Days: { findings: 0, open: 0, falsePositives: 0 } });
});

test('a database that was asked for and is not there is refused', async () => {
  expect(await list('--database', join(folder, 'none'))).toMatchObject({ code: 2 });
});
