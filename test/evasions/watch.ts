import { call } from '../../core/cloudtrail/example.ts';
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
      form: 'what our function reads, given to another one',
      event: other(
        'lambda',
        'UpdateEventSourceMapping20150331',
        { uUID: '00000000-0000-4000-8000-000000000001', functionName: 'thief' },
        {
          record: {
            responseElements: {
              functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:thief',
              eventSourceArn: `arn:aws:sqs:eu-west-1:111122223333:${ours}`,
            },
          },
        },
      ),
      seen: blinded,
    },
    {
      form: 'our queue read by a pipe (CreatePipe)',
      event: other('pipes', 'CreatePipe', {
        name: 'x',
        source: `arn:aws:sqs:eu-west-1:111122223333:${ours}`,
        target: 'arn:aws:sqs:eu-west-1:111122223333:x',
      }),
      seen: blinded,
    },
    {
      form: 'our queue read by hand (ReceiveMessage, DeleteMessage)',
      event: other('sqs', 'DeleteMessage', { queueUrl: `https://sqs.eu-west-1.amazonaws.com/111122223333/${ours}` }),
      seen: unseen(
        'a data event, of which busy queues make thousands a minute: a canary that was taken is told (pipeline/canary-lost), a single event is not',
      ),
    },
    {
      form: 'all the account’s concurrency reserved for another function',
      event: other('lambda', 'PutFunctionConcurrency20171031', {
        functionName: 'thief',
        reservedConcurrentExecutions: 900,
      }),
      seen: unseen(
        'whose function it is says nothing: ours that are throttled are told by alarms, and what they should have read waits for them',
      ),
    },
    {
      form: 'a region with clusters disabled',
      event: call('account', 'DisableRegion', { requestParameters: { regionName: 'eu-south-1' } }),
      seen: unseen(
        'its clusters go with it; a canary that no longer comes back from there is told (pipeline/canary-lost)',
      ),
    },
    {
      form: 'our function invoked with events of one’s own',
      event: other('lambda', 'Invoke', { functionName: ours }),
      seen: unseen('a data event; who may do it can make findings and silence none'),
    },
    {
      form: 'the account’s own event bus encrypted with a key that is then disabled',
      event: other('events', 'UpdateEventBus', {
        name: 'default',
        kmsKeyIdentifier: 'arn:aws:kms:eu-west-1:444455556666:key/0a1b2c3d-0000-4000-8000-000000000001',
      }),
      seen: blinded,
    },
    {
      form: 'our metrics no longer read out of our logs (METRIC_EXTRACTION_POLICY)',
      event: other('logs', 'PutAccountPolicy', { policyName: 'x', policyType: 'METRIC_EXTRACTION_POLICY' }),
      seen: blinded,
    },
    {
      form: 'our metrics forged (PutMetricData)',
      event: other('monitoring', 'PutMetricData', { namespace: 'Tripline' }),
      seen: unseen(
        'a data event that every workload makes: alarms on AWS’s own metrics can’t be forged so, and what else is late is a finding (pipeline/canary-lost, pipeline/source-silent)',
      ),
    },
    {
      form: 'an event data store that takes in one region alone',
      event: trail('UpdateEventDataStore', { eventDataStore: 'x', multiRegionEnabled: false }),
      seen: blinded,
    },
    {
      form: 'the account closed',
      event: other('organizations', 'CloseAccount', { accountId: '111122223333' }),
      seen: blinded,
    },
    {
      form: 'the account moved from under the policies that guard it',
      event: other('organizations', 'MoveAccount', {
        accountId: '111122223333',
        sourceParentId: 'ou-x',
        destinationParentId: 'r-x',
      }),
      seen: ['cloudtrail/controller-role-policy-changed', 'high'],
    },
    {
      form: 'what an archive is read from, owned by those who write it',
      event: other('s3', 'PutBucketOwnershipControls', { bucketName: 'org-cloudtrail' }),
      seen: blinded,
    },
    {
      form: 'a copy of our table in another region, which is written there',
      event: other('dynamodb', 'UpdateTable', {
        tableName: ours,
        replicaUpdates: [{ create: { regionName: 'us-west-2' } }],
      }),
      seen: blinded,
    },
    {
      form: 'our findings exported, to learn what is seen',
      event: other('dynamodb', 'ExportTableToPointInTime', {
        tableArn: `arn:aws:dynamodb:eu-west-1:111122223333:table/${ours}`,
        s3Bucket: 'x',
      }),
      seen: unseen('it reads and blinds nothing; who may read the table knows as much without it'),
    },
    {
      form: 'the access entry of our reader deleted',
      event: eks('DeleteAccessEntry', {
        principalArn: `arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2F${ours}`,
      }),
      seen: unseen('what can no longer be read is a finding (pipeline/object-unread)'),
    },
    {
      form: 'GuardDuty no longer told to the account that watches it',
      event: other('guardduty', 'DisassociateFromAdministratorAccount', { detectorId: 'x' }),
      seen: unseen('GuardDuty is a second watch: what it watches is the account’s to say'),
    },
    {
      form: 'the recorder of AWS Config stopped',
      event: other('config', 'StopConfigurationRecorder', { configurationRecorderName: 'default' }),
      seen: unseen('nothing here is judged by it'),
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
      form: 'a body with a field that nests deeper than is read',
      event: audit('patch', 'configmaps', {
        objectRef: { namespace: 'kube-system', name: 'aws-auth' },
        requestObject: {
          data: {
            mapUsers: '- userarn: arn:aws:iam::111122223333:user/x\n  username: x\n  groups: [system:masters]\n',
          },
          x: JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`),
        },
      }),
      seen: ['kubernetes/aws-auth-changed', 'critical'],
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
  traceless: [
    [
      'announcements forged under the ids of true ones, so that channels believe that those were said (sns:Publish)',
      'the topic refuses every role but the stage’s own',
    ],
    [
      'a heartbeat that goes on at the hub where the stage is gone (events:PutEvents)',
      'the hub takes heartbeats only from a role named as the function’s that makes them',
    ],
    [
      'findings forged on the bus (events:PutEvents)',
      'whoever may put events there is believed by who listens, the hub included, in the name of that account alone',
    ],
    [
      'our metrics forged by lines in our functions’ logs (logs:PutLogEvents)',
      'alarms on AWS’s own metrics can’t be forged so, and what else is late is a finding',
    ],
    [
      'the state that the deployment keeps in a bucket, rewritten before the next one',
      'it is a data event of that bucket: the guard topics report what the next deployment changes',
    ],
  ],
};
