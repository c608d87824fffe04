import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import { defaultPlace } from '../../core/read/eventbridge.ts';
import { placeOfKey } from '../../core/read/key.ts';
import { placeOfStream } from '../../core/read/log-group.ts';
import { nowhere, readAll, settings, short, trail } from './samples.ts';

test('a record that says nothing belongs to the account that there is, at home; to none of several', () => {
  expect(defaultPlace(settings)).toEqual({ account: '111122223333', region: 'eu-west-1', cluster: '' });
  for (const accounts of [[], ['111122223333', '222233334444']])
    expect(defaultPlace({ ...settings, accounts })).toEqual({ account: '', region: 'eu-west-1', cluster: '' });
});

describe('a key', () => {
  const logs = 'AWSLogs/222233334444';
  test.each<[string, JsonObject]>([
    [
      `${logs}/CloudTrail/eu-north-1/2026/09/01/222233334444_CloudTrail_eu-north-1_20260901T1000Z_abc.json.gz`,
      { account: '222233334444', region: 'eu-north-1', source: 'cloudtrail' },
    ],
    [
      `prefix/AWSLogs/o-abc123/222233334444/CloudTrail/us-gov-west-1/2026/x.json.gz`,
      { account: '222233334444', region: 'us-gov-west-1' },
    ],
    [
      'copies/222233334444_CloudTrail_eu-north-1_20260901T1000Z_abc.json.gz',
      { account: '222233334444', region: 'eu-north-1' },
    ],
    [
      'exported/aws/eks/prod/cluster/kube-apiserver-audit-0123456789abcdef0123456789abcdef/000000.gz',
      { cluster: 'prod', region: 'eu-central-1', source: 'kubernetes' },
    ],
    ['task/kube-apiserver-audit-0123456789abcdef0123456789abcdef/000000.gz', { cluster: '', source: 'kubernetes' }],
    ['aws/eks/other/cluster/2026/09/01/part-1.gz', { cluster: 'other' }],
    ['aws/eks/prod/cluster/2026/09/01/part-1.gz', { cluster: 'prod', region: 'eu-central-1' }],
    ['aws/eks/edge/cluster/2026/09/01/part-1.gz', { cluster: 'edge', region: '' }],
    ['anything.json', { account: '', region: '', cluster: '' }],
  ])('%s says where its records belong', (key, place) => {
    expect(placeOfKey(key, nowhere, settings.clusters)).toMatchObject({ place });
  });

  test.each([
    `${logs}/CloudTrail-Digest/eu-north-1/2026/09/01/222233334444_CloudTrail-Digest_eu-north-1_trail_20260901T100000Z.json.gz`,
    `${logs}/CloudTrail-Insight/eu-north-1/2026/09/01/x.json.gz`,
    `${logs}/elasticloadbalancing/eu-north-1/2026/09/01/x.log.gz`,
    'task/kube-apiserver-0123456789abcdef0123456789abcdef/000000.gz',
    'task/authenticator-0123456789abcdef0123456789abcdef/000000.gz',
  ])('%s is skipped', async key => {
    expect(placeOfKey(key, nowhere)).toHaveProperty('skip');
    expect(short(await readAll('not even JSON', key))).toEqual([expect.stringMatching(/^skipped 1/)]);
  });

  test.each([
    [`${logs}/CloudTrail-Digest/eu-north-1/x.json.gz`, 'CloudTrail digest files, which hold no records'],
    [`${logs}/CloudTrail-Insight/eu-north-1/x.json.gz`, 'CloudTrail Insights events, which are no calls'],
    [
      '222233334444_CloudTrail-Insight_eu-north-1_20260901T1000Z_a.json.gz',
      'CloudTrail Insights events, which are no calls',
    ],
    [`${logs}/CloudTrail-NetworkActivity/eu-north-1/x.json.gz`, expect.stringContaining('network activity events')],
    [`${logs}/CloudTrail-Aggregated/eu-north-1/x.json.gz`, expect.stringContaining('aggregated events')],
    [`${logs}/vpcflowlogs/eu-north-1/x.log.gz`, "other services' log files"],
  ])('%s is skipped: %s', (key, skip) => {
    expect(placeOfKey(key, nowhere)).toEqual({ skip });
  });

  test('keeps a log group that is named without a slash at its beginning, too', () => {
    const cluster = { name: 'bare', kind: 'kubeadm', role: 'workload', audit: { logGroup: 'bare/audit' } } as const;
    const placed = (key: string) => placeOfKey(key, nowhere, [...settings.clusters, cluster]);
    expect(placed('day/bare/audit/a.jsonl')).toMatchObject({ place: { cluster: 'bare' } });
    expect(placed('bare/audit/a.jsonl')).toMatchObject({ place: { cluster: 'bare' } });
    expect(placed('day/x-bare/audit/a.jsonl')).toMatchObject({ place: { cluster: '' } });
  });

  test('that keeps a configured log group’s name as folders names the cluster', () => {
    const place = { cluster: 'fleet', account: '444455556666', source: 'kubernetes' };
    expect(placeOfKey('day/self-managed/audit/cp-0.jsonl', nowhere, settings.clusters)).toMatchObject({ place });
    expect(placeOfKey('day/self-managed/audits/cp-0.jsonl', nowhere, settings.clusters)).toMatchObject({
      place: { cluster: '' },
    });
  });

  test('of a configured cluster’s bucket and prefix names the cluster', () => {
    expect(placeOfKey('edge/2026/a.gz', nowhere, settings.clusters, 'audit-logs')).toMatchObject({
      place: { cluster: 'edge' },
    });
    expect(placeOfKey('edge/2026/a.gz', nowhere, settings.clusters, 'other')).toMatchObject({ place: { cluster: '' } });
  });

  test('the record’s own account wins over the key’s', async () => {
    const reads = await readAll(JSON.stringify(trail('e-1')), `${logs}/CloudTrail/eu-north-1/x.json`);
    expect(reads).toMatchObject([{ event: { account: '111122223333', region: 'eu-west-1' } }]);
  });
});

