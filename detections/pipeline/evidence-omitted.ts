import { call, karpenter } from '../../core/cloudtrail/example.ts';
import { said, texts } from '../../core/cloudtrail/said.ts';
import { lookAround } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';

const omitted = { reason: 'requestParameters too large', omitted: true, originalSize: '149893' };

export const detection = cloudtrail({
  id: 'pipeline/evidence-omitted',
  title: '{principal} called {api} with more than CloudTrail records: {evidence.missing} left out',
  severity: 'medium',
  when: {
    eventSource: [
      'ec2.amazonaws.com',
      'iam.amazonaws.com',
      'eks.amazonaws.com',
      'sts.amazonaws.com',
      'autoscaling.amazonaws.com',
      'ssm.amazonaws.com',
      'cloudtrail.amazonaws.com',
      'logs.amazonaws.com',
      'events.amazonaws.com',
      'lambda.amazonaws.com',
      'organizations.amazonaws.com',
    ],
    readOnly: [false, 'false', { exists: false }],
    fact: { 'evidence.omitted': true },
  },
  by: view => [
    { api: `${view.record.eventSource.split('.')[0]}:${view.record.eventName}`, principal: said(view, 'principal.id') },
  ],
  resources: view => texts(view, 'evidence.missing'),
  attack: ['T1685.002', 'T1685'],
  why: 'CloudTrail leaves out parameters above 100 KB, and rules that look at them see nothing. A request padded until its record is empty is a way past every rule that judges content.',
  references: [
    'CloudTrail User Guide, "Record contents" (omitted)',
    'CloudTrail User Guide, "Quotas in AWS CloudTrail"',
  ],
  runbook: [
    'Look at what was made, not at what was asked: aws ec2 describe-launch-template-versions, aws ec2 describe-fleets, aws iam get-role-policy, for the call that the title names, at the time of the event.',
    'Judge it by hand against the rules that look at this call: npx tripline detections | grep -i CALL.',
    'Ask its principal why the request was so large: a fleet with hundreds of overrides is, a role policy is not.',
    lookAround,
  ],
  blind: [
    'A record above 256 KB is sent neither to EventBridge nor to CloudWatch Logs: nothing arrives at all.',
    'Values that CloudTrail cut inside (a long user agent, an error message) carry no mark.',
    'The mark is documented as true and printed as text in samples: both count; other forms would not.',
  ],
  examples: {
    matches: [
      {
        name: "a fleet's request is too large to record",
        event: call('ec2', 'CreateFleet', { userIdentity: karpenter, requestParameters: omitted }),
      },
      {
        name: "a policy's is, and the mark is text",
        event: call('iam', 'PutRolePolicy', {
          awsRegion: 'us-east-1',
          requestParameters: { ...omitted, omitted: 'true' },
        }),
      },
      {
        name: 'the response of a launch is, in an older record that does not say readOnly',
        event: call('ec2', 'RunInstances', {
          responseElements: { ...omitted, reason: 'responseElements too large' },
          readOnly: undefined,
        }),
      },
    ],
    misses: [
      {
        name: 'a request that is there',
        event: call('ec2', 'CreateFleet', { requestParameters: { CreateFleetRequest: {} } }),
      },
      { name: 'a large description', event: call('ec2', 'DescribeInstances', { requestParameters: omitted }) },
      { name: 'a service that no rule looks at', event: call('batch', 'SubmitJob', { requestParameters: omitted }) },
    ],
  },
});
