import { call } from '../../../core/cloudtrail/example.ts';
import { asks, each, type Said } from './saying.ts';

const named = { instanceId: 'i-0aaaabbbbccccdddd' };
const listed = { instancesSet: { items: [named] } };
const target = { 'instance.targets': ['i-0aaaabbbbccccdddd'] };
export const instances: readonly Said[] = [
  [
    asks('ec2', 'ModifyInstanceAttribute', { ...named, userData: '<sensitiveDataRemoved>' }),
    { 'instance.act': 'user-data', ...target },
  ],
  [asks('ec2', 'CreateReplaceRootVolumeTask', named), { 'instance.act': 'root-volume', ...target }],
  [asks('ec2', 'AttachVolume', { ...named, device: '/dev/xvda' }), { 'instance.act': 'root-volume', ...target }],
  [
    asks('ec2', 'AssociateIamInstanceProfile', { ...named, iamInstanceProfile: { name: 'shop' } }),
    { 'instance.act': 'profile', 'instance.profile': 'shop', ...target },
  ],
  [
    asks(
      'ec2',
      'ReplaceIamInstanceProfileAssociation',
      { iamInstanceProfile: { arn: 'arn:aws:iam::111122223333:instance-profile/shop' } },
      {
        responseElements: { iamInstanceProfileAssociation: named },
      },
    ),
    { 'instance.act': 'profile', 'instance.profile': 'shop', ...target },
  ],
  ...each('ec2', 'StopInstances StartInstances TerminateInstances', listed, api => ({
    'instance.act': api.slice(0, -'Instances'.length).toLowerCase(),
    ...target,
  })),
  [asks('ec2', 'CreateImage', named), { 'instance.act': 'copy', ...target }],
  [asks('ec2', 'CreateSnapshots', { instanceSpecification: named }), { 'instance.act': 'copy', ...target }],
  [asks('ec2', 'GetPasswordData', named), { 'instance.act': 'enter', ...target }],
  ...each('ec2-instance-connect', 'SendSSHPublicKey SendSerialConsoleSSHPublicKey', named, {
    'instance.act': 'enter',
    ...target,
  }),
  [asks('ssm', 'StartSession', { target: 'i-0aaaabbbbccccdddd' }), { 'instance.act': 'enter', ...target }],
  [
    asks('ssm', 'SendCommand', { instanceIds: ['i-0aaaabbbbccccdddd'] }),
    { 'instance.act': 'enter', ...target, 'instance.selectors': [] },
  ],
  ...each(
    'ssm',
    'CreateAssociation UpdateAssociation RegisterTaskWithMaintenanceWindow UpdateMaintenanceWindowTask RegisterTargetWithMaintenanceWindow UpdateMaintenanceWindowTarget',
    {
      targets: [
        { key: 'InstanceIds', values: ['i-0aaaabbbbccccdddd'] },
        { key: 'tag:eks', values: ['a', 'b'] },
      ],
    },
    { 'instance.act': 'enter', ...target, 'instance.selectors': ['tag:eks=a,b'] },
  ),
  [asks('ssm', 'CreateAssociationBatch', { entries: [named] }), { 'instance.act': 'enter', ...target }],
  [
    asks('ec2', 'ModifyInstanceMetadataOptions', { ...named, httpTokens: 'optional' }),
    { 'instance.weakened': ['tokens-optional'], 'instance.metadata-of': 'i-0aaaabbbbccccdddd' },
  ],
  [
    asks('ec2', 'ModifyInstanceMetadataDefaults', { httpTokens: 'no-preference' }),
    { 'instance.weakened': ['tokens-unset'], 'instance.metadata-of': 'defaults' },
  ],
  [
    asks('ec2', 'ModifyInstanceMetadataDefaults', { httpPutResponseHopLimit: -1 }),
    { 'instance.weakened': ['hop-limit-unset'] },
  ],
  [
    asks('ec2', 'ModifyInstanceMetadataDefaults', { httpTokens: 'required', httpPutResponseHopLimit: -1 }),
    { 'instance.weakened': [] },
  ],
  [
    asks('ec2', 'ModifyInstanceMetadataDefaults', { httpTokensEnforced: 'no-preference' }),
    { 'instance.weakened': ['enforcement-disabled'] },
  ],
];

