import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { unsaid, writes } from '../../core/kubernetes/groups.ts';
import { said, texts } from '../../core/kubernetes/said.ts';
import { confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const ref = { namespace: 'kube-system', name: 'aws-auth' };
const map = (mapRoles: string) => ({
  objectRef: ref,
  requestObject: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'aws-auth', namespace: 'kube-system' },
    data: { mapRoles },
  },
});
const entry = (role: string, username: string, ...groups: readonly string[]) =>
  `- groups:\n${groups.map(group => `  - ${group}\n`).join('')}  rolearn: arn:aws:iam::111122223333:role/${role}\n  username: ${username}\n`;
const nodes = entry(
  'KarpenterNodeRole-prod',
  'system:node:{{EC2PrivateDNSName}}',
  'system:bootstrappers',
  'system:nodes',
);
const eks = (account: string) => ({
  username: 'eks:node-manager',
  groups: ['system:authenticated'],
  extra: { arn: [`arn:aws:sts::${account}:assumed-role/AWSServiceRoleForAmazonEKSNodegroup/EKS`] },
});

export const detection = kubernetes({
  id: 'kubernetes/aws-auth-changed',
  title: '{principal} changed who may sign in through {object}: {awsAuth.maps|event}',
  severity: [
    ['critical', { fact: { 'awsAuth.maps': ['masters', 'foreign-node', 'system-name', 'unread'] } }],
    ['high', { fact: { 'awsAuth.maps': ['stranger', 'trusted', 'emptied'] } }],
    // All that was written is seen, and nothing grave is in it: what eksctl, Terraform and `kubectl edit` write for nodes and teams.
    ['low', { requestObject: { data: { mapRoles: [{ exists: true }] } }, fact: { 'principal.standing': 'platform' } }],
    'high',
  ],
  when: {
    verb: [...writes],
    // A write that names no object is `deletecollection`: it takes aws-auth with the others.
    objectRef: { resource: 'configmaps', namespace: 'kube-system', name: ['aws-auth', ...unsaid] },
    fact: { 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': 'service' } }],
  by: view => [{ object: said(view, 'object.path') }],
  resources: view => texts(view, 'awsAuth.maps'),
  attack: ['T1098.006', 'T1556'],
  why: 'aws-auth turns IAM roles into Kubernetes users and groups: one entry makes any role in any account cluster-admin, or a node. Deleting it locks every node out.',
  references: [
    'EKS User Guide, Grant IAM users access to Kubernetes with a ConfigMap',
    'Amazon EKS best practices, Detective controls (aws-auth: bodies on update, patch and delete)',
    'Stratus Red Team, eks.persistence.backdoor-aws-auth-configmap',
  ],
  runbook: [
    confirm("objectRef.name = 'aws-auth' and verb in ['create','update','patch','delete']"),
    'Compare: kubectl -n kube-system get configmap aws-auth -o yaml | diff - aws-auth.yaml, and put back: kubectl apply -f aws-auth.yaml',
    'Move to access entries, which CloudTrail records: aws eks update-cluster-config --region REGION --name CLUSTER --access-config authenticationMode=API',
    removeAccess,
    lookAround,
  ],
  blind: [
    'A created aws-auth has no body in EKS’s audit log: it is high, whatever it maps.',
    'The body shows what is mapped after the change, not what was before: an old entry of system:masters makes every change critical.',
    'What is not written in the plain form of the documentation (escapes, anchors, block scalars) is critical as `unread`: it may map anything.',
    'A user of a foreign account under the name of an EKS component (`eks:…`) is taken for EKS from then on: its mapping is what is seen.',
    'What a group may do is not known here: a role of ours that the platform puts into a team’s group is low, whatever that is bound to (kubernetes/controller-rbac-granted sees the binding). So is a list that leaves one entry out.',
    'Access entries grant the same without it (cloudtrail/eks-access-granted).',
  ],
  examples: {
    matches: [
      {
        name: 'system:masters for a role',
        event: audit('update', 'configmaps', map(nodes + entry('backdoor', 'backdoor', 'system:masters'))),
      },
      {
        name: 'a role that is no node role becomes nodes',
        event: audit('patch', 'configmaps', map(entry('developer', 'system:node:x', 'system:nodes'))),
      },
      {
        name: 'an ordinary mapping by the platform',
        event: audit('update', 'configmaps', {
          ...map(nodes + entry('team', 'team', 'viewers')),
          user: users.platform,
        }),
        severity: 'low',
      },
      {
        name: 'the platform maps a role of an account that is not ours',
        event: audit('update', 'configmaps', {
          ...map(
            (nodes + entry('team', 'team', 'viewers')).replace('111122223333:role/team', '999988887777:role/team'),
          ),
          user: users.platform,
        }),
        severity: 'high',
      },
      {
        name: 'the platform makes somebody an administrator',
        event: audit('update', 'configmaps', {
          ...map(nodes + entry('team', 'team', 'system:masters')),
          user: users.platform,
        }),
        severity: 'critical',
      },
      {
        name: 'an ordinary mapping by a developer',
        event: audit('update', 'configmaps', map(nodes + entry('team', 'team', 'viewers'))),
        severity: 'high',
      },
      {
        name: 'the platform edits it',
        event: audit('patch', 'configmaps', { ...map(nodes), user: users.platform }),
        severity: 'low',
      },
      {
        name: 'the platform takes all roles away',
        event: audit('patch', 'configmaps', {
          objectRef: ref,
          requestObject: [{ op: 'remove', path: '/data/mapRoles' }],
          user: users.platform,
        }),
        severity: 'high',
      },
      {
        name: 'the platform maps no role any more, which locks nodes out',
        event: audit('update', 'configmaps', { ...map('[]'), user: users.platform }),
        severity: 'high',
      },
      {
        name: 'the platform lets somebody of another account in',
        event: audit('update', 'configmaps', {
          ...map(nodes + entry('team', 'team', 'viewers').replace('111122223333', '444455556666')),
          user: users.platform,
        }),
        severity: 'high',
      },
      {
        name: 'the platform puts somebody into a group that the settings exempt',
        event: audit('update', 'configmaps', {
          ...map(nodes + entry('team', 'team', 'platform-admins')),
          user: users.platform,
        }),
        severity: 'high',
      },
      {
        name: 'the platform leaves nobody',
        event: audit('update', 'configmaps', { objectRef: ref, requestObject: {}, user: users.platform }),
        severity: 'high',
      },
      {
        name: 'a role gets the name of Karpenter’s account',
        event: audit(
          'patch',
          'configmaps',
          map(nodes + entry('developer', 'system:serviceaccount:kube-system:karpenter', 'viewers')),
        ),
        severity: 'critical',
      },
      {
        name: 'a group is written so that it does not read like what it is',
        event: audit('patch', 'configmaps', map(`${nodes}- rolearn: x\n  groups:\n  - "system:\\x6dasters"\n`)),
        severity: 'critical',
      },
      { name: 'it is deleted', event: audit('delete', 'configmaps', { objectRef: ref }) },
      {
        name: 'it is deleted with all others',
        event: audit('deletecollection', 'configmaps', { objectRef: { namespace: 'kube-system' } }),
      },
      { name: 'it is created, without a body', event: audit('create', 'configmaps', { objectRef: ref }) },
      {
        name: 'a role of ours under the name of an EKS component',
        event: audit('patch', 'configmaps', { ...map(nodes), user: eks('111122223333') }),
      },
    ],
    misses: [
      {
        name: 'EKS adds the role of a managed node group',
        event: audit('patch', 'configmaps', { ...map(nodes), user: eks('444455556666') }),
      },
      { name: 'it is read', event: audit('get', 'configmaps', { objectRef: ref }) },
      { name: 'another config map', event: audit('delete', 'configmaps', { objectRef: { ...ref, name: 'coredns' } }) },
      {
        name: 'a config map of that name elsewhere',
        event: audit('delete', 'configmaps', { objectRef: { ...ref, namespace: 'team-a' } }),
      },
      { name: 'a secret of that name', event: audit('delete', 'secrets', { objectRef: ref }) },
      {
        name: 'a developer may not',
        event: audit('delete', 'configmaps', { objectRef: ref, responseStatus: { code: 403 } }),
      },
    ],
  },
});
