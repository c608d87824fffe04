import { call, refused, roleSession } from '../../core/cloudtrail/example.ts';
import { platform } from '../../core/cloudtrail/example-callers.ts';
import { other } from '../../core/cloudtrail/example-iam.ts';
import { texts } from '../../core/cloudtrail/said.ts';
import { lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';

const topic = 'arn:aws:sns:eu-west-1:111122223333:tripline-prod-AlertsTopic-abcdefgh';
const fn = 'tripline-prod-CloudTrailFunction-abcdefgh';
const table = 'tripline-prod-FindingsTable-abcdefgh';
const pipelineRole = roleSession('tripline-prod-CloudTrailFunctionRole-abcdefgh', fn);

export const detection = cloudtrail({
  id: 'cloudtrail/detection-disabled',
  title: '{attempt}{principal} blinded monitoring: {resource} ({blinding.how})',
  severity: [
    ['low', { fact: { 'principal.kind': 'platform', 'call.outcome': 'denied' } }],
    ['medium', { fact: { 'principal.kind': 'platform' } }],
    ['medium', { fact: { 'call.outcome': 'denied' } }],
    'critical',
  ],
  when: { fact: { 'blinding.how': [{ 'anything-but': 'none' }], 'call.outcome': ['succeeded', 'denied'] } },
  by: view => texts(view, 'blinding.resources').map(resource => ({ resource })),
  resources: view => texts(view, 'blinding.resources'),
  attack: ['T1685', 'T1685.002', 'T1070'],
  why: 'Before something is done that would be seen, what would see it is switched off: the trail, the log, the rule, the function, the topic. This is often the only record of what follows.',
  references: [
    'CloudTrail User Guide, "Logging management events"',
    'CloudWatch Logs API Reference, PutSubscriptionFilter; PutAccountPolicy',
    'EventBridge API Reference, PutRule; Lambda API Reference, PutFunctionConcurrency',
    'Stratus Red Team, aws.defense-evasion (recorded events)',
    'adanalvarez/TrailDiscover, simulated refusals (recorded events of CloudTrail, Logs, EventBridge, Lambda, CloudWatch, IAM)',
  ],
  runbook: [
    "Confirm that it was not a deployment: the pipeline's own releases run under the platform's role; anything else is an incident until shown otherwise.",
    'Put it back at once: aws cloudtrail start-logging --region REGION --name TRAIL; aws events enable-rule --region REGION --name RULE; aws lambda delete-function-concurrency --region REGION --function-name FUNCTION; or deploy the stage again: npx sst deploy --stage STAGE.',
    'Close the gap: event history keeps 90 days even without a trail: aws cloudtrail lookup-events --start-time GAP_START --end-time GAP_END --region REGION > gap.json; then npx tripline scan gap.json.',
    revokeCaller,
    lookAround,
  ],
  blind: [
    'What stops delivery of this very record is not seen by it: the stack watches itself by a second path, and `pipeline/source-silent` says when a source falls silent.',
    'Resources of the pipeline are known by the names SST gives them (`tripline-…`); trails and buckets by any name that says CloudTrail, or by the settings; keys only by an alias of ours, or by the settings.',
    'Whether a new retention, filter or policy is narrower than the former is not in the record: retention counts from 7 days down, subscription filters when they bear our name.',
    'What is refused is recorded without its parameters (S3 and EC2 keep them): the message names the trail, group, rule, function, alarm …, and nothing tells what it would have become.',
    'An e-mail recipient who unsubscribes by the link in the message leaves no record of a principal.',
    'Items of our tables written by others are data events: seen only where a trail logs them; in PartiQL not even there, for those calls bear the name of the Redshift Data API’s, which busy accounts make all day.',
  ],
  examples: {
    matches: [
      {
        name: 'a trail is stopped',
        event: other('cloudtrail', 'StopLogging', { name: 'organization-trail' }),
        severity: 'critical',
      },
      {
        name: 'GuardDuty’s detector is deleted',
        event: other('guardduty', 'DeleteDetector', { detectorId: '12abc34d567e8fa901bc2d34e56789f0' }),
        severity: 'critical',
      },
      {
        name: 'a rule of ours is put again, disabled',
        event: other('events', 'PutRule', { name: 'tripline-prod-CloudTrailRule-abcdefgh', state: 'DISABLED' }),
        severity: 'critical',
      },
      {
        name: 'a function of ours may no longer run, by its versioned API',
        event: other('lambda', 'PutFunctionConcurrency20171031', { functionName: fn, reservedConcurrentExecutions: 0 }),
        severity: 'critical',
      },
      {
        name: 'a stranger subscribes to our alerts',
        event: other('sns', 'Subscribe', {
          topicArn: topic,
          protocol: 'email',
          endpoint: 'HIDDEN_DUE_TO_SECURITY_REASONS',
        }),
        severity: 'critical',
      },
      {
        name: 'the platform deploys a new version of a function',
        event: other('lambda', 'UpdateFunctionCode20150331v2', { functionName: fn }, { by: platform }),
        severity: 'medium',
      },
      {
        name: 'a stranger writes an item of ours',
        event: other('dynamodb', 'PutItem', { tableName: table }),
        severity: 'critical',
      },
      {
        name: 'a trail no longer writes to its log group',
        event: other('cloudtrail', 'UpdateTrail', { name: 'organization-trail', cloudWatchLogsLogGroupArn: '' }),
        severity: 'critical',
      },
      {
        name: 'the log group of a cluster gets a key that somebody else may take back',
        event: other('logs', 'AssociateKmsKey', {
          resourceIdentifier: 'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod/cluster',
          kmsKeyId: 'arn:aws:kms:eu-west-1:444455556666:key/00000000-0000-0000-0000-000000000000',
        }),
        severity: 'critical',
      },
      {
        name: 'our alerts are masked on their topic',
        event: other('sns', 'PutDataProtectionPolicy', { resourceArn: topic }),
        severity: 'critical',
      },
      {
        name: 'a table of ours is starved',
        event: other('dynamodb', 'UpdateTable', { tableName: table, onDemandThroughput: { maxWriteRequestUnits: 1 } }),
        severity: 'critical',
      },
      {
        name: 'dead letters of ours are moved to a queue of a stranger',
        event: other('sqs', 'StartMessageMoveTask', {
          sourceArn: 'arn:aws:sqs:eu-west-1:111122223333:tripline-prod-CloudTrailDeadQueue-abcdefgh',
          destinationArn: 'arn:aws:sqs:eu-west-1:111122223333:orders',
        }),
        severity: 'critical',
      },
      {
        name: 'alarms of ours are muted',
        event: other('monitoring', 'PutAlarmMuteRule', {
          name: 'quiet',
          rule: { schedule: { expression: 'cron(0 0 * * *)', duration: 'P1D' } },
          muteTargets: { alarmNames: ['tripline-prod-SweepAlarm-abcdefgh'] },
        }),
        severity: 'critical',
      },
      {
        name: 'somebody is refused a rule of ours, which only the message names',
        event: call(
          'events',
          'DisableRule',
          refused('DisableRule', 'arn:aws:events:eu-west-1:111122223333:rule/tripline-prod-CloudTrailRule-abcdefgh'),
        ),
        severity: 'medium',
      },
      {
        name: 'the platform is refused one of ours',
        event: call('events', 'DisableRule', {
          ...refused('DisableRule', 'arn:aws:events:eu-west-1:111122223333:rule/tripline-prod-CloudTrailRule-abcdefgh'),
          userIdentity: platform,
        }),
        severity: 'low',
      },
      {
        name: 'somebody tries to leave the organization, and with it its trail',
        event: other('organizations', 'LeaveOrganization', null, { record: { errorCode: 'AccessDenied' } }),
        severity: 'medium',
      },
    ],
    misses: [
      { name: 'a trail is started', event: other('cloudtrail', 'StartLogging', { name: 'organization-trail' }) },
      {
        name: 'a trail that is not there',
        event: other(
          'cloudtrail',
          'StopLogging',
          { name: 'gone' },
          { record: { errorCode: 'TrailNotFoundException' } },
        ),
      },
      {
        name: "somebody else's function is replaced",
        event: other('lambda', 'UpdateFunctionCode20150331v2', { functionName: 'checkout' }),
      },
      {
        name: 'dead letters of ours go back to where they came from',
        event: other('sqs', 'StartMessageMoveTask', {
          sourceArn: 'arn:aws:sqs:eu-west-1:111122223333:tripline-prod-CloudTrailDeadQueue-abcdefgh',
        }),
      },
      {
        name: 'a table of ours is labelled',
        event: other('dynamodb', 'UpdateTable', { tableName: table, tableClass: 'STANDARD' }),
      },
      {
        name: 'our own function writes an item',
        event: other('dynamodb', 'PutItem', { tableName: table }, { by: pipelineRole }),
      },
      {
        name: "somebody else's topic gets a subscriber",
        event: other('sns', 'Subscribe', { topicArn: 'arn:aws:sns:eu-west-1:111122223333:orders' }),
      },
    ],
  },
});
