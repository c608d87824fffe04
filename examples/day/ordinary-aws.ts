import type { JsonObject } from '../../core/json.ts';
import * as aws from './aws.ts';
import { type Instance, Trail, who } from './aws.ts';
import { hour, midnight, minute, type Random } from './random.ts';

const families = ['m7g.large', 'm7g.xlarge', 'c7g.xlarge', 'r7g.large', 'm6i.large', 'c6i.xlarge'];
const items = (ids: readonly string[]): JsonObject => ({ items: ids.map(resourceId => ({ resourceId })) });

/** What the account's fleet looked like at midnight. */
const fleetAtMidnight = (random: Random): Instance[] =>
  Array.from({ length: 40 }, () =>
    aws.newInstance(
      random,
      midnight - random.below(40) * hour,
      random.pick(families),
      'default',
      'KarpenterNodeRole-prod',
    ),
  );

/** Karpenter works: launches follow the working day, old nodes go, templates are cleaned up, it validates and it looks around. */
const karpenterWorks = (trail: Trail, fleet: Instance[], all: Instance[]): void => {
  const { random } = trail;
  const by = { userAgent: aws.karpenterAgent };
  for (let at = midnight + 10 * minute; at < midnight + 24 * hour; at += (12 + random.below(25)) * minute) {
    const made = aws.karpenterLaunch(trail, at, random.pick(['default', 'batch']), families, 1 + random.below(3));
    fleet.push(...made);
    all.push(...made);
    const gone = fleet.length > 30 ? fleet.splice(random.below(20), 1 + random.below(2)) : [];
    for (const one of gone) {
      one.gone = at + 5 * minute;
      const itemsOf = { items: [{ instanceId: one.id }] };
      trail.add(at + 5 * minute, 'ec2', 'TerminateInstances', who.karpenter, {
        ...by,
        requestParameters: { instancesSet: itemsOf },
        responseElements: {
          instancesSet: {
            items: [
              {
                instanceId: one.id,
                currentState: { code: 32, name: 'shutting-down' },
                previousState: { code: 16, name: 'running' },
              },
            ],
          },
        },
      });
    }
    if (random.next() < 0.3)
      trail.add(at + 9 * minute, 'ec2', 'DeleteLaunchTemplate', who.karpenter, {
        ...by,
        requestParameters: {
          DeleteLaunchTemplateRequest: {
            LaunchTemplateName: `karpenter.k8s.aws/${random.below(1e9)}${random.below(1e9)}`,
          },
        },
      });
  }
  const looks = [
    'DescribeInstanceTypes',
    'DescribeInstanceTypeOfferings',
    'DescribeSubnets',
    'DescribeSecurityGroups',
    'DescribeImages',
    'DescribeInstances',
    'DescribeSpotPriceHistory',
    'DescribeLaunchTemplates',
  ];
  for (let at = midnight; at < midnight + 24 * hour; at += 4 * minute)
    trail.add(at + random.below(60_000), 'ec2', random.pick(looks), who.karpenter, { ...by, requestParameters: {} });
  for (let at = midnight; at < midnight + 24 * hour; at += 2 * hour) {
    trail.add(at, 'ssm', 'GetParameter', who.karpenter, {
      ...by,
      requestParameters: {
        name: '/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/arm64/standard/recommended/image_id',
      },
    });
    trail.add(at + 1_000, 'pricing', 'GetProducts', who.karpenter, {
      ...by,
      awsRegion: 'us-east-1',
      requestParameters: { serviceCode: 'AmazonEC2' },
    });
    trail.add(at + 2_000, 'eks', 'DescribeCluster', who.karpenter, { ...by, requestParameters: { name: 'prod' } });
    trail.add(at + 3_000, 'iam', 'ListInstanceProfiles', who.karpenter, {
      ...by,
      requestParameters: { pathPrefix: '/karpenter/' },
    });
  }
  // A node class changed by GitOps is validated by dry runs, permitted by an error code of their own.
  const at = midnight + 9 * hour;
  for (const [name, parameters] of [
    [
      'CreateFleet',
      {
        CreateFleetRequest: {
          DryRun: true,
          Type: 'instant',
          LaunchTemplateConfigs: {
            tag: 1,
            LaunchTemplateSpecification: { LaunchTemplateName: 'karpenter.k8s.aws/77', Version: '$Latest' },
            Overrides: { tag: 1, InstanceType: 'm5.large' },
          },
        },
      },
    ],
    ['RunInstances', { instancesSet: { items: [{ minCount: 1, maxCount: 1 }] }, instanceType: 'm5.large' }],
  ] as const)
    trail.add(at, 'ec2', name, who.karpenter, {
      ...by,
      errorCode: 'Client.DryRunOperation',
      errorMessage: 'Request would have succeeded, but DryRun flag is set.',
      requestParameters: parameters,
    });
};

