import { kubernetes } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { audit, component, node, users } from '../../core/kubernetes/example.ts';
import { sensitiveCalls } from '../../core/kubernetes/node.ts';
import { podsAccount } from '../../core/kubernetes/pod.ts';
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

/** A patch of the image alone, and the deployment that comes of it. */
const image = {
  requestObject: { spec: { template: { spec: { containers: [{ name: 'controller', image: 'busybox' }] } } } },
  responseObject: {
    kind: 'Deployment',
    metadata: { name: 'karpenter' },
    spec: { template: { spec: { serviceAccountName: 'karpenter', containers: [{ image: 'busybox' }] } } },
  },
};
const claims = 'nodeclaims.karpenter.sh';
const legacy = {
  user: users.karpenter,
  sourceIPs: ['10.0.1.17'],
  annotations: { 'authentication.k8s.io/legacy-token': 'system:serviceaccount:kube-system:karpenter' },
};

/** Whose token it is: `kube-system/karpenter`. */
const accountOf = (view: View<'kubernetes'>): string => {
  const { namespace = 'unknown', subresource } = view.record.objectRef ?? {};
  return subresource === 'token' ? said(view, 'object.path') : `${namespace}/${podsAccount(view.record)}`;
};

export const detection = kubernetes({
  id: 'kubernetes/controller-token-minted',
  title: "{principal} got hold of a controller's token by {event}",
  severity: [
    // GitOps by its usual name and in its pod, until settings name it: that is how controllers are installed.
    [
      'low',
      {
        user: { extra: { 'authentication.kubernetes.io/pod-name': [{ exists: true }] } },
        fact: { 'pod.runsAs': controllers, 'principal.standing': 'likely-controller', 'principal.controller': 'none' },
      },
    ],
    'critical',
  ],
  when: {
    $or: [
      // What applies manifests may write any of them: its token is as good.
      { verb: 'create', fact: { 'token.account': [...controllers, 'gitops'] } },
      { fact: { 'pod.runsAs': controllers } },
      // A token that stands in a secret: controllers sign in with the ones that kubelets renew for their pods.
      {
        annotations: { 'authentication.k8s.io/legacy-token': [{ exists: true }] },
        fact: { 'principal.kind': 'controller', 'call.sensitive': [...sensitiveCalls] },
      },
    ],
    fact: { 'call.outcome': 'succeeded' },
  },
  unless: [
    { fact: { 'principal.standing': ['node', 'service'] } },
    { fact: { 'pod.runsAs': controllers, 'principal.standing': ['platform', 'gitops'] } },
  ],
  by: view => {
    const user = said(view, 'principal.id');
    return [{ user, account: said(view, 'principal.kind') === 'controller' ? user : accountOf(view) }];
  },
  // As the token's own calls name the account, so that findings of theirs and this one are found by one another.
  resources: view =>
    said(view, 'principal.kind') === 'controller'
      ? [said(view, 'object.path')]
      : [said(view, 'object.path'), `system:serviceaccount:${accountOf(view).replace('/', ':')}`],
  attack: ['T1528', 'T1098', 'T1610'],
  why: 'A token made for a controller’s account is the controller. Only the kubelet of its pod’s node asks for one; the other ways are to run code of one’s own under the account, in a new pod or in the controller’s, and to have a secret filled with a token that does not end.',
  references: [
    'Kubernetes documentation, TokenRequest API and Node authorization (a kubelet gets tokens of its own pods only)',
    'Stratus Red Team, k8s.persistence.create-token',
    'Kubernetes enhancement 2799, secret-based service account tokens (audit annotation authentication.k8s.io/legacy-token)',
  ],
  runbook: [
    confirm("objectRef.resource = 'serviceaccounts' and objectRef.subresource = 'token' and objectRef.name = 'NAME'"),
    'See for how long: the request’s spec.expirationSeconds and spec.audiences stand in the audit event (EKS logs the request, never the token)',
    'Contain: a minted token lives until it expires; kubectl -n NAMESPACE delete serviceaccount NAME, and kubectl apply -f EXPECTED.yaml, makes all of them invalid; kubectl -n NAMESPACE delete pod POD, for a pod',
    `Follow the token: ${insights("user.username = 'TOKENS_USER'")}, and look for source addresses that are not its pods’`,
    `${removeAccess}. ${lookAround}`,
  ],
  blind: [
    'A token read from a running pod is not minted (kubernetes/controller-pod-entered). One in a secret is seen when it is used for what intruders want, not when the secret is made: secrets have no bodies in the log.',
    'A patch of a controller’s containers says whose they are in its response only: where that is not logged it is not seen.',
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
      { name: 'a developer runs a pod as Karpenter', event: audit('create', 'pods', run), severity: 'critical' },
      {
        name: 'GitOps by its usual name does',
        event: audit('create', 'pods', { ...run, user: users.gitops }),
        settings: { gitops: { users: [] } },
        severity: 'low',
      },
      {
        name: 'GitOps by its usual name mints a token',
        event: audit('create', 'serviceaccounts/token', { user: users.gitops, objectRef: account }),
        settings: { gitops: { users: [] } },
        severity: 'critical',
      },
      {
        name: 'a certificate with that name runs a pod as Karpenter',
        event: audit('create', 'pods', {
          ...run,
          user: { username: 'system:serviceaccount:flux-system:kustomize-controller', groups: [] },
        }),
        settings: { gitops: { users: [] } },
        severity: 'critical',
      },
      {
        name: 'a developer mints the token of GitOps',
        event: audit('create', 'serviceaccounts/token', {
          objectRef: { namespace: 'flux-system', name: 'kustomize-controller' },
        }),
        severity: 'critical',
      },
      {
        name: 'another controller by its usual name runs a pod as Karpenter',
        event: audit('create', 'pods', { ...run, user: users.capi }),
        settings: { controllers: [] },
        severity: 'critical',
      },
      {
        name: 'a developer makes a deployment run as Karpenter',
        event: audit('patch', 'deployments.apps', {
          objectRef: run.objectRef,
          requestObject: { spec: { template: { spec: { serviceAccountName: 'karpenter' } } } },
        }),
      },
      {
        name: 'a developer puts an image of his own into Karpenter’s deployment',
        event: audit('patch', 'deployments.apps', { objectRef: account, ...image }),
      },
      {
        name: 'a developer puts one into Karpenter’s pod, by a JSON patch',
        event: audit('patch', 'pods', {
          objectRef: { ...account, name: 'karpenter-5d4f8c7b9d-x2x7z' },
          requestObject: [{ op: 'replace', path: '/spec/containers/0/image', value: 'busybox' }],
          responseObject: pod('karpenter'),
        }),
      },
      { name: 'Karpenter’s token out of a secret makes a NodeClaim', event: audit('create', claims, legacy) },
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
      {
        name: 'a developer restarts Karpenter',
        event: audit('patch', 'deployments.apps', {
          objectRef: account,
          ...image,
          requestObject: { spec: { template: { metadata: { annotations: { 'example.com/restarted': 'now' } } } } },
        }),
      },
      {
        name: 'a developer puts an image into a deployment that runs as nobody in particular',
        event: audit('patch', 'deployments.apps', {
          objectRef: account,
          ...image,
          responseObject: { ...image.responseObject, spec: { template: { spec: { serviceAccountName: 'default' } } } },
        }),
      },
      {
        name: 'Karpenter makes a NodeClaim with the token of its pod',
        event: audit('create', claims, { ...legacy, annotations: undefined }),
      },
      { name: 'Karpenter’s token out of a secret reads a node', event: audit('get', 'nodes', legacy) },
      {
        name: 'an ordinary account uses a token out of a secret',
        event: audit('create', claims, { ...legacy, user: users.workload }),
      },
      { name: 'GitOps installs Karpenter', event: audit('create', 'pods', { ...run, user: users.gitops }) },
      {
        name: 'a developer runs a pod as nobody in particular',
        event: audit('create', 'pods', { ...run, requestObject: pod('default') }),
      },
    ],
  },
});
