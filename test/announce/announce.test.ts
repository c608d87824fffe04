import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AnnounceDeps, announce, type Channel } from '../../core/announce/announce.ts';
import { leaseMs } from '../../core/announce/deliver.ts';
import type { Message } from '../../core/announce/message.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { findingId } from '../../core/findings/identity.ts';
import { at } from './case.ts';
import { detection } from './message.ts';
import { match, startTables, type Tables } from './tables.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

const now = at + 60_000;
let cases = 0;

/** A fresh case with one match, and channels that keep what they were told. */
const setUp = async (channelNames: readonly string[] = ['sns', 'bus']) => {
  const name = `principal-${cases++}`;
  const heard: { channel: string; message: Message }[] = [];
  let time = now;
  const channels: Channel[] = channelNames.map(channel => ({
    name: channel,
    send: async message => {
      heard.push({ channel, message });
    },
  }));
  const deps = (over: Partial<AnnounceDeps> = {}): AnnounceDeps => ({
    cases: tables.findings,
    ledger: tables.ledger,
    channels,
    detections: [detection],
    settings: exampleSettings,
    now: () => time,
    ...over,
  });
  const fold = (n: number, over = {}) => tables.findings.fold([match(n, over, name)], now);
  await fold(0);
  const id = findingId(match(0, {}, name));
  return {
    id,
    name,
    heard,
    deps,
    fold,
    say: (over: Partial<AnnounceDeps> = {}) => announce(id, deps(over)),
    ids: (channel = 'sns') =>
      heard.filter(each => each.channel === channel).map(({ message }) => message.transition.id),
    stored: async () => (await tables.findings.read(id))?.finding,
    later: (ms: number) => {
      time += ms;
    },
  };
};

describe('a stored case', () => {
  test('is said once on each channel, and is due no more', async () => {
    const { say, ids, stored } = await setUp();
    expect(await say()).toBe('said');
    expect([ids('sns'), ids('bus')]).toEqual([['first'], ['first']]);
    expect((await stored())?.due).toBeUndefined();
    expect((await stored())?.transitions).toContain('first');
    expect(await say()).toBe('nothing');
    expect(ids()).toEqual(['first']);
  });

  test('is told with what its detection says of it, and says so where there is none any more', async () => {
    const [known, removed] = [await setUp(['sns']), await setUp(['sns'])];
    const other = { ...detection, id: 'cloudtrail/other', why: 'of another' };
    await known.say({ detections: [other, detection] });
    await removed.say({ detections: [other] });
    expect([known, removed].map(({ heard }) => heard[0]?.message.detection.why)).toEqual([
      detection.why,
      expect.stringContaining(`${detection.id} is not in the catalogue any more`),
    ]);
  });

  test('that another announcer is at is left to it, and stays due until that one is dead', async () => {
    const { say, id, ids, stored, later } = await setUp();
    await tables.ledger.claim(`bus#${id}:first`, ['first'], now);
    later(leaseMs / 2);
    expect(await say()).toBe('busy');
    expect([ids('sns'), ids('bus'), (await stored())?.transitions]).toEqual([['first'], [], []]);
    later(leaseMs);
    expect(await say()).toBe('said');
    expect([ids('sns'), ids('bus'), (await stored())?.due]).toEqual([['first'], ['first'], undefined]);
  });

  test('says what is new when it grows, and only that', async () => {
    const { say, ids, fold, heard } = await setUp(['sns']);
    await say();
    await fold(1);
    expect(await say()).toBe('nothing');
    await fold(2, { severity: 'critical', addresses: ['192.0.2.66'] });
    expect(await say()).toBe('said');
    expect(ids()).toEqual(['first', 'severity#critical']);
    expect(heard[1]?.message.transition.changes).toEqual([
      { kind: 'severity', value: 'critical' },
      { kind: 'address', value: '192.0.2.66' },
    ]);
  });

  test('that is only watched is never said', async () => {
    const { ids, deps } = await setUp();
    const watched = match(0, { status: 'watching' }, 'watched');
    await tables.findings.fold([watched], now);
    expect(await announce(findingId(watched), deps())).toBe('nothing');
    expect(ids()).toEqual([]);
  });

  test('that old logs made is stored and not said', async () => {
    const { ids, deps } = await setUp();
    const old = match(0, { time: at - 48 * 3_600_000 }, 'old');
    await tables.findings.fold([old], now);
    expect((await tables.findings.read(findingId(old)))?.finding.count).toBe(1);
    expect(await announce(findingId(old), deps())).toBe('nothing');
    expect(ids()).toEqual([]);
  });

  test('that does not exist is nothing', async () => {
    const { deps } = await setUp();
    expect(await announce('ffffffffffffffff', deps())).toBe('nothing');
  });
});

