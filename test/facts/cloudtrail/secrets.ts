import { call, nodeSession, refused } from '../../../core/cloudtrail/example.ts';
import { asks, each, type Said } from './saying.ts';

const secret = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:aws.cluster.x-k8s.io/0a1b-AbCdEf';
const parameter = 'arn:aws:ssm:eu-west-1:111122223333:parameter/cluster.x-k8s.io/0a1b';

const secretWrites =
  'PutSecretValue UpdateSecret UpdateSecretVersionStage PutResourcePolicy ReplicateSecretToRegions AssociateCrossAccountReplica';
const parameterWrites = 'PutParameter LabelParameterVersion';

export const bootstrap: readonly Said[] = [
  ...each(
    'secretsmanager',
    secretWrites,
    { secretId: secret },
    { 'bootstrap.written': true, 'bootstrap.own': false },
    { userIdentity: nodeSession() },
  ),
  ...each(
    'ssm',
    parameterWrites,
    { name: parameter },
    { 'bootstrap.written': true, 'bootstrap.own': false },
    { userIdentity: nodeSession() },
  ),
  ...each(
    'ssm',
    'GetParametersByPath',
    { path: '/', recursive: true },
    { 'bootstrap.resource': '/', 'bootstrap.written': false },
  ),
  ...each('ssm', 'GetParametersByPath', { path: '/', recursive: false }, { 'bootstrap.kind': 'none' }),
  [
    asks('ec2', 'DescribeInstanceAttribute', { attribute: 'userData', instanceId: 'i-0aaaabbbbccccdddd' }),
    { 'bootstrap.kind': 'user-data', 'bootstrap.resource': 'i-0aaaabbbbccccdddd', 'bootstrap.own': false },
  ],
  [
    asks(
      'ec2',
      'DescribeInstanceAttribute',
      { attribute: 'userData', instanceId: 'i-0aaaabbbbccccdddd' },
      { userIdentity: nodeSession() },
    ),
    { 'bootstrap.own': true },
  ],
  [
    asks('ec2', 'DescribeInstanceAttribute', { attribute: 'instanceType', instanceId: 'i-0aaaabbbbccccdddd' }),
    { 'bootstrap.kind': 'none' },
  ],
  [
    asks('ec2', 'GetConsoleOutput', { instanceId: 'i-0aaaabbbbccccdddd' }),
    { 'bootstrap.kind': 'console', 'bootstrap.resource': 'i-0aaaabbbbccccdddd', 'bootstrap.own': false },
  ],
  [asks('ec2', 'GetLaunchTemplateData', { instanceId: 'i-0aaaabbbbccccdddd' }), { 'bootstrap.kind': 'user-data' }],
  [
    asks('ec2', 'DescribeLaunchTemplateVersions', {
      DescribeLaunchTemplateVersionsRequest: { LaunchTemplateName: 'shop' },
    }),
    { 'bootstrap.kind': 'launch-template', 'bootstrap.resource': 'shop' },
  ],
  // In whichever member a call names it.
  ...['aws.cluster.x-k8s.io/0a1b', secret].flatMap(name =>
    [{ secretId: name }, { secretIdList: ['shop', name] }].flatMap(request =>
      each('secretsmanager', `GetSecretValue BatchGetSecretValue ${secretWrites}`, request, {
        'bootstrap.kind': 'secret',
        'bootstrap.resource': name,
      }),
    ),
  ),
  ...['GetSecretValue', 'BatchGetSecretValue', ...secretWrites.split(' ')].map(
    (api): Said => [call('secretsmanager', api, refused(api, secret)), { 'bootstrap.resource': secret }],
  ),
  ...['/cluster.x-k8s.io/0a1b', '/cluster.x-k8s.io', parameter].flatMap(name =>
    [{ name }, { names: ['/shop', name] }, { path: name }].flatMap(request =>
      each('ssm', `GetParameter GetParameters GetParameterHistory GetParametersByPath ${parameterWrites}`, request, {
        'bootstrap.kind': 'parameter',
        'bootstrap.resource': name,
      }),
    ),
  ),
  ...['GetParameter', 'GetParameters', 'GetParameterHistory', 'GetParametersByPath', ...parameterWrites.split(' ')].map(
    (api): Said => [call('ssm', api, refused(api, parameter)), { 'bootstrap.resource': parameter }],
  ),
  [asks('secretsmanager', 'GetSecretValue', { secretId: 'shop/aws.cluster.x-k8s.io/1' }), { 'bootstrap.kind': 'none' }],
  [asks('ssm', 'GetParameter', { name: '/shop/cluster.x-k8s.io' }), { 'bootstrap.kind': 'none' }],
];

export const parameters: readonly Said[] = [
  ...each(
    'ssm',
    'PutParameter DeleteParameter LabelParameterVersion',
    { name: '/shop/ami' },
    { 'parameter.images': ['/shop/ami'] },
  ),
  ...each('ssm', 'DeleteParameters', { names: ['/shop/ami', '/shop/db'] }, { 'parameter.images': ['/shop/ami'] }),
  // By ARN, with a path and without.
  ...each(
    'ssm',
    'LabelParameterVersion',
    { name: 'arn:aws:ssm:eu-west-1:111122223333:parameter/shop/ami' },
    { 'parameter.images': ['/shop/ami'] },
  ),
  ...each(
    'ssm',
    'LabelParameterVersion',
    { name: 'arn:aws:ssm:eu-west-1:111122223333:parameter/ami-web' },
    { 'parameter.images': ['ami-web'] },
  ),
  ...each(
    'ssm',
    'LabelParameterVersion',
    { name: 'arn:aws:ssm:eu-west-1:111122223333:x/ami' },
    {
      'parameter.images': ['arn:aws:ssm:eu-west-1:111122223333:x/ami'],
    },
  ),
  ...each('ssm', 'PutParameter', { name: 'a:parameter/ami' }, { 'parameter.images': ['a:parameter/ami'] }),
  ...each(
    'ssm',
    'DeleteParameters',
    { names: ['/b/ami', '/a/ami', 7, '/a/ami'] },
    { 'parameter.images': ['/a/ami', '/b/ami'] },
  ),
  ...each('ssm', 'GetParameter', { name: '/shop/ami' }, { 'parameter.images': [] }),
  ...each('ssm', 'PutParameter', { name: '/shop/db', dataType: 'aws:ec2:image' }, { 'parameter.images': ['/shop/db'] }),
];