/** One node does what every node does: registry, CNI, cluster lookup, the agent's pod identities, the authenticator's echo. */
const nodeWorks = (trail: Trail, node: Instance, from: number, until: number): void => {
  const { random } = trail;
  const me = aws.sessionOf(node);
  const inside = { sourceIPAddress: node.address, vpcEndpointId: aws.endpoint, vpcEndpointAccountId: aws.account };
  const cni = { userAgent: 'amazon-vpc-cni-k8s/v1.20.4 aws-sdk-go-v2/1.41.0 lang/go#1.26.0' };
  trail.add(from + 40_000, 'eks', 'DescribeCluster', me, {
    userAgent: 'nodeadm/v0.9 aws-sdk-go-v2/1.41.0',
    requestParameters: { name: 'prod' },
  });
  trail.add(from + 50_000, 'ec2', 'DescribeInstances', me, {
    ...cni,
    requestParameters: { instancesSet: { items: [{ instanceId: node.id }] }, filterSet: {} },
  });
  trail.add(from + 55_000, 'ec2', 'CreateNetworkInterface', me, {
    ...cni,
    requestParameters: {
      subnetId: 'subnet-0aaa',
      groupSet: { items: [{ groupId: 'sg-0aaa' }] },
      tagSpecificationSet: {
        items: [
          {
            resourceType: 'network-interface',
            tags: [
              { key: 'node.k8s.amazonaws.com/instance_id', value: node.id },
              { key: 'cluster.k8s.amazonaws.com/name', value: 'prod' },
            ],
          },
        ],
      },
    },
    responseElements: {
      networkInterface: {
        networkInterfaceId: `eni-0${random.hex(16)}`,
        subnetId: 'subnet-0aaa',
        vpcId: 'vpc-0aaa',
        privateIpAddress: `10.0.${random.below(250)}.${random.below(250)}`,
      },
    },
  });
  trail.add(from + 60_000, 'ec2', 'AttachNetworkInterface', me, {
    ...cni,
    requestParameters: { networkInterfaceId: `eni-0${random.hex(16)}`, instanceId: node.id, deviceIndex: 1 },
  });
  for (let at = from + 90_000; at < until; at += (55 + random.below(90)) * minute) {
    trail.add(at, 'ecr', 'GetAuthorizationToken', me, {
      ...inside,
      userAgent: 'ecr-credential-provider/v1.34 aws-sdk-go-v2',
      requestParameters: {},
    });
    trail.add(at + 2_000, 'ecr', 'BatchGetImage', me, {
      ...inside,
      userAgent: 'containerd/2.1',
      requestParameters: {
        repositoryName: random.pick(['shop/web', 'shop/cart', 'shop/pay']),
        registryId: aws.account,
      },
    });
    trail.add(at + 9_000, 'sts', 'GetCallerIdentity', me, {
      sourceIPAddress: '192.0.2.140',
      userAgent: 'Go-http-client/1.1',
      requestParameters: null,
    });
    trail.add(at + 12_000, 'ssm', 'UpdateInstanceInformation', me, {
      readOnly: false,
      requestParameters: {
        instanceId: node.id,
        iPAddress: node.address,
        computerName: aws.dns(node),
        agentVersion: '3.3.3050.0',
      },
    });
    if (random.next() < 0.4)
      trail.add(at + 20_000, 'ec2', 'AssignPrivateIpAddresses', me, {
        ...cni,
        readOnly: false,
        requestParameters: { networkInterfaceId: `eni-0${random.hex(16)}`, ipv4PrefixCount: 1 },
      });
    if (random.next() < 0.5)
      podIdentity(
        trail,
        at + 30_000,
        node,
        random.pick([
          ['payments', 'pay'],
          ['shop', 'web'],
          ['data', 'etl'],
        ] as const),
      );
  }
};

