import { beforeAll, describe, expect, it } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { askedIn } from '../../adapters/reading-queue.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
import { suppressionsTable } from '../../adapters/suppressions.ts';
import { threadsTable } from '../../adapters/threads.ts';
import { versionsTable } from '../../adapters/versions.ts';
import { readGathered } from '../../core/hub.ts';
import { type Json, text } from '../../core/json.ts';
import { askCanary, askRoster, canaryState, namesIn } from '../../core/state/canary.ts';
import { learnedIndex, learnedNames } from '../../core/state/learned.ts';
import { networkIn, networkScopes } from '../../core/state/network.ts';
import { saidIn } from '../../functions/channel/said.ts';
import { allTables, itemsOf, type Line, linesOf, type Place, restore, versions } from './lines.ts';
import { eventsOf } from './log.ts';
import { account, pipelineOn, seenObject, workedAt, written } from './scenario.ts';
import { headsOf, shapes } from './shape.ts';

/** Milliseconds: handlers, tables and all detections, on a busy machine. */
const patience = 120_000;

/** What this version leaves. */
let today: readonly Line[];
/** And makes of it. */
let alone: Awaited<ReturnType<typeof goneOn>>;
beforeAll(async () => {
  today = await written();
  alone = await goneOn(today);
}, patience);

const newest = versions.at(-1) ?? '';

it(`what is stored and queued has the shape of ${newest}: on purpose otherwise? docs/decisions/064, then npm run versions`, () => {
  const before = linesOf(newest);
  const heads = headsOf(before);
  expect([...shapes(today, heads)].toSorted()).toEqual([...shapes(before)].toSorted());
});

/** What a version did not know yet: detections that judge the log otherwise than they did then, and why. */
const regrouped = 'lineage/nodeclass-changed-then-launched'; // by the change, no longer by the instance
const since: { readonly [version: string]: readonly string[] } = {
  '2026-11-29-0315-cc4dff8.jsonl': ['kubernetes/bootstrap-token-off-cluster', regrouped], // the first is younger
  '2026-11-29-0539-b295c49.jsonl': [regrouped],
  '2026-11-29-0720-59bf7fd.jsonl': [regrouped],
};

interface Case {
  readonly id: string;
  readonly detection: string;
  readonly severity: string;
  readonly count: string;
}

const casesIn = (lines: readonly Line[]): readonly Case[] =>
  lines
    .filter(({ in: place, is }) => place === 'findings' && text(is, 'sk', 'S') === 'case')
    .map(({ is }) => ({
      id: text(is, 'pk', 'S') ?? '',
      detection: text(is, 'detection', 'S') ?? '',
      severity: text(is, 'severity', 'S') ?? '',
      count: text(is, 'count', 'N') ?? '',
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** What this version makes of the log's rest on what another left; then of the first half, delivered again. */
const goneOn = async (left: readonly Line[]) => {
  const database = await allTables();
  try {
    await restore(database, left);
    const { deliver, sweep, said } = pipelineOn(database);
    await deliver(eventsOf('after'));
    const after = casesIn(await itemsOf(database));
    await deliver(eventsOf('before'));
    await sweep(600_000);
    await sweep(600_000);
    const items = await itemsOf(database);
    const due = items.filter(({ in: place, is }) => place === 'findings' && text(is, 'due', 'N') !== undefined);
    return { after, again: casesIn(items), due, said: said.map(({ id }) => id) };
  } finally {
    await database.close();
  }
};

const bodies = (lines: readonly Line[], place: Place): readonly string[] =>
  lines.flatMap(({ in: where, is }) => (where === place ? [JSON.stringify(is)] : []));

describe.each(versions)('what %s left', version => {
  const left = linesOf(version);

  let mixed: Awaited<ReturnType<typeof goneOn>>;
  beforeAll(async () => {
    mixed = await goneOn(left);
  }, patience);
  const known = (cases: readonly Case[]) =>
    cases.filter(({ detection }) => since[version]?.includes(detection) !== true);

  it('is gone on with: findings, severities and counts are those of one version', () =>
    expect(known(mixed.after)).toEqual(known(alone.after)));

  it('is counted once where a batch comes again', () => {
    expect(known(mixed.again)).toEqual(known(alone.again));
    expect(mixed.due).toEqual([]);
  });

  it('is announced no second time', () => {
    const before = left.flatMap(({ is }) => (text(is, 'pk', 'S') ?? '').split('said#sns#').slice(1));
    expect(before.length).toBeGreaterThan(10);
    expect(mixed.said.length).toBeGreaterThan(10);
    expect(mixed.said.filter((id, at) => before.includes(id) || mixed.said.indexOf(id) !== at)).toEqual([]);
  });

  it('is listed, shown and looked up', async () => {
    const database = await allTables();
    await restore(database, left);
    const findings = findingsTable(database.client, 'findings');
    const { items } = await findings.list({ statuses: ['open', 'acknowledged', 'suppressed'] });
    const ids = casesIn(left).map(({ id }) => id);
    expect(items.length).toBe(ids.length - 1); // one was resolved
    for (const id of ids) {
      const { finding, windows = [] } = (await findings.read(id)) ?? {};
      expect(windows.length).toBeGreaterThan(0);
      for (const name of finding?.principals ?? [])
        expect((await findings.about('principal', name)).items.map(row => row.finding)).toContain(id);
    }
    expect(await suppressionsTable(database.client, 'findings').list()).toHaveLength(2);
    await database.close();
  });

  it('is recalled: canaries, what was learned, networks, threads, objects', async () => {
    const database = await allTables();
    await restore(database, left);
    const store = dynamoStore(database.client, 'state');
    const at = workedAt();
    const [network] = networkScopes(account, at);
    const [canary, roster, learned, range] = await store.observe([
      askCanary('region eu-west-1', at),
      askRoster(at),
      ...[learnedIndex(account), network].map(scope => ({ scope, expires: at })),
    ]);
    expect(canaryState([canary?.item ?? {}])).toMatchObject({ returned: { event: at, took: 60_000 } });
    expect(namesIn([roster?.item ?? {}])).toEqual(['region eu-west-1']);
    expect(learnedNames(learned?.item ?? {}).map(({ kind }) => kind)).toContain('controller');
    expect(networkIn([range?.item ?? {}]).ranges).toEqual(['10.0.0.0/16']);
    const [worked] = casesIn(left);
    expect(await threadsTable(database.client, 'state').of('C0', worked?.id ?? '')).toBe('1.2');
    expect(await versionsTable(database.client, 'state').of(seenObject)).toHaveLength(1);
    await database.close();
  });

  it('is read from queues', () => {
    const said = bodies(left, 'said').map(body => saidIn(body));
    expect(new Set(said.map(({ kind }) => kind))).toEqual(new Set(['finding', 'notice']));
    for (const body of bodies(left, 'reading')) expect(askedIn(body).source).toBe('kubernetes');
    for (const body of bodies(left, 'gathered')) {
      const uid = text(JSON.parse(body) as Json, 'detail', 'finding_info', 'uid');
      expect(readGathered(body, [account]).detail.finding_info.uid).toBe(uid);
    }
  });
});