test.each([
  ['111122223333_CloudTrail_eu-west-1', 'eu-west-1'],
  ['111122223333_CloudTrail_eu-west-1_3', 'eu-west-1'],
  ['o-abc123_111122223333_CloudTrail_us-gov-west-1_12', 'us-gov-west-1'],
])('stream %s holds calls of its account and region', (stream, region) => {
  expect(placeOfStream('trail', stream, nowhere)).toEqual({
    place: { account: '111122223333', region, cluster: '', source: 'cloudtrail' },
  });
});
test.each([
  'x_111122223333_CloudTrail_eu-west-1',
  '111122223333_CloudTrail_eu-west-1_x',
  '1_CloudTrail_eu-west-1',
])('stream %s says nothing of what it holds', stream =>
  expect(placeOfStream('trail', stream, nowhere)).toEqual({ place: nowhere }));

test('of two clusters in one group the longer stream prefix decides', () => {
  const group = (name: string, streamPrefix: string) => ({
    name,
    kind: 'kubeadm' as const,
    role: 'workload' as const,
    audit: { logGroup: 'g', streamPrefix },
  });
  const clusters = [group('a', 'cp-'), group('b', 'cp-b-')];
  expect(placeOfStream('g', 'cp-b-1', nowhere, clusters)).toMatchObject({ place: { cluster: 'b' } });
  expect(placeOfStream('g', 'cp-a-1', nowhere, clusters)).toMatchObject({ place: { cluster: 'a' } });
});

test('of two clusters in one bucket the longer prefix decides, and one in another bucket or group is not asked', () => {
  const stored = (name: string, prefix: string, bucket = 'audit') => ({
    name,
    kind: 'kubeadm' as const,
    role: 'workload' as const,
    audit: { bucket, prefix },
  });
  const clusters = [
    stored('outer', 'a/'),
    stored('inner', 'a/b/'),
    stored('elsewhere', 'a/b/c/', 'other'),
    { name: 'grouped', kind: 'kubeadm' as const, role: 'workload' as const, audit: { logGroup: 'a/b' } },
    { name: 'plain', kind: 'eks' as const, role: 'workload' as const },
  ];
  const of = (key: string) => {
    const belonging = placeOfKey(key, nowhere, clusters, 'audit');
    return 'place' in belonging ? belonging.place.cluster : belonging;
  };
  expect(['a/x.gz', 'a/b/x.gz', 'a/b/c/x.gz', 'b/x.gz'].map(of)).toEqual(['outer', 'inner', 'inner', '']);
});

test('a group of EKS that settings give to a cluster has its audit log in the streams of that name, another in all', () => {
  const own = (name: string, logGroup: string) => ({
    name,
    kind: 'kubeadm' as const,
    role: 'workload' as const,
    audit: { logGroup },
  });
  const clusters = [
    { name: 'stored', kind: 'kubeadm' as const, role: 'workload' as const, audit: { bucket: 'x', prefix: '' } },
    { name: 'plain', kind: 'eks' as const, role: 'workload' as const },
    own('renamed', '/aws/eks/prod/cluster'),
    own('self', '/self/audit'),
  ];
  const of = (group: string, stream: string) => {
    const belonging = placeOfStream(group, stream, nowhere, clusters);
    return 'place' in belonging ? belonging.place.cluster : belonging;
  };
  const skip = { skip: expect.any(String) };
  expect(of('/aws/eks/prod/cluster', 'kube-apiserver-audit-0a')).toBe('renamed');
  expect(of('/aws/eks/prod/cluster', 'kube-scheduler-0a')).toEqual(skip);
  expect(of('/self/audit', 'anything')).toBe('self');
  expect(of('/aws/eks/plain/cluster', 'kube-apiserver-audit-0a')).toBe('plain');
});