/** The agent on a node asks for a pod's credentials; EKS takes the role. */
const podIdentity = (trail: Trail, at: number, node: Instance, [namespace, name]: readonly [string, string]): void => {
  const { random } = trail;
  trail.add(at, 'eks-auth', 'AssumeRoleForPodIdentity', aws.sessionOf(node), {
    userAgent: 'eks-pod-identity-agent/0.1.35',
    readOnly: true,
    requestParameters: { clusterName: 'prod', token: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
    resources: [
      {
        accountId: aws.account,
        type: 'AWS::EKS::Cluster',
        ARN: `arn:aws:eks:${aws.region}:${aws.account}:cluster/prod`,
      },
    ],
  });
  const pod = `${name}-${random.hex(9)}-${random.word(5)}`;
  trail.add(
    at + 1_000,
    'sts',
    'AssumeRole',
    { type: 'AWSService', invokedBy: 'pods.eks.amazonaws.com' },
    {
      sourceIPAddress: 'pods.eks.amazonaws.com',
      userAgent: 'pods.eks.amazonaws.com',
      requestParameters: {
        roleArn: `arn:aws:iam::${aws.account}:role/prod-${name}`,
        roleSessionName: `eks-prod-${pod.slice(0, 12)}-${random.guid()}`,
        durationSeconds: 21600,
        tags: [
          { key: 'eks-cluster-arn', value: `arn:aws:eks:${aws.region}:${aws.account}:cluster/prod` },
          { key: 'eks-cluster-name', value: 'prod' },
          { key: 'kubernetes-namespace', value: namespace },
          { key: 'kubernetes-service-account', value: name },
          { key: 'kubernetes-pod-name', value: pod },
          { key: 'kubernetes-pod-uid', value: random.guid() },
        ],
      },
      responseElements: {
        credentials: {
          accessKeyId: `ASIAEX${random.hex(14).toUpperCase()}`,
          sessionToken: 'example-session-token',
          expiration: 'Sep 1, 2026, 11:59:59 PM',
        },
      },
      sharedEventID: random.guid(),
    },
  );
};

/** Controllers beside Karpenter: volumes, load balancers, IRSA, the control plane's own network interfaces. */
const controllersWork = (trail: Trail, fleet: readonly Instance[]): void => {
  const { random } = trail;
  for (let at = midnight; at < midnight + 24 * hour; at += (6 + random.below(9)) * minute) {
    const volume = `vol-0${random.hex(16)}`;
    trail.add(at, 'ec2', 'CreateVolume', who.csi, {
      userAgent: 'ebs.csi.aws.com/v1.50.1 aws-sdk-go-v2',
      requestParameters: {
        size: '20',
        volumeType: 'gp3',
        encrypted: true,
        zone: `${aws.region}a`,
        tagSpecificationSet: {
          items: [
            {
              resourceType: 'volume',
              tags: [
                { key: 'ebs.csi.aws.com/cluster', value: 'true' },
                { key: 'kubernetes.io/cluster/prod', value: 'owned' },
                { key: 'CSIVolumeName', value: `pvc-${random.guid()}` },
              ],
            },
          ],
        },
      },
      responseElements: { volumeId: volume, encrypted: true },
    });
    trail.add(at + 4_000, 'ec2', 'AttachVolume', who.csi, {
      userAgent: 'ebs.csi.aws.com/v1.50.1 aws-sdk-go-v2',
      readOnly: false,
      requestParameters: { volumeId: volume, instanceId: random.pick(fleet).id, device: '/dev/xvdaa' },
    });
  }
  for (let at = midnight; at < midnight + 24 * hour; at += 55 * minute)
    for (const [index, [namespace, name, role]] of (
      [
        ['kube-system', 'karpenter', 'prod-karpenter'],
        ['kube-system', 'external-dns', 'prod-external-dns'],
        ['capa-system', 'capa-controller-manager', 'controllers.cluster-api-provider-aws.sigs.k8s.io'],
      ] as const
    ).entries()) {
      const subject = `system:serviceaccount:${namespace}:${name}`;
      trail.add(
        at + index * 1_000,
        'sts',
        'AssumeRoleWithWebIdentity',
        {
          type: 'WebIdentityUser',
          principalId: `${aws.oidc}:sts.amazonaws.com:${subject}`,
          userName: subject,
          identityProvider: aws.oidc,
        },
        {
          requestParameters: {
            roleArn: `arn:aws:iam::${aws.account}:role/${role}`,
            roleSessionName: `${at * 1000 + index}`,
            durationSeconds: 3600,
          },
          responseElements: {
            credentials: {
              accessKeyId: `ASIAEX${random.hex(14).toUpperCase()}`,
              sessionToken: 'example-session-token',
              expiration: 'Sep 1, 2026, 11:59:59 PM',
            },
            subjectFromWebIdentityToken: subject,
            provider: aws.oidc,
            audience: 'sts.amazonaws.com',
          },
          additionalEventData: {
            identityProviderConnectionVerificationMethod: 'IAMTrustStore',
            RequestDetails: { endpointType: 'regional', awsServingRegion: aws.region },
          },
        },
      );
    }
  for (let at = midnight + 30 * minute; at < midnight + 24 * hour; at += 3 * hour) {
    trail.add(at, 'ec2', 'CreateSecurityGroup', who.loadBalancer, {
      requestParameters: {
        groupName: `k8s-shop-web-${random.hex(10)}`,
        vpcId: 'vpc-0aaa',
        tagSpecificationSet: {
          items: [{ resourceType: 'security-group', tags: [{ key: 'elbv2.k8s.aws/cluster', value: 'prod' }] }],
        },
      },
    });
    trail.add(at + 2_000, 'ec2', 'AuthorizeSecurityGroupIngress', who.loadBalancer, {
      requestParameters: {
        groupId: 'sg-0ccc',
        ipPermissions: {
          items: [
            {
              ipProtocol: 'tcp',
              fromPort: 443,
              toPort: 443,
              groups: {},
              ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] },
              ipv6Ranges: {},
              prefixListIds: {},
            },
          ],
        },
      },
    });
    trail.add(at + 5_000, 'ec2', 'CreateNetworkInterface', who.cluster, {
      sourceIPAddress: 'eks.amazonaws.com',
      userAgent: 'eks.amazonaws.com',
      requestParameters: {
        subnetId: 'subnet-0aaa',
        description: 'Amazon EKS prod',
        groupSet: { items: [{ groupId: 'sg-0aaa' }] },
      },
    });
  }
};

