import { call, nodeSession } from '../../core/cloudtrail/example.ts';
import { autoScaling } from '../../core/cloudtrail/example-callers.ts';
import { writeTags } from '../../core/cloudtrail/example-ec2.ts';
import { iam } from '../../core/cloudtrail/example-iam.ts';
import { createFleet, createTemplate, fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import type { UserIdentity } from '../../core/cloudtrail/record.ts';
import type { AnyEvent } from '../../core/event.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, node } from '../../core/kubernetes/example.ts';
import { asController, type Place, shop } from './cast.ts';

/** A node of a work's cluster: the number makes its names. */
export interface Node {
  readonly number: number;
  readonly role: string;
  readonly profile: string;
  readonly place?: Place;
  /** `13:05` of the example day. */
  readonly at: string;
  readonly type?: string;
  readonly image?: string;
  /** Over what its metadata service was launched with. */
  readonly metadata?: JsonObject;
}

export const instanceOf = ({ number }: Pick<Node, 'number'>): string => `i-0abcd${String(number).padStart(12, '0')}`;
const addressOf = ({ number, place = shop }: Node): string =>
  `${place.net}.${Math.floor(number / 200)}.${(number % 200) + 10}`;
export const nameOf = (one: Node): string => `ip-${addressOf(one).replaceAll('.', '-')}.eu-west-1.compute.internal`;
const clusterOf = ({ place = shop }: Node): string => place.cluster;
const keyOf = ({ number }: Node): string => `ASIAEXAMPLENODE${String(number).padStart(5, '0')}`;

/** The instance of a launch, as its response has it. */
export const launchedAs = (one: Node): JsonObject => ({
  instanceId: instanceOf(one),
  launchTime: Date.parse(`2026-09-01T${one.at}:00Z`),
  vpcId: 'vpc-0bbb',
  privateIpAddress: addressOf(one),
  privateDnsName: nameOf(one),
  iamInstanceProfile: { arn: `arn:aws:iam::111122223333:instance-profile/${one.profile}`, id: 'AIPAEXAMPLEEXAMPLEEXB' },
  ...(one.image === undefined ? {} : { imageId: one.image }),
  ...(one.metadata === undefined ? {} : { metadataOptions: one.metadata }),
});

/** EC2 issues the credentials of an instance, as records of launches show it (invictus-ir/aws_dataset). */
export const issued = (one: Node): AnyEvent =>
  call('sts', 'AssumeRole', {
    userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
    sourceIPAddress: 'ec2.amazonaws.com',
    userAgent: 'ec2.amazonaws.com',
    requestParameters: { roleArn: `arn:aws:iam::111122223333:role/${one.role}`, roleSessionName: instanceOf(one) },
    responseElements: { credentials: { accessKeyId: keyOf(one), expiration: 'Sep 2, 2026, 4:35:01 PM' } },
  });

/** The node's own calls, through the NAT gateway: which cluster it is of, its image pulls, its registration. */
export const starts = (one: Node): readonly AnyEvent[] => {
  const itself = {
    userIdentity: { ...nodeSession(instanceOf(one), one.role), accessKeyId: keyOf(one) },
    sourceIPAddress: (one.place ?? shop).gateway,
  };
  return [
    call('eks', 'DescribeCluster', {
      ...itself,
      userAgent: 'nodeadm/v0.9 aws-sdk-go-v2/1.41.0',
      requestParameters: { name: clusterOf(one) },
    }),
    call('ecr', 'GetAuthorizationToken', { ...itself, userAgent: 'ecr-credential-provider/v1.34 aws-sdk-go-v2' }),
    audit('create', 'nodes', {
      cluster: clusterOf(one),
      user: node(nameOf(one), instanceOf(one), one.role),
      sourceIPs: [addressOf(one)],
      userAgent: 'kubelet/v1.34.1 (linux/amd64) kubernetes/0000000',
      objectRef: { name: nameOf(one) },
      requestObject: {
        kind: 'Node',
        apiVersion: 'v1',
        metadata: { name: nameOf(one) },
        spec: { providerID: `aws:///eu-west-1a/${instanceOf(one)}` },
      },
    }),
  ];
};

const agent =
  'aws-sdk-go-v2/1.41.0 ua/2.1 os/linux lang/go#1.26.0 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.290.0 karpenter.sh-1.14.1 m/h';
const tagsOf = (name: string) => ({
  'karpenter.sh/nodepool': 'default',
  'karpenter.k8s.aws/ec2nodeclass': 'default',
  'eks:eks-cluster-name': name,
  [`kubernetes.io/cluster/${name}`]: 'owned',
});

/** Karpenter’s user agent and the address that it calls from. */
export const fromKarpenter = (place: Place = shop) => ({ userAgent: agent, sourceIPAddress: place.gateway });

/** Karpenter makes a node: NodeClaim, fleet, instance, credentials, the node's start, its name tags. @param by its session */
export const karpenterNode = (one: Node, by: UserIdentity): readonly AnyEvent[] => {
  const { type = 'm7g.large' } = one;
  const tags = tagsOf(clusterOf(one));
  const controller = asController('kube-system', 'karpenter', 'karpenter.sh/1.14.1', one.place);
  const { accessKeyId: _, ...forFleet } = by;
  return [
    controller('create', 'nodeclaims.karpenter.sh', '', '', { objectRef: { name: `default-${one.number}` } }),
    createFleet({ by, types: [type], instances: [instanceOf(one)], record: fromKarpenter(one.place) }),
    fleetRun({ type, tags, instance: launchedAs(one), by: { ...forFleet, invokedBy: 'ec2fleet.amazonaws.com' } }),
    issued(one),
    ...starts(one),
    writeTags(
      'CreateTags',
      [instanceOf(one)],
      {
        'karpenter.sh/nodeclaim': `default-${one.number}`,
        Name: `default/default-${one.number}`,
        'eks:eks-cluster-name': clusterOf(one),
      },
      { by, record: fromKarpenter(one.place) },
    ),
  ];
};

/** Before its first launch Karpenter makes a profile for its nodes' role, and a template. @param by its session */
export const karpenterPrepares = (role: string, by: UserIdentity, place: Place = shop): readonly AnyEvent[] => {
  const instanceProfileName = profileOf(place);
  const own = { by, record: fromKarpenter(place) };
  return [
    iam(
      'CreateInstanceProfile',
      {
        instanceProfileName,
        path: `/karpenter/eu-west-1/${place.cluster}/00000000-0000-4000-8000-0000000000c1/`,
        tags: [{ key: `kubernetes.io/cluster/${place.cluster}`, value: 'owned' }],
      },
      own,
    ),
    iam('AddRoleToInstanceProfile', { instanceProfileName, roleName: role }, own),
    createTemplate({ ...own, data: { IamInstanceProfile: { Name: instanceProfileName } } }),
  ];
};

/** The profile that Karpenter makes for a cluster's nodes. */
export const profileOf = ({ cluster }: Place): string => `${cluster}_1234567890123456789`;

/** Auto Scaling makes a node for a managed node group's group. */
export const groupNode = (one: Node, group: string): readonly AnyEvent[] => [
  runInstances({
    type: one.type ?? 'm5.large',
    by: autoScaling,
    tags: {
      'aws:autoscaling:groupName': group,
      'eks:cluster-name': clusterOf(one),
      [`kubernetes.io/cluster/${clusterOf(one)}`]: 'owned',
    },
    instance: launchedAs(one),
    request: { launchTemplate: { launchTemplateId: 'lt-0bbb', version: '1' } },
    record: { sourceIPAddress: 'autoscaling.amazonaws.com', userAgent: 'autoscaling.amazonaws.com' },
  }),
  issued(one),
  ...starts(one),
];

/** Karpenter lets a node go: it drains and ends it. */
export const karpenterEnds = (one: Node, by: UserIdentity): readonly AnyEvent[] => {
  const controller = asController('kube-system', 'karpenter', 'karpenter.sh/1.14.1', one.place);
  return [
    controller('delete', 'nodeclaims.karpenter.sh', '', `default-${one.number}`),
    controller('patch', 'nodes', '', nameOf(one), {
      requestObject: { spec: { taints: [{ key: 'karpenter.sh/disrupted', effect: 'NoSchedule' }] } },
    }),
    call('ec2', 'TerminateInstances', {
      userIdentity: by,
      ...fromKarpenter(one.place),
      requestParameters: { instancesSet: { items: [{ instanceId: instanceOf(one) }] } },
      responseElements: {
        instancesSet: {
          items: [
            {
              instanceId: instanceOf(one),
              currentState: { code: 32, name: 'shutting-down' },
              previousState: { code: 16, name: 'running' },
            },
          ],
        },
      },
    }),
    controller('delete', 'nodes', '', nameOf(one)),
  ];
};
