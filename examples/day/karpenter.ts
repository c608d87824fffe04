import * as aws from './aws.ts';
import { type Trail, who } from './aws.ts';
import { type Instance, newInstance } from './instance.ts';
import { karpenterLaunch } from './launch.ts';
import { hour, midnight, minute, type Random } from './random.ts';

const families = ['m7g.large', 'm7g.xlarge', 'c7g.xlarge', 'r7g.large', 'm6i.large', 'c6i.xlarge'];

/** What the account's fleet looked like at midnight. */
export const fleetAtMidnight = (random: Random): Instance[] =>
  Array.from({ length: 40 }, () =>
    newInstance(random, midnight - random.below(40) * hour, random.pick(families), 'default', 'KarpenterNodeRole-prod'),
  );

/** Karpenter works: launches follow the working day, old nodes go, templates are cleaned up, it validates and it looks around. */
export const karpenterWorks = (trail: Trail, fleet: Instance[], all: Instance[]): void => {
  const { random } = trail;
  const by = { userAgent: aws.karpenterAgent };
  for (let at = midnight + 10 * minute; at < midnight + 24 * hour; at += (12 + random.below(25)) * minute) {
    const made = karpenterLaunch(trail, at, random.pick(['default', 'batch']), families, 1 + random.below(3));
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
