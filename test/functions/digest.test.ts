import { describe, expect, test } from 'vitest';
import { suppressionsTable } from '../../adapters/suppressions.ts';
import type { Channel } from '../../core/announce/announce.ts';
import type { Notice } from '../../core/announce/notice.ts';
import { readNotice } from '../../core/announce/notice.ts';
import { noticeSlack, noticeText } from '../../core/announce/notice-text.ts';
import { pagerDutyNotice } from '../../core/announce/pagerduty.ts';
import { isUnanswered } from '../../core/announce/transitions.ts';
import { findingId } from '../../core/findings/identity.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { handler as announceDeployed } from '../../functions/announce.ts';
import { deps } from '../../functions/deps/deps.ts';
import { handler as digestDeployed } from '../../functions/digest.ts';
import { handler as sweepDeployed } from '../../functions/sweep.ts';
import { match } from '../announce/tables.ts';
import { policed } from '../policed.ts';
import { woken } from '../woken.ts';
import { context, measured, setUp } from './setup.ts';

const announce = policed('announce', announceDeployed);
const digest = policed('digest', digestDeployed);
const sweep = policed('sweep', sweepDeployed);

const world = setUp();
const scheduled = {} as Parameters<typeof digest>[0]; // a digest reads nothing of its event
const stream = () => announce({ Records: woken(world.tables.local.stream()) }, context());
const idOf = (of: string) => findingId(match(0, {}, of));

/** Channels that take notices too. */
const listening = (over: { readonly most?: number } = {}) => {
  const notices: [string, Notice][] = [];
  const singles: string[] = [];
  const channel = (name: string): Channel => ({
    name,
    send: async message => {
      if (name === 'sns') singles.push(message.finding.id);
    },
    notify: async notice => {
      if (world.dead.has(name)) throw new Error(`${name} is away`);
      notices.push([name, notice]);
    },
  });
  world.with({ channels: () => [channel('sns'), channel('bus')], ...over });
  return { notices, singles };
};

describe('the digest', () => {
  test('is said once a day on every channel, whoever asks how often', async () => {
    await world.tables.findings.fold([match(0, {}, 'open'), match(0, { status: 'watching' }, 'watched')], world.now);
    const { notices } = listening();
    await digest(scheduled, context());
    await digest(scheduled, context());
    expect(notices.map(([name, { total, findings }]) => [name, total, findings.map(one => one.id)])).toEqual([
      ['sns', 1, [idOf('open')]],
      ['bus', 1, [idOf('open')]],
    ]);
    world.now += 24 * 60 * 60_000;
    await digest(scheduled, context());
    expect(notices).toHaveLength(4);
    world.now += 24 * 60 * 60_000;
    world.dead.add('bus');
    await expect(digest(scheduled, context())).rejects.toThrow('bus is away');
    world.dead.clear();
    await digest(scheduled, context());
    expect(notices.slice(4).map(([name]) => name)).toEqual(['sns', 'bus']);
  });
});

