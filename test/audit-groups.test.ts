import { describe, expect, test } from 'vitest';
import { auditGroupOf, auditGroups, auditRegions } from '../core/audit-groups.ts';
import { defineConfig } from '../core/config.ts';
import { clustersIn } from '../core/own-clusters.ts';

const settings = defineConfig({
  home: 'eu-west-1',
  clusters: [
    { name: 'prod' },
    { name: 'west', region: 'us-west-2' },
    { name: 'fleet', kind: 'kubeadm', region: 'us-west-2', audit: { logGroup: '/fleet/audit' } },
    { name: 'edge', kind: 'kubeadm', region: 'ap-south-1', audit: { bucket: 'edge-audit', prefix: 'edge/' } },
    { name: 'bare', kind: 'kubeadm', region: 'sa-east-1' },
  ],
});

describe('audit logs in CloudWatch Logs', () => {
  test('are EKS’s own groups and those that the settings name, each in its region', () => {
    expect(auditGroups(settings, '111122223333')).toEqual([
      { cluster: 'prod', group: '/aws/eks/prod/cluster', region: 'eu-west-1' },
      { cluster: 'west', group: '/aws/eks/west/cluster', region: 'us-west-2' },
      { cluster: 'fleet', group: '/fleet/audit', region: 'us-west-2' },
    ]);
  });

  test.each([
    ['prod', '/aws/eks/prod/cluster'],
    ['fleet', '/fleet/audit'],
    ['edge', undefined],
    ['bare', undefined],
    ['of-nobody', '/aws/eks/of-nobody/cluster'],
  ])('of the cluster %s alone is %s', (name, group) => {
    expect(auditGroupOf(settings, name)).toBe(group);
  });

  test('are heard at home and where they are, whatever else is enabled', () => {
    expect(auditRegions(settings, '111122223333', ['us-east-1', 'us-west-2'])).toEqual(['eu-west-1', 'us-west-2']);
    expect(auditRegions(defineConfig({ home: 'eu-west-1' }), '111122223333', ['us-east-1'])).toEqual(['eu-west-1']);
  });

  test('are those of the account, where the settings are those of several', () => {
    const several = defineConfig({
      home: 'eu-west-1',
      accounts: ['111122223333', '444455556666'],
      clusters: [
        { name: 'any' },
        { name: 'one', account: '111122223333' },
        { name: 'two', account: '444455556666', region: 'us-west-2' },
      ],
    });
    const named = (account: string | undefined) => auditGroups(several, account).map(({ cluster }) => cluster);
    expect(named('111122223333')).toEqual(['any', 'one']);
    expect(named('444455556666')).toEqual(['any', 'two']);
    expect(named(undefined)).toEqual(['any', 'one', 'two']);
    expect(clustersIn(several, '777788889999').map(({ name }) => name)).toEqual(['any']);
    expect(auditRegions(several, '111122223333', ['us-east-1'])).toEqual(['eu-west-1']);
  });

  test('cannot be heard in a region that the account has not enabled: the error names the clusters and what to do', () => {
    expect(() => auditRegions(settings, '111122223333', ['us-east-1'])).toThrow(
      "clusters west (us-west-2), fleet (us-west-2): the account has not enabled that region. Correct the cluster's `region` in tripline.config.ts, name its `account` if it is of another one, or enable the region.",
    );
  });
});
