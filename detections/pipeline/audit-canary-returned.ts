import { apiGroup, apiResource, clusterCanary, roundAsked } from '../../core/canary.ts';
import { called, exampleRound } from '../../core/cloudtrail/example-canary.ts';
import { kubernetes } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { knownRound } from '../../core/state/canary.ts';

const nameOf = ({ event }: View<'kubernetes'>): string => clusterCanary(event.cluster, '').name;
const after = [called('cluster prod')];

type Over = NonNullable<Parameters<typeof audit>[2]>;
const asked = (over: Over = {}, verb = 'get', target = `${apiResource}.${apiGroup}`) =>
  audit(verb, target, {
    user: users.anonymous,
    responseStatus: { code: 403 },
    ...over,
    objectRef: { name: exampleRound, ...over.objectRef },
  });

export const detection = kubernetes({
  id: 'pipeline/audit-canary-returned',
  title: 'The canary of {canary} came back',
  severity: 'low',
  when: {
    verb: 'get',
    objectRef: { resource: 'canaryrounds', apiGroup: 'canary.tripline.invalid' },
  },
  by: view => [{ canary: nameOf(view) }],
  window: '24h',
  state: knownRound(nameOf, ({ record }) => roundAsked(record)),
  attack: ['T1685.002', 'T1685'],
  why: 'An audit log that says nothing may not arrive at all. A request that this stage makes itself, and that the API server refuses, must come back through the log group, its subscription, detection, table and topic.',
  references: [
    'kubernetes/apiserver, pkg/endpoints/filters/audit.go (WithFailedAuthenticationAudit) and authentication.go',
    'Tripline, functions/canary.ts; docs/account.md, Canary',
  ],
  runbook: [
    'Nothing to do: the stage resolves this finding itself once it was announced. When each canary last came back, and how long it took: npx tripline doctor --stage STAGE.',
    'If it stays open although the canary is reported to be back, read the log of the function announce around END.',
    'If people are notified of it, remove its id from the routing of that channel (`detections` in tripline.config.ts): a channel receives it only if it is named there.',
  ],
  blind: [
    'A refused request has no identity: the round is what tells ours from another. Whoever can read the audit log can repeat a round on the day it was called.',
    'That EKS audits what it refuses follows from the API server’s code and was not seen on EKS by us.',
    'An endpoint that the function cannot reach makes no request: the doctor says so.',
  ],
  examples: {
    matches: [
      { name: 'the request of this stage, forbidden to an anonymous user', event: asked(), after, severity: 'low' },
      {
        name: 'refused before anybody asked whose it is',
        event: asked({ user: {}, stage: 'ResponseStarted', responseStatus: { code: 401 } }),
        after,
      },
    ],
    misses: [
      { name: 'a round that nobody called', event: asked() },
      { name: 'a round of another cluster', event: asked({ cluster: 'fleet' }), after },
      { name: 'somebody who would delete it', event: asked({}, 'delete'), after },
      {
        name: 'such a name of another kind',
        event: asked({}, 'get', `others.${apiGroup}`),
        after,
      },
      {
        name: 'such a kind of another group',
        event: asked({}, 'get', `${apiResource}.example.com`),
        after,
      },
    ],
  },
});