describe('a storm', () => {
  const names = Array.from({ length: 14 }, (_, n) => `node-${n}`);
  const one = (of: string, over = {}) => match(0, { principals: ['mallory'], ...over }, of);

  test('is said once; every finding is stored, and critical ones are said singly', async () => {
    const { notices, singles } = listening();
    for (const of of names) {
      await world.tables.findings.fold([one(of)], world.now);
      await stream();
      world.now += 1_000;
    }
    expect(singles).toEqual(names.slice(0, 10).map(idOf));
    expect(notices.map(([name, { kind, principal }]) => [name, kind, principal])).toEqual([
      ['sns', 'storm', 'mallory'],
      ['bus', 'storm', 'mallory'],
    ]);
    expect(measured(world).reduce((sum, line) => sum + Number(line['FindingsInStorm'] ?? 0), 0)).toBe(4);
    const stored = await world.tables.findings.cases(names.map(idOf));
    expect(stored).toHaveLength(names.length);
    expect(stored.filter(({ due }) => due !== undefined)).toEqual([]);
    await world.tables.findings.fold([one('grave', { severity: 'critical' })], world.now);
    await stream();
    expect(singles.at(-1)).toBe(idOf('grave'));
  });

  test('of critical findings tells the first thirty singly, and the rest together', async () => {
    const { notices, singles } = listening();
    const sessions = Array.from({ length: 64 }, (_, n) => `session-${n}`);
    const role = 'arn:aws:sts::111122223333:assumed-role/developer';
    for (const of of sessions) {
      const over = { severity: 'critical', principals: [`${role}/${of}`], time: world.now } as const;
      await world.tables.findings.fold([one(of, over)], world.now);
      await stream();
      world.now += 1_000;
    }
    expect(singles).toEqual(sessions.slice(0, 30).map(idOf));
    const said = notices.filter(([name]) => name === 'sns').map(([, { total, severity }]) => [total, severity]);
    expect(said).toEqual([
      [31, 'critical'],
      [60, 'critical'],
    ]);
    const stored = await world.tables.findings.cases(sessions.map(idOf));
    expect(stored).toHaveLength(64);
    const waits = stored.filter(finding => isUnanswered(finding, world.now + 60 * 60_000));
    expect(waits.map(({ id }) => id).sort()).toEqual(sessions.slice(0, 30).map(idOf).sort());
  });

  test('across the edge of an hour is said once where a channel or the mark on the case failed, and leaves nobody due', async () => {
    const { notices, singles } = listening();
    world.now = Math.ceil(world.now / 3_600_000) * 3_600_000 - 20_000;
    const sessions = Array.from({ length: 40 }, (_, n) => `edge-${n}`);
    let failures = 0;
    const findings = () => ({
      ...world.tables.findings,
      recordTransition: async (...marked: Parameters<typeof world.tables.findings.recordTransition>) => {
        if (singles.length >= 30 && ++failures < 4) throw new Error('ended between the notice and the mark');
        return world.tables.findings.recordTransition(...marked);
      },
    });
    world.with({ findings, channels: deps().channels });
    for (const of of sessions) {
      const principals = [`arn:aws:sts::111122223333:assumed-role/edge/${of}`];
      await world.tables.findings.fold([one(of, { severity: 'critical', principals, time: world.now })], world.now);
      if (of === 'edge-30') world.dead.add('bus');
      await stream();
      world.now += 1_000;
    }
    expect(singles).toEqual(sessions.slice(0, 30).map(idOf));
    expect(notices.map(([name]) => name)).toEqual(['sns']);
    world.dead.clear();
    for (let run = 0; run < 5; run++) {
      world.now += 10 * 60_000;
      await sweep(scheduled, context());
    }
    expect(failures).toBeGreaterThan(3);
    expect(notices.map(([name, { kind }]) => `${name} ${kind}`)).toEqual(['sns storm', 'bus storm']);
    expect(new Set(notices.map(([, { id }]) => id)).size).toBe(1);
    const stored = await world.tables.findings.cases(sessions.map(idOf));
    expect(stored.filter(({ due, transitions }) => due !== undefined || !transitions.includes('first'))).toEqual([]);
  });

  test('folds nothing away for good: what a folded finding does later is said', async () => {
    const { singles } = listening();
    world.now += 5_000;
    await world.tables.findings.fold(
      [one('node-13', { severity: 'critical', eventId: 'worse', time: world.now })],
      world.now,
    );
    await stream();
    expect(singles).toEqual([idOf('node-13')]);
  });

  test('folds nothing where a channel could not say so', async () => {
    const before = world.heard.length;
    for (const of of names.map(each => `quiet-${each}`))
      await world.tables.findings.fold([one(of, { principals: ['trent'] })], world.now);
    await stream();
    expect(world.heard.length - before).toBe(2 * names.length);
  });

  test('folds nothing where its counting fails', async () => {
    const { singles, notices } = listening();
    world.with({
      store: () => ({ ...memoryStore(), observe: async () => Promise.reject(new Error('throttled')) }),
      channels: () => [
        { name: 'sns', send: async ({ finding }) => void singles.push(finding.id), notify: async () => {} },
      ],
    });
    for (const of of names.map(each => `failing-${each}`))
      await world.tables.findings.fold([one(of, { principals: ['carol'] })], world.now);
    await stream();
    expect([singles.length, notices.length]).toEqual([names.length, 0]);
  });
});

describe('a suppression made by command', () => {
  const made = {
    id: '0123456789ab',
    when: { finding: { detection: ['cloudtrail/launch-burst'] } },
    reason: 'load test <!channel>',
    owner: 'platform',
    from: '2026-09-01T00:00:00.000Z',
    expires: '2026-10-01T00:00:00.000Z',
    by: 'alice',
  };
  const stored = () => suppressionsTable(world.tables.local.client, world.tables.local.tables.findings);

  test('is said once on every channel, also where one was away and when the ledger has forgotten', async () => {
    await stored().add(made);
    const { notices } = listening();
    world.dead.add('bus');
    await sweep(scheduled, context());
    expect((await stored().list()).map(({ announced }) => announced)).toEqual([undefined]);
    world.dead.clear();
    await sweep(scheduled, context());
    expect((await stored().list()).map(({ announced }) => announced)).toEqual([world.now]);
    const forgetful = {
      claim: async () => ({ state: 'ours' }) as const,
      said: async () => {},
      release: async () => {},
    };
    world.with({ ledger: () => forgetful });
    await sweep(scheduled, context());
    expect(notices.map(([name, { kind, principal }]) => [name, kind, principal])).toEqual([
      ['sns', 'suppression', 'alice'],
      ['bus', 'suppression', 'alice'],
    ]);
  });

  test('is told with who, why, until when and what, escaped, and wakes nobody', async () => {
    await stored().add({ ...made, id: 'ba9876543210' });
    const { notices } = listening();
    await sweep(scheduled, context());
    const [notice] = notices.map(([, one]) => readNotice(JSON.parse(JSON.stringify(one))));
    if (notice === undefined) throw new Error('nothing was said');
    for (const part of ['alice', 'ba9876543210', 'load test', 'platform', '2026-10-01', 'cloudtrail/launch-burst'])
      expect(noticeText(notice)).toContain(part);
    expect(JSON.stringify(noticeSlack(notice))).not.toContain('<!channel>');
    expect(pagerDutyNotice(notice, 'key')).toBeUndefined();
  });
});
