import * as aws from './aws.ts';
import { type Trail, who } from './aws.ts';
import { type Instance, launchedItem, mint, newInstance, sessionOf } from './instance.ts';
import { hour, midnight, minute } from './random.ts';

/** Controllers beside Karpenter: volumes, load balancers, IRSA, the control plane's own network interfaces. */
export const controllersWork = (trail: Trail, fleet: readonly Instance[]): void => {
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
export const nodeGroupWorks = (trail: Trail): void => {
  const { random } = trail;
  for (const at of [2, 8, 14, 20].map(one => midnight + one * hour)) {
    const one = newInstance(random, at, 'm7g.large', 'system', 'eksctl-prod-system-NodeInstanceRole', 0);
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
      responseElements: { requestId: random.guid(), instancesSet: { items: [launchedItem(one, tags)] } },
    });
    mint(trail, at + 1_000, one, made.requestID);
    trail.add(at + 8 * minute, 'autoscaling', 'TerminateInstanceInAutoScalingGroup', who.nodegroup, {
      sourceIPAddress: 'eks-nodegroup.amazonaws.com',
      userAgent: 'eks-nodegroup.amazonaws.com',
      readOnly: false,
      requestParameters: { instanceId: `i-0${random.hex(16)}`, shouldDecrementDesiredCapacity: true },
    });
  }
};

/** Cluster API makes machines of the fleet: direct RunInstances with hardened options, bootstrap data kept in Secrets Manager. */
export const clusterApiWorks = (trail: Trail): void => {
  const { random } = trail;
  for (let at = midnight + 50 * minute; at < midnight + 24 * hour; at += 4 * hour) {
    const secret = `aws.cluster.x-k8s.io/${random.guid()}`;
    const by = { userAgent: 'aws.cluster.x-k8s.io/v2.11.0 aws-sdk-go-v2/1.41.0' };
    const one = newInstance(random, at, 'm7g.xlarge', 'fleet-a', 'nodes.cluster-api-provider-aws.sigs.k8s.io', 1);
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
        instancesSet: { items: [launchedItem(one, tags, { vpcId: 'vpc-0bbb', subnetId: 'subnet-0bbb' })] },
      },
    });
    mint(trail, at + 1_000, one, made.requestID);
    const me = sessionOf(one);
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
