import { type AuditLog, iamUser, serviceAccount } from './audit.ts';
import type { Instance, Trail } from './aws.ts';
import * as aws from './aws.ts';
import { hour, midnight, minute } from './random.ts';

/** What was done on the example day, and which detections must say so. */
export interface Incident {
  readonly story: string;
  /** Ids of detections that must fire on its events. */
  readonly expects: readonly string[];
}

/** Where an incident writes its events. */
export interface Scene {
  readonly trail: Trail;
  readonly eks: AuditLog;
  readonly fleet: AuditLog;
  readonly nodes: readonly Instance[];
}

const thief = '192.0.2.66';
const cli = { userAgent: 'aws-cli/2.30.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.7' };
const away = { ...cli, sourceIPAddress: thief };
const atDesk = { ...cli, sourceIPAddress: aws.office };
const at = (hours: number, minutes: number): number => midnight + hours * hour + minutes * minute;
/** A node that was there at a time. */
const nodeAt = (nodes: readonly Instance[], time: number, which = -1): Instance => {
  const node = nodes.filter(({ launched }) => launched + hour < time).at(which);
  if (node === undefined) throw new Error('the example day has no node at that time');
  return node;
};
const mallory = aws.roleSession('developer', 'mallory', { accessKeyId: 'ASIAEXAMPLEDEVKEY666' });

const miners = ({ trail }: Scene): Incident => {
  const one = aws.newInstance(trail.random, at(2, 11), 'p5.48xlarge', 'none', 'developer', 7);
  trail.add(one.launched, 'ec2', 'RunInstances', mallory, {
    ...away,
    requestParameters: {
      instancesSet: { items: [{ imageId: aws.image, minCount: 1, maxCount: 1 }] },
      instanceType: one.type,
      userData: '<sensitiveDataRemoved>',
    },
    responseElements: {
      instancesSet: {
        items: [
          aws.launchedItem(one, [], {
            metadataOptions: {
              state: 'pending',
              httpTokens: 'required',
              httpPutResponseHopLimit: 1,
              httpEndpoint: 'enabled',
              httpProtocolIpv6: 'disabled',
            },
          }),
        ],
      },
    },
  });
  return {
    story: 'mallory starts an accelerated instance with a stolen developer key',
    expects: ['cloudtrail/disallowed-instance-family-launched'],
  };
};

const widenedPool = ({ trail }: Scene): Incident => {
  aws.karpenterLaunch(trail, at(3, 2), 'default', ['g5.12xlarge'], 2);
  return {
    story: 'a widened NodePool makes Karpenter launch GPU nodes, which never join',
    expects: ['cloudtrail/disallowed-instance-family-launched', 'lineage/instance-never-joined'],
  };
};

const steered = ({ trail }: Scene): Incident => {
  for (const [minutes, resourceId, key, value] of [
    [20, 'sg-0eee', 'karpenter.sh/discovery', 'prod'],
    [22, 'subnet-0eee', 'karpenter.sh/discovery', 'prod'],
  ] as const)
    trail.add(at(10, minutes), 'ec2', 'CreateTags', mallory, {
      ...atDesk,
      requestParameters: { resourcesSet: { items: [{ resourceId }] }, tagSet: { items: [{ key, value }] } },
      responseElements: { requestId: trail.random.guid(), _return: true },
    });
  return {
    story: 'mallory tags an open security group and a subnet so that Karpenter will use them',
    expects: ['cloudtrail/karpenter-tag-tampered'],
  };
};

const disowned = ({ trail, nodes }: Scene): Incident => {
  const node = nodeAt(nodes, at(10, 40), -2);
  trail.add(at(10, 40), 'ec2', 'DeleteTags', mallory, {
    ...atDesk,
    requestParameters: {
      resourcesSet: { items: [{ resourceId: node.id }] },
      tagSet: { items: [{ key: 'karpenter.sh/nodepool' }, { key: 'eks:eks-cluster-name' }] },
    },
    responseElements: { requestId: trail.random.guid(), _return: true },
  });
  return {
    story: 'mallory takes ownership tags off a node, so that Karpenter forgets it',
    expects: ['cloudtrail/karpenter-tag-tampered'],
  };
};

