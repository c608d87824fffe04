import { developer } from '../../core/cloudtrail/example.ts';
import { platform } from '../../core/cloudtrail/example-callers.ts';
import { ec2, wrappedEc2, wrappedTags, writeTags } from '../../core/cloudtrail/example-ec2.ts';
import { listed, said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller, stopProvisioning } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { type Json, list, member, text } from '../../core/json.ts';

const written = (view: View<'cloudtrail'>): readonly Json[] =>
  listed(view, 'tags.written').filter(
    one => member(one, 'selectsImages') === true && text(one, 'resourceType') === 'image',
  );

export const detection = cloudtrail({
  id: 'cloudtrail/image-selector-tag-written',
  title: '{principal} changed tags by which images are selected on {image}',
  severity: [['low', { fact: { 'principal.kind': 'platform' } }], 'high'],
  when: {
    fact: { 'tags.written': { selectsImages: true, resourceType: 'image' }, 'call.outcome': 'succeeded' },
  },
  by: view =>
    written(view)
      .flatMap(one => (list(one, 'resources').length > 0 ? list(one, 'resources') : ['new image']))
      .map(image => ({ image: typeof image === 'string' ? image : 'unknown' })),
  resources: view => [
    ...written(view).map(one => `${text(one, 'key')}=${text(one, 'value')} (${text(one, 'action')})`),
    said(view, 'principal.id'),
  ],
  attack: ['T1525', 'T1565.001'],
  why: 'Where an EC2NodeClass selects its image by tags, whoever may tag an image decides what every new node runs. Taking the tag off the right image has the same effect.',
  references: [
    'karpenter-provider-aws, website, NodeClasses (amiSelectorTerms) and "Threat model"',
    'EC2 API Reference, CreateTags, CreateImage, CopyImage, RegisterImage',
  ],
  runbook: [
    confirmCall,
    'See which images are selected now: kubectl get ec2nodeclass -o jsonpath="{.items[*].status.amis}"; aws ec2 describe-images --region REGION --image-ids IMAGE --query "Images[].[OwnerId,Name,Tags]"',
    stopProvisioning,
    'Put the tags back, and pin images by id or owner: aws ec2 delete-tags --region REGION --resources IMAGE --tags Key=KEY',
    `${revokeCaller}; ${lookAround}`,
  ],
  blind: [
    'CopyImage with CopyImageTags copies tags without naming them.',
    'Tags of an image in another account are written in that account.',
    'The list form of tag specifications in CreateImage, CopyImage and RegisterImage is inferred: both encodings are read.',
  ],
  examples: {
    matches: [
      {
        name: 'a developer gives an image a selector tag',
        severity: 'high',
        event: writeTags('CreateTags', ['ami-0fedcba9876543210'], { 'karpenter.sh/discovery': 'prod' }),
      },
      {
        name: 'the tag is taken off the right image',
        severity: 'high',
        event: writeTags('DeleteTags', ['ami-0123456789abcdef0'], { 'node-ami-type': null }),
      },
      {
        name: 'an image is made with a selector tag',
        severity: 'high',
        event: ec2(
          'CreateImage',
          {
            instanceId: 'i-0aaaabbbbccccdddd',
            name: 'x',
            tagSpecificationSet: {
              items: [{ resourceType: 'image', tags: [{ key: 'karpenter.sh/discovery', value: 'prod' }] }],
            },
          },
          { by: developer, response: { imageId: 'ami-0eeee' } },
        ),
      },
      {
        name: 'an image is copied with a selector tag, in the newer encoding',
        severity: 'high',
        event: wrappedEc2(
          'CopyImage',
          {
            SourceImageId: 'ami-0fedcba9876543210',
            Name: 'x',
            TagSpecification: { tag: 1, ResourceType: 'image', Tag: wrappedTags({ 'karpenter.sh/discovery': 'prod' }) },
          },
          { response: { imageId: 'ami-0eeee' } },
        ),
      },
      {
        name: 'the platform tags the image it built',
        severity: 'low',
        event: writeTags(
          'CreateTags',
          ['ami-0fedcba9876543210'],
          { 'karpenter.sh/discovery': 'prod' },
          { by: platform },
        ),
      },
    ],
    misses: [
      { name: 'another tag on an image', event: writeTags('CreateTags', ['ami-0fedcba9876543210'], { Name: 'x' }) },
      {
        name: 'a selector tag on a snapshot',
        event: writeTags('CreateTags', ['snap-0aaa'], { 'karpenter.sh/discovery': 'prod' }),
      },
      {
        name: 'a refused attempt',
        event: writeTags(
          'CreateTags',
          ['ami-0fedcba9876543210'],
          { 'karpenter.sh/discovery': 'prod' },
          { record: { errorCode: 'Client.UnauthorizedOperation' } },
        ),
      },
    ],
  },
});
