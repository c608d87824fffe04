import { kubernetes, type StateRule } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { audit, node, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { reads } from '../../core/kubernetes/groups.ts';
import { byUser, said } from '../../core/kubernetes/said.ts';
import { insights, lookAround, preserveNode, removeAccess } from '../../core/kubernetes/steps.ts';
import { distinct } from '../../core/state/distinct.ts';

const id = 'kubernetes/secret-sweep';
const within = 30 * 60_000;
const values = (view: View<'kubernetes'>) => [said(view, 'object.path')];

const read = distinct<'kubernetes'>({
  id,
  doc: '',
  values,
  within,
  moreThan: 14,
  note: limit => `more than ${limit} secrets in 30 minutes`,
});
const refused = distinct<'kubernetes'>({
  id: `${id}#node`,
  doc: '',
  values,
  within,
  moreThan: 2,
  note: limit => `more than ${limit} secrets refused to a node in 30 minutes`,
});

/** A node's limit is its own: the setting `threshold` is for what is read. */
const forNode = ({ threshold: _, ...view }: View<'kubernetes'>): View<'kubernetes'> => view;
const isNode = (view: View<'kubernetes'>): boolean => said(view, 'principal.form') === 'node';

const sweep: StateRule<'kubernetes'> = {
  kind: 'distinct',
  doc: 'Fires on 15 distinct secrets that one identity read in 30 minutes (setting `threshold`: more than so many), or on 3 that a node was refused.',
  observe: (view, key, named) => (isNode(view) ? refused : read).observe(view, key, named),
  decide: (view, key, answers) =>
    isNode(view) ? refused.decide(forNode(view), key, answers) : read.decide(view, key, answers),
};

type Over = NonNullable<Parameters<typeof audit>[2]>;
const get = (count: number, over: Over = {}) =>
  Array.from({ length: count }, (_, index) =>
    audit('get', 'secrets', {
      time: `2026-09-01T10:00:${String(index).padStart(2, '0')}Z`,
      ...over,
      objectRef: { namespace: 'team-a', name: `db-${index}` },
    }),
  );
const last = (over: Over = {}) =>
  audit('get', 'secrets', { time: '2026-09-01T10:05:00Z', objectRef: { namespace: 'team-b', name: 'db' }, ...over });
const forbidden = { user: node(), responseStatus: { code: 403 } };
const sync = serviceAccount('secret-sync', 'external-secrets');

export const detection = kubernetes({
  id,
  title: '{user} swept through secrets',
  severity: [['low', { fact: { 'principal.standing': 'likely-controller' } }], 'high'],
  when: {
    verb: [...reads],
    objectRef: { resource: 'secrets', name: [{ exists: true }] },
    $or: [
      {
        fact: {
          'principal.form': ['person', 'service-account', 'bootstrap', 'anonymous'],
          'call.outcome': 'succeeded',
        },
      },
      { fact: { 'principal.form': 'node', 'call.outcome': 'denied' } },
    ],
  },
  unless: [{ fact: { 'principal.standing': ['controller', 'gitops'] } }, { fact: { 'principal.reader': 'listed' } }],
  by: byUser,
  resources: values,
  state: sweep,
  attack: ['T1552.007', 'T1555.006'],
  why: 'Reading secrets one after the other is what follows a stolen token. A kubelet only asks for what its pods mount, so the Node authorizer’s refusals mean that somebody else is asking.',
  references: [
    'Kubernetes documentation, Node authorization',
    'Stratus Red Team, k8s.credential-access.dump-secrets',
    'Sigma, correlation rules: value_count',
  ],
  runbook: [
    `Confirm what was read: ${insights("objectRef.resource = 'secrets' and user.username = 'USER'")}`,
    `${removeAccess}. For a node: ${preserveNode}`,
    'Rotate what was read, cloud credentials and registry keys first: kubectl get secret -n NAMESPACE NAME -o jsonpath={.type}',
    'List programs that belong here in the setting `secretReaders`',
    lookAround,
  ],
  blind: [
    'One list of all secrets is one call: kubernetes/bootstrap-secret-read, for people and for new readers.',
    'Slower than 15 in 30 minutes is not seen.',
    'What pods mount is read by kubelets, for whoever made the pod.',
  ],
  examples: {
    matches: [
      { name: 'a developer reads the fifteenth secret', event: last(), after: get(14) },
      {
        name: 'a workload watches the fifteenth secret',
        event: audit('watch', 'secrets', {
          user: users.workload,
          time: '2026-09-01T10:05:00Z',
          objectRef: { namespace: 'team-b', name: 'db' },
        }),
        after: get(14, { user: users.workload }),
      },
      { name: 'a node is refused the third', event: last(forbidden), after: get(2, forbidden) },
      {
        name: 'Karpenter by its usual name, while the settings name no controller',
        event: last({ user: users.karpenter }),
        after: get(14, { user: users.karpenter }),
        settings: { controllers: [] },
      },
    ],
    misses: [
      { name: 'the fourteenth', event: last(), after: get(13) },
      {
        name: 'one of the fourteen again',
        event: audit('get', 'secrets', {
          time: '2026-09-01T10:05:00Z',
          objectRef: { namespace: 'team-a', name: 'db-3' },
        }),
        after: get(14),
      },
      { name: 'forty minutes later', event: last({ time: '2026-09-01T10:40:00Z' }), after: get(14) },
      { name: 'a node reads what its pods mount', event: last({ user: node() }), after: get(14, { user: node() }) },
      {
        name: 'a developer is refused',
        event: last({ responseStatus: { code: 403 } }),
        after: get(14, { responseStatus: { code: 403 } }),
      },
      {
        name: 'a listed reader',
        event: last({ user: sync }),
        after: get(14, { user: sync }),
        settings: { secretReaders: { users: [sync.username ?? ''] } },
      },
      { name: 'GitOps', event: last({ user: users.gitops }), after: get(14, { user: users.gitops }) },
      {
        name: 'a list of all is one call',
        event: audit('list', 'secrets', { time: '2026-09-01T10:05:00Z', objectRef: { namespace: 'team-b' } }),
        after: get(14),
      },
      {
        name: 'a fifteenth config map',
        event: audit('get', 'configmaps', {
          time: '2026-09-01T10:05:00Z',
          objectRef: { namespace: 'team-b', name: 'db' },
        }),
        after: get(14),
      },
      {
        name: 'the fifteenth is written',
        event: audit('patch', 'secrets', {
          time: '2026-09-01T10:05:00Z',
          objectRef: { namespace: 'team-b', name: 'db' },
        }),
        after: get(14),
      },
    ],
  },
});
