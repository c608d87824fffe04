import { stopProvisioning } from '../../core/cloudtrail/steps.ts';
import { kubernetes } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import type { Reading } from '../../core/kubernetes/reading.ts';
import { byObject, texts } from '../../core/kubernetes/said.ts';
import { compare, confirm, lookAround } from '../../core/kubernetes/steps.ts';

const target = 'nodepools.karpenter.sh';
const ref = { objectRef: { name: 'default' }, cluster: 'fleet' };
const families = { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['c', 'm', 'r'] };
const noMetal = {
  key: 'karpenter.k8s.aws/instance-size',
  operator: 'NotIn',
  values: ['metal', 'metal-24xl', 'metal-48xl'],
};
const pool = (spec: JsonObject, inner: JsonObject = {}, requirements: readonly JsonObject[] = [families, noMetal]) => ({
  requestObject: {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name: 'default' },
    spec: {
      template: {
        spec: {
          nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default' },
          requirements,
          expireAfter: '72h',
          ...inner,
        },
      },
      limits: { cpu: '1000' },
      disruption: { consolidationPolicy: 'WhenEmptyOrUnderutilized', budgets: [{ nodes: '10%' }] },
      ...spec,
    },
  },
});

const limitsGone = [{ path: 'spec.limits.cpu', before: '1000' }];
const read = (spec: JsonObject, changes: Reading['changes'] & object): Reading => ({
  at: '2026-09-01T10:00:04.000Z',
  object: pool(spec).requestObject,
  since: '2026-08-31T08:00:00.000Z',
  changes,
});