/** A managed node group of system nodes scales by an Auto Scaling group, which carries the cluster's tag. */
const nodeGroupWorks = (trail: Trail): void => {
  const { random } = trail;
  for (const at of [2, 8, 14, 20].map(one => midnight + one * hour)) {
    const one = aws.newInstance(random, at, 'm7g.large', 'system', 'eksctl-prod-system-NodeInstanceRole', 0);
    const tags = [
      ['eks:cluster-name', 'prod'],
      ['eks:nodegroup-name', 'system'],
      ['kubernetes.io/cluster/prod', 'owned'],
      ['aws:autoscaling:groupName', 'eks-system-0a'],
    ] as const;
    const made = trail.add(at, 'ec2', 'RunInstances', who.scaling, {
      sourceIPAddress: 'autoscaling.amazonaws.com',
      userAgent: 'autoscaling.amazonaws.com',
      requestParameters: {
        instancesSet: { items: [{ minCount: 1, maxCount: 1 }] },
        instanceType: one.type,
        launchTemplate: { launchTemplateId: 'lt-0bbb', version: '3' },
        tagSpecificationSet: {
          items: [{ resourceType: 'instance', tags: tags.map(([key, value]) => ({ key, value })) }],
        },
      },
      responseElements: { requestId: random.guid(), instancesSet: { items: [aws.launchedItem(one, tags)] } },
    });
    aws.mint(trail, at + 1_000, one, made.requestID);
    trail.add(at + 8 * minute, 'autoscaling', 'TerminateInstanceInAutoScalingGroup', who.nodegroup, {
      sourceIPAddress: 'eks-nodegroup.amazonaws.com',
      userAgent: 'eks-nodegroup.amazonaws.com',
      readOnly: false,
      requestParameters: { instanceId: `i-0${random.hex(16)}`, shouldDecrementDesiredCapacity: true },
    });
  }
};

