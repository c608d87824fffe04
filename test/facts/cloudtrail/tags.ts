import type { JsonObject } from '../../../core/json.ts';
import { asks, each, type Said } from './saying.ts';

const key = { tagSet: { items: [{ key: 'karpenter.sh/nodepool', value: 'x' }] } };
const specified = {
  tagSpecificationSet: { items: [{ resourceType: 'instance', tags: [{ key: 'karpenter.sh/nodepool' }] }] },
};
export const tags: readonly Said[] = [
  ...each('ec2', 'CreateTags DeleteTags', { ...key, resourcesSet: { items: [{ resourceId: 'i-0aaa' }] } }, api => ({
    'tags.written': [
      {
        key: 'karpenter.sh/nodepool',
        value: 'x',
        action: api === 'CreateTags' ? 'create' : 'delete',
        atCreation: false,
        resourceType: 'instance',
        resources: ['i-0aaa'],
        steering: true,
        selectsImages: true,
      },
    ],
  })),
  ...each(
    'ec2',
    'RunInstances CreateFleet RequestSpotInstances CreateLaunchTemplate CreateLaunchTemplateVersion CreateSecurityGroup CreateSubnet CreateImage CopyImage RegisterImage CreateRestoreImageTask',
    specified,
    {
      'tags.written': [
        {
          key: 'karpenter.sh/nodepool',
          value: 'any',
          action: 'create',
          atCreation: true,
          resourceType: 'instance',
          resources: [],
          steering: true,
          selectsImages: true,
        },
      ],
    },
  ),
];

/** The type that an id tells, of each kind that tags matter on, and ids of what a call makes. */
const ids: readonly (readonly [id: string, type: string])[] = [
  ['i-0aaa', 'instance'],
  ['sg-0aaa', 'security-group'],
  ['subnet-0aaa', 'subnet'],
  ['lt-0aaa', 'launch-template'],
  ['vol-0aaa', 'volume'],
  ['eni-0aaa', 'network-interface'],
  ['ami-0aaa', 'image'],
  ['snap-0aaa', 'snapshot'],
  ['fleet-0aaa', 'fleet'],
  ['sir-0aaa', 'spot-instances-request'],
  ['sfr-0aaa', 'spot-fleet-request'],
  ['vpc-0aaa', 'vpc'],
  ['cr-0aaa', 'capacity-reservation'],
  ['rtb-0aaa', 'other'],
  ['x', 'other'],
];
const tag = { value: 'x', action: 'create', atCreation: true, steering: true, selectsImages: true } as const;
const nodepool = { ...tag, key: 'karpenter.sh/nodepool' };
const answers: readonly (readonly [api: string, type: string, id: string, response: JsonObject])[] = [
  ['RunInstances', 'instance', 'i-0aaa', { instancesSet: { items: [{ instanceId: 'i-0aaa' }] } }],
  ['CreateFleet', 'fleet', 'fleet-0aaa', { CreateFleetResponse: { fleetId: 'fleet-0aaa' } }],
  [
    'CreateFleet',
    'instance',
    'i-0aaa',
    { CreateFleetResponse: { fleetInstanceSet: { item: { instanceIds: { item: 'i-0aaa' } } } } },
  ],
  [
    'RequestSpotInstances',
    'spot-instances-request',
    'sir-0aaa',
    { spotInstanceRequestSet: { items: [{ spotInstanceRequestId: 'sir-0aaa' }] } },
  ],
  [
    'CreateLaunchTemplate',
    'launch-template',
    'lt-0aaa',
    { CreateLaunchTemplateResponse: { launchTemplate: { launchTemplateId: 'lt-0aaa' } } },
  ],
  [
    'CreateLaunchTemplateVersion',
    'launch-template',
    'lt-0aaa',
    { CreateLaunchTemplateVersionResponse: { launchTemplateVersion: { launchTemplateId: 'lt-0aaa' } } },
  ],
  ['CreateSecurityGroup', 'security-group', 'sg-0aaa', { groupId: 'sg-0aaa' }],
  ['CreateSubnet', 'subnet', 'subnet-0aaa', { subnet: { subnetId: 'subnet-0aaa' } }],
  ...['CreateImage', 'CopyImage', 'RegisterImage', 'CreateRestoreImageTask'].map(
    api => [api, 'image', 'ami-0aaa', { imageId: 'ami-0aaa' }] as const,
  ),
];
export const written: readonly Said[] = [
  ...ids.map(
    ([id, resourceType]): Said => [
      asks('ec2', 'CreateTags', {
        tagSet: { items: [{ key: 'karpenter.sh/nodepool', value: 'x' }] },
        resourcesSet: { items: [{ resourceId: id }] },
      }),
      { 'tags.written': [{ ...nodepool, atCreation: false, resourceType, resources: [id] }] },
    ],
  ),
  ...answers.map(
    ([api, resourceType, id, responseElements]): Said => [
      asks(
        'ec2',
        api,
        { tagSpecificationSet: { items: [{ resourceType, tags: [{ key: 'karpenter.sh/nodepool', value: 'x' }] }] } },
        { responseElements },
      ),
      { 'tags.written': [{ ...nodepool, resourceType, resources: [id] }] },
    ],
  ),
  // What a template will tag does not exist yet: the template stands for it.
  [
    asks(
      'ec2',
      'CreateLaunchTemplate',
      {
        CreateLaunchTemplateRequest: {
          LaunchTemplateData: { TagSpecification: { ResourceType: 'instance', Tag: { Key: 'shop', Value: 'x' } } },
        },
      },
      { responseElements: { CreateLaunchTemplateResponse: { launchTemplate: { launchTemplateId: 'lt-0aaa' } } } },
    ),
    {
      'tags.written': [
        {
          ...tag,
          key: 'shop',
          steering: false,
          selectsImages: false,
          resourceType: 'instance',
          resources: ['lt-0aaa'],
        },
      ],
    },
  ],
  // Without tags it deletes all of them.
  [
    asks('ec2', 'DeleteTags', {
      resourcesSet: { items: [{ resourceId: 'i-0aaa' }, { resourceId: 'i-0bbb' }, { resourceId: 'i-0aaa' }, {}] },
    }),
    {
      'tags.written': [
        {
          ...tag,
          key: '*',
          value: 'any',
          action: 'delete',
          atCreation: false,
          resourceType: 'instance',
          resources: ['i-0aaa', 'i-0bbb'],
        },
      ],
    },
  ],
  [asks('ec2', 'CreateTags', { resourcesSet: { items: [{ resourceId: 'i-0aaa' }] } }), { 'tags.written': [] }],
  ...each(
    'elasticloadbalancing',
    'CreateTags',
    { tagSet: { items: [{ key: 'a' }] }, resourcesSet: { items: [{ resourceId: 'i-0aaa' }] } },
    { 'tags.written': [] },
  ),
  ...each('ec2', 'CreateVolume toString', specified, { 'tags.written': [] }),
  ...['kubernetes.io/cluster/prod', 'karpenter.sh/discovery'].flatMap(key =>
    (['instance', 'subnet'] as const).map(
      (resourceType): Said => [
        asks('ec2', resourceType === 'instance' ? 'RunInstances' : 'CreateSubnet', {
          tagSpecificationSet: { items: [{ resourceType, tags: [{ key, value: 'x' }] }] },
        }),
        {
          'tags.written': [
            {
              ...nodepool,
              key,
              value: 'x',
              resourceType,
              resources: [],
              steering: resourceType === 'subnet',
              selectsImages: key.startsWith('karpenter.sh/'),
            },
          ],
        },
      ],
    ),
  ),
];