export const detection = kubernetes({
  id: 'kubernetes/nodepool-unrestricted',
  title:
    '{principal} wrote a NodePool that may launch more than it should: {posture.problems} (judged by the {body.form})',
  severity: [
    ['low', { fact: { 'principal.standing': 'likely-controller' } }],
    ['high', { fact: { 'posture.severity': 'high' } }],
    ['medium', { fact: { 'posture.severity': 'medium' } }],
    'low',
  ],
  when: {
    objectRef: { resource: 'nodepools' },
    fact: { 'posture.severity': ['high', 'medium', 'low'], 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': 'controller' } }],
  by: byObject,
  resources: view => texts(view, 'posture.problems'),
  attack: ['T1496.001', 'T1578.002'],
  why: 'A NodePool without limits or with any machine allowed turns one pod into a fleet of GPUs on somebody’s bill. Nodes that live long keep what an intruder left on them.',
  references: [
    'Karpenter documentation, NodePools (karpenter.sh/v1: requirements, limits, expireAfter, disruption)',
    'karpenter-provider-aws, CRD karpenter.sh_nodepools.yaml',
  ],
  runbook: [
    confirm("objectRef.resource = 'nodepools' and objectRef.name = 'NAME'"),
    stopProvisioning,
    compare('nodepool'),
    'See what it launched: kubectl get nodeclaims -l karpenter.sh/nodepool=NAME -o wide --sort-by=.metadata.creationTimestamp',
    lookAround,
  ],
  blind: [
    'EKS logs no bodies of NodePools: with `reader: true` the posture reader reads the object some seconds later and this rule judges that, and what is undone before that is not seen. Without it kubernetes/provisioning-changed-by-unexpected says who wrote it, cloudtrail/disallowed-instance-family-launched and cloudtrail/launch-burst what came of it; a ValidatingAdmissionPolicy with audit annotations would put chosen fields into the audit log.',
    'A patch is judged by what it sets where the response is not logged: what it leaves alone is not seen.',
    'Limits that are set but huge are limits, and so is the number of nodes of a static NodePool, where the response or the reader shows it: of what was only sent, an older Karpenter drops it, and a static pool without limits is reported.',
  ],
  examples: {
    matches: [
      { name: 'no limits', event: audit('create', target, { ...ref, ...pool({ limits: {} }) }) },
      {
        name: 'limits that bound no ordinary node',
        event: audit('update', target, { ...ref, ...pool({ limits: { 'nvidia.com/gpu': '8' } }) }),
      },
      {
        name: 'a merge patch takes one limit away',
        event: audit('patch', target, {
          ...ref,
          user: users.platform,
          requestObject: { spec: { limits: { cpu: null } } },
        }),
      },
      { name: 'any instance', event: audit('update', target, { ...ref, ...pool({}, {}, []) }) },
      {
        name: 'GPUs are not excluded',
        event: audit('create', target, { ...ref, ...pool({}, {}, [{ ...families, values: ['c', 'g'] }, noMetal]) }),
      },
      { name: 'bare metal is not excluded', event: audit('create', target, { ...ref, ...pool({}, {}, [families]) }) },
      { name: 'nodes never expire', event: audit('create', target, { ...ref, ...pool({}, { expireAfter: 'Never' }) }) },
      { name: 'nodes live a month', event: audit('create', target, { ...ref, ...pool({}, { expireAfter: '720h' }) }) },
      {
        name: 'the platform is told too',
        event: audit('create', target, { ...ref, user: users.platform, ...pool({ limits: {} }) }),
      },
      {
        name: 'a merge patch takes the limits away',
        event: audit('patch', target, { ...ref, requestObject: { spec: { limits: null } } }),
      },
      {
        name: 'a JSON Patch takes the limits away',
        event: audit('patch', target, { ...ref, requestObject: [{ op: 'remove', path: '/spec/limits' }] }),
      },
      {
        name: 'Karpenter by its usual name, while the settings name no controller',
        event: audit('update', target, { ...ref, user: users.karpenter, ...pool({ limits: {} }) }),
        settings: { controllers: [] },
      },
      {
        name: 'as EKS logs it, without a body, and then read from the cluster',
        event: audit('patch', target, { objectRef: { name: 'default' }, reading: read({ limits: {} }, limitsGone) }),
      },
      {
        name: 'one without limits that says it is static, of which is not known whether the API server kept that',
        event: audit('create', target, { ...ref, ...pool({ limits: {}, replicas: 3 }) }),
        severity: 'high',
      },
    ],
    misses: [
      { name: 'a restricted one', event: audit('create', target, { ...ref, ...pool({}) }) },
      {
        name: 'a static one without limits: its number of nodes is one',
        event: audit('create', target, { ...ref, responseObject: pool({ limits: {}, replicas: 3 }).requestObject }),
      },
      {
        name: 'a patch of its limits',
        event: audit('patch', target, { ...ref, requestObject: { spec: { limits: { cpu: '200' } } } }),
      },
      {
        name: 'a limit is exchanged for another',
        event: audit('patch', target, {
          ...ref,
          requestObject: { spec: { limits: { cpu: null, memory: '1Ti' } } },
        }),
      },
      {
        name: 'one limit is taken away, and the response shows another',
        event: audit('patch', target, {
          ...ref,
          requestObject: { spec: { limits: { cpu: null } } },
          responseObject: pool({ limits: { memory: '1Ti' } }).requestObject,
        }),
      },
      {
        name: 'a patch of a label',
        event: audit('patch', target, {
          ...ref,
          requestObject: { metadata: { labels: { team: 'a' } } },
          responseObject: pool({ limits: {} }).requestObject,
        }),
      },
      { name: 'as EKS logs it, without a body', event: audit('create', target, { objectRef: { name: 'default' } }) },
      {
        name: 'read from the cluster, its specification as it was before the write',
        event: audit('patch', target, { objectRef: { name: 'default' }, reading: read({ limits: {} }, []) }),
      },
      {
        name: 'Karpenter writes its hash',
        event: audit('update', target, {
          objectRef: { name: 'default' },
          user: users.karpenter,
          ...pool({ limits: {} }),
        }),
      },
      {
        name: 'it is refused',
        event: audit('create', target, { ...ref, ...pool({ limits: {} }), responseStatus: { code: 403 } }),
      },
      {
        name: 'a node class with a problem (nodeclass-unhardened)',
        event: audit('patch', 'ec2nodeclasses.karpenter.k8s.aws', {
          ...ref,
          requestObject: { spec: { associatePublicIPAddress: true } },
        }),
      },
    ],
  },
});
