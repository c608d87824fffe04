import { defineConfig } from './config.ts';
import type { Settings } from './settings.ts';

/** The documentation account's settings: what every detection's examples are judged under. */
export const exampleSettings: Settings = defineConfig({
  accounts: ['111122223333'],
  home: 'eu-west-1',
  approvedRegions: ['eu-west-1', 'us-east-1'],
  clusters: [
    {
      name: 'prod',
      kind: 'eks',
      account: '111122223333',
      region: 'eu-west-1',
      vpcRanges: ['10.0.0.0/16'],
      podRanges: ['100.64.0.0/16'],
      nodeRoles: ['KarpenterNodeRole-*'],
    },
    {
      name: 'fleet',
      kind: 'kubeadm',
      role: 'management',
      account: '111122223333',
      region: 'eu-west-1',
      audit: { logGroup: '/fleet/audit' },
      vpcRanges: ['10.1.0.0/16'],
      podRanges: ['192.168.0.0/16'],
      nodeRoles: ['nodes.cluster-api-provider-aws.sigs.k8s.io', 'control-plane.cluster-api-provider-aws.sigs.k8s.io'],
      clusterApiNamespaces: ['fleet-*'],
    },
  ],
  controllers: [
    {
      kind: 'karpenter',
      cluster: 'prod',
      roles: ['arn:aws:iam::111122223333:role/prod-karpenter'],
      serviceAccounts: ['system:serviceaccount:kube-system:karpenter'],
    },
    {
      kind: 'cluster-api',
      cluster: 'fleet',
      roles: ['arn:aws:iam::111122223333:role/controllers.cluster-api-provider-aws.sigs.k8s.io'],
      serviceAccounts: [
        'system:serviceaccount:capi-system:capi-manager',
        'system:serviceaccount:capa-system:capa-controller-manager',
        'system:serviceaccount:capi-kubeadm-bootstrap-system:capi-kubeadm-bootstrap-manager',
        'system:serviceaccount:capi-kubeadm-control-plane-system:capi-kubeadm-control-plane-manager',
      ],
    },
  ],
  platform: {
    arns: ['arn:aws:iam::111122223333:role/platform-deployer'],
    users: ['arn:aws:sts::111122223333:assumed-role/platform-deployer/*'],
    groups: ['platform-admins'],
  },
  gitops: { users: ['system:serviceaccount:flux-system:kustomize-controller'] },
  families: { disallowed: ['p*', 'g*', 'trn*', 'inf*', 'dl*', '*.metal*'] },
  network: {
    egress: ['203.0.113.10'],
    endpoints: { 'vpce-0123456789abcdef0': { vpc: 'vpc-0aaa', account: '111122223333' } },
  },
  approvedImages: { ids: ['ami-0123456789abcdef0'] },
  businessHours: { timeZone: 'Europe/Berlin', days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00' },
});
