import { developer, karpenter, roleSession, serviceLinked } from '../../core/cloudtrail/example.ts';
import { autoMode, autoScaling, clusterApi, platform } from '../../core/cloudtrail/example-callers.ts';
import {
  autoModeTags,
  clusterApiTags,
  ec2,
  karpenterTags,
  wrappedEc2,
  wrappedTags,
  writeTags,
} from '../../core/cloudtrail/example-ec2.ts';
import { createFleet, createTemplate, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { karpenterOwns } from '../../core/cloudtrail/karpenter.ts';
import { hasUsualName } from '../../core/cloudtrail/roles.ts';
import { listed, said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, preserveNode, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { type Json, list, member, text } from '../../core/json.ts';

/** What Karpenter owns or selects; images have a detection of their own (`image-selector-tag-written`). */
const owned: readonly string[] = karpenterOwns;
const selected = ['security-group', 'subnet'];

const steering = (view: View<'cloudtrail'>): readonly Json[] =>
  listed(view, 'tags.written').filter(
    one => member(one, 'steering') === true && [...owned, ...selected].includes(text(one, 'resourceType') ?? ''),
  );

const resourcesOf = (one: Json): readonly string[] => {
  const ids = list(one, 'resources').filter(id => typeof id === 'string');
  return ids.length > 0 ? ids : [`new ${text(one, 'resourceType')}`];
};

/** What Karpenter writes on an instance of its own once it has registered (karpenter-provider-aws, its policy “AllowScopedResourceTagging”). */
const afterwards = ['karpenter.sh/nodeclaim', 'eks:eks-cluster-name'];

/**
 * Whether tags are of a controller's launches. Until settings name it, it tags whatever it launches: one finding, and not one for each
 * instance. Where they name others, it is no less grave for its usual name, and what it tags as it launches is no more findings; what was
 * there before is one each, for people's roles have such names, too. What takes a tag away is never a launch.
 */
const isLaunched = (view: View<'cloudtrail'>, one: Json): boolean =>
  owned.includes(text(one, 'resourceType') ?? '') &&
  text(one, 'action') === 'create' &&
  (said(view, 'principal.kind') === 'likely-controller' ||
    (hasUsualName(said(view, 'principal.id')) &&
      (member(one, 'atCreation') === true || afterwards.includes(text(one, 'key') ?? ''))));

export const detection = cloudtrail({
  id: 'cloudtrail/karpenter-tag-tampered',
  title: '{attempt}{principal} changed tags that steer Karpenter on {resource}',
  severity: [
    ['low', { fact: { 'principal.kind': 'likely-controller' } }],
    ['low', { fact: { 'principal.kind': 'platform', 'call.outcome': 'denied' } }],
    ['medium', { fact: { 'call.outcome': 'denied' } }],
    ['high', { fact: { 'tags.written': { steering: true, resourceType: owned } } }],
    ['low', { fact: { 'principal.kind': 'platform' } }],
    'high',
  ],
  when: {
    fact: {
      'tags.written': { steering: true, resourceType: [...owned, ...selected] },
      'call.outcome': ['succeeded', 'denied'],
    },
  },
  unless: [{ fact: { 'principal.kind': 'controller' } }, { fact: { 'principal.kind': 'service' } }],
  by: view => {
    const principal = said(view, 'principal.id');
    const resources = steering(view).flatMap(one => (isLaunched(view, one) ? ['what it launches'] : resourcesOf(one)));
    return [...new Set(resources)].map(resource => ({ principal, resource }));
  },
  resources: view =>
    steering(view).flatMap(one =>
      resourcesOf(one).map(
        id => `${id}: ${text(one, 'key')}${text(one, 'action') === 'delete' ? ' removed' : `=${text(one, 'value')}`}`,
      ),
    ),
  attack: ['T1578', 'T1565.001'],
  why: "Karpenter owns, terminates and selects by tags that anyone with CreateTags can write: a tag makes it adopt or kill an instance, or start nodes in an attacker's subnet and security group. Removing one hides an instance from its drift and expiry.",
  references: [
    'karpenter-provider-aws, website, "Threat model" and pkg/apis/v1/labels.go',
    'karpenter-provider-aws, getting-started cloudformation.yaml (AllowScopedResourceTagging)',
    'EC2 API Reference, CreateTags, DeleteTags, TagSpecification',
    'EKS User Guide, Auto Mode, AmazonEKSComputePolicy',
  ],
  runbook: [
    confirmCall,
    'See what is tagged now: aws ec2 describe-tags --region REGION --filters Name=resource-id,Values=RESOURCE, and put back what the record shows: aws ec2 create-tags --region REGION --resources RESOURCE --tags Key=KEY,Value=VALUE (or delete-tags)',
    preserveNode,
    revokeCaller,
    lookAround,
  ],
  blind: [
    "EKS Auto Mode launches with the cluster's own role: name that role among the settings' `controllers` (kind `eks`), or its launches are a finding, low because EKS itself calls.",
    "Tags written through the Resource Groups Tagging API arrive as CreateTags made on the caller's behalf; a service that tags as itself is cleared.",
    'CopyImage and CreateSnapshot copy tags without naming them.',
    'CreateSecurityGroup and CreateSubnet with tags: the list form of their tag specifications is inferred, both encodings are read.',
    'A controller that writes on what is not its own is judged by cloudtrail/controller-tagged-foreign-resource.',
  ],
  examples: {
    matches: [
      {
        name: 'a developer claims an instance for a NodePool',
        severity: 'high',
        event: writeTags('CreateTags', ['i-0aaaabbbbccccdddd'], { 'karpenter.sh/nodepool': 'default' }),
      },
      {
        name: 'many tags on many resources name each resource',
        severity: 'high',
        event: writeTags('CreateTags', ['i-0aaaabbbbccccdddd', 'sg-0aaa', 'subnet-0bbb'], {
          Team: 'x',
          'karpenter.sh/discovery': 'prod',
          'kubernetes.io/cluster/prod': 'owned',
        }),
      },
      {
        name: 'EKS itself launches for Auto Mode, with a role of any name',
        severity: 'low',
        event: runInstances({
          by: autoMode,
          tags: autoModeTags,
          record: { sourceIPAddress: 'eks.amazonaws.com', userAgent: 'eks.amazonaws.com' },
        }),
      },
      {
        name: 'somebody launches with the role of a cluster, as if he were Auto Mode',
        severity: 'high',
        event: runInstances({
          by: roleSession('shop-control-plane', 'aws-go-sdk-1788256800000000000'),
          tags: autoModeTags,
        }),
      },
      {
        name: 'ownership is removed without naming values',
        severity: 'high',
        event: writeTags('DeleteTags', ['i-0aaaabbbbccccdddd'], {
          'karpenter.sh/nodepool': null,
          'karpenter.k8s.aws/ec2nodeclass': null,
        }),
      },
      {
        name: 'all tags are removed at once',
        severity: 'high',
        event: ec2('DeleteTags', { resourcesSet: { items: [{ resourceId: 'i-0aaaabbbbccccdddd' }] }, tagSet: {} }),
      },
      {
        name: "a developer launches an instance with Karpenter's tags",
        severity: 'high',
        event: runInstances({ tags: karpenterTags }),
      },
      {
        name: "a developer makes a fleet with Karpenter's tags",
        severity: 'high',
        event: createFleet({ by: developer }),
      },
      {
        name: 'a security group is made with a discovery tag',
        severity: 'high',
        event: ec2(
          'CreateSecurityGroup',
          {
            groupName: 'x',
            groupDescription: 'x',
            vpcId: 'vpc-0aaa',
            tagSpecificationSet: {
              items: [{ resourceType: 'security-group', tags: [{ key: 'karpenter.sh/discovery', value: 'prod' }] }],
            },
          },
          { response: { groupId: 'sg-0ccc' } },
        ),
      },
      {
        name: 'a subnet is made with a discovery tag, in the newer encoding',
        severity: 'high',
        event: wrappedEc2(
          'CreateSubnet',
          {
            VpcId: 'vpc-0aaa',
            CidrBlock: '10.0.64.0/20',
            TagSpecification: {
              tag: 1,
              ResourceType: 'subnet',
              Tag: wrappedTags({ 'karpenter.sh/discovery': 'prod' }),
            },
          },
          { response: { subnet: { subnetId: 'subnet-0ccc' } } },
        ),
      },
      {
        name: 'a denied attempt',
        severity: 'medium',
        event: writeTags(
          'CreateTags',
          ['i-0aaaabbbbccccdddd'],
          { 'karpenter.sh/nodepool': 'default' },
          { record: { errorCode: 'Client.UnauthorizedOperation' } },
        ),
      },
      {
        name: 'the platform is refused a subnet',
        severity: 'low',
        event: writeTags(
          'CreateTags',
          ['subnet-0aaa'],
          { 'karpenter.sh/discovery': 'prod' },
          { by: platform, record: { errorCode: 'Client.UnauthorizedOperation' } },
        ),
      },
      {
        name: 'the platform tags a subnet for discovery',
        severity: 'low',
        event: writeTags('CreateTags', ['subnet-0aaa'], { 'karpenter.sh/discovery': 'prod' }, { by: platform }),
      },
      {
        name: 'the platform tags a subnet and an instance',
        severity: 'high',
        event: writeTags(
          'CreateTags',
          ['subnet-0aaa', 'i-0aaaabbbbccccdddd'],
          { 'kubernetes.io/cluster/prod': 'owned' },
          { by: platform },
        ),
      },
      {
        name: 'a role that only looks like Karpenter, while the settings name none',
        severity: 'low',
        event: writeTags(
          'CreateTags',
          ['i-0aaaabbbbccccdddd'],
          { 'karpenter.sh/nodeclaim': 'default-abcde' },
          { by: karpenter },
        ),
        settings: { controllers: [] },
      },
      {
        name: 'a role named like Karpenter, while the settings name another',
        severity: 'high',
        event: writeTags(
          'CreateTags',
          ['i-0aaaabbbbccccdddd'],
          { 'karpenter.sh/nodeclaim': 'default-abcde' },
          { by: roleSession('dev-karpenter', 'x') },
        ),
      },
    ],
    misses: [
      {
        name: 'a vendor’s autoscaler launches with the cluster’s tag alone',
        event: runInstances({ tags: { 'kubernetes.io/cluster/prod': 'owned' } }),
      },
      {
        name: 'Karpenter names its instance after the NodeClaim',
        event: writeTags(
          'CreateTags',
          ['i-0aaaabbbbccccdddd'],
          { 'karpenter.sh/nodeclaim': 'default-abcde', Name: 'default-abcde' },
          { by: karpenter },
        ),
      },
      { name: "Karpenter's own fleet", event: createFleet() },
      {
        name: "the Cluster API provider's own instance",
        event: runInstances({ by: clusterApi, tags: clusterApiTags }),
      },
      {
        name: 'Auto Scaling launches for a node group',
        event: runInstances({ by: autoScaling, tags: { 'kubernetes.io/cluster/prod': 'owned' } }),
      },
      {
        name: 'EKS tags an interface with its cluster',
        event: writeTags(
          'CreateTags',
          ['eni-0aaa'],
          { 'eks:eks-cluster-name': 'prod' },
          { by: serviceLinked('eks.amazonaws.com', 'AWSServiceRoleForAmazonEKS') },
        ),
      },
      {
        name: 'eksctl puts a cluster’s tags on the template of a node group',
        event: createTemplate({ by: developer, name: 'eksctl-x-ng', tags: { 'karpenter.sh/discovery': 'prod' } }),
      },
      {
        name: 'a developer writes an ordinary tag on an instance',
        event: writeTags('CreateTags', ['i-0aaaabbbbccccdddd'], { Team: 'x' }),
      },
      {
        name: 'a developer writes a steering tag on a VPC',
        event: writeTags('CreateTags', ['vpc-0aaa'], { 'kubernetes.io/cluster/prod': 'shared' }),
      },
      {
        name: "a dry run with Karpenter's tags",
        event: runInstances({ tags: karpenterTags, record: { errorCode: 'Client.DryRunOperation' } }),
      },
    ],
  },
});
