import { InvalidOperationException, ServiceUnavailableException } from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from 'vitest';
import type { Subscription, Subscriptions } from '../../adapters/logs.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { findingId } from '../../core/findings/identity.ts';
import { handler as announce } from '../../functions/announce.ts';
import { closeGaps, matchesOf, subscribeAll } from '../../functions/sources/subscribing.ts';
import { policed } from '../policed.ts';
import { woken } from '../woken.ts';
import { context, setUp } from './setup.ts';

const stage = setUp();

const wanted: Subscription = {
  name: 'tripline-prod-audit',
  pattern: '{ $.verb = "create" }',
  destination: 'arn:audit',
};
const foreign = (name: string): Subscription => ({ name, pattern: '', destination: 'arn:other' });

/** CloudWatch Logs as a map of groups: their filters, and whether they have an audit stream. */
const world = (groups: Readonly<Record<string, { filters?: Subscription[]; audit?: boolean; refuses?: Error }>>) => {
  const puts: string[] = [];
  const logs: Subscriptions = {
    groups: async prefix => Object.keys(groups).filter(name => name.startsWith(prefix)),
    of: async group => (group in groups ? (groups[group]?.filters ?? []) : undefined),
    hasStream: async group => groups[group]?.audit ?? true,
    put: async group => {
      const refuses = groups[group]?.refuses;
      if (refuses !== undefined) throw refuses;
      puts.push(group);
    },
  };
  return { logs, puts };
};

const here = { settings: exampleSettings, account: '111122223333' };
const fleet = { '/fleet/audit': { filters: [wanted] } };
const prod = '/aws/eks/prod/cluster';

describe('keeping subscriptions true', () => {
  it('puts the filter on groups that EKS made and on groups that settings name, cluster known or not', async () => {
    const { logs, puts } = world({ [prod]: {}, '/aws/eks/new/cluster': {}, '/aws/eks/odd': {}, '/fleet/audit': {} });
    expect(await subscribeAll(logs, wanted, exampleSettings)).toEqual({
      ...{ put: puts, gaps: [], failed: [] },
      whole: expect.arrayContaining(['prod', 'new', 'fleet']),
    });
    expect(puts.toSorted()).toEqual(['/aws/eks/new/cluster', prod, '/fleet/audit']);
  });

  it.each([
    ['is as it should be', wanted, []],
    ['has another pattern', { ...wanted, pattern: '' }, [prod]],
    ['goes somewhere else', { ...wanted, destination: 'arn:elsewhere' }, [prod]],
  ])('leaves or repairs our filter that %s', async (_, filter, put) => {
    const { logs } = world({ ...fleet, [prod]: { filters: [foreign('siem'), filter] } });
    expect(await subscribeAll(logs, wanted, exampleSettings)).toEqual({
      ...{ put, gaps: [], failed: [] },
      whole: expect.arrayContaining(['fleet', 'prod']),
    });
  });

  it("never takes somebody else's place, and says who holds both", async () => {
    const { logs } = world({ ...fleet, [prod]: { filters: [foreign('siem'), foreign('archive')] } });
    const { put, gaps } = await subscribeAll(logs, wanted, exampleSettings);
    expect(put).toEqual([]);
    expect(gaps).toEqual([{ cluster: 'prod', why: expect.stringContaining('siem, archive') }]);
  });

  it('reports a cluster without a log group, and one whose group has no audit stream', async () => {
    const { logs } = world({ [prod]: { audit: false, filters: [wanted] } });
    const { gaps, whole } = await subscribeAll(logs, wanted, exampleSettings);
    expect(whole).toEqual([]);
    expect(gaps).toEqual([
      { cluster: 'prod', why: expect.stringContaining('no kube-apiserver-audit-* stream') },
      { cluster: 'fleet', why: expect.stringContaining('/fleet/audit does not exist') },
    ]);
  });

  const metadata = { $metadata: {}, message: 'no' };
  it('goes on where a group takes no filter, and says why: one of Infrequent Access', async () => {
    const refuses = new InvalidOperationException(metadata);
    const { logs, puts } = world({ ...fleet, '/aws/eks/a/cluster': { refuses }, [prod]: {} });
    const { gaps, failed } = await subscribeAll(logs, wanted, exampleSettings);
    expect(puts).toEqual([prod]);
    expect(gaps).toEqual([{ cluster: 'a', why: expect.stringContaining('its log class is not Standard') }]);
    expect(failed).toEqual([]);
  });

  it('goes on where a group fails for now, and leaves that to another try', async () => {
    const refuses = new ServiceUnavailableException(metadata);
    const { logs, puts } = world({ '/fleet/audit': { refuses }, [prod]: {} });
    expect(await subscribeAll(logs, wanted, exampleSettings)).toEqual({
      ...{ put: [prod], gaps: [], failed: [refuses] },
      whole: ['prod'],
    });
    expect(puts).toEqual([prod]);
  });

  it('counts a gap once a day, whatever wakes the function', () => {
    const gap = { cluster: 'prod', why: 'off' };
    const at = (time: string) => matchesOf(gap, here, Date.parse(time))[0]?.eventId;
    expect(at('2026-09-01T01:00:00Z')).toBe(at('2026-09-01T23:00:00Z'));
    expect(at('2026-09-02T01:00:00Z')).not.toBe(at('2026-09-01T23:00:00Z'));
  });
});

describe('a cluster that is not heard', () => {
  it.each([
    ['the settings’, where they say', 'prod', '444455556666', '777788889999'],
    ['the function’s own, where they don’t', 'new', '777788889999', '777788889999'],
    ['the first of the settings’, where nobody knows', 'new', '111122223333', undefined],
  ])('is of an account: %s', (_, cluster, account, own) => {
    const settings = defineConfig({
      accounts: ['111122223333', '444455556666'],
      clusters: [{ name: 'prod', account: '444455556666' }],
    });
    const [match] = matchesOf({ cluster, why: 'off' }, { settings, account: own }, stage.now);
    expect(match?.account).toBe(account);
  });

  it('becomes a finding by what the function may do', async () => {
    const gap = { cluster: 'prod', why: 'off' };
    const matches = matchesOf(gap, here, stage.now);
    await policed('subscribe', () => stage.tables.findings.fold(matches, stage.now))();
    const { items } = await stage.tables.findings.list({});
    expect(items.map(({ detection }) => detection)).toEqual(matches.map(({ detection }) => detection));
    expect(items).toHaveLength(1);
  });

  it('is resolved once its group is written to and subscribed, and opens again on another day', async () => {
    const gap = { cluster: 'fleet', why: 'off' };
    const fold = async () => stage.tables.findings.fold(matchesOf(gap, here, stage.now), stage.now);
    const close = policed('subscribe', (whole: readonly string[]) => closeGaps(whole, here, stage.now));
    const status = async () => {
      const ids = matchesOf(gap, here, stage.now).map(findingId);
      return (await stage.tables.findings.cases(ids))[0]?.status;
    };
    expect(await close(['fleet'])).toBe(0);
    await fold();
    expect(await close(['fleet']), 'nobody has heard of it yet').toBe(0);
    await announce({ Records: woken(stage.tables.local.stream()) }, context());
    stage.now += 60_000;
    expect(await close(['another'])).toBe(0);
    expect(await status()).toBe('open');
    expect(await close(['fleet'])).toBe(1);
    expect(await status()).toBe('resolved');
    expect(await close(['fleet'])).toBe(0);
    stage.now += 24 * 60 * 60_000;
    await fold();
    expect(await status()).toBe('open');
  });
});
