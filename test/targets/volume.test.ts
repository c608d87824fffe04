import { describe, expect, test } from 'vitest';
import type { Test } from '../../core/pattern/node.ts';
import { pathKey } from '../../core/targets/clause.ts';
import { isReadOnly, volume as trailVolume } from '../../core/targets/eventbridge/volume.ts';
import { volume as auditVolume } from '../../core/targets/logs/volume.ts';

/** Only the order of estimates matters: what is taken for busier is asked about longer. */
const estimated =
  (volume: typeof trailVolume) =>
  (...conditions: readonly (readonly [path: string, tests: readonly Test[]])[]): number =>
    volume(new Map(conditions.map(([path, tests]) => [pathKey(path.split('.')), tests])));
const equal = (...values: readonly (string | number)[]): readonly Test[] =>
  values.map(value => ({ is: 'equal', value }));

describe('a call of this name is read-only', () => {
  test.each([
    ...['GetObject', 'ListRoles', 'DescribeInstances', 'HeadBucket', 'BatchGetImage', 'BatchCheckLayerAvailability'],
    ...['SearchResources', 'LookupEvents', 'SelectResourceConfig', 'Query', 'ViewBilling', 'CheckDomainAvailability'],
    ...['AssumeRole', 'AssumeRoleWithWebIdentity', 'AssumeRoleForPodIdentity'],
    ...['Decrypt', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'DecodeAuthorizationMessage'],
  ])('%s', name => expect(isReadOnly(name)).toBe(true));
  test.each([
    'RunInstances',
    'BatchWriteItem',
    'CreateGetter',
    'ReEncrypt',
    'DecryptAll',
    'PutObject',
  ])('not %s', name => expect(isReadOnly(name)).toBe(false));
});

describe('what a filter gives up last', () => {
  const shareOf = estimated(trailVolume);

  test('is a condition on calls that are many, more than on those that are few', () => {
    const order = ['AssumeRole', 'DescribeInstances', 'GetSomething', 'DeleteRole'].map(name =>
      shareOf(['eventName', equal(name)]),
    );
    expect(order.toSorted((a, b) => b - a)).toEqual(order);
    expect(new Set(order).size).toBe(order.length);
    expect(shareOf(['eventName', equal('AssumeRole', 'DeleteRole')])).toBeCloseTo((order[0] ?? 0) + (order[3] ?? 0));
    expect(shareOf(['eventName', [...equal('DeleteRole'), { is: 'prefix', text: 'Put', fold: false }]])).toBe(0.05);
  });

  test('is one on a source only where it names no calls', () => {
    expect(shareOf(['eventSource', equal('a')])).toBeLessThan(shareOf(['eventSource', equal('a', 'b')]));
    expect(shareOf(['eventSource', equal(...'abcdefghijklmnop')])).toBe(1);
    const named = ['eventName', equal('DeleteRole')] as const;
    expect(shareOf(named, ['eventSource', equal('a')])).toBe(shareOf(named));
    expect(shareOf()).toBe(1);
  });

  test('is one that few events meet, more than one that nearly all do', () => {
    const absent: readonly Test[] = [{ is: 'absent' }];
    const not: readonly Test[] = [{ is: 'not', tests: equal('a') }];
    expect([shareOf(['errorCode', absent]), shareOf(['errorCode', not])]).toEqual([0.95, 0.95]);
    const rare = shareOf(['requestParameters.omitted', equal('true')]);
    const usual = shareOf(['requestParameters.name', equal('a')]);
    expect(rare).toBeLessThan(usual);
    expect(usual).toBeLessThan(shareOf(['eventType', equal('AwsApiCall')]));
    expect(shareOf(['serviceEventDetails.omitted', equal('true')])).toBe(rare);
    expect(shareOf(['userIdentity.inScopeOf.issuerType', equal('a')])).toBeGreaterThan(
      shareOf(['userIdentity.arn', equal('a')]),
    );
    expect(shareOf(['userIdentity.type', equal('a')])).toBeGreaterThan(shareOf(['userAgent', equal('a')]));
  });
});