const stolenNode = ({ trail, nodes }: Scene): Incident => {
  const node = nodeAt(nodes, at(13, 5));
  const session = aws.sessionOf(node);
  const calls = [
    ['sts', 'GetCallerIdentity', null],
    ['secretsmanager', 'ListSecrets', {}],
    ['secretsmanager', 'GetSecretValue', { secretId: 'pay-database' }],
    ['ec2', 'DescribeInstances', {}],
    ['iam', 'ListRoles', {}],
  ] as const;
  for (const [index, [source, name, requestParameters]] of calls.entries())
    trail.add(at(13, 5) + index * 20_000, source, name, session, {
      ...away,
      requestParameters,
      ...(source === 'iam'
        ? {
            errorCode: 'AccessDenied',
            errorMessage: `User: ${session.arn} is not authorized to perform: iam:ListRoles`,
          }
        : {}),
    });
  return {
    story: "a node's credentials are used from an address that is not the node's",
    expects: ['cloudtrail/instance-credentials-off-instance', 'cloudtrail/node-role-beyond-baseline'],
  };
};

const weakenedMetadata = ({ trail, nodes }: Scene): Incident => {
  const { id } = nodeAt(nodes, at(13, 40), -3);
  trail.add(at(13, 40), 'ec2', 'ModifyInstanceMetadataOptions', mallory, {
    ...atDesk,
    readOnly: false,
    requestParameters: {
      ModifyInstanceMetadataOptionsRequest: {
        InstanceId: id,
        HttpTokens: 'optional',
        HttpPutResponseHopLimit: 2,
        HttpEndpoint: 'enabled',
      },
    },
    responseElements: {
      ModifyInstanceMetadataOptionsResponse: {
        instanceId: id,
        instanceMetadataOptions: { httpTokens: 'optional', httpPutResponseHopLimit: 2 },
      },
    },
  });
  return { story: 'mallory lets pods reach the metadata of a node', expects: ['cloudtrail/imds-protection-weakened'] };
};

const poisonedTemplate = ({ trail }: Scene): Incident => {
  trail.add(at(14, 2), 'ec2', 'CreateLaunchTemplateVersion', mallory, {
    ...atDesk,
    requestParameters: {
      CreateLaunchTemplateVersionRequest: {
        LaunchTemplateName: 'karpenter.k8s.aws/1234567890123456789',
        SourceVersion: '1',
        LaunchTemplateData: { UserData: '<sensitiveDataRemoved>' },
      },
    },
    responseElements: {
      CreateLaunchTemplateVersionResponse: {
        launchTemplateVersion: {
          launchTemplateId: 'lt-0aaa',
          launchTemplateName: 'karpenter.k8s.aws/1234567890123456789',
          versionNumber: 2,
        },
      },
    },
  });
  return {
    story: "mallory adds a version to Karpenter's launch template: every new node boots it",
    expects: ['cloudtrail/karpenter-template-poisoned'],
  };
};

const elsewhere = ({ trail }: Scene): Incident => {
  for (let index = 0; index < 3; index++)
    trail.add(at(2, 30) + index * 30_000, 'ec2', 'RunInstances', mallory, {
      ...away,
      awsRegion: 'ap-southeast-2',
      requestParameters: {
        instancesSet: { items: [{ imageId: aws.image, minCount: 4, maxCount: 4 }] },
        instanceType: 'c7g.xlarge',
      },
      errorCode: 'Client.UnauthorizedOperation',
      errorMessage: 'You are not authorized to perform this operation.',
    });
  return {
    story: 'mallory tries to launch where nobody looks',
    expects: ['cloudtrail/launch-outside-approved-region'],
  };
};

const grantedAccess = ({ trail }: Scene): Incident => {
  trail.add(at(15, 31), 'eks', 'CreateAccessEntry', mallory, {
    ...atDesk,
    requestParameters: {
      name: 'prod',
      principalArn: `arn:aws:iam::${aws.account}:role/developer`,
      type: 'STANDARD',
      clientRequestToken: trail.random.guid(),
    },
    responseElements: {
      accessEntry: {
        clusterName: 'prod',
        principalArn: `arn:aws:iam::${aws.account}:role/developer`,
        type: 'STANDARD',
      },
    },
  });
  trail.add(at(15, 32), 'eks', 'AssociateAccessPolicy', mallory, {
    ...atDesk,
    readOnly: false,
    requestParameters: {
      name: 'prod',
      principalArn: `arn%3Aaws%3Aiam%3A%3A${aws.account}%3Arole%2Fdeveloper`,
      policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
      accessScope: { type: 'cluster' },
    },
    responseElements: { clusterName: 'prod' },
  });
  return {
    story: 'mallory makes the developer role administrator of the cluster',
    expects: ['cloudtrail/eks-access-granted'],
  };
};

