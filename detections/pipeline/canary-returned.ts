import { regionCanary, roundIn } from '../../core/canary.ts';
import { roleSession } from '../../core/cloudtrail/example.ts';
import { called, canaryCall } from '../../core/cloudtrail/example-canary.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { knownRound } from '../../core/state/canary.ts';

const nameOf = ({ event }: View<'cloudtrail'>): string => regionCanary(event.region).name;
const after = [called('region eu-west-1')];

export const detection = cloudtrail({
  id: 'pipeline/canary-returned',
  title: 'The canary of {canary} came back',
  severity: 'low',
  when: {
    eventSource: 'ec2.amazonaws.com',
    eventName: 'DescribeExportTasks',
    userAgent: [{ wildcard: '*tripline-canary*' }],
    userIdentity: { sessionContext: { sessionIssuer: { userName: [{ wildcard: 'tripline-*-canary' }] } } },
  },
  by: view => [{ canary: nameOf(view) }],
  window: '24h',
  state: knownRound(nameOf, ({ record }) => roundIn(record)),
  attack: ['T1685.002', 'T1685'],
  why: 'A pipeline that says nothing may be asleep. A call that this stage makes itself in every region, and that is denied, must come back through trail, rule, queue, detection, table and topic; when it does, all of them are awake.',
  references: ['Tripline, functions/canary.ts; docs/account.md, Canary'],
  runbook: [
    'Nothing to do: the stage resolves this finding itself once it was announced. When each canary last came back, and how long it took: npx tripline doctor --stage STAGE.',
    'If it stays open although the canary is reported to be back, read the log of the function announce around END.',
    'If people are notified of it, remove its id from the routing of that channel (`detections` in tripline.config.ts): a channel receives it only if it is named there.',
  ],
  blind: [
    'It proves the way of one read-only call in each region: a trail that leaves out write events only would still carry it.',
    'Whoever can read the trail can repeat a round on the day it was called, under a role of that name: that proves the same way once more and closes nothing but this finding.',
    'It says nothing of what comes behind the topic: channels have dead-letter queues and alarms of their own.',
  ],
  examples: {
    matches: [
      { name: 'the call of this stage, denied', event: canaryCall(), after, severity: 'low' },
      {
        name: 'the same where somebody let the role look',
        event: canaryCall({ errorCode: undefined, errorMessage: undefined }),
        after,
      },
    ],
    misses: [
      { name: 'a round that nobody called', event: canaryCall() },
      {
        name: 'a round of another region',
        event: canaryCall({ awsRegion: 'us-east-1' }),
        after,
      },
      {
        name: 'somebody else who copies the mark',
        event: canaryCall({ userIdentity: roleSession('developer', 'alice') }),
        after,
      },
      {
        name: 'the role, without the mark',
        event: canaryCall({ userAgent: 'aws-cli/2.30.0 md/awscrt#0.27.6 ua/2.1' }),
        after,
      },
      { name: 'another call of the role', event: canaryCall({ eventName: 'DescribeImportImageTasks' }), after },
      { name: 'another service with such a call', event: canaryCall({ eventSource: 'example.amazonaws.com' }), after },
    ],
  },
});
