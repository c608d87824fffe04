import { call, nodeSession } from '../../core/cloudtrail/example.ts';
import { other } from '../../core/cloudtrail/example-iam.ts';
import { fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { nodeJoined } from '../../core/kubernetes/example-node.ts';
import { quiet, step } from '../stories/step.ts';
import type { Campaign } from './campaign.ts';
import { abroad, away, refusedBy } from './cast.ts';

const nodes = ['i-0aaaabbbbccccdd01', 'i-0aaaabbbbccccdd02', 'i-0aaaabbbbccccdd03'] as const;
const session = (instance: string) => ({
  ...nodeSession(instance),
  accessKeyId: `ASIAEXAMPLENODE000${instance.slice(-2)}`,
});
const script = {
  sourceIPAddress: '203.0.113.10',
  userAgent: 'aws-cli/2.4.18 Python/3.8.8 Linux/5.4.0 exe/x86_64.ubuntu.20',
};
const enumeration = [
  ['sts', 'GetCallerIdentity'],
  ['ec2', 'DescribeInstances'],
  ['ec2', 'DescribeSecurityGroups'],
  ['iam', 'ListRoles'],
  ['iam', 'GetAccountAuthorizationDetails'],
  ['s3', 'ListBuckets'],
  ['ecr', 'DescribeRepositories'],
  ['ssm', 'DescribeInstanceInformation'],
  ['cloudformation', 'ListStacks'],
] as const;
const isRefused = (service: string): boolean => ['iam', 's3', 'ssm', 'cloudformation'].includes(service);
const asks = (instance: string) =>
  enumeration.map(([service, api]) =>
    call(service, api, {
      userIdentity: session(instance),
      ...script,
      ...(isRefused(service) ? refusedBy(session(instance).arn ?? '', `${service}:${api}`) : {}),
      ...(service === 'iam' ? { awsRegion: 'us-east-1' } : {}),
    }),
  );
const first = session(nodes[0]);
const host = {
  hostNetwork: true,
  hostPID: true,
  containers: [{ name: 'dockgeddon', image: 'example.com/dockgeddon', securityContext: { privileged: true } }],
};

export const podsCredentials: Campaign = {
  title: 'TeamTNT: a worm in pods takes the credentials of nodes',
  source:
    'Trend Micro, "TeamTNT: Extensive Credential Grabber Targets Cloud Services" (2021); Unit 42, "Hildegard" (2021)',
  steps: [
    quiet(
      '00:30',
      'three nodes are launched, and join',
      'ordinary',
      ...nodes.map((instanceId, index) =>
        fleetRun({
          instance: {
            instanceId,
            privateIpAddress: `10.0.12.${31 + index}`,
            launchTime: Date.parse('2026-09-01T00:30:00Z'),
          },
        }),
      ),
      ...nodes.map((instance, index) =>
        nodeJoined({ instance, name: `ip-10-0-12-${31 + index}.eu-west-1.compute.internal` }),
      ),
    ),
    step(
      '02:00',
      'an application’s token makes a privileged pod on every node',
      audit('create', 'selfsubjectrulesreviews.authorization.k8s.io', {
        user: users.workload,
        sourceIPs: ['10.0.12.31'],
      }),
      audit('list', 'secrets', {
        user: users.workload,
        sourceIPs: ['10.0.12.31'],
        objectRef: { namespace: 'team-a' },
        responseStatus: { code: 403 },
      }),
      audit('create', 'daemonsets.apps', {
        user: users.workload,
        sourceIPs: ['10.0.12.31'],
        objectRef: { namespace: 'team-a', name: 'api' },
        requestObject: { spec: { template: { spec: host } } },
      }),
    ),
    step('02:05', 'its script asks on each node', ...nodes.flatMap(asks)),
    step(
      '02:20',
      'the credentials of one of them abroad',
      call('sts', 'GetCallerIdentity', { userIdentity: first, ...away }),
      call('ec2', 'DescribeInstances', { userIdentity: first, ...away }),
      ...['eu-west-1', 'us-east-1', 'us-west-2'].map(awsRegion =>
        runInstances({
          type: 'c5.9xlarge',
          by: first,
          record: {
            ...away,
            awsRegion,
            errorCode: 'Client.UnauthorizedOperation',
            errorMessage: 'You are not authorized to perform this operation.',
          },
        }),
      ),
    ),
    step(
      '02:30',
      'commands for other machines',
      other(
        'ssm',
        'SendCommand',
        { instanceIds: [nodes[1]], documentName: 'AWS-RunShellScript' },
        { by: first, record: { ...away, ...refusedBy(first.arn ?? '', 'ssm:SendCommand') } },
      ),
      other(
        'ec2-instance-connect',
        'SendSSHPublicKey',
        { instanceId: nodes[1], instanceOSUser: 'ec2-user' },
        { by: first, record: away },
      ),
    ),
    step(
      '02:40',
      'the node’s name in the cluster, from abroad',
      audit('list', 'secrets', {
        user: {
          username: 'system:node:ip-10-0-12-31.eu-west-1.compute.internal',
          uid: 'aws-iam-authenticator:111122223333:AROAEXAMPLEEXAMPLEEXA',
          groups: ['system:bootstrappers', 'system:nodes', 'system:authenticated'],
          extra: {
            accessKeyId: [first.accessKeyId ?? ''],
            arn: [first.arn ?? ''],
            canonicalArn: ['arn:aws:iam::111122223333:role/KarpenterNodeRole-prod'],
            principalId: ['AROAEXAMPLEEXAMPLEEXA'],
            sessionName: [nodes[0]],
          },
        },
        sourceIPs: [abroad],
        responseStatus: { code: 403 },
      }),
    ),
  ],
  told: [
    { detection: 'kubernetes/host-access-pod', severity: 'high', on: 'daemonsets.apps team-a/api', by: 2 },
    { detection: 'cloudtrail/instance-credentials-off-instance', severity: 'critical', on: nodes[0], by: 4 },
    {
      detection: 'kubernetes/node-identity-off-node',
      severity: 'critical',
      on: 'ip-10-0-12-31.eu-west-1.compute.internal',
      by: 6,
    },
  ],
  most: [32, 34],
};