const widenedNodeRole = ({ trail }: Scene): Incident => {
  trail.add(at(15, 45), 'iam', 'AttachRolePolicy', mallory, {
    ...atDesk,
    requestParameters: { roleName: 'KarpenterNodeRole-prod', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  });
  return { story: 'mallory gives every node the whole account', expects: ['cloudtrail/node-role-policy-attached'] };
};

const blinded = ({ trail }: Scene): Incident => {
  trail.add(at(16, 1), 'eks', 'UpdateClusterConfig', mallory, {
    ...atDesk,
    readOnly: false,
    requestParameters: {
      name: 'prod',
      logging: { clusterLogging: [{ types: ['audit', 'authenticator'], enabled: false }] },
    },
    responseElements: { update: { id: trail.random.guid(), status: 'InProgress', type: 'LoggingUpdate' } },
  });
  trail.add(at(16, 3), 'cloudtrail', 'StopLogging', mallory, {
    ...atDesk,
    readOnly: false,
    requestParameters: { name: `arn:aws:cloudtrail:${aws.region}:${aws.account}:trail/main` },
  });
  return {
    story: 'mallory turns the audit log and the trail off',
    expects: ['cloudtrail/eks-audit-logging-disabled', 'cloudtrail/detection-disabled'],
  };
};

const readSecrets = ({ fleet }: Scene): Incident => {
  const user = { username: 'mallory@example.com', groups: ['system:authenticated', 'developers'] };
  const by = { user, from: thief };
  fleet.add({
    ...by,
    time: at(11, 12),
    verb: 'get',
    what: '/secrets',
    namespace: 'fleet-a',
    name: 'fleet-a-kubeconfig',
  });
  fleet.add({ ...by, time: at(11, 14), verb: 'list', what: '/secrets', namespace: 'fleet-a' });
  fleet.add({
    ...by,
    time: at(11, 15),
    verb: 'get',
    what: '/secrets',
    namespace: 'kube-system',
    name: 'bootstrap-token-abc123',
  });
  return {
    story: 'mallory reads the secrets that let a machine join the fleet',
    expects: ['kubernetes/bootstrap-secret-read'],
  };
};

const enteredController = ({ eks }: Scene): Incident => {
  eks.add({
    user: iamUser('developer', 'mallory'),
    from: thief,
    time: at(12, 20),
    verb: 'create',
    what: '/pods/exec',
    namespace: 'kube-system',
    name: 'karpenter-6d5f7c9b8-abcde',
    code: 101,
    over: {
      stage: 'ResponseStarted',
      requestURI: '/api/v1/namespaces/kube-system/pods/karpenter-6d5f7c9b8-abcde/exec?command=sh',
    },
  });
  return { story: 'mallory opens a shell in the Karpenter controller', expects: ['kubernetes/controller-pod-entered'] };
};

const changedPool = ({ eks }: Scene): Incident => {
  const by = { user: iamUser('developer', 'mallory'), from: aws.office };
  eks.add({ ...by, time: at(2, 58), verb: 'patch', what: 'karpenter.sh/nodepools', name: 'default' });
  eks.add({ ...by, time: at(12, 44), verb: 'delete', what: 'karpenter.sh/nodepools', name: 'batch' });
  return {
    story: 'mallory widens one NodePool by hand and deletes another',
    expects: ['kubernetes/provisioning-changed-by-unexpected', 'kubernetes/nodepool-deleted'],
  };
};

/** A kubelet registers its Node, as those of ordinary launches do. */
const joins = (eks: AuditLog, node: Instance): void => {
  const name = aws.dns(node);
  eks.add({
    time: node.launched + minute,
    user: {
      ...iamUser(node.role, node.id, ['system:bootstrappers', 'system:nodes', 'system:authenticated']),
      username: `system:node:${name}`,
    },
    verb: 'create',
    what: '/nodes',
    from: node.address,
    agent: 'kubelet/v1.34.1 (linux/arm64) kubernetes/0000000',
    over: {
      level: 'RequestResponse',
      requestObject: {
        kind: 'Node',
        apiVersion: 'v1',
        metadata: { name, labels: { 'karpenter.sh/nodepool': node.pool } },
        spec: { providerID: `aws:///${aws.region}a/${node.id}` },
      },
    },
  });
};

const changedClass = ({ trail, eks }: Scene): Incident => {
  eks.add({
    time: at(4, 40),
    user: iamUser('developer', 'mallory'),
    verb: 'patch',
    what: 'karpenter.k8s.aws/ec2nodeclasses',
    name: 'batch',
    from: aws.office,
  });
  for (const node of aws.karpenterLaunch(trail, at(4, 52), 'batch', ['m7g.large'], 1, 'batch')) joins(eks, node);
  return {
    story: 'mallory changes a node class by hand, and twelve minutes later a node boots what it says',
    expects: ['kubernetes/provisioning-changed-by-unexpected', 'lineage/nodeclass-changed-then-launched'],
  };
};

const joinedWithToken = ({ fleet }: Scene): Incident => {
  const name = 'ip-10-1-66-6.eu-west-1.compute.internal';
  const inner = Buffer.from(`system:nodes\u0013system:node:${name}`, 'latin1').toString('base64');
  const request = `-----BEGIN CERTIFICATE REQUEST-----\n${inner}\n-----END CERTIFICATE REQUEST-----\n`;
  fleet.add({
    time: at(11, 31),
    user: {
      username: 'system:bootstrap:abc123',
      groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm:default-node-token', 'system:authenticated'],
    },
    verb: 'create',
    what: 'certificates.k8s.io/certificatesigningrequests',
    name: 'csr-w4x2z',
    from: thief,
    agent: 'kubeadm/v1.34.1 (linux/amd64) kubernetes/0000000',
    over: {
      level: 'RequestResponse',
      requestObject: {
        kind: 'CertificateSigningRequest',
        apiVersion: 'certificates.k8s.io/v1',
        metadata: { name: 'csr-w4x2z' },
        spec: {
          signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
          request: Buffer.from(request).toString('base64'),
          usages: ['digital signature', 'client auth'],
        },
      },
    },
  });
  return {
    story: 'a machine joins the fleet with the token that mallory read a quarter of an hour before',
    expects: ['lineage/bootstrap-secret-read-then-join'],
  };
};

const crossedPlanes = ({ eks, nodes }: Scene): Incident => {
  const node = nodeAt(nodes, at(13, 5));
  const user = iamUser(node.role, node.id);
  eks.add({
    time: at(13, 9),
    user: { ...user, extra: { ...user.extra, accessKeyId: [node.key] } },
    verb: 'list',
    what: '/secrets',
    namespace: 'payments',
    from: thief,
  });
  return {
    story: 'the stolen key of the node signs in to Kubernetes under another name than the node’s',
    expects: ['lineage/credentials-crossed-planes'],
  };
};

const stolenController = ({ trail, fleet }: Scene): Incident => {
  fleet.add({
    time: at(17, 20),
    user: { username: 'mallory@example.com', groups: ['system:authenticated', 'developers'] },
    verb: 'get',
    what: '/secrets',
    namespace: 'capa-system',
    name: 'capa-manager-bootstrap-credentials',
    from: thief,
  });
  for (const [index, name] of ['DescribeInstances', 'DescribeSubnets', 'DescribeImages'].entries())
    trail.add(at(17, 41) + index * 15_000, 'ec2', name, aws.who.capa, { ...away, requestParameters: {} });
  return {
    story: 'mallory reads the cloud credentials of Cluster API, and its role is at work elsewhere twenty minutes later',
    expects: [
      'kubernetes/controller-secret-touched',
      'cloudtrail/controller-role-used-elsewhere',
      'lineage/secret-read-then-aws-call',
    ],
  };
};

const churn = ({ fleet }: Scene): Incident => {
  const by = {
    user: serviceAccount('capi-system', 'capi-manager'),
    what: 'cluster.x-k8s.io/machines',
    namespace: 'fleet-a',
    from: '10.1.3.7',
    agent: 'manager/v1.14.0 cluster.x-k8s.io',
  };
  for (let index = 0; index < 12; index++) {
    const name = () => `fleet-a-md-0-7c9f4-${fleet.random.word(5)}`;
    fleet.add({ ...by, time: at(18, 5) + index * 2 * minute, verb: 'delete', name: name() });
    fleet.add({ ...by, time: at(18, 5) + index * 2 * minute + 20_000, verb: 'create', name: name() });
  }
  return { story: 'a remediation loop replaces the machines of the fleet', expects: ['lineage/node-churn'] };
};

/** Every incident of the day; each writes its events into the scene. */
export const incidents: readonly ((scene: Scene) => Incident)[] = [
  miners,
  elsewhere,
  changedPool,
  widenedPool,
  changedClass,
  steered,
  disowned,
  readSecrets,
  joinedWithToken,
  enteredController,
  stolenNode,
  crossedPlanes,
  weakenedMetadata,
  poisonedTemplate,
  grantedAccess,
  widenedNodeRole,
  blinded,
  stolenController,
  churn,
];