describe('a dead channel', () => {
  const dead: Channel = {
    name: 'bus',
    send: async () => {
      throw new Error('the bus is away');
    },
  };

  test('blocks no other, keeps the case due, and is the only one tried again', async () => {
    const { say, deps, ids, stored } = await setUp();
    const [sns, bus] = deps().channels;
    if (sns === undefined || bus === undefined) throw new Error('two channels were set up');
    await expect(say({ channels: [sns, dead] })).rejects.toThrow('the bus is away');
    await expect(say({ channels: [sns, dead] })).rejects.toThrow('the bus is away');
    expect(ids('sns')).toEqual(['first']);
    expect((await stored())?.due).toBeDefined();
    expect(await say({ channels: [sns, bus] })).toBe('said');
    expect([ids('sns'), ids('bus')]).toEqual([['first'], ['first']]);
  });

  test('beside another is named with it', async () => {
    const { say } = await setUp();
    const channels = [dead, { ...dead, name: 'sns', send: () => Promise.reject(new Error('so is SNS')) }];
    await expect(say({ channels })).rejects.toMatchObject({
      message: 'several channels failed',
      errors: [{ message: 'the bus is away' }, { message: 'so is SNS' }],
    });
  });

  test('does not lose what came while it was away', async () => {
    const { say, deps, ids, fold, heard } = await setUp();
    const [sns, bus] = deps().channels;
    if (sns === undefined || bus === undefined) throw new Error('two channels were set up');
    await expect(say({ channels: [sns, dead] })).rejects.toThrow();
    await fold(1, { principals: ['arn:aws:iam::111122223333:user/second'] });
    expect(await say({ channels: [sns, bus] })).toBe('said');
    // The bus heard of both at once; SNS is told the second apart, because its first message did not have it.
    expect(ids('sns')).toHaveLength(2);
    expect(heard.some(({ channel, message }) => channel === 'sns' && message.transition.kind === 'principal')).toBe(
      true,
    );
  });
});

describe('two announcers at once', () => {
  test('say it once', async () => {
    const { say, ids, stored } = await setUp();
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => say()));
    expect(outcomes.filter(outcome => outcome === 'said').length).toBeGreaterThan(0);
    expect([ids('sns'), ids('bus')]).toEqual([['first'], ['first']]);
    await say();
    expect((await stored())?.due).toBeUndefined();
  });
});

describe('a process that dies at any call', () => {
  /** Dies before, or after, its n-th call: from then on nothing of it happens. */
  const dying = (deps: AnnounceDeps, at: number, when: 'before' | 'after'): AnnounceDeps => {
    let calls = 0;
    const mortal =
      <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        const mine = calls++;
        if (mine > at || (mine === at && when === 'before')) throw new Error('dead');
        const result = await call(...args);
        if (mine === at) throw new Error('dead');
        return result;
      };
    return {
      ...deps,
      cases: {
        read: mortal(id => deps.cases.read(id)),
        recordTransition: mortal((id: string, transition: string, covers: readonly string[]) =>
          deps.cases.recordTransition(id, transition, covers),
        ),
        clearDue: mortal(finding => deps.cases.clearDue(finding)),
      },
      ledger: {
        claim: mortal((key: string, covers: readonly string[], at: number) => deps.ledger.claim(key, covers, at)),
        said: mortal((key: string) => deps.ledger.said(key)),
        release: mortal((key: string) => deps.ledger.release(key)),
      },
      channels: deps.channels.map(channel => ({ name: channel.name, send: mortal(message => channel.send(message)) })),
    };
  };

  test.each(
    Array.from({ length: 14 }, (_, at) => [at, 'before'] as const).concat(
      Array.from({ length: 14 }, (_, at) => [at, 'after'] as const) as never,
    ),
  )('call %i, %s it was done: nothing is lost, and a repeat has the same id', async (at, when) => {
    const { deps, ids, id, later, stored } = await setUp();
    await announce(id, dying(deps(), at, when)).catch(() => undefined);
    for (let sweep = 0; sweep < 3; sweep++) {
      later(leaseMs + 1);
      await announce(id, deps());
    }
    for (const channel of ['sns', 'bus']) {
      expect(ids(channel).length).toBeGreaterThanOrEqual(1);
      expect(ids(channel).length).toBeLessThanOrEqual(2); // twice only where it died between the yes and the mark
      expect(new Set(ids(channel))).toEqual(new Set(['first']));
    }
    const finding = await stored();
    expect(finding?.due).toBeUndefined();
    expect(finding?.transitions.filter(mark => mark === 'first')).toHaveLength(1);
  });
});

test('a case that changes while it is said stays due until that is said too', async () => {
  const { id, deps, ids, fold, stored } = await setUp(['sns']);
  const [sns] = deps().channels;
  if (sns === undefined) throw new Error('a channel was set up');
  let grown = false;
  const slow: Channel = {
    name: 'sns',
    send: async message => {
      await sns.send(message);
      if (grown) return;
      grown = true;
      await fold(1, { addresses: ['192.0.2.66'] });
    },
  };
  expect(await announce(id, deps({ channels: [slow] }))).toBe('said');
  expect(ids()).toEqual(['first', expect.stringMatching(/^address#/)]);
  expect((await stored())?.due).toBeUndefined();
});

test('a case that changes faster than it is said is left for the next announcer, and due', async () => {
  const { id, deps, ids, fold, stored } = await setUp(['sns']);
  const [sns] = deps().channels;
  let told = 0;
  const slow: Channel = {
    name: 'sns',
    send: async message => {
      await sns?.send(message);
      told++;
      await fold(1, told % 2 === 0 ? { addresses: [`192.0.2.${told}`] } : { resources: [`i-${told}`] });
    },
  };
  expect(await announce(id, deps({ channels: [slow] }))).toBe('unsettled');
  expect(ids()).toHaveLength(5);
  expect((await stored())?.due).toBeDefined();
});
