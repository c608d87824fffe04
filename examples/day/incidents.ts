import { type AuditLog, iamUser } from './audit.ts';
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
    story: 'a widened NodePool makes Karpenter launch GPU nodes',
    expects: ['cloudtrail/disallowed-instance-family-launched'],
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
  const node = nodes.at(-1);
  trail.add(at(10, 40), 'ec2', 'DeleteTags', mallory, {
    ...atDesk,
    requestParameters: {
      resourcesSet: { items: [{ resourceId: node?.id ?? 'i-0aaaabbbbccccdddd' }] },
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
  const node = nodes.at(-2);
  if (node === undefined) throw new Error('the example day has no node to rob');
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
  trail.add(at(13, 40), 'ec2', 'ModifyInstanceMetadataOptions', mallory, {
    ...atDesk,
    readOnly: false,
    requestParameters: {
      ModifyInstanceMetadataOptionsRequest: {
        InstanceId: nodes.at(-3)?.id ?? 'i-0aaaabbbbccccdddd',
        HttpTokens: 'optional',
        HttpPutResponseHopLimit: 2,
        HttpEndpoint: 'enabled',
      },
    },
    responseElements: {
      ModifyInstanceMetadataOptionsResponse: {
        instanceId: nodes.at(-3)?.id ?? 'i-0aaaabbbbccccdddd',
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

/** Every incident of the day; each writes its events into the scene. */
export const incidents: readonly ((scene: Scene) => Incident)[] = [
  miners,
  elsewhere,
  changedPool,
  widenedPool,
  steered,
  disowned,
  readSecrets,
  enteredController,
  stolenNode,
  weakenedMetadata,
  poisonedTemplate,
  grantedAccess,
  widenedNodeRole,
  blinded,
];
