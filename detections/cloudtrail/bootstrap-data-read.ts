import { call, karpenter, nodeSession, refused, roleSession } from '../../core/cloudtrail/example.ts';
import { autoScaling } from '../../core/cloudtrail/example-callers.ts';
import { wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import { refusal, said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';

const secretId = 'aws.cluster.x-k8s.io/5f0e9f51-0000-4000-8000-000000000001-0';
const readSecret = (over: Partial<CloudTrailRecord> = {}) =>
  call('secretsmanager', 'GetSecretValue', { requestParameters: { secretId }, ...over });
const readUserData = (over: Partial<CloudTrailRecord> = {}) =>
  call('ec2', 'DescribeInstanceAttribute', {
    requestParameters: { attribute: 'userData', instanceId: 'i-0aaaabbbbccccdddd' },
    ...over,
  });
const latest = { LaunchTemplateVersion: { tag: 1, content: '$Latest' }, LaunchTemplateId: 'lt-0aaa' };
const backup = roleSession('backup', 'nightly');

export const detection = cloudtrail({
  id: 'cloudtrail/bootstrap-data-read',
  title: '{attempt}{principal} read or changed what machines boot with: {event} of {bootstrap.resource}',
  severity: [
    ['low', { fact: { 'principal.kind': 'likely-controller' } }],
    // The console reads a template's versions whenever somebody looks at it, plans and scanners do; on EKS they hold no token.
    ['low', { fact: { 'bootstrap.kind': 'launch-template', 'bootstrap.resource': [{ 'anything-but': 'unknown' }] } }],
    // People look at the log of any instance that does not start. Most of it is no secret: on a control plane kubeadm prints a token.
    ['low', { fact: { 'bootstrap.kind': 'console' } }],
    ['medium', { fact: { 'call.outcome': 'denied' } }],
    // All templates at once.
    ['medium', { fact: { 'bootstrap.kind': 'launch-template' } }],
    // Every parameter of the account: Cluster API's may be none of them.
    ['medium', { fact: { 'bootstrap.resource': '/' } }],
    'high',
  ],
  when: {
    fact: {
      'bootstrap.kind': ['user-data', 'console', 'launch-template', 'secret', 'parameter'],
      'call.outcome': ['succeeded', 'denied'],
    },
  },
  unless: [
    { fact: { 'principal.kind': ['controller', 'platform', 'service'] } },
    { fact: { 'principal.reader': true } },
    { fact: { 'bootstrap.own': true } },
  ],
  by: view => {
    const principal = said(view, 'principal.id');
    // Whoever tries one machine after the other and is refused makes one finding.
    if (said(view, 'call.outcome') !== 'succeeded') return [{ principal, ...refusal(view) }];
    return [{ principal, resource: said(view, 'bootstrap.resource') }];
  },
  resources: view => [said(view, 'bootstrap.resource')],
  attack: ['T1552.001', 'T1555.006', 'T1528'],
  why: 'User data and bootstrap secrets hold what lets a machine join the cluster: tokens, certificate hashes, sometimes the keys of the control plane. Whoever reads them in time can join a machine of their own.',
  references: [
    'EC2 API Reference, DescribeInstanceAttribute; GetLaunchTemplateData; GetConsoleOutput',
    'Cluster API, "Bootstrap": data secrets',
    'kubernetes-sigs/cluster-api-provider-aws, pkg/cloud/services/secretsmanager and ssm (names of the secrets)',
  ],
  runbook: [
    confirmCall,
    'Make what was read worthless: kubeadm token list, kubeadm token delete TOKEN, on a control plane; kubectl delete secret -n kube-system bootstrap-token-ID.',
    'See who joined since: kubectl get nodes --sort-by .metadata.creationTimestamp; kubectl get csr --sort-by .metadata.creationTimestamp; a node that no Machine or NodeClaim made is an intruder: kubectl cordon NODE.',
    revokeCaller,
    lookAround,
  ],
  blind: [
    'Reading one launch template is low: it is what the console does when somebody looks at one (Permiso-io-tools/CloudConsoleCartographer), and finding whose template it was is left to you.',
    'The record says that data was asked for, not what was in it: user data of EKS nodes holds no token.',
    'What an instance printed as it booted is low, whatever it runs: whether it is a control plane, no record says.',
    'Data read on the machine itself (instance metadata, disks, a pod with host access) is in no record.',
    'DescribeLaunchTemplateVersions and GetLaunchTemplateData are recorded with wrapped parameters (the first in public `lookup-events` output of 2026, where Auto Scaling asks every ten seconds): plain ones are read too.',
    'Secrets Manager and Systems Manager record no parameters of what they refuse: the message names the secret or parameter. A refused list of parameters names one of them alone.',
    'User data that DescribeLaunchConfigurations and DescribeSpotFleetRequests give is not looked at: autoscalers ask for them all day, without a name. BatchGetSecretValue is recorded as a GetSecretValue of each secret besides.',
    'Cluster Autoscaler and the like read launch templates: name their roles in `secretReaders`.',
    "A node of a node role may read every Cluster API secret: another machine's is not distinguished from its own.",
  ],
  examples: {
    matches: [
      { name: "a person reads a node's user data", event: readUserData(), severity: 'high' },
      {
        name: 'a person reads what a machine printed as it booted',
        event: call('ec2', 'GetConsoleOutput', {
          requestParameters: { instanceId: 'i-0aaaabbbbccccdddd', latest: true },
        }),
        severity: 'low',
      },
      { name: 'a person reads the bootstrap secret of a machine', event: readSecret(), severity: 'high' },
      {
        name: 'by its ARN',
        event: readSecret({
          requestParameters: { secretId: `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${secretId}-AbCdEf` },
        }),
      },
      {
        name: 'a person reads the versions of a launch template',
        event: wrappedEc2('DescribeLaunchTemplateVersions', latest),
        severity: 'low',
      },
      {
        name: 'a person reads the latest versions of all templates',
        event: wrappedEc2('DescribeLaunchTemplateVersions', { LaunchTemplateVersion: latest.LaunchTemplateVersion }),
        severity: 'medium',
      },
      {
        name: 'a person is denied a bootstrap parameter',
        event: call(
          'ssm',
          'GetParameter',
          refused(
            'GetParameter',
            'arn:aws:ssm:eu-west-1:111122223333:parameter/cluster.x-k8s.io/5f0e9f51-0000-4000-8000-000000000001/0',
          ),
        ),
      },
      {
        name: 'a person is denied the bootstrap secret of a machine',
        event: call('secretsmanager', 'GetSecretValue', refused('GetSecretValue', secretId)),
        severity: 'medium',
      },
      {
        name: 'a person reads a bootstrap parameter',
        event: call('ssm', 'GetParameter', {
          requestParameters: { name: '/cluster.x-k8s.io/5f0e9f51-0000-4000-8000-000000000001/0', withDecryption: true },
        }),
      },
      {
        name: "a node reads another instance's user data",
        event: readUserData({ userIdentity: nodeSession('i-0eeeeffff00001111') }),
      },
      {
        name: 'a controller by its usual name only',
        event: readSecret({ userIdentity: karpenter }),
        settings: { controllers: [] },
        severity: 'low',
      },
      {
        name: 'a person writes what the next machine boots with',
        event: call('secretsmanager', 'PutSecretValue', { requestParameters: { secretId } }),
        severity: 'high',
      },
      {
        name: 'a node writes the bootstrap secret of a machine',
        event: call('secretsmanager', 'UpdateSecret', { userIdentity: nodeSession(), requestParameters: { secretId } }),
        severity: 'high',
      },
      {
        name: 'a person lets another account read it',
        event: call('secretsmanager', 'PutResourcePolicy', { requestParameters: { secretId, resourcePolicy: '{}' } }),
      },
      {
        name: 'a person writes a bootstrap parameter',
        event: call('ssm', 'PutParameter', {
          requestParameters: { name: '/cluster.x-k8s.io/5f0e9f51/0', overwrite: true },
        }),
      },
      {
        name: 'a person reads every parameter of the account',
        event: call('ssm', 'GetParametersByPath', {
          requestParameters: { path: '/', recursive: true, withDecryption: true },
        }),
        severity: 'medium',
      },
      { name: 'a backup role that nobody listed', event: readSecret({ userIdentity: backup }) },
    ],
    misses: [
      {
        name: 'a person writes another secret',
        event: call('secretsmanager', 'PutSecretValue', { requestParameters: { secretId: 'prod/db' } }),
      },
      {
        name: 'a person reads a path of parameters of a team',
        event: call('ssm', 'GetParametersByPath', { requestParameters: { path: '/team-a', recursive: true } }),
      },
      {
        name: 'a person reads the parameters that are in no path',
        event: call('ssm', 'GetParametersByPath', { requestParameters: { path: '/' } }),
      },
      { name: 'a machine reads its own bootstrap secret', event: readSecret({ userIdentity: nodeSession() }) },
      { name: 'an instance reads its own user data', event: readUserData({ userIdentity: nodeSession() }) },
      {
        name: 'the platform reads a template',
        event: readUserData({ userIdentity: roleSession('platform-deployer', 'ci') }),
      },
      {
        name: 'a backup role that the settings list',
        event: readSecret({ userIdentity: backup }),
        settings: { secretReaders: { arns: ['arn:aws:iam::111122223333:role/backup'] } },
      },
      {
        name: 'another secret, denied',
        event: call('secretsmanager', 'GetSecretValue', refused('GetSecretValue', 'prod/db')),
      },
      {
        name: 'Auto Scaling reads the template of a group',
        event: wrappedEc2('DescribeLaunchTemplateVersions', latest, { by: autoScaling }),
      },
      { name: 'another secret', event: readSecret({ requestParameters: { secretId: 'prod/db' } }) },
      {
        name: 'another attribute',
        event: readUserData({ requestParameters: { attribute: 'instanceType', instanceId: 'i-0aaaabbbbccccdddd' } }),
      },
      { name: 'a secret that does not exist', event: readSecret({ errorCode: 'ResourceNotFoundException' }) },
    ],
  },
});
