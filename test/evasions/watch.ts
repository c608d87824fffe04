import { ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { eks, other } from '../../core/cloudtrail/example-iam.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { type Family, type Form, unseen } from './form.ts';

const named = { objectRef: { name: 'default' } };
const group = 'karpenter.sh';
const blinded: Form['seen'] = ['cloudtrail/detection-disabled', 'critical'];
const trail = (api: string, request: JsonObject) => other('cloudtrail', api, request);
const ours = 'tripline-prod-Findings';

/** What would blind the watch. */
export const ofWatch: Family = {
  goal: 'Blinding the watch',
  forms: [
    {
      form: 'the trail stopped',
      event: trail('StopLogging', { name: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/x' }),
      seen: blinded,
    },
    {
      form: 'GuardDuty’s detector deleted',
      event: other('guardduty', 'DeleteDetector', { detectorId: 'x' }),
      seen: blinded,
    },
    {
      form: 'GuardDuty’s detector switched off',
      event: other('guardduty', 'UpdateDetector', { detectorId: 'x', enable: false }),
      seen: blinded,
    },
    {
      form: 'one feature of GuardDuty’s switched off',
      event: other('guardduty', 'UpdateDetector', {
        detectorId: 'x',
        features: [{ name: 'EKS_AUDIT_LOGS', status: 'DISABLED' }],
      }),
      seen: unseen('GuardDuty is a second watch: what it watches is the account’s to say'),
    },
    {
      form: 'only what writes logged',
      event: trail('PutEventSelectors', {
        trailName: 'x',
        eventSelectors: [{ readWriteType: 'WriteOnly', includeManagementEvents: true }],
      }),
      seen: blinded,
    },
    {
      form: 'a service left out',
      event: trail('PutEventSelectors', {
        trailName: 'x',
        eventSelectors: [{ readWriteType: 'All', excludeManagementEventSources: ['kms.amazonaws.com'] }],
      }),
      seen: blinded,
    },
    {
      form: 'an advanced selector narrowed by one field',
      event: trail('PutEventSelectors', {
        trailName: 'x',
        advancedEventSelectors: [
          {
            fieldSelectors: [
              { field: 'eventCategory', equals: ['Management'] },
              { field: 'eventName', notEquals: ['x'] },
            ],
          },
        ],
      }),
      seen: blinded,
    },
    {
      form: 'an event data store narrowed',
      event: trail('UpdateEventDataStore', {
        eventDataStore: 'x',
        advancedEventSelectors: [{ fieldSelectors: [{ field: 'eventCategory', equals: ['Data'] }] }],
      }),
      seen: blinded,
    },
    {
      form: 'a trail sent elsewhere',
      event: trail('UpdateTrail', { name: 'x', cloudWatchLogsLogGroupArn: '' }),
      seen: blinded,
    },
    {
      form: 'the account taken out of the organization',
      event: other('organizations', 'RemoveAccountFromOrganization', { accountId: '111122223333' }),
      seen: blinded,
    },
    {
      form: 'control-plane logs off',
      event: eks('UpdateClusterConfig', {
        logging: {
          clusterLogging: [
            { types: ['api'], enabled: true },
            { types: ['audit'], enabled: 'false' },
          ],
        },
      }),
      seen: ['cloudtrail/eks-audit-logging-disabled', 'critical'],
    },
    {
      form: 'their log group deleted',
      event: other('logs', 'DeleteLogGroup', { logGroupName: '/aws/eks/prod/cluster' }),
      seen: blinded,
    },
    {
      form: 'its retention cut',
      event: other('logs', 'PutRetentionPolicy', { logGroupName: '/aws/eks/prod/cluster', retentionInDays: 1 }),
      seen: blinded,
    },
    {
      form: 'its events rewritten',
      event: other('logs', 'PutTransformer', {
        logGroupIdentifier: 'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod/cluster',
      }),
      seen: blinded,
    },
    {
      form: 'its events masked',
      event: other('logs', 'PutDataProtectionPolicy', { logGroupIdentifier: '/aws/eks/prod/cluster' }),
      seen: blinded,
    },
    {
      form: 'our subscription overwritten',
      event: other('logs', 'PutSubscriptionFilter', {
        logGroupName: '/aws/eks/prod/cluster',
        filterName: ours,
        filterPattern: 'x',
      }),
      seen: blinded,
    },
    {
      form: 'our rule rewritten',
      event: other('events', 'PutRule', { name: ours, state: 'ENABLED', eventPattern: '{}' }),
      seen: blinded,
    },
    {
      form: 'our function without concurrency',
      event: other('lambda', 'PutFunctionConcurrency20171031', {
        functionName: `arn:aws:lambda:eu-west-1:111122223333:function:${ours}`,
        reservedConcurrentExecutions: 0,
      }),
      seen: blinded,
    },
    {
      form: 'our queue read by another function',
      event: other('lambda', 'CreateEventSourceMapping20150331', {
        eventSourceArn: `arn:aws:sqs:eu-west-1:111122223333:${ours}`,
      }),
      seen: blinded,
    },
    {
      form: 'our table’s stream off',
      event: other('dynamodb', 'UpdateTable', { tableName: ours, streamSpecification: { streamEnabled: false } }),
      seen: blinded,
    },
    {
      form: 'our topic’s recipient removed',
      event: other('sns', 'Unsubscribe', { subscriptionArn: `arn:aws:sns:eu-west-1:111122223333:${ours}:x` }),
      seen: blinded,
    },
    {
      form: 'our alarm muted',
      event: other('monitoring', 'PutAlarmMuteRule', { muteTargets: { alarmNames: [ours] } }),
      seen: blinded,
    },
    {
      form: 'the key of our tables disabled by its alias',
      event: other('kms', 'DisableKey', { keyId: `alias/${ours}` }),
      seen: blinded,
    },
    {
      form: 'the key of our tables disabled by its id',
      event: other('kms', 'DisableKey', { keyId: '0a1b2c3d-0000-4000-8000-000000000001' }),
      seen: unseen('an id does not say whose key it is: functions that fail then are seen (pipeline/source-silent)'),
    },
    {
      form: 'whoever may call our function replaced (PutResourcePolicy)',
      event: other('lambda', 'PutResourcePolicy', {
        resourceArn: `arn:aws:lambda:eu-west-1:111122223333:function:${ours}`,
        policy: '{}',
      }),
      seen: blinded,
    },
    {
      form: 'items of our tables, in bulk from a bucket (StartBulkPutItems)',
      event: other('dynamodb', 'StartBulkPutItems', { tableName: ours, inputS3Configuration: { s3Bucket: 'x' } }),
      seen: blinded,
    },
    {
      form: 'items of our tables, in PartiQL',
      event: other('dynamodb', 'ExecuteStatement', { statement: `DELETE FROM "${ours}" WHERE pk='x'` }),
      seen: unseen(
        'it bears the name of a call of the Redshift Data API’s that busy accounts make all day, and is a data event besides',
      ),
    },
    {
      form: 'the log group of a new cluster, made before it, of a class without subscriptions',
      event: other('logs', 'CreateLogGroup', { logGroupName: '/aws/eks/next/cluster', logGroupClass: 'DELIVERY' }),
      seen: unseen(
        'groups are made all day; whoever deploys the watch over that cluster is told that it can’t subscribe',
      ),
    },
    {
      form: 'CloudTrail’s trusted access to the organization',
      event: other('organizations', 'DisableAWSServiceAccess', { servicePrincipal: 'cloudtrail.amazonaws.com' }),
      seen: unseen(
        'trails are seen when they fall silent (pipeline/source-silent); what it ends, and when, nothing says',
      ),
    },
    {
      form: 'a policy of the organization that denies our functions what they need',
      event: other('organizations', 'AttachPolicy', { policyId: 'p-x', targetId: '111122223333' }),
      seen: unseen('the call names the policy alone: functions that fail then are seen (pipeline/source-silent)'),
    },
    {
      form: 'events of a cluster deleted',
      event: audit('deletecollection', 'events', { objectRef: { namespace: 'default' } }),
      seen: unseen('they are for people to read: nothing is judged by them'),
    },
    {
      form: 'a call of more than CloudTrail keeps',
      event: ec2('RunInstances', { omitted: true, originalSize: 149_893, reason: 'requestParameters too large' }),
      seen: ['pipeline/evidence-omitted', 'medium'],
    },
    {
      form: 'a body of more than the audit log keeps',
      event: audit('patch', `nodepools.${group}`, { ...named, annotations: { 'audit.k8s.io/truncated': 'true' } }),
      seen: ['pipeline/audit-evidence-omitted', 'medium'],
    },
    {
      form: 'a refused try',
      event: other('cloudtrail', 'StopLogging', null, {
        record: {
          errorCode: 'AccessDenied',
          errorMessage:
            'User: x is not authorized to perform: cloudtrail:StopLogging on resource: arn:aws:cloudtrail:eu-west-1:111122223333:trail/x because no identity-based policy allows it',
        },
      }),
      seen: ['cloudtrail/detection-disabled', 'medium'],
    },
    {
      form: 'an audit id that another call has',
      event: audit('create', 'pods/exec', {
        objectRef: { namespace: 'kube-system', name: 'karpenter-x' },
        auditID: '00000000-0000-4000-8000-000000000000',
      }),
      after: [audit('list', 'pods', { auditID: '00000000-0000-4000-8000-000000000000' })],
      seen: ['kubernetes/controller-pod-entered', 'critical'],
    },
    {
      form: 'an address of one’s choice before one’s own',
      event: audit('patch', 'nodeclaims.karpenter.sh', {
        ...named,
        user: users.karpenter,
        sourceIPs: ['10.0.1.17', '10.0.1.18', '192.0.2.77'],
      }),
      seen: ['kubernetes/service-account-off-cluster', 'critical'],
    },
  ],
};
