import { expect, test } from 'vitest';
import type { Event } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { audit, component, node, users } from '../../core/kubernetes/example.ts';
import { kubernetesFacts } from '../../core/kubernetes/facts/index.ts';
import {
  clusterApiGroups,
  machineResources,
  provisioningGroups,
  workloadResources,
} from '../../core/kubernetes/groups.ts';
import { compilePattern } from '../../core/pattern/compile.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { viewOf } from '../../core/view.ts';
import { files } from '../catalogue.ts';

/** Every event of the section's examples, and ordinary ones over every verb, group and resource that a fact looks at. */
const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const targets = [
  'secrets',
  'configmaps',
  'namespaces',
  'nodes',
  'nodes/proxy',
  'pods/exec',
  'serviceaccounts/token',
  'certificatesigningrequests.certificates.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingpolicies.policies.kyverno.io',
  ...workloadResources.map(name => (name === 'pods' ? name : `${name}.apps`)),
  ...machineResources.map(name => `${name}.cluster.x-k8s.io`),
  ...clusterApiGroups.map(group => `things.${group}`),
  ...provisioningGroups.flatMap(group => [`nodepools.${group}`, `ec2nodeclasses.${group}`]),
];
const body = {
  metadata: { labels: { 'karpenter.sh/nodepool': 'x', 'pod-security.kubernetes.io/enforce': 'privileged' } },
  data: { mapRoles: '- groups: [system:masters]' },
  rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  webhooks: [],
  spec: {
    userData: 'x',
    signerName: 'kubernetes.io/kube-apiserver-client',
    serviceAccountName: 'karpenter',
    hostPID: true,
    template: { spec: {} },
  },
};
const ordinary = verbs.flatMap(verb =>
  targets.flatMap(target =>
    [users.developer, users.karpenter, node(), component('kube-scheduler')].map(user =>
      audit(verb, target, { user, objectRef: { namespace: 'kube-system', name: 'karpenter' }, requestObject: body }),
    ),
  ),
);
const examples = files.flatMap(({ detection }) =>
  detection?.on === 'kubernetes'
    ? [...detection.examples.matches, ...detection.examples.misses].flatMap(({ event, after = [] }) => [
        event,
        ...after,
      ])
    : [],
);
const events = [...ordinary, ...examples].filter(
  (event): event is Event<'kubernetes'> => event.source === 'kubernetes',
);

const isNeutral = (value: unknown): boolean =>
  value === 'unknown' || value === false || (Array.isArray(value) && value.length === 0);

const settings = [exampleSettings, { ...exampleSettings, controllers: [] }];

test.each(Object.entries(kubernetesFacts))('%s says nothing where its needs do not hold', (name, fact) => {
  for (const one of settings) {
    const needs = fact.needs(one);
    if (Object.keys(needs).length === 0) continue;
    const holds = compilePattern(loadPattern(needs));
    const saying = events.filter(event => !isNeutral(fact.read(event, one)));
    const unsound = saying.filter(event => !holds(viewOf(event, one)));
    expect(unsound.map(event => [fact.read(event, one), event.record])).toEqual([]);
    if (one.controllers.length > 0)
      expect(saying.length, `${name} never says anything in these events`).toBeGreaterThan(0);
  }
});

test('every fact is total: an event with nothing but the required members gives a value', () => {
  const { record, ...rest } = audit('get', 'pods');
  const bare: Event<'kubernetes'> = { ...rest, record: { auditID: record.auditID, verb: 'get' } };
  const nulls = {
    ...bare,
    record: {
      ...bare.record,
      user: null,
      impersonatedUser: null,
      objectRef: null,
      responseStatus: null,
      annotations: null,
      sourceIPs: null,
      requestObject: null,
      requestURI: null,
    } as never,
  };
  for (const event of [bare, nulls])
    for (const [name, fact] of Object.entries(kubernetesFacts))
      expect([name, fact.read(event, exampleSettings)]).not.toContain(undefined);
});
