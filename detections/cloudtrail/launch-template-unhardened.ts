import { developer, serviceLinked } from '../../core/cloudtrail/example.ts';
import { clusterApi } from '../../core/cloudtrail/example-callers.ts';
import { createTemplate } from '../../core/cloudtrail/example-launch.ts';
import { listed, said, texts } from '../../core/cloudtrail/said.ts';
import { lookAround, stopProvisioning } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { member, text } from '../../core/json.ts';

const nodeGroups = serviceLinked('eks-nodegroup.amazonaws.com', 'AWSServiceRoleForAmazonEKSNodegroup');

export const detection = cloudtrail({
  id: 'cloudtrail/launch-template-unhardened',
  title: 'A launch template for nodes of {owner} is not hardened',
  severity: [
    // EKS makes a node group's template so where the group brings none of its own: a hop limit of 2.
    ['medium', { fact: { 'principal.kind': 'service' } }],
    ['high', { fact: { 'launch.weaknesses': { stated: true } } }],
    'medium',
  ],
  when: {
    fact: {
      'launch.weaknesses': { what: [{ exists: true }] },
      'call.outcome': 'succeeded',
      $or: [
        { 'launch.nodes': { 'anything-but': 'none' } },
        { 'principal.controller': ['karpenter', 'cluster-api', 'eks'] },
      ],
    },
  },
  by: view => [{ owner: said(view, 'launch.owner') }],
  resources: view => [
    ...texts(view, 'launch.templates'),
    ...listed(view, 'launch.weaknesses').map(
      one => `${text(one, 'what')}${member(one, 'stated') === true ? '' : ' (left to defaults)'}`,
    ),
  ],
  window: '24h',
  attack: ['T1552.005', 'T1578'],
  why: 'This record shows what Karpenter, Cluster API or a node group will launch before it does: image, metadata service, disk encryption, public address. EKS logs no body of an EC2NodeClass, so a weakened class shows here first.',
  references: [
    'karpenter-provider-aws, pkg/providers/launchtemplate (CreateLaunchTemplate)',
    'EC2 API Reference, RequestLaunchTemplateData',
    'CIS Amazon EKS Benchmark, worker nodes',
  ],
  runbook: [
    "Confirm: aws ec2 describe-launch-template-versions --region REGION --launch-template-id TEMPLATE_ID --versions '$Latest', and compare with kubectl get ec2nodeclass -o yaml",
    stopProvisioning,
    'Correct the source (EC2NodeClass metadataOptions, blockDeviceMappings, associatePublicIPAddress, amiSelectorTerms); Karpenter replaces drifted nodes',
    'List what was launched from it: aws ec2 describe-instances --region REGION --filters Name=tag:aws:ec2launchtemplate:id,Values=TEMPLATE_ID',
    lookAround,
  ],
  blind: [
    'Disks that the template does not state may still be encrypted by the account default: such a finding is medium.',
    'An image is judged by its id: owners stand in no record.',
  ],
  examples: {
    matches: [
      {
        name: "Karpenter's template makes tokens optional",
        severity: 'high',
        event: createTemplate({ data: { MetadataOptions: { HttpTokens: 'optional' } } }),
      },
      {
        name: "Karpenter's template leaves a disk unencrypted",
        severity: 'high',
        event: createTemplate({ data: { BlockDeviceMapping: { Ebs: { Encrypted: false } } } }),
      },
      {
        name: "Karpenter's template gives a public address",
        severity: 'high',
        event: createTemplate({ data: { NetworkInterface: { AssociatePublicIpAddress: true } } }),
      },
      {
        name: "Karpenter's template has a key pair",
        severity: 'high',
        event: createTemplate({ data: { KeyName: 'ops' } }),
      },
      {
        name: "Karpenter's template has an image that nobody approved",
        severity: 'high',
        event: createTemplate({ data: { ImageId: 'ami-0fedcba9876543210' } }),
      },
      {
        name: 'EKS makes the template of a node group, with its hop limit of 2',
        severity: 'medium',
        event: createTemplate({
          by: nodeGroups,
          name: 'eks-0aaabbbb',
          tags: { 'eks:cluster-name': 'prod', 'eks:nodegroup-name': 'system' },
          data: { MetadataOptions: { HttpPutResponseHopLimit: 2 } },
        }),
      },
      {
        name: 'the metadata options are left to defaults',
        severity: 'medium',
        event: createTemplate({ data: { MetadataOptions: undefined } }),
      },
      {
        name: "a template of the Cluster API provider's without tags, tokens optional",
        severity: 'high',
        event: createTemplate({
          by: clusterApi,
          name: 'fleet-mp-0',
          tags: {},
          data: { MetadataOptions: { HttpTokens: 'optional' } },
        }),
      },
      {
        name: 'a node template that somebody else makes',
        severity: 'high',
        event: createTemplate({ by: developer, data: { MetadataOptions: { HttpPutResponseHopLimit: 2 } } }),
      },
    ],
    misses: [
      { name: "Karpenter's ordinary template", event: createTemplate() },
      {
        name: "a developer's own template that is for no node",
        event: createTemplate({
          by: developer,
          name: 'batch',
          tags: { Team: 'x' },
          data: { MetadataOptions: { HttpTokens: 'optional' } },
        }),
      },
      {
        name: 'a denied attempt',
        event: createTemplate({
          data: { MetadataOptions: { HttpTokens: 'optional' } },
          record: { errorCode: 'Client.UnauthorizedOperation' },
        }),
      },
    ],
  },
});
