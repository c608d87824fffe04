import { describe, expect, test } from 'vitest';
import { exampleSettings } from '../../../core/example-settings.ts';
import type { Cluster } from '../../../core/inventory/aws.ts';
import { clusterPosture } from '../../../core/inventory/posture/clusters.ts';
import { account, cluster, roleArn } from '../parts.ts';
import { found, said } from './said.ts';

describe('of a cluster', () => {
  const arn = `arn:aws:eks:eu-west-1:${account}:cluster/prod`;
  const of = (over: Partial<Cluster>) => clusterPosture(cluster('prod', over), found, exampleSettings);
  const admin = (name: string, ...policies: readonly string[]) => ({
    principal: roleArn(name),
    groups: [],
    policies: policies.map(one => `arn:aws:eks::aws:cluster-access-policy/${one}`),
  });

  test('that is sound nothing is said', () => {
    expect(of({})).toEqual([]);
    const entries = [admin('platform-deployer', 'AmazonEKSClusterAdminPolicy'), admin('web', 'AmazonEKSViewPolicy')];
    const pods = [{ namespace: 'shop', serviceAccount: 'web', role: roleArn('shop-web') }];
    expect(of({ entries, pods })).toEqual([]);
  });

  test.each<[string, Partial<Cluster>, readonly (readonly string[])[]]>([
    [
      'no audit log',
      { auditLogging: false },
      [['high audit-logging-off', 'The cluster prod writes no audit log: nothing of Kubernetes is seen there', arn]],
    ],
    [
      'an endpoint for anybody',
      { publicEndpoint: true, publicCidrs: ['203.0.113.0/24', '::/0'] },
      [['high public-endpoint', 'The cluster prod answers the whole internet', arn]],
    ],
    [
      'an endpoint for some',
      { publicEndpoint: true, publicCidrs: ['203.0.113.0/24', '198.51.100.0/24'] },
      [['low public-endpoint', 'The cluster prod answers from the internet to 203.0.113.0/24, 198.51.100.0/24', arn]],
    ],
    [
      'users of the config map',
      { authenticationMode: 'API_AND_CONFIG_MAP' },
      [
        [
          'low authentication-config-map',
          'The cluster prod still lets the config map aws-auth decide who its users are',
          arn,
        ],
      ],
    ],
    [
      'administrators whom nobody named, of a namespace too',
      {
        entries: [
          admin('intern', 'AmazonEKSViewPolicy', 'AmazonEKSClusterAdminPolicy'),
          admin('vendor', 'AmazonEKSAdminPolicy'),
          admin('reader', 'AmazonEKSAdminPolicyReader'),
        ],
      },
      ['intern', 'vendor'].map(name => [
        'high admin-access-entry',
        `The cluster prod makes ${name} an administrator, which the settings do not name as platform`,
        ...[arn, roleArn(name)],
      ]),
    ],
    [
      'pods with the role of nodes',
      { pods: [{ namespace: 'shop', serviceAccount: 'web', role: roleArn('KarpenterNodeRole-prod') }] },
      [
        [
          'high pod-has-node-role',
          'The cluster prod gives the node role KarpenterNodeRole-prod to the pods of shop/web',
          ...[arn, 'shop/web'],
        ],
      ],
    ],
  ])('%s is said', (_, over, expected) => {
    const all = of(over);
    expect(said(all)).toEqual(expected);
    for (const { key, cluster } of all)
      expect([key['cluster'], key['region'], cluster]).toEqual(['prod', 'eu-west-1', 'prod']);
  });
});
