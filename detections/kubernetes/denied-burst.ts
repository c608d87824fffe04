import { kubernetes, type StateRule } from '../../core/detection.ts';
import { audit, node, users } from '../../core/kubernetes/example.ts';
import { byUser, objectOf, said } from '../../core/kubernetes/said.ts';
import { insights, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';
import { threshold } from '../../core/state/threshold.ts';

const id = 'kubernetes/denied-burst';
const burst = threshold<'kubernetes'>({
  id,
  doc: '',
  count: 12, // `kubectl get all` asks for ten kinds: one command of whoever may not is none
  within: 10 * 60_000,
  note: count => `${count} or more in 10 minutes`,
});

const state: StateRule<'kubernetes'> = {
  kind: 'threshold',
  doc: 'Fires on 12 forbidden calls of one identity in 10 minutes (setting `threshold`), and on the first success of an anonymous one.',
  observe: (view, key, named) => (said(view, 'call.outcome') === 'denied' ? burst.observe(view, key, named) : []),
  decide: (view, key, answers) =>
    said(view, 'call.outcome') === 'denied'
      ? burst.decide(view, key, answers)
      : [{ eventId: view.event.id, time: view.event.time, note: 'an anonymous call succeeded' }],
};

type Over = NonNullable<Parameters<typeof audit>[2]>;
const forbidden: Over = { responseStatus: { code: 403 } };
const denied = (count: number, over: Over = forbidden) =>
  Array.from({ length: count }, (_, index) =>
    audit('list', 'pods', {
      time: `2026-09-01T10:00:${String(index).padStart(2, '0')}Z`,
      ...over,
      objectRef: { namespace: `team-${index}` },
    }),
  );
const last = (over: Over = forbidden) => audit('list', 'nodes', { time: '2026-09-01T10:05:00Z', ...over });
const anonymous = { user: users.anonymous, sourceIPs: ['192.0.2.77'] };
const page = (second: number, over: Over = { ...forbidden, ...anonymous }) =>
  audit('get', '', {
    ...over,
    time: `2026-09-01T10:00:${String(second).padStart(2, '0')}Z`,
    objectRef: undefined,
    requestURI: `/vendor/page-${second}.php`,
  });

export const detection = kubernetes({
  id,
  title: '{user} was refused repeatedly, or let in anonymously',
  severity: [['high', { user: { username: 'system:anonymous' }, fact: { 'call.outcome': 'succeeded' } }], 'medium'],
  when: {
    $or: [
      { responseStatus: { code: 403 }, fact: { 'call.outcome': 'denied' } },
      { user: { username: 'system:anonymous' }, fact: { 'call.outcome': 'succeeded' } },
    ],
  },
  unless: [
    { fact: { 'principal.standing': ['service', 'node'] } },
    {
      requestURI: [
        { prefix: '/healthz' },
        { prefix: '/livez' },
        { prefix: '/readyz' },
        { prefix: '/version' },
        // The keys that tokens are verified with: whoever trusts the cluster's tokens asks, AWS's STS too.
        '/.well-known/openid-configuration',
        '/openid/v1/jwks',
      ],
    },
    { objectRef: { namespace: 'kube-public', name: 'cluster-info' } },
    // Whatever scans the internet asks a public endpoint for other products' pages (GET /vendor/phpunit/…), all day long.
    {
      user: { username: 'system:anonymous' },
      objectRef: { resource: [{ exists: false }] },
      fact: { 'call.outcome': 'denied' },
    },
  ],
  by: byUser,
  resources: view => [objectOf(view)],
  state,
  attack: ['T1613', 'T1078.001'],
  why: 'Somebody who tries what a token can do is refused again and again. An anonymous call that succeeds means that a binding lets everybody in.',
  references: [
    'Kubernetes documentation, Anonymous requests; default roles (system:public-info-viewer)',
    'Kubernetes documentation, Configure Service Accounts for Pods (service account issuer discovery)',
    'kubernetes/kubernetes, category `all` of kubectl (ten kinds)',
    'Sigma, correlation rules: event_count',
  ],
  runbook: [
    `Confirm what was tried: ${insights("user.username = 'USER' and (responseStatus.code = 403 or user.username = 'system:anonymous')")}`,
    'For an anonymous success find the binding: kubectl get clusterrolebindings,rolebindings -A -o json | jq -r \'.items[] | select(.subjects[]?.name | IN("system:anonymous","system:unauthenticated")) | .metadata.name\'',
    removeAccess,
    'Tell a broken controller from an intruder by its pod: user.extra authentication.kubernetes.io/pod-name, and its logs',
    lookAround,
  ],
  blind: [
    'Ten refusals are one `kubectl get all` of somebody without rights there; who tries that in two namespaces is reported, at medium.',
    'Calls that are not authenticated at all (401) name nobody, and are not counted.',
    'Nodes are refused in bursts whenever pods leave them: kubernetes/secret-sweep and kubernetes/node-identity-off-node judge them instead.',
    'A refusal by admission is no refusal of the authorizer.',
    'Who is refused anonymously outside of the API’s objects is not counted: every public endpoint is asked so by scanners of the internet (recorded on EKS; panther-labs/panther-analysis). A successful one is reported.',
  ],
  examples: {
    matches: [
      { name: 'the twelfth refusal of a developer', event: last(), after: denied(11), severity: 'medium' },
      { name: 'an anonymous call reads pods', event: audit('list', 'pods', anonymous), severity: 'high' },
      {
        name: 'an anonymous call reads another config map of kube-public',
        event: audit('get', 'configmaps', { ...anonymous, objectRef: { namespace: 'kube-public', name: 'settings' } }),
      },
      {
        name: 'an anonymous call reads a config map called cluster-info elsewhere',
        event: audit('get', 'configmaps', { ...anonymous, objectRef: { namespace: 'team-a', name: 'cluster-info' } }),
      },
      {
        name: 'the twelfth refusal of an anonymous one',
        severity: 'medium',
        event: last({ ...forbidden, ...anonymous }),
        after: denied(11, { ...forbidden, ...anonymous }),
      },
      {
        name: 'a developer is refused twelve pages',
        event: page(11, forbidden),
        after: Array.from({ length: 11 }, (_, index) => page(index, forbidden)),
      },
      { name: 'an anonymous call is given a page', event: page(0, anonymous) },
    ],
    misses: [
      { name: 'the eleventh', event: last(), after: denied(10) },
      { name: 'fifteen minutes later', event: last({ ...forbidden, time: '2026-09-01T10:15:00Z' }), after: denied(11) },
      { name: 'twelve successes of a developer', event: last({}), after: denied(11, {}) },
      {
        name: 'twelve calls that nobody signed',
        event: last({ responseStatus: { code: 401 } }),
        after: denied(11, { responseStatus: { code: 401 } }),
      },
      {
        name: 'admission refuses twelve times',
        event: last({ ...forbidden, annotations: { 'authorization.k8s.io/decision': 'allow' } }),
        after: denied(11, { ...forbidden, annotations: { 'authorization.k8s.io/decision': 'allow' } }),
      },
      {
        name: 'a kubelet whose pods have left',
        event: last({ ...forbidden, user: node() }),
        after: denied(11, { ...forbidden, user: node() }),
      },
      {
        name: 'a load balancer asks whether the server is well',
        event: audit('get', '', { ...anonymous, objectRef: {}, requestURI: '/healthz' }),
      },
      {
        name: 'whoever verifies the cluster’s tokens reads its keys',
        event: audit('get', '', { ...anonymous, objectRef: {}, requestURI: '/openid/v1/jwks' }),
      },
      {
        name: 'a machine that will join reads the cluster’s address',
        event: audit('get', 'configmaps', {
          ...anonymous,
          objectRef: { namespace: 'kube-public', name: 'cluster-info' },
        }),
      },
      {
        name: 'a scanner of the internet looks for another product',
        event: page(11),
        after: Array.from({ length: 11 }, (_, index) => page(index)),
      },
      { name: 'an anonymous call fails', event: audit('get', 'pods', { ...anonymous, responseStatus: { code: 404 } }) },
    ],
  },
});
