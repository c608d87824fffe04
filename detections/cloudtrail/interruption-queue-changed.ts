import { platform } from '../../core/cloudtrail/example-callers.ts';
import { type By, other } from '../../core/cloudtrail/example-iam.ts';
import { said, texts } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';

const url = (name: string) => `https://sqs.eu-west-1.amazonaws.com/111122223333/${name}`;
const sqs = (api: string, queue: string, request: JsonObject = {}, over: By = {}) =>
  other('sqs', api, { queueUrl: url(queue), ...request }, over);
const policy = (queue: string, over: By = {}) =>
  sqs(
    'SetQueueAttributes',
    queue,
    {
      attributes: {
        Policy:
          '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}]}',
      },
    },
    over,
  );
const target = (arn: string) => other('events', 'PutTargets', { rule: 'forged', targets: [{ id: '1', arn }] });
const handsOver = (queue: string, to: string) =>
  sqs('SetQueueAttributes', queue, {
    attributes: { RedrivePolicy: `{"deadLetterTargetArn":"${queueArn(to)}","maxReceiveCount":"1"}` },
  });
const queueArn = (name: string) => `arn:aws:sqs:eu-west-1:111122223333:${name}`;

export const detection = cloudtrail({
  id: 'cloudtrail/interruption-queue-changed',
  title: "{principal} changed Karpenter's interruption queue, or what sends to it, by {event}: {resource}",
  severity: [['high', { fact: { 'interruption.opened': true } }], 'medium'],
  when: { fact: { 'interruption.queues': [{ exists: true }], 'call.outcome': 'succeeded' } },
  unless: [{ fact: { 'principal.kind': ['platform', 'gitops', 'service'] } }],
  by: view => texts(view, 'interruption.queues').map(resource => ({ principal: said(view, 'principal.id'), resource })),
  attack: ['T1578.003', 'T1499'],
  why: 'Karpenter drains and ends whatever node a message in this queue says is about to be interrupted. Whoever may send to it ends nodes at will; without it, nodes go without being drained.',
  references: [
    'karpenter-provider-aws, website, Disruption ("Interruption") and the CloudFormation reference (KarpenterInterruptionQueue)',
    'SQS Developer Guide, "Logging Amazon SQS API calls using AWS CloudTrail"',
    'EventBridge API Reference, PutTargets',
    'SQS Developer Guide, "Using dead-letter queues in Amazon SQS" (RedriveAllowPolicy: by default any queue of the account and region)',
  ],
  runbook: [
    confirmCall,
    'See who may send, and what sends: aws sqs get-queue-attributes --region REGION --queue-url QUEUE_URL --attribute-names Policy RedriveAllowPolicy; aws sqs list-dead-letter-source-queues --region REGION --queue-url QUEUE_URL; aws events list-rule-names-by-target --region REGION --target-arn QUEUE_ARN.',
    'See what it ended: kubectl get events -A --field-selector reason=DisruptionTerminating; kubectl logs -n kube-system -l app.kubernetes.io/name=karpenter --tail=-1 --since 24h | grep interruption.',
    'Put the policy back (events.amazonaws.com and sqs.amazonaws.com alone): aws sqs set-queue-attributes --region REGION --queue-url QUEUE_URL --attributes file://POLICY; let no other queue hand over its dead letters: the attribute RedriveAllowPolicy={"redrivePermission":"denyAll"}; remove a forged rule: aws events remove-targets --region REGION --rule RULE --ids ID.',
    `${revokeCaller}. ${lookAround}`,
  ],
  blind: [
    'Messages themselves are data events, which trails leave out as a rule: who sends is seen by what Karpenter does.',
    'A queue of another name: list it in the setting `interruptionQueues`.',
    'A schedule, pipe or function that sends by a role which may is not seen: the role is.',
    'What a policy allows is not judged: any that somebody else than the platform writes is said.',
    'That rules are deleted or switched off is not judged: nodes are then ended without a drain.',
  ],
  examples: {
    matches: [
      {
        name: 'a person writes the policy of the queue, which is named as its cluster',
        event: policy('prod'),
        severity: 'high',
      },
      { name: 'of one with a usual name', event: policy('Karpenter-batch'), severity: 'high' },
      {
        name: 'of one that the settings list',
        event: policy('node-endings'),
        settings: { interruptionQueues: ['node-*'] },
        severity: 'high',
      },
      {
        name: 'a person lets another account send',
        event: sqs('AddPermission', 'prod', { actions: ['SendMessage'], aWSAccountIds: ['444455556666'], label: 'x' }),
        severity: 'high',
      },
      { name: 'a person has a rule send to it', event: target(queueArn('prod')), severity: 'high' },
      {
        name: 'a person has another queue hand over what nobody takes from it',
        event: handsOver('orders', 'prod'),
        severity: 'high',
      },
      {
        name: 'a queue is made to hand over at once',
        event: other('sqs', 'CreateQueue', {
          queueName: 'orders',
          attributes: { RedrivePolicy: `{"deadLetterTargetArn":"${queueArn('prod')}","maxReceiveCount":1}` },
        }),
        severity: 'high',
      },
      {
        name: 'a rule hands over what it could not deliver',
        event: other('events', 'PutTargets', {
          rule: 'forged',
          targets: [{ id: '1', arn: queueArn('orders'), deadLetterConfig: { arn: queueArn('prod') } }],
        }),
        severity: 'high',
      },
      {
        name: 'its own dead letters go elsewhere',
        event: handsOver('prod', 'orders'),
        severity: 'medium',
      },
      { name: 'a person deletes it', event: sqs('DeleteQueue', 'prod'), severity: 'medium' },
      {
        name: 'a person makes its messages late',
        event: sqs('SetQueueAttributes', 'prod', { attributes: { DelaySeconds: '900' } }),
        severity: 'medium',
      },
    ],
    misses: [
      { name: 'the platform writes the policy', event: policy('prod', { by: platform }) },
      { name: 'the policy of another queue', event: policy('orders') },
      { name: 'a refused attempt', event: policy('prod', { record: { errorCode: 'AccessDenied' } }) },
      { name: 'another queue hands over to another', event: handsOver('orders', 'orders-dead') },
      { name: 'a rule sends to another queue', event: target(queueArn('orders')) },
      {
        name: 'a rule starts a function of the name',
        event: target('arn:aws:lambda:eu-west-1:111122223333:function:prod'),
      },
      { name: 'its attributes are read', event: sqs('GetQueueAttributes', 'prod', { attributeNames: ['Policy'] }) },
      { name: "another service's call of the name", event: other('example', 'DeleteQueue', { queueUrl: url('prod') }) },
    ],
  },
});