describe('of a trail it is taken', () => {
  const of = estimated(trailVolume);
  const name = (one: string): number => of(['eventName', equal(one)]);

  test.each([
    ...['AssumeRole', 'Decrypt', 'GenerateDataKey', 'GetCallerIdentity', 'AssumeRoleWithWebIdentity'],
    ...['AssumeRoleForPodIdentity', 'DescribeInstances', 'DescribeNetworkInterfaces', 'DescribeVolumes'],
    ...['GetAuthorizationToken', 'BatchGetImage', 'GetDownloadUrlForLayer', 'DescribeInstanceTypes', 'DescribeImages'],
    ...['DescribeLaunchTemplates', 'DescribeLaunchTemplateVersions', 'DescribeCluster', 'GetSecretValue'],
    ...['GetParameter', 'GetParameters'],
  ])('that nodes and controllers call %s more often than what merely reads', busy => {
    expect(name(busy)).toBeGreaterThan(name('DescribeSomethingElse'));
  });

  test.each([
    ...['UpdateInstanceInformation', 'CreateLogStream', 'CreateTags', 'RunInstances', 'CreateFleet'],
  ])('that they call %s more often than what merely writes', busy => {
    expect(name(busy)).toBeGreaterThan(name('CreateSomethingElse'));
  });

  const rest = 'userAgent';
  test.each([
    ...['requestParameters.omitted', 'responseElements.omitted', 'additionalEventData.omitted'],
    ...[
      'serviceEventDetails.omitted',
      'userIdentity.sessionContext.ec2RoleDelivery',
      'userIdentity.inScopeOf.issuerType',
    ],
    ...[
      'sessionCredentialFromConsole',
      'errorCode',
      'userIdentity.invokedBy',
      'userIdentity.arn',
      'requestParameters.a',
    ],
  ])('that few events meet a condition on %s', path => {
    expect(of([path, equal('a')])).toBeLessThan(of([rest, equal('a')]));
  });

  test.each(['eventType', 'userIdentity.type'])('that most meet one on %s', path => {
    expect(of([path, equal('a')])).toBeGreaterThan(of([rest, equal('a')]));
  });

  test('that what was left out for its size is the rarest of all', () => {
    for (const path of ['errorCode', 'sessionCredentialFromConsole', 'userIdentity.arn', 'requestParameters.a'])
      expect(of(['responseElements.omitted', equal('true')])).toBeLessThan(of([path, equal('a')]));
  });

  test('that absence among others is met by nearly all', () => {
    expect(of(['errorCode', [...equal('a'), { is: 'absent' }]])).toBe(of(['errorCode', [{ is: 'absent' }]]));
    expect(of(['errorCode', [{ is: 'absent' }]])).toBeGreaterThan(of(['errorCode', equal('a')]));
  });
});

describe('of an audit log it is taken', () => {
  const of = estimated(auditVolume);
  const share = (path: string, ...values: readonly (string | number)[]): number => of([path, equal(...values)]);
  const rows: { readonly [path: string]: readonly (string | number)[] } = {
    verb: ['get', 'watch', 'list', 'update', 'patch', 'create', 'delete'],
    'objectRef.resource': ['leases', 'pods', 'nodes', 'configmaps', 'endpointslices', 'serviceaccounts', 'secrets'],
    'objectRef.apiGroup': ['coordination.k8s.io', 'apps', 'discovery.k8s.io'],
    'objectRef.subresource': ['status'],
    'responseStatus.code': [200],
  };

  test.each(Object.entries(rows))('that there is more of each of these than of any other %s', (path, busy) => {
    for (const one of busy) expect([one, share(path, one) > share(path, 'something-else')]).toEqual([one, true]);
  });

  test('that several values admit what each does, and never more than everything', () => {
    expect(share('verb', 'get', 'delete')).toBeCloseTo(share('verb', 'get') + share('verb', 'delete'));
    expect(share('verb', ...(rows['verb'] ?? []), ...(rows['verb'] ?? []))).toBe(1);
  });

  test('that hardly anybody acts as somebody else', () => {
    for (const tests of [equal('jane'), [{ is: 'exists' }] as const])
      expect(of(['impersonatedUser.username', tests])).toBeLessThan(of(['user.username', tests]));
    expect(of(['impersonatedUser.username', [{ is: 'exists' }]])).toBeLessThan(0.1);
    expect(of(['objectRef.subresource', [{ is: 'exists' }]])).toBeGreaterThan(0.5);
  });

  test('that absence is met by most, a beginning by as many as a value at least, and a stage by nearly all', () => {
    const start: readonly Test[] = [{ is: 'prefix', text: 'a', fold: false }];
    expect(of(['objectRef.apiGroup', [{ is: 'absent' }]])).toBeGreaterThan(0.5);
    for (const path of ['verb', 'objectRef.subresource', 'user.username'])
      expect(of([path, start])).toBeGreaterThanOrEqual(of([path, equal('something-else')]));
    const get = share('verb', 'get');
    const staged = of(['stage', equal('ResponseComplete')], ['verb', equal('get')]);
    expect([staged < get, staged > 0.9 * get]).toEqual([true, true]);
    expect(of()).toBe(1);
  });

  test('that of members that are not known half the events meet a condition', () => {
    expect(of(['something.else', [{ is: 'prefix', text: 'a', fold: false }]])).toBe(0.5);
  });
});
