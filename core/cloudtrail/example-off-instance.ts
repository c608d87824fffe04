import type { Example } from '../detection.ts';
import { call, example, nodeSession, roleSession } from './example.ts';
import type { CloudTrailRecord } from './record.ts';

/** Examples of `cloudtrail/instance-credentials-off-instance`: an instance's life, and where its credentials are seen. */

const launched = call('ec2', 'RunInstances', {
  eventTime: '2026-09-01T09:00:00Z',
  userIdentity: roleSession('prod-karpenter', '1768825272022703283', { invokedBy: 'ec2fleet.amazonaws.com' }),
  sourceIPAddress: 'ec2fleet.amazonaws.com',
  userAgent: 'ec2fleet.amazonaws.com',
  requestParameters: { instancesSet: { items: [{ minCount: 1, maxCount: 1 }] }, instanceType: 'm7g.large' },
  responseElements: {
    instancesSet: {
      items: [
        {
          instanceId: 'i-0aaaabbbbccccdddd',
          instanceType: 'm7g.large',
          vpcId: 'vpc-0aaa',
          privateIpAddress: '10.0.12.34',
          tagSet: { items: [{ key: 'kubernetes.io/cluster/prod', value: 'owned' }] },
          iamInstanceProfile: {
            arn: 'arn:aws:iam::111122223333:instance-profile/prod-node',
            id: 'AIPAEXAMPLEEXAMPLEEXA',
          },
          metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1, httpEndpoint: 'enabled' },
        },
      ],
    },
  },
});

const terminated = call('ec2', 'TerminateInstances', {
  eventTime: '2026-09-01T09:30:00Z',
  userIdentity: roleSession('prod-karpenter', '1768825272022703283'),
  requestParameters: { instancesSet: { items: [{ instanceId: 'i-0aaaabbbbccccdddd' }] } },
  responseElements: {
    instancesSet: { items: [{ instanceId: 'i-0aaaabbbbccccdddd', currentState: { code: 32, name: 'shutting-down' } }] },
  },
});

const issued = call('sts', 'AssumeRole', {
  eventTime: '2026-09-01T09:00:01Z',
  userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
  sourceIPAddress: 'ec2.amazonaws.com',
  userAgent: 'ec2.amazonaws.com',
  requestParameters: {
    roleArn: 'arn:aws:iam::111122223333:role/KarpenterNodeRole-prod',
    roleSessionName: 'i-0aaaabbbbccccdddd',
  },
  responseElements: { credentials: { accessKeyId: 'ASIAEXAMPLEV2KEY0001', expiration: 'Sep 1, 2026, 3:35:01 PM' } },
});

const { inScopeOf: _, sessionContext: __, ...older } = nodeSession();
const unmarked = {
  ...older,
  sessionContext: roleSession('KarpenterNodeRole-prod', 'i-0aaaabbbbccccdddd').sessionContext ?? {},
};

/** The instance's own session, on the instance, asks for a further key; what then acts under that says no more whose it is. */
const scoped = call('sts', 'GetScopedCredentials', {
  eventTime: '2026-09-01T09:30:00Z',
  userIdentity: nodeSession(),
  sourceIPAddress: '10.0.12.34',
  requestParameters: { durationSeconds: 3600 },
  responseElements: { credentials: { accessKeyId: 'ASIAEXAMPLESCOPED001', expiration: 'Sep 1, 2026, 10:30:00 AM' } },
});
const underScoped = { ...unmarked, accessKeyId: 'ASIAEXAMPLESCOPED001' };

const govNode = {
  ...nodeSession(),
  inScopeOf: {
    issuerType: 'AWS::EC2::Instance',
    credentialsIssuedTo: 'arn:aws-us-gov:ec2:us-gov-east-1:111122223333:instance/i-0aaaabbbbccccdddd',
  },
};

const describeVolumes = (over: Partial<CloudTrailRecord> = {}) =>
  call('ec2', 'DescribeVolumes', { userIdentity: nodeSession(), ...over });

