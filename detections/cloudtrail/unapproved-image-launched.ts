import { karpenterTags } from '../../core/cloudtrail/example-ec2.ts';
import { createFleet, fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { listed } from '../../core/cloudtrail/said.ts';
import { lookAround, preserveNode, revokeCaller, stopProvisioning } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';
import { recallOwner } from '../../core/state/image.ts';

const other = { imageId: 'ami-0fedcba9876543210' };

export const detection = cloudtrail({
  id: 'cloudtrail/unapproved-image-launched',
  title: '{principal} launched a node from the image {image}, which is not approved',
  severity: [['medium', { fact: { 'launch.images': { from: 'launched', approval: 'owner-unknown' } } }], 'high'],
  when: {
    fact: {
      'launch.images': { from: 'launched', approval: ['unapproved', 'owner-unknown'] },
      'launch.nodes': { 'anything-but': 'none' },
    },
  },
  by: view =>
    listed(view, 'launch.images')
      .filter(
        one => text(one, 'from') === 'launched' && /^(unapproved|owner-unknown)$/.test(text(one, 'approval') ?? ''),
      )
      .map(one => ({ image: text(one, 'id') ?? 'unknown' })),
  resources: view => listed(view, 'launch.instances').map(one => text(one, 'id') ?? ''),
  state: recallOwner,
  requires: ['approvedImages'],
  attack: ['T1525', 'T1578.002'],
  why: 'Whoever can make Karpenter choose an image (by a selector tag, a name, an owner) runs code on every new node before anything else does. The launched image stands in the response, whatever selector chose it.',
  references: [
    'karpenter-provider-aws, website, NodeClasses (amiSelectorTerms)',
    'EC2 API Reference, DescribeImages; EC2 User Guide, "Allowed AMIs"',
  ],
  runbook: [
    'Confirm whose image it is: aws ec2 describe-images --region REGION --image-ids IMAGE --query "Images[].[OwnerId,Name,CreationDate,Tags]"',
    'See why it was chosen: kubectl get ec2nodeclass -o jsonpath="{.items[*].status.amis}"',
    stopProvisioning,
    preserveNode,
    `${revokeCaller}. ${lookAround}`,
  ],
  blind: [
    'The owner of an image is in no record: where owners are approved, an image that is not listed by id stays medium until the daily inventory has seen an instance of it.',
    'An approved id whose snapshot was replaced stays approved.',
  ],
  examples: {
    matches: [
      { name: "Karpenter's fleet launches another image", severity: 'high', event: fleetRun({ instance: other }) },
      {
        name: 'a launch for the cluster by tags, with another image',
        severity: 'high',
        event: runInstances({ tags: { 'kubernetes.io/cluster/prod': 'owned' }, instance: other }),
      },
      {
        name: 'the owner is approved, perhaps',
        severity: 'medium',
        event: fleetRun({ instance: other }),
        settings: { approvedImages: { ids: [], owners: ['amazon'] } },
      },
    ],
    misses: [
      { name: 'an approved image', event: fleetRun() },
      { name: 'another image on an instance that is no node', event: runInstances({ instance: other }) },
      {
        name: 'another image in the request of a launch that failed',
        event: runInstances({
          tags: karpenterTags,
          request: { instancesSet: { items: [{ ...other, minCount: 1, maxCount: 1 }] } },
          record: { errorCode: 'Server.InsufficientInstanceCapacity' },
        }),
      },
      {
        name: 'no image was ever approved',
        event: createFleet(),
        settings: { approvedImages: { ids: [], owners: [] } },
      },
    ],
  },
});
