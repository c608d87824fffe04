import { kubernetes } from '../../core/detection.ts';
import { audit, iamSession, users } from '../../core/kubernetes/example.ts';
import { sensitiveCalls } from '../../core/kubernetes/node.ts';
import { said } from '../../core/kubernetes/said.ts';
import { insights, lookAround } from '../../core/kubernetes/steps.ts';

const ofAutoMode = ['secret', 'configmap', 'pod-write', 'provisioning', 'forbidden'] as const;
const shop = [{ kind: 'eks', roles: ['arn:aws:iam::111122223333:role/shop-control-plane'] }] as const;
const asCluster = { user: iamSession('shop-control-plane', '1788256800000000000') };

const target = 'nodeclaims.karpenter.sh';
const outside = { user: users.karpenter, sourceIPs: ['192.0.2.77'], objectRef: { name: 'default-x7k2p' } };

export const detection = kubernetes({
  id: 'kubernetes/service-account-off-cluster',
  title: "A controller's identity ({account}) was used at {address}",
  severity: [['low', { fact: { 'principal.kind': 'likely-controller' } }], 'critical'],
  when: {
    fact: {
      'principal.kind': ['controller', 'likely-controller'],
      'source.place': 'outside',
      'call.sensitive': [...sensitiveCalls],
    },
  },
  // A cluster's role, with which EKS acts for Auto Mode from addresses of AWS's, has no such token; and grants nothing, enters no pod.
  unless: [{ fact: { 'principal.form': 'person', 'call.sensitive': [...ofAutoMode] } }],
  by: view => [{ account: said(view, 'principal.id'), address: said(view, 'source.last') }],
  requires: ['ranges'],
  attack: ['T1528', 'T1550.001'],
  why: 'A controller’s pods run in the cluster, so its token does too. From anywhere else it is a copy, and it can create, delete and reconfigure nodes.',
  references: [
    'Kubernetes documentation, Managing Service Accounts (bound tokens)',
    'kubernetes/apiserver, sourceIPs (only the last is the server’s own)',
  ],
  runbook: [
    `Confirm where its pods are: kubectl get pods -A -o wide | grep CONTROLLER; and where the token was used: ${insights("user.username = 'USER'")}`,
    'End the token: kubectl -n USER_NAMESPACE delete pod USER_POD, the one that user.extra authentication.kubernetes.io/pod-name names; for a minted one delete and re-create the service account: kubectl -n USER_NAMESPACE delete serviceaccount USER_ACCOUNT',
    'Undo what was made: kubectl get nodeclaims,nodepools --sort-by=.metadata.creationTimestamp',
    'Block the address while you look: aws eks update-cluster-config --region REGION --name CLUSTER --resources-vpc-config endpointPublicAccess=true,publicAccessCidrs=OUR_RANGES',
    lookAround,
  ],
  blind: [
    'Judged on secrets, tokens, shells, RBAC, pods, provisioning and refusals, not on every read.',
    'From inside the VPC, or through our own NAT gateway, a copy looks right.',
    'Whoever took the role of a cluster with Auto Mode is told by what EKS never does with it: rights, certificates, tokens, shells. Reading secrets, and nodes, is what it may do for EKS (that it was taken: cloudtrail/controller-role-assumed-by-other).',
    'A new NAT address that the settings do not know is outside until they do.',
  ],
  examples: {
    matches: [
      { name: 'Karpenter’s token makes a NodeClaim from outside', event: audit('create', target, outside) },
      {
        name: 'it is refused a secret from outside',
        event: audit('get', 'secrets', {
          ...outside,
          objectRef: { namespace: 'team-a', name: 'db' },
          responseStatus: { code: 403 },
        }),
      },
      {
        name: 'by its usual name, while the settings name no controller',
        event: audit('create', target, outside),
        settings: { controllers: [] },
      },
      {
        name: 'somebody who took a cluster’s role grants rights, as EKS never does with it',
        event: audit('create', 'clusterrolebindings.rbac.authorization.k8s.io', { ...outside, ...asCluster }),
        settings: { controllers: shop },
      },
    ],
    misses: [
      { name: 'from its pod', event: audit('create', target, { ...outside, sourceIPs: ['100.64.3.9'] }) },
      { name: 'through our NAT gateway', event: audit('create', target, { ...outside, sourceIPs: ['203.0.113.10'] }) },
      {
        name: 'EKS makes one for Auto Mode, with a cluster’s role',
        event: audit('create', target, { ...outside, ...asCluster }),
        settings: { controllers: shop },
      },
      { name: 'it lists nodes from outside', event: audit('list', 'nodes', { ...outside, objectRef: {} }) },
      { name: 'a workload’s token from outside', event: audit('get', 'secrets', { ...outside, user: users.workload }) },
    ],
  },
});
