import { type Message, messageOf } from '../../core/announce/message.ts';
import { newsOf } from '../../core/announce/transitions.ts';
import type { AnyDetection } from '../../core/detection.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Finding, Window } from '../../core/finding.ts';
import { finding, window } from './case.ts';

/** A detection as the catalogue has it, as far as messages need it. */
export const detection = {
  on: 'cloudtrail',
  id: 'cloudtrail/disallowed-instance-family-launched',
  title: '',
  severity: 'high',
  when: { eventName: 'RunInstances' },
  by: () => [],
  attack: ['T1496.001', 'T1578.002'],
  why: 'GPU and accelerator instances are what stolen credentials are spent on first. A launch outside the allowed families is either a mistake in a NodePool or somebody else.',
  references: ['AWS CloudTrail User Guide, logging Amazon EC2 API calls'],
  runbook: [
    'Confirm with the caller: `aws ec2 describe-instances --instance-ids <instance>` shows the tags and the launch template.',
    'Contain without losing the node: cordon it with `karpenter.sh/do-not-disrupt`, snapshot its volumes, move it to the quarantine group.',
    'Look around: what else did this principal call in the last hour?',
  ],
  blind: ['A family that nobody has listed yet is allowed.'],
  examples: { matches: [], misses: [] },
} satisfies AnyDetection;

/** The message for a case's news as it stands. */
export const message = (
  over: Partial<Finding> = {},
  windows: readonly Window[] = [window()],
  entry: AnyDetection | null = detection,
): Message => {
  const stored = finding(over);
  const news = newsOf(stored, windows);
  if (news === undefined) throw new Error('this case has no news');
  return messageOf(stored, windows, news, entry ?? undefined, exampleSettings);
};

/** The message after everything up to then was said. */
export const later = (over: Partial<Finding>, windows: readonly Window[] = [window()]): Message =>
  message({ transitions: newsOf(finding(), [window()])?.covers ?? [], ...over }, windows);

/** A message whose every text from an event is this one. */
export const poisoned = (text: string): Message =>
  message(
    {
      title: `${text} launched p5.48xlarge`,
      key: { principal: text },
      account: text,
      region: text,
      cluster: text,
      principals: [text, `${text}2`],
      resources: [text],
      addresses: [text],
      regions: [text],
      notes: [text],
      assignee: text,
    },
    [
      window({
        title: text,
        eventIds: [text],
        evidence: {
          eventSource: text,
          eventName: text,
          errorCode: text,
          errorMessage: text,
          awsRegion: text,
          sourceIPAddress: text,
          userAgent: text,
          eventID: text,
          vpcEndpointId: text,
          userIdentity: {
            type: 'AssumedRole',
            arn: text,
            accessKeyId: text,
            invokedBy: text,
            sessionContext: { sessionIssuer: { arn: text }, sourceIdentity: text },
            onBehalfOf: { userId: text },
          },
          requestParameters: {
            [text]: text,
            tags: [
              { key: text, value: text },
              { key: `${text.slice(0, 40)}:owner`, value: text },
            ],
          },
        },
      }),
    ],
  );
