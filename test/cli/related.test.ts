import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { main } from '../../cli/tripline.ts';
import { findingId } from '../../core/findings/identity.ts';
import type { Match } from '../../core/match.ts';
import { way } from '../../core/way.ts';
import { at } from '../announce/case.ts';
import { match } from '../announce/tables.ts';
import { terminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'tripline-'));
const hour = 3_600_000;
const ways = [way.provider('arn:aws:iam::111122223333:oidc-provider/example'), way.service('ec2fleet.amazonaws.com')];
const stolen = { principals: ['ASIAEXAMPLEKEY000001'], resources: ['i-0aaaabbbbccccdddd'], addresses: ['192.0.2.66'] };
const busy = { principals: ['busy'], resources: [], addresses: ['203.0.113.77'] };

/** The cases: of whom, when, and what differs. */
const cases: Readonly<Record<string, Match>> = {
  karpenter: match(
    0,
    { principals: ['karpenter', ...ways], resources: ['i-1'], addresses: ['ec2fleet.amazonaws.com'] },
    'k',
  ),
  capa: match(1, { principals: ['capa', ...ways], resources: ['i-2'], addresses: ['ec2fleet.amazonaws.com'] }, 'c'),
  stolen: match(2, { ...stolen, key: { instance: 'i-0aaaabbbbccccdddd', address: '192.0.2.66' } }),
  samePlace: match(3, { ...stolen, principals: ['carol'], resources: ['sg-1'], severity: 'critical' }, 'carol'),
  sameKey: match(4, { ...stolen, addresses: ['192.0.2.77'], resources: ['prod'] }, 'key'),
  cause: match(5, { ...busy, severity: 'medium', time: at }, 'cause'),
  effect: match(6, { ...busy, severity: 'high', time: at + hour }, 'effect'),
};
/** Of one who has gone on for long: more than are asked for at once. */
const tireless = { principals: ['tireless'], resources: [], addresses: [] };
const much = Array.from({ length: 60 }, (_, n) => match(200 + n, { ...tireless, time: at + n * hour }, `much-${n}`));
const later = Array.from({ length: 25 }, (_, n) =>
  match(100 + n, { ...busy, severity: 'critical', time: at + (n + 30) * hour }, `later-${n}`),
);
const id = (name: string): string => findingId(cases[name] ?? match(0));

beforeAll(async () => {
  const local = await localDynamoDB(folder);
  await findingsTable(local.client, local.tables.findings).fold([...Object.values(cases), ...later, ...much], at);
  await local.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shown = async (name: string, ...more: string[]): Promise<string> => {
  const { io, written } = terminal();
  expect(await main(['findings', 'show', id(name), '--database', folder, ...more], io)).toBe(0);
  return written.out;
};
const section = (out: string, name: string): string => out.split(`\n${name}\n`)[1]?.split('\n\n')[0] ?? '';

describe('what findings show leads to', () => {
  test('is nobody who only came by the same identity provider or the same service', async () => {
    expect(await shown('karpenter')).not.toContain(id('capa'));
  });

  test('is related by who and what, and not by the address that its own key names', async () => {
    const out = await shown('stolen');
    expect(section(out, 'related findings')).toContain(id('sameKey'));
    expect(section(out, 'related findings')).not.toContain(id('samePlace'));
    expect(section(out, 'from the same address')).toContain(id('samePlace'));
  });

  test('is what lies near in time, the gravest first, when, and how much is left out', async () => {
    const related = section(await shown('effect'), 'related findings').split('\n');
    expect(related).toHaveLength(21);
    expect(related[19]).toMatch(
      new RegExp(`^ {2}${id('cause')} {2}medium {4}open {10}${new Date(at).toISOString().slice(0, 10)} `),
    );
    expect(related[20]).toContain('… and 6 further from it in time');
    expect(JSON.parse(await shown('effect', '--json')).related).toContain(id('cause'));
  });

  test('is what lies near in time of somebody, too, who has done much since', async () => {
    const [first, second] = much.map(one => findingId(one));
    const { io, written } = terminal();
    expect(await main(['findings', 'show', first ?? '', '--database', folder], io)).toBe(0);
    expect(section(written.out, 'related findings')).toContain(second ?? '');
    expect(section(written.out, 'related findings')).toContain('… and 29 or more further from it in time');
  });
});