/** Cluster API makes machines of the fleet: direct RunInstances with hardened options, bootstrap data kept in Secrets Manager. */
const clusterApiWorks = (trail: Trail): void => {
  const { random } = trail;
  for (let at = midnight + 50 * minute; at < midnight + 24 * hour; at += 4 * hour) {
    const secret = `aws.cluster.x-k8s.io/${random.guid()}`;
    const by = { userAgent: 'aws.cluster.x-k8s.io/v2.11.0 aws-sdk-go-v2/1.41.0' };
    const one = aws.newInstance(random, at, 'm7g.xlarge', 'fleet-a', 'nodes.cluster-api-provider-aws.sigs.k8s.io', 1);
    const tags = [
      ['sigs.k8s.io/cluster-api-provider-aws/cluster/fleet-a', 'owned'],
      ['sigs.k8s.io/cluster-api-provider-aws/role', 'node'],
      ['kubernetes.io/cluster/fleet-a', 'owned'],
      ['MachineName', `fleet-a/fleet-a-md-0-${random.word(5)}`],
      ['Name', 'fleet-a-md-0'],
    ] as const;
    trail.add(at - 3_000, 'secretsmanager', 'CreateSecret', who.capa, {
      ...by,
      readOnly: false,
      requestParameters: { name: secret, tags: tags.map(([key, value]) => ({ key, value })) },
    });
    const made = trail.add(at, 'ec2', 'RunInstances', who.capa, {
      ...by,
      requestParameters: {
        instancesSet: { items: [{ imageId: aws.image, minCount: 1, maxCount: 1 }] },
        instanceType: one.type,
        userData: '<sensitiveDataRemoved>',
        iamInstanceProfile: { name: one.role },
        metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1, httpEndpoint: 'enabled' },
        blockDeviceMapping: {
          items: [{ deviceName: '/dev/xvda', ebs: { volumeSize: 80, encrypted: true, volumeType: 'gp3' } }],
        },
        tagSpecificationSet: {
          items: [{ resourceType: 'instance', tags: tags.map(([key, value]) => ({ key, value })) }],
        },
      },
      responseElements: {
        requestId: random.guid(),
        instancesSet: { items: [aws.launchedItem(one, tags, { vpcId: 'vpc-0bbb', subnetId: 'subnet-0bbb' })] },
      },
    });
    aws.mint(trail, at + 1_000, one, made.requestID);
    const me = aws.sessionOf(one);
    const from = { sourceIPAddress: aws.egress, userAgent: 'aws-cli/2.30.0 md/awscrt ua/2.1 os/linux' };
    trail.add(at + 60_000, 'secretsmanager', 'GetSecretValue', me, {
      ...from,
      requestParameters: { secretId: secret },
    });
    trail.add(at + 65_000, 'secretsmanager', 'DeleteSecret', me, {
      ...from,
      readOnly: false,
      requestParameters: { secretId: secret, forceDeleteWithoutRecovery: true },
    });
    trail.add(at + 90_000, 'ecr', 'GetAuthorizationToken', me, { ...from, requestParameters: {} });
  }
};