/** Ordinary calls of instances through one address, so many minutes before ten o'clock. */
const leaving = (address: string, calls: readonly (readonly [instance: string, minutes: number])[]) =>
  calls.map(([instance, minutes]) =>
    describeVolumes({
      userIdentity: nodeSession(instance),
      sourceIPAddress: address,
      eventTime: new Date(Date.parse(example.time) - minutes * 60_000).toISOString(),
    }),
  );
const [mine, second, third] = ['i-0aaaabbbbccccdddd', 'i-0eeeeffff00001111', 'i-0eeeeffff00002222'] as const;
const noEgress = { network: { egress: [] } };
const taught = leaving('203.0.113.77', [
  [mine, 190],
  [second, 120],
  [third, 60],
]);

/** A new cluster's NAT gateway is given an Elastic IP, which no setting and no inventory knows. */
const allocated = call('ec2', 'AllocateAddress', {
  eventTime: '2026-09-01T08:30:00Z',
  requestParameters: { domain: 'vpc' },
  responseElements: {
    requestId: '11111111-2222-3333-4444-555555555555',
    publicIp: example.address,
    domain: 'vpc',
    allocationId: 'eipalloc-0aaa',
    publicIpv4Pool: 'amazon',
    networkBorderGroup: 'eu-west-1',
  },
});
const released = call('ec2', 'ReleaseAddress', {
  eventTime: '2026-09-01T08:50:00Z',
  requestParameters: { allocationId: 'eipalloc-0aaa', networkBorderGroup: 'eu-west-1' },
  responseElements: { requestId: '11111111-2222-3333-4444-555555555555', _return: true },
});

/** Seen where nothing explains them. */
export const elsewhere: readonly Example<'cloudtrail'>[] = [
  {
    name: "a node's credentials describe volumes from an address that nothing explains",
    event: describeVolumes(),
    after: [launched],
    severity: 'high',
  },
  {
    name: 'an older record, whose access key EC2 issued to the instance',
    event: describeVolumes({ userIdentity: unmarked }),
    after: [launched, issued],
  },
  {
    name: 'a key that the instance’s own session was given besides',
    event: describeVolumes({ userIdentity: underScoped }),
    after: [launched, scoped],
  },
  {
    name: 'credentials of an instance that was terminated half an hour ago, from configured egress',
    event: describeVolumes({ sourceIPAddress: '203.0.113.10' }),
    after: [launched, terminated],
  },
  {
    name: "through another account's VPC endpoint, from an address like the cluster's",
    event: describeVolumes({
      sourceIPAddress: '10.0.77.7',
      vpcEndpointId: 'vpce-0fedcba9876543210',
      vpcEndpointAccountId: example.otherAccount,
    }),
    after: [launched],
  },
  {
    name: 'whoever holds them asks whose they are',
    event: call('sts', 'GetCallerIdentity', { userIdentity: nodeSession() }),
    after: [launched],
  },
  {
    name: "another call with the authenticator's client",
    event: describeVolumes({ userAgent: 'Go-http-client/1.1' }),
    after: [launched],
  },
  {
    name: 'away from the address that three instances taught, where no egress is configured',
    severity: 'high',
    event: describeVolumes(),
    after: [launched, ...taught],
    settings: noEgress,
  },
  {
    name: 'from an Elastic IP that was given back',
    event: describeVolumes(),
    after: [launched, allocated, released],
  },
  {
    name: 'a step lower where the launch was not seen',
    event: describeVolumes(),
  },
  {
    name: 'medium for a call that nodes do not make, where no egress is configured',
    event: call('iam', 'ListRoles', { userIdentity: nodeSession(), awsRegion: 'us-east-1' }),
    after: [launched],
    settings: { network: { egress: [] } },
    severity: 'medium',
  },
];

