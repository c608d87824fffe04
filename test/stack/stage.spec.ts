import { describe, expect, it } from 'vitest';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { forced } from './checks/permissions.ts';
import { lambda, rule } from './kinds.ts';
import { homeRegion } from './mocks.ts';
import { full, others, plain, read, type Synthesis } from './synthesis.ts';

describe('a stage', () => {
  const app = full.resources.find(({ type }) => type === 'tripline:app')?.inputs;

  it('lands in the accounts of the settings only, and is kept and protected in production', () => {
    expect(app).toMatchObject({
      removal: 'retain',
      protect: true,
      providers: { aws: { region: 'eu-west-1', allowedAccountIds: ['111122223333', '444455556666'] } },
    });
  });

  it('keeps when it is removed what a production has stored, and locked evidence of any, each with what opens it', () => {
    const kept = ({ resources }: Synthesis, type: string) =>
      resources
        .filter(one => one.type === 'tripline:kept' && one.inputs['type'] === type)
        .map(({ name }) => name)
        .toSorted();
    const [bucket, table, key] = ['aws:s3/bucket:Bucket', 'aws:dynamodb/table:Table', 'aws:kms/key:Key'];
    expect([kept(full, bucket), kept(full, key)]).toEqual([['Evidence', 'Quarantine'], ['KeyEuWest1']]);
    expect(kept(full, table)).toEqual(['FindingsTable', 'HubTable', 'StateTable']);
    expect([kept(plain, bucket), kept(plain, key)]).toEqual([['Quarantine'], ['KeyEuWest1']]);
  });

  it('is removed whole where it is no production, and has no name that is too long', () => {
    const { resources } = read('long');
    expect(resources.find(({ type }) => type === 'tripline:app')?.inputs).toMatchObject({
      removal: 'remove',
      protect: false,
    });
    expect(resources.find(({ type }) => type === 'tripline:refused')?.inputs['error']).toContain(
      'Deploy with a shorter --stage NAME',
    );
  });

  it('looks at every other region before it makes anything there', () => {
    const looked = full.resources.filter(
      ({ type, name }) => type === 'tripline:asked' && name.endsWith(':getEventBus'),
    );
    expect(looked.map(({ region }) => region)).toEqual(others);
    const first = full.resources.findIndex(({ type, region }) => type.startsWith('aws:') && others.includes(region));
    expect(full.resources.indexOf(looked.at(-1) as (typeof looked)[number])).toBeLessThan(first);
  });

  it('asks nothing of a cluster that the settings give to another account', () => {
    const asked = full.resources.filter(({ type }) => !type.startsWith('tripline:')).map(one => JSON.stringify(one));
    expect(asked.filter(one => one.includes('cluster/prod'))).not.toEqual([]);
    expect(asked.filter(one => /elsewhere|ap-south-1/.test(one))).toEqual([]);
  });

  it('hears read-only calls in every region, where a detection asks for them', () => {
    const states = (region: string, word: RegExp) =>
      full.resources
        .filter(one => one.type === rule && one.region === region && word.test(String(one.inputs['name'])))
        .map(({ inputs }) => inputs['state']);
    const asked = states(homeRegion, /-candidates-\d+$/);
    expect(asked).toContain('ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
    for (const region of others) expect(states(region, /-candidates-\d+$/)).toEqual(asked);
    expect(states(homeRegion, /-forwarded$/)).toEqual(['ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']);
  });

  it('reads log files of trails in archives, and neither digests nor insights', () => {
    const one = full.resources.find(({ type, name }) => type === rule && name === 'Archive1Rule');
    const pattern = loadPattern(JSON.parse(String(one?.inputs['eventPattern'])));
    const admits = (kind: string, bucket = 'organisation-trail') =>
      match(pattern, {
        source: 'aws.s3',
        'detail-type': 'Object Created',
        detail: {
          bucket: { name: bucket },
          object: { key: `AWSLogs/o-example/111122223333/${kind}/eu-west-1/2026/09/01/x.json.gz` },
        },
      });
    expect([admits('CloudTrail'), admits('CloudTrail-Digest'), admits('CloudTrail-Insight')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(admits('CloudTrail', 'other')).toBe(false);
  });

  it('says so where nothing comes from an archive for a day, as of a rule for candidates, but of no other account’s cluster', () => {
    const silent = full.resources
      .filter(({ inputs }) => /-rule-\d+-dead$/.test(String(inputs['name'])))
      .map(({ inputs }) => ({ ...(inputs['dimensions'] as object), missing: inputs['treatMissingData'] }));
    const feeding = full.resources.filter(({ type, region, inputs }) => {
      const name = String(inputs['name']);
      return type === rule && region === homeRegion && /-(candidates|archive)-\d+$/.test(name);
    });
    const foreign = feeding.filter(({ inputs }) => String(inputs['eventPattern']).includes('far-audit'));
    expect(foreign).toHaveLength(1);
    const fed = feeding
      .filter(one => !foreign.includes(one))
      .map(({ inputs }) => ({ RuleName: inputs['name'], missing: 'breaching' }));
    expect(fed.length).toBeGreaterThan(2);
    expect(silent).toEqual(fed);
  });

  it('bounds what runs at once where that protects: nobody twice, no channel, cluster or account flooded', () => {
    const bounded = Object.fromEntries(
      full.resources
        .filter(({ type, region }) => type === lambda && region === homeRegion)
        .map(({ inputs }) => [
          String(inputs['name']).slice('tripline-production-'.length),
          inputs['reservedConcurrentExecutions'],
        ])
        .filter(([, reserved]) => reserved !== undefined),
    );
    expect(bounded).toEqual({
      audit: 20,
      canary: 1,
      digest: 1,
      heartbeat: 1,
      inventory: 1,
      subscribe: 1,
      sweep: 1,
      evidence: 3,
      'posture-reader': 2,
      'slack-2': 2,
      'slack-app-3': 2,
      'triage-3': 5,
      'pagerduty-4': 2,
      'webhook-5': 2,
    });
    const most = (name: string) => full.resources.find(one => one.name === name)?.inputs['scalingConfig'];
    expect([most('EventsMapping'), most('GatheredMapping')]).toEqual([
      { maximumConcurrency: 20 },
      { maximumConcurrency: 5 },
    ]);
  });

  it('hears an account that falls silent, and says every five minutes that it is alive', () => {
    const silent = full.resources.find(({ inputs }) => inputs['name'] === 'tripline-production-silence-444455556666');
    expect(silent?.inputs).toMatchObject({
      metricName: 'MatchedEvents',
      treatMissingData: 'breaching',
      comparisonOperator: 'LessThanThreshold',
      threshold: 1,
    });
    const beat = full.resources.find(
      ({ inputs }) =>
        inputs['scheduleExpression'] === 'rate(5 minutes)' && inputs['name'] === 'tripline-production-heartbeat',
    );
    expect(beat?.inputs).toMatchObject({ target: { retryPolicy: { maximumRetryAttempts: 3 } } });
  });

  it('lets functions trace only where the settings ask for it', () => {
    const modes = ({ resources }: Synthesis) =>
      new Set(
        resources.filter(({ type }) => type === lambda).map(({ inputs }) => JSON.stringify(inputs['tracingConfig'])),
      );
    expect([...modes(plain)]).toEqual(['{"mode":"PassThrough"}']);
    expect([...modes(full)]).toEqual(['{"mode":"Active"}']);
  });

  it('keeps evidence where nobody deletes it before its time, and calls clusters from the subnets of the settings', () => {
    const named = (type: string, word: string) =>
      full.resources.find(one => one.type === type && one.name.includes(word))?.inputs;
    expect(named('aws:s3/bucket:Bucket', 'Evidence')).toMatchObject({ objectLockEnabled: true, forceDestroy: false });
    expect(named('aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration', 'Evidence')).toMatchObject({
      rule: { defaultRetention: { mode: 'GOVERNANCE', days: 365 } },
    });
    for (const one of ['PostureReaderFunction', 'EvidenceFunction'])
      expect(named(lambda, one)).toMatchObject({ vpcConfig: { subnetIds: ['subnet-0123456789abcdef0'] } });
    expect(named(lambda, 'AuditFunction')).not.toHaveProperty('vpcConfig.subnetIds');
  });

  it('has neither reader nor evidence until the settings say so', () => {
    const words = /PostureReader|Evidence|Readings/;
    expect(plain.resources.filter(({ name }) => words.test(name))).toEqual([]);
  });

  it('says why for every wildcard that AWS forces', () => {
    for (const reason of Object.values(forced)) expect(reason.length).toBeGreaterThan(20);
  });

  it('has bundles below 2.2 megabytes, most of it for what is only loaded when it is called', () => {
    for (const [file, size] of Object.entries(full.sizes)) expect(size, file).toBeLessThan(2_200_000);
  });

  it('puts a secret into the functions that use it, and beside them only into the record that SST keeps of it encrypted', () => {
    const holders = full.resources
      .filter(one => JSON.stringify(one.inputs).includes('hooks.example.com'))
      .map(({ type }) => type);
    expect(new Set(holders)).toEqual(new Set([lambda, 'sst:sst:LinkRef']));
  });
});