/** People and pipelines: Terraform at noon, consoles all day, backups at night, the account's own services. */
const peopleWork = (trail: Trail): void => {
  const { random } = trail;
  const cli = {
    sourceIPAddress: aws.office,
    userAgent: 'aws-cli/2.30.0 md/awscrt#0.27.6 ua/2.1 os/macos lang/python#3.13.7',
  };
  const terraform = {
    sourceIPAddress: '198.51.100.77',
    userAgent: 'APN/1.0 HashiCorp/1.0 Terraform/1.13.3 aws-sdk-go-v2/1.41.0',
  };
  const consoleAgent = {
    sourceIPAddress: aws.office,
    userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 Safari/605.1.15',
    sessionCredentialFromConsole: 'true',
  };
  for (const at of [11, 15].map(one => midnight + one * hour)) {
    const reads: readonly (readonly [string, string])[] = [
      ['ec2', 'DescribeSubnets'],
      ['ec2', 'DescribeVpcs'],
      ['ec2', 'DescribeSecurityGroups'],
      ['iam', 'GetRole'],
      ['iam', 'ListAttachedRolePolicies'],
      ['iam', 'GetPolicyVersion'],
      ['eks', 'DescribeCluster'],
      ['eks', 'ListAddons'],
      ['s3', 'GetBucketPolicy'],
      ['kms', 'DescribeKey'],
      ['logs', 'DescribeLogGroups'],
    ];
    for (let index = 0; index < 160; index++) {
      const [source, name] = random.pick(reads);
      trail.add(at + index * 400, source, name, who.terraform, {
        ...terraform,
        requestParameters: source === 'iam' ? { roleName: 'KarpenterNodeRole-prod' } : { name: 'prod' },
      });
    }
    trail.add(at + 70_000, 'ec2', 'CreateTags', who.terraform, {
      ...terraform,
      requestParameters: {
        resourcesSet: items(['subnet-0aaa']),
        tagSet: { items: [{ key: 'CostCentre', value: '4711' }] },
      },
    });
    trail.add(at + 72_000, 'ec2', 'AuthorizeSecurityGroupIngress', who.terraform, {
      ...terraform,
      requestParameters: {
        groupId: 'sg-0ddd',
        ipPermissions: {
          items: [
            {
              ipProtocol: 'tcp',
              fromPort: 22,
              toPort: 22,
              groups: {},
              ipRanges: { items: [{ cidrIp: '10.0.0.0/8' }] },
              ipv6Ranges: {},
              prefixListIds: {},
            },
          ],
        },
      },
    });
    trail.add(at + 74_000, 'iam', 'AttachRolePolicy', who.terraform, {
      ...terraform,
      requestParameters: { roleName: 'shop-report', policyArn: `arn:aws:iam::${aws.account}:policy/shop-report-read` },
    });
    trail.add(at + 76_000, 'logs', 'PutRetentionPolicy', who.terraform, {
      ...terraform,
      requestParameters: { logGroupName: '/shop/web', retentionInDays: 30 },
    });
  }
  const looks: readonly (readonly [string, string])[] = [
    ['ec2', 'DescribeInstances'],
    ['ec2', 'DescribeInstanceStatus'],
    ['eks', 'ListClusters'],
    ['eks', 'DescribeCluster'],
    ['eks', 'ListNodegroups'],
    ['cloudwatch', 'GetMetricData'],
    ['logs', 'StartQuery'],
    ['logs', 'GetQueryResults'],
    ['s3', 'ListBuckets'],
    ['ce', 'GetCostAndUsage'],
    ['cloudtrail', 'LookupEvents'],
  ];
  for (let at = midnight + 7 * hour; at < midnight + 19 * hour; at += random.below(50) * 1_000) {
    const [source, name] = random.pick(looks);
    trail.add(at, source === 'cloudwatch' ? 'monitoring' : source, name, random.pick([who.alice, who.bob, who.carol]), {
      ...(random.next() < 0.5 ? consoleAgent : cli),
      requestParameters: {},
    });
  }
  for (const [index, person] of [who.alice, who.bob, who.carol].entries())
    trail.add(midnight + (7 + index) * hour, 'signin', 'ConsoleLogin', person, {
      ...consoleAgent,
      eventType: 'AwsConsoleSignIn',
      readOnly: false,
      awsRegion: 'us-east-1',
      responseElements: { ConsoleLogin: 'Success' },
      additionalEventData: { MobileVersion: 'No', MFAUsed: 'Yes' },
    });
  const sandbox = aws.newInstance(random, midnight + 10 * hour, 't3.micro', 'sandbox', 'sandbox', 9);
  trail.add(sandbox.launched, 'ec2', 'RunInstances', who.alice, {
    ...cli,
    requestParameters: {
      instancesSet: { items: [{ imageId: aws.image, minCount: 1, maxCount: 1 }] },
      instanceType: 't3.micro',
      tagSpecificationSet: { items: [{ resourceType: 'instance', tags: [{ key: 'Name', value: 'alice-sandbox' }] }] },
    },
    responseElements: { instancesSet: { items: [aws.launchedItem(sandbox, [['Name', 'alice-sandbox']])] } },
  });
  trail.add(midnight + 17 * hour, 'ec2', 'TerminateInstances', who.alice, {
    ...cli,
    requestParameters: { instancesSet: { items: [{ instanceId: sandbox.id }] } },
  });
  for (let index = 0; index < 60; index++) {
    const service = random.pick(['config', 'guardduty', 'securityhub', 'resource-explorer-2', 'trustedadvisor']);
    trail.add(
      midnight + random.below(24) * hour,
      'sts',
      'AssumeRole',
      { type: 'AWSService', invokedBy: `${service}.amazonaws.com` },
      {
        sourceIPAddress: `${service}.amazonaws.com`,
        userAgent: `${service}.amazonaws.com`,
        requestParameters: {
          roleArn: `arn:aws:iam::${aws.account}:role/aws-service-role/${service}.amazonaws.com/AWSServiceRole`,
          roleSessionName: random.hex(12),
        },
        responseElements: {
          credentials: {
            accessKeyId: `ASIAEX${random.hex(14).toUpperCase()}`,
            sessionToken: 'example-session-token',
            expiration: 'Sep 1, 2026, 11:59:59 PM',
          },
        },
        sharedEventID: random.guid(),
      },
    );
  }
  const backup = aws.roleSession('backup', 'AWSBackup', { invokedBy: 'backup.amazonaws.com' });
  for (let index = 0; index < 25; index++)
    trail.add(midnight + 3 * hour + index * minute, 'ec2', 'CreateSnapshot', backup, {
      sourceIPAddress: 'backup.amazonaws.com',
      userAgent: 'backup.amazonaws.com',
      readOnly: false,
      requestParameters: { volumeId: `vol-0${random.hex(16)}`, description: 'nightly' },
    });
};

/** An ordinary day of the account, in CloudTrail's words. @returns the trail, every node of the day, those left at its end */
export const ordinaryAws = (
  random: Random,
): { readonly trail: Trail; readonly nodes: readonly Instance[]; readonly left: readonly Instance[] } => {
  const trail = new Trail(random);
  const fleet = fleetAtMidnight(random);
  const nodes = [...fleet];
  karpenterWorks(trail, fleet, nodes);
  for (const node of nodes)
    nodeWorks(trail, node, Math.max(node.launched, midnight), node.gone ?? midnight + 24 * hour);
  controllersWork(trail, fleet);
  nodeGroupWorks(trail);
  clusterApiWorks(trail);
  peopleWork(trail);
  return { trail, nodes, left: fleet };
};