/** Seen where they may be, or not an instance's at all. */
export const explainedUses: readonly Example<'cloudtrail'>[] = [
  {
    name: 'GovCloud’s global services, recorded in another region than the node’s, where no egress is configured',
    event: call('sts', 'GetServiceBearerToken', { userIdentity: govNode, awsRegion: 'us-gov-west-1' }),
    settings: noEgress,
  },
  {
    name: 'through the address that three instances taught',
    event: describeVolumes({ sourceIPAddress: '203.0.113.77' }),
    after: [launched, ...taught],
    settings: noEgress,
  },
  {
    name: 'away from an address that two instances share: it is pending',
    event: describeVolumes(),
    after: [launched, ...taught.slice(0, 2)],
    settings: noEgress,
  },
  {
    name: 'away from an address that three instances share since half an hour',
    event: describeVolumes(),
    after: [
      launched,
      ...leaving('203.0.113.77', [
        [mine, 50],
        [second, 40],
        [third, 20],
      ]),
    ],
    settings: noEgress,
  },
  {
    name: 'through a second address that another instance shares',
    event: describeVolumes(),
    after: [launched, ...taught, ...leaving(example.address, [[second, 10]])],
    settings: noEgress,
  },
  {
    name: 'away from an address that one of three used for a call that nodes do not make',
    event: describeVolumes(),
    after: [
      launched,
      ...taught.slice(0, 2),
      call('sts', 'GetCallerIdentity', {
        userIdentity: nodeSession(third),
        sourceIPAddress: '203.0.113.77',
        eventTime: '2026-09-01T08:00:00Z',
      }),
    ],
    settings: noEgress,
  },
  {
    name: 'from any address, where no egress is configured',
    event: describeVolumes(),
    after: [launched],
    settings: { network: { egress: [] } },
  },
  {
    name: 'through an Elastic IP that was allocated today',
    event: describeVolumes(),
    after: [launched, allocated],
  },
  {
    name: 'from the instance itself, through our endpoint',
    event: describeVolumes({ sourceIPAddress: '10.0.12.34', vpcEndpointId: 'vpce-0123456789abcdef0' }),
    after: [launched],
  },
  {
    name: 'from a pod on the node, through our endpoint',
    event: describeVolumes({ sourceIPAddress: '100.64.3.4', vpcEndpointId: 'vpce-0123456789abcdef0' }),
    after: [launched],
  },
  {
    name: 'through the NAT gateway',
    event: describeVolumes({ sourceIPAddress: '203.0.113.10' }),
    after: [launched],
  },
  {
    name: 'a private address through an endpoint that the settings do not know',
    event: describeVolumes({ sourceIPAddress: '10.0.77.7', vpcEndpointId: 'vpce-0fedcba9876543210' }),
    after: [launched],
  },
  {
    name: 'a service with the forwarded session',
    event: call('kms', 'Decrypt', {
      userIdentity: { ...nodeSession(), invokedBy: 'secretsmanager.amazonaws.com' },
      sourceIPAddress: 'secretsmanager.amazonaws.com',
      vpcEndpointId: 'vpce-0fedcba9876543210',
    }),
    after: [launched],
  },
  {
    name: "a service's call in which AWS gives an address",
    event: describeVolumes({ userIdentity: { ...nodeSession(), invokedBy: 'ssm.amazonaws.com' } }),
    after: [launched],
  },
  {
    name: 'a call from inside AWS',
    event: describeVolumes({ sourceIPAddress: 'AWS Internal' }),
    after: [launched, terminated],
  },
  {
    name: "the authenticator's GetCallerIdentity for a kubelet",
    event: call('sts', 'GetCallerIdentity', { userIdentity: nodeSession(), userAgent: 'Go-http-client/1.1' }),
    after: [launched],
  },
  {
    name: 'a console session, which is a finding of its own',
    event: describeVolumes({ sessionCredentialFromConsole: 'true' }),
    after: [launched],
  },
  {
    name: 'a console action, recorded by AWS on the console host',
    event: describeVolumes({ eventType: 'AwsConsoleAction' }),
    after: [launched],
  },
  {
    name: "an older record whose access key nobody issued: the session name is the caller's choice",
    event: describeVolumes({ userIdentity: unmarked }),
    after: [launched],
  },
  {
    name: "a person's session",
    event: describeVolumes({ userIdentity: roleSession('developer', 'alice') }),
    after: [launched],
  },
];
