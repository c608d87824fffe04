import { describe, expect, test } from 'vitest';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { quota } from '../../core/targets/eventbridge/pack.ts';
import { wakingPattern } from '../../core/targets/eventbridge/waking.ts';

const call = (source: string, eventName: string, more: object = {}) => ({
  source,
  'detail-type': 'AWS API Call via CloudTrail',
  detail: { eventSource: `${source.slice('aws.'.length)}.amazonaws.com`, eventName, ...more },
});
const group = (eventName: string, logGroupName: string, more: object = {}) =>
  call('aws.logs', eventName, { requestParameters: { logGroupName }, ...more });
const wakes = (own: readonly string[], event: object): boolean =>
  match(loadPattern(JSON.parse(wakingPattern(own))), event as never); // as EventBridge has it

describe('what wakes the keeping of subscriptions', () => {
  test.each([
    ['a cluster that is made', call('aws.eks', 'CreateCluster')],
    ['a cluster whose logging is changed', call('aws.eks', 'UpdateClusterConfig')],
    ['a group that EKS makes', group('CreateLogGroup', '/aws/eks/prod/cluster')],
    ['a group of the settings', group('CreateLogGroup', '/fleet/audit')],
    ['a filter that is taken away', group('DeleteSubscriptionFilter', '/fleet/audit')],
  ])('%s', (_, event) => {
    expect(wakes(['/fleet/audit'], event)).toBe(true);
  });

  test.each([
    ['a group of somebody else', group('CreateLogGroup', '/aws/lambda/x')],
    ['a filter on one', group('DeleteSubscriptionFilter', '/aws/lambda/x')],
    [
      'a group that was there already',
      group('CreateLogGroup', '/aws/eks/prod/cluster', { errorCode: 'ResourceAlreadyExistsException' }),
    ],
    ['a cluster that was not made', call('aws.eks', 'CreateCluster', { errorCode: 'AccessDenied' })],
    ['another call', call('aws.eks', 'DescribeCluster')],
  ])('not %s', (_, event) => {
    expect(wakes(['/fleet/audit'], event)).toBe(false);
  });

  test('any group, where a pattern has no room for those of the settings', () => {
    const many = Array.from({ length: 60 }, (_, at) => `/fleet/${at}/${'x'.repeat(40)}`);
    expect(wakingPattern(many).length).toBeLessThanOrEqual(quota.characters);
    expect(wakes(many, group('CreateLogGroup', many[59] ?? ''))).toBe(true);
    expect(wakes(many, group('CreateLogGroup', '/aws/lambda/x'))).toBe(true);
  });
});
