import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Settings } from '../../core/settings.ts';

/** Settings in which every way to name somebody is taken. */
export const wide: Settings = defineConfig({
  accounts: ['111122223333'],
  clusters: [
    { name: 'prod', kind: 'eks', clusterApiNamespaces: ['fleet-*'], nodeRoles: ['KarpenterNodeRole-*'] },
    {
      name: 'other',
      kind: 'eks',
      podRanges: ['100.64.0.0/12', 'fd00::/8', '10.9.0.1'],
      clusterApiNamespaces: ['team-*'],
    },
  ],
  controllers: [
    { kind: 'karpenter', serviceAccounts: ['system:serviceaccount:karpenter:karpenter'] },
    {
      kind: 'karpenter',
      cluster: 'other',
      serviceAccounts: ['system:serviceaccount:kube-system:karp*', 'system:serviceaccount:kube-system:karpenter'],
    },
    { kind: 'cluster-api', cluster: 'prod', serviceAccounts: ['system:serviceaccount:capi-system:capi-manager'] },
    { kind: 'cluster-api', cluster: 'prod', serviceAccounts: ['system:serviceaccount:ca*:*'] },
    { kind: 'eks', serviceAccounts: ['system:serviceaccount:default:*'] },
  ],
  platform: {
    users: ['alice', 'system:serviceaccount:ci:deployer'],
    groups: ['platform-*'],
    arns: ['*:role/platform'],
  },
  gitops: {
    users: [
      'system:serviceaccount:flux-system:*',
      'system:serviceaccount:argocd:a',
      'system:serviceaccount:kube-system:karpenter',
      'system:masters',
    ],
    groups: ['flux-*'],
    arns: ['*:role/eks'],
  },
  secretReaders: { users: ['backup'] },
});

const alone = (kind: string): Settings => ({
  ...exampleSettings,
  clusters: exampleSettings.clusters.filter(cluster => cluster.kind === kind),
});

/** The example settings with the cluster of EKS alone, and with the other alone, whose components call from addresses of ours. */
export const [prod, fleet] = [alone('eks'), alone('kubeadm')] as const;
