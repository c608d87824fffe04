import type { Trail } from './aws.ts';
import * as aws from './aws.ts';
import { dns, type Instance, sessionOf } from './instance.ts';
import { minute } from './random.ts';

/** One node does what every node does: registry, CNI, cluster lookup, the agent's pod identities, the authenticator's echo. */
export const nodeWorks = (trail: Trail, node: Instance, from: number, until: number): void => {
  const { random } = trail;
  const me = sessionOf(node);
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
        computerName: dns(node),
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
  trail.add(at, 'eks-auth', 'AssumeRoleForPodIdentity', sessionOf(node), {
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