const queue = 'https://sqs.eu-west-1.amazonaws.com/111122223333/prod';
export const interruption: readonly Said[] = [
  ...each(
    'sqs',
    'SetQueueAttributes AddPermission',
    { queueUrl: queue, attributes: { Policy: '' } },
    { 'interruption.queues': ['prod'], 'interruption.opened': true },
  ),
  ...each(
    'sqs',
    'RemovePermission DeleteQueue PurgeQueue',
    { queueUrl: queue },
    { 'interruption.queues': ['prod'], 'interruption.opened': false },
  ),
  [
    asks('events', 'PutTargets', { targets: [{ arn: 'arn:aws:sqs:eu-west-1:111122223333:prod' }] }),
    { 'interruption.queues': ['prod'], 'interruption.opened': true },
  ],
  [
    asks('events', 'PutTargets', {
      targets: [
        'sqs:eu-west-1:111122223333:prod',
        'sqs:eu-west-1:111122223333:Karpenter-a',
        'sns:eu-west-1:111122223333:prod-karpenter',
        'sqs:x',
      ].map(arn => ({ arn: `arn:aws:${arn}` })),
    }),
    { 'interruption.queues': ['Karpenter-a', 'prod'] },
  ],
  [
    asks('events', 'PutTargets', { targets: [{}, { arn: 'arn:aws:sns:eu-west-1:111122223333:prod' }] }),
    { 'interruption.queues': [] },
  ],
  ...each(
    'sqs',
    'SetQueueAttributes CreateQueue',
    { attributes: { RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:prod"}' } },
    { 'interruption.queues': ['prod'], 'interruption.opened': true },
  ),
  ...each(
    'sqs',
    'SetQueueAttributes CreateQueue',
    { attributes: { RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sns:eu-west-1:111122223333:prod"}' } },
    { 'interruption.queues': [], 'interruption.opened': false },
  ),
  [
    asks('sqs', 'SetQueueAttributes', { queueUrl: queue, attributes: { RedrivePolicy: '{' } }),
    { 'interruption.queues': ['prod'], 'interruption.opened': false },
  ],
  [
    asks('events', 'PutTargets', {
      targets: [{ arn: 'x', deadLetterConfig: { arn: 'arn:aws:sqs:eu-west-1:111122223333:prod' } }],
    }),
    { 'interruption.queues': ['prod'], 'interruption.opened': true },
  ],
  [asks('sqs', 'PurgeQueue', {}), { 'interruption.queues': [], 'interruption.opened': false }],
  [
    asks('sqs', 'SetQueueAttributes', { queueUrl: queue, attributes: { VisibilityTimeout: '1' } }),
    { 'interruption.opened': false },
  ],
  // By its usual name, where settings name no cluster.
  ...each(
    'sqs',
    'SetQueueAttributes AddPermission RemovePermission DeleteQueue PurgeQueue',
    { queueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/Karpenter-shop' },
    { 'interruption.queues': ['Karpenter-shop'] },
  ),
  [
    asks('sqs', 'CreateQueue', {
      attributes: { RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:Karpenter-shop"}' },
    }),
    { 'interruption.queues': ['Karpenter-shop'], 'interruption.opened': true },
  ],
  // Other services have calls of these names.
  ...each(
    'sns',
    'AddPermission',
    { topicArn: 'arn:aws:sns:eu-west-1:111122223333:prod' },
    { 'interruption.opened': false },
  ),
  ...each('lambda', 'AddPermission20150331v2', { functionName: 'prod' }, { 'interruption.opened': false }),
  [asks('sqs', 'DeleteQueue', { queueUrl: `${queue}-other` }), { 'interruption.queues': [] }],
];

export const sensitive: readonly Said[] = [
  ...each('iam', 'ListRoles', {}, { 'call.sensitive': true }),
  ...each('organizations', 'ListAccounts', {}, { 'call.sensitive': true }),
  ...each('account', 'GetContactInformation', {}, { 'call.sensitive': true }),
  ...each(
    'sts',
    'AssumeRole AssumeRoleWithWebIdentity GetFederationToken GetSessionToken GetScopedCredentials',
    {},
    { 'call.sensitive': true },
  ),
  ...each('secretsmanager', 'GetSecretValue BatchGetSecretValue', {}, { 'call.sensitive': true }),
  ...each('ssm', 'GetParameter GetParametersByPath SendCommand StartSession', {}, { 'call.sensitive': true }),
  ...each(
    'ec2',
    'RunInstances CreateFleet RequestSpotFleet CreateLaunchTemplate ModifySnapshotAttribute ModifyImageAttribute GetPasswordData',
    {},
    { 'call.sensitive': true },
  ),
  ...each('kms', 'Decrypt', {}, { 'call.sensitive': true }),
  ...each('sts', 'GetCallerIdentity', {}, { 'call.sensitive': false }),
  ...each('secretsmanager', 'ListSecrets', {}, { 'call.sensitive': false }),
  ...each('ssm', 'SendCommands UpdateInstanceInformation', {}, { 'call.sensitive': false }),
  ...each('ec2', 'DescribeInstances', {}, { 'call.sensitive': false }),
  ...each('kms', 'DecryptAll ReEncrypt', {}, { 'call.sensitive': false }),
];

export const outcomes: readonly Said[] = [
  [call('ec2', 'RunInstances'), { 'call.outcome': 'succeeded' }],
  [call('ec2', 'RunInstances', { errorCode: 'Client.UnauthorizedOperation' }), { 'call.outcome': 'denied' }],
  [call('ec2', 'RunInstances', { errorCode: 'Client.DryRunOperation' }), { 'call.outcome': 'dry-run' }],
  [call('signin', 'ConsoleLogin', { errorMessage: 'Failed authentication' }), { 'call.outcome': 'failed' }],
];
