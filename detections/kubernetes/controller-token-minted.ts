import { kubernetes } from '../../core/detection.ts';
import { asked } from '../../core/kubernetes/body.ts';
import { audit, component, node, users } from '../../core/kubernetes/example.ts';
import { runsAs } from '../../core/kubernetes/pod.ts';
import { said } from '../../core/kubernetes/said.ts';
import { confirm, insights, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const controllers = ['karpenter', 'cluster-api', 'eks', 'kubeadm', 'kubernetes'];
const account = { namespace: 'kube-system', name: 'karpenter' };
const pod = (serviceAccountName: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'tool', namespace: 'kube-system' },
  spec: { serviceAccountName, containers: [{ name: 'tool', image: 'busybox' }] },
});
const run = { objectRef: { namespace: 'kube-system', name: 'tool' }, requestObject: pod('karpenter') };

export const detection = kubernetes({
  id: 'kubernetes/controller-token-minted',
  title: "{principal} got hold of a controller's token: {event}",
  severity: 'critical',
  when: {
    $or: [{ verb: 'create', fact: { 'token.account': controllers } }, { fact: { 'pod.runsAs': controllers } }],
    fact: { 'call.outcome': 'succeeded' },
  },
  unless: [
    { fact: { 'principal.standing': ['node', 'service'] } },
    { fact: { 'pod.runsAs': controllers, 'principal.standing': ['platform', 'gitops'] } },
  ],
  by: view => {
    const { namespace = 'unknown', subresource } = view.record.objectRef ?? {};
    const path =
      subresource === 'token' ? said(view, 'object.path') : `${namespace}/${runsAs(asked(view.record).object)}`;
    return [{ user: said(view, 'principal.id'), account: path }];
  },
  resources: view => [said(view, 'object.path')],
  attack: ['T1528', 'T1098', 'T1610'],
  why: 'A token made for a controller’s account is the controller. Only the kubelet of its pod’s node asks for one; the other way is to run a pod of one’s own under the account.',
  references: [
    'Kubernetes documentation, TokenRequest API and Node authorization (a kubelet gets tokens of its own pods only)',
    'Stratus Red Team, k8s.persistence.create-token',
  ],
  runbook: [
    confirm("objectRef.resource = 'serviceaccounts' and objectRef.subresource = 'token' and objectRef.name = 'NAME'"),
    'See for how long: the request’s spec.expirationSeconds and spec.audiences stand in the audit event (EKS logs the request, never the token)',
    'Contain: a minted token lives until it expires; kubectl -n NAMESPACE delete serviceaccount NAME, and kubectl apply -f EXPECTED.yaml, makes all of them invalid; kubectl -n NAMESPACE delete pod POD, for a pod',
    `Follow the token: ${insights("user.username = 'TOKENS_USER'")}, and look for source addresses that are not its pods’`,
    `${removeAccess}. ${lookAround}`,
  ],
  blind: [
    'A token read from a running pod, or from a legacy token secret, is not minted (kubernetes/controller-pod-entered, kubernetes/controller-secret-touched).',
    'A workload by the platform or GitOps may run as a controller: that is how they are installed.',
    'A kubelet’s identity in other hands may ask for tokens of the pods on its node.',
  ],
  examples: {
    matches: [
      {
        name: 'a developer mints Karpenter’s token',
        event: audit('create', 'serviceaccounts/token', { objectRef: account }),
      },
      {
        name: 'the platform mints it',
        event: audit('create', 'serviceaccounts/token', { user: users.platform, objectRef: account }),
      },
      {
        name: 'a developer mints a token of a controller of the control plane',
        event: audit('create', 'serviceaccounts/token', {
          objectRef: { namespace: 'kube-system', name: 'clusterrole-aggregation-controller' },
        }),
      },
      { name: 'a developer runs a pod as Karpenter', event: audit('create', 'pods', run) },
      {
        name: 'a developer makes a deployment run as Karpenter',
        event: audit('patch', 'deployments.apps', {
          objectRef: run.objectRef,
          requestObject: { spec: { template: { spec: { serviceAccountName: 'karpenter' } } } },
        }),
      },
    ],
    misses: [
      {
        name: 'the kubelet of its node',
        event: audit('create', 'serviceaccounts/token', { user: node(), objectRef: account }),
      },
      {
        name: 'the controller manager',
        event: audit('create', 'serviceaccounts/token', {
          user: component('kube-controller-manager'),
          objectRef: { namespace: 'kube-system', name: 'replicaset-controller' },
        }),
      },
      {
        name: 'a developer mints a token of an ordinary account',
        event: audit('create', 'serviceaccounts/token', { objectRef: { namespace: 'team-a', name: 'app' } }),
      },
      {
        name: 'a developer may not',
        event: audit('create', 'serviceaccounts/token', { objectRef: account, responseStatus: { code: 403 } }),
      },
      { name: 'a request that is no creation', event: audit('get', 'serviceaccounts/token', { objectRef: account }) },
      {
        name: 'the replica set controller makes Karpenter’s pod',
        event: audit('create', 'pods', { ...run, user: users.replicasets }),
      },
      { name: 'GitOps installs Karpenter', event: audit('create', 'pods', { ...run, user: users.gitops }) },
      {
        name: 'a developer runs a pod as nobody in particular',
        event: audit('create', 'pods', { ...run, requestObject: pod('default') }),
      },
    ],
  },
});
