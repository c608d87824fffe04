import { describe, expect, test } from 'vitest';
import { defineConfig } from '../../../core/config.ts';
import { exampleSettings } from '../../../core/example-settings.ts';
import type { Instance, MetadataOptions, Tag } from '../../../core/inventory/aws.ts';
import { instancePosture, templatePosture } from '../../../core/inventory/posture/nodes.ts';
import { account, node, tags } from '../parts.ts';
import { codes, found, said } from './said.ts';

describe('of nodes', () => {
  const of = (...all: readonly Instance[]) => instancePosture(all, [], found, exampleSettings);
  const open = { PublicIpAddress: '203.0.113.77' };

  test('that are sound, and of what is none, nothing is said', () => {
    expect(of(node('i-1'))).toEqual([]);
    expect(of(node('i-1', { ...open, ImageId: 'ami-0ffff', Tags: tags({ Name: 'web' }) }))).toEqual([]);
    expect(of({ InstanceId: 'i-1', ...open })).toEqual([]);
  });

  test('one origin is one finding, which says how many nodes and names them in order', () => {
    expect(said(of(node('i-2', open), node('i-1', open)))).toEqual([
      ['medium public-address', '2 nodes of default: The node has a public address.', 'i-1', 'i-2'],
    ]);
    expect(said(of(node('i-1', open)))).toEqual([
      ['medium public-address', '1 node of default: The node has a public address.', 'i-1'],
    ]);
  });

  test('an address of any of its interfaces is one', () => {
    const NetworkInterfaces = [{}, { Association: { PublicIp: '203.0.113.78' } }];
    expect(codes(of(node('i-1', { NetworkInterfaces })))).toEqual(['medium public-address']);
  });

  test.each<[string, { readonly [key: string]: string }, Partial<Instance>]>([
    ['pool', { 'karpenter.sh/nodepool': 'pool', 'eks:nodegroup-name': 'group' }, {}],
    ['group', { 'eks:nodegroup-name': 'group', 'aws:autoscaling:groupName': 'scaling' }, {}],
    ['scaling', { 'aws:autoscaling:groupName': 'scaling', 'aws:ec2launchtemplate:id': 'lt-0aaa' }, {}],
    ['lt-0aaa', { 'aws:ec2launchtemplate:id': 'lt-0aaa' }, { IamInstanceProfile: { Arn: 'arn:x:instance-profile/p' } }],
    ['p', {}, { IamInstanceProfile: { Arn: `arn:aws:iam::${account}:instance-profile/p` } }],
    ['no profile', {}, { IamInstanceProfile: {} }],
    ['no profile', {}, {}],
  ])('the origin is %s, of tags %j', (origin, own, over) => {
    const [violation] = of(node('i-1', { ...open, Tags: tags({ 'eks:cluster-name': 'prod', ...own }), ...over }));
    expect(violation?.key).toEqual({ origin, region: 'eu-west-1' });
  });

  test.each<[string | undefined, { readonly [key: string]: string }]>([
    ['a', { 'eks:eks-cluster-name': 'a', 'eks:cluster-name': 'b' }],
    ['b', { 'eks:cluster-name': 'b', 'kubernetes.io/cluster/c': 'owned' }],
    ['c', { 'kubernetes.io/cluster/c': 'owned' }],
    ['d', { 'sigs.k8s.io/cluster-api-provider-aws/cluster/d': 'owned' }],
    [undefined, { 'karpenter.sh/nodepool': 'default' }],
    [undefined, { 'karpenter.sh/nodeclaim': 'default-abcde' }],
  ])('the cluster is %s, of tags %j', (cluster, own) => {
    const [violation] = of(node('i-1', { ...open, Tags: tags(own) }));
    expect([violation?.code, violation?.cluster]).toEqual(['public-address', cluster]);
  });

  test.each([
    { 'x-kubernetes.io/cluster/c': 'owned' },
    { 'karpenter.sh/nodepool-hash': '1' },
    { 'example.com/karpenter.sh/nodepool': 'x' },
  ])('tags that read like it make no node: %j', own => {
    expect(of(node('i-1', { ...open, Tags: tags(own) }))).toEqual([]);
  });

  test('an image is approved by its id, its owner or what its owner is called; where nothing is, every one', () => {
    const images = [
      { ImageId: 'ami-0aaa', OwnerId: '602401143452', ImageOwnerAlias: 'amazon' },
      { ImageId: 'ami-0bbb', OwnerId: '444455556666' },
    ];
    const under = (
      approvedImages: { readonly ids?: string[]; readonly owners?: string[] },
      ...ids: readonly string[]
    ) =>
      instancePosture(
        ids.map(ImageId => node('i-1', { ImageId, Tags: tags({ 'karpenter.sh/nodepool': ImageId }) })),
        images,
        found,
        defineConfig({ accounts: [account], approvedImages }),
      ).map(({ title }) => title);
    const all = ['ami-0aaa', 'ami-0bbb', 'ami-0ccc'];
    const of = (image: string, owner: string): string =>
      `1 node of ${image}: It runs the image ${image} of ${owner}, which is not approved.`;
    const unknown = of('ami-0ccc', 'an owner that is not known');
    expect(under({}, ...all)).toEqual([]);
    expect(under({ owners: ['amazon'] }, ...all)).toEqual([of('ami-0bbb', '444455556666'), unknown]);
    expect(under({ owners: ['444455556666'] }, ...all)).toEqual([of('ami-0aaa', '602401143452'), unknown]);
    expect(under({ ids: ['ami-0ccc'], owners: ['amazon'] }, ...all)).toEqual([of('ami-0bbb', '444455556666')]);
  });

  describe('a launch template', () => {
    const of = (name: string, MetadataOptions?: MetadataOptions, own?: readonly Tag[]) =>
      templatePosture(
        {
          ...{ LaunchTemplateName: name, LaunchTemplateId: 'lt-0aaa' },
          LaunchTemplateData: {
            MetadataOptions,
            ...(own === undefined ? {} : { TagSpecifications: [{}, { Tags: own }] }),
          },
        },
        found,
      );
    const weak: MetadataOptions = { HttpTokens: 'optional' };

    test('is judged where its name or the tags of what it launches say nodes', () => {
      for (const name of ['karpenter.k8s.aws/123', 'Karpenter-prod-1', 'eks-abc'])
        expect([name, ...codes(of(name, weak))]).toEqual([name, 'high template-imds-tokens-optional']);
      expect(codes(of('web', weak, tags({ 'eks:cluster-name': 'prod' })))).toHaveLength(1);
      expect(codes(of('web', weak, tags({ 'karpenter.sh/nodepool': 'x' })))).toHaveLength(1);
      for (const name of ['web', 'my-eks-abc', 'not-Karpenter-prod']) expect(of(name, weak)).toEqual([]);
      expect(of('web', weak, tags({ Name: 'web' }))).toEqual([]);
    });

    test('that leaves session tokens to the account is said a step lower; not where the service is off', () => {
      expect(said(of('eks-1', { HttpEndpoint: 'enabled' }))).toEqual([
        [
          'medium template-imds-tokens-unset',
          'The launch template eks-1: It leaves to account and image whether instance metadata needs a session token.',
          'lt-0aaa',
        ],
      ]);
      expect(codes(of('eks-1'))).toEqual(['medium template-imds-tokens-unset']);
      expect(codes(templatePosture({ LaunchTemplateName: 'eks-1' }, found))).toEqual([
        'medium template-imds-tokens-unset',
      ]);
      expect(of('eks-1', { HttpEndpoint: 'disabled' })).toEqual([]);
      expect(of('eks-1', node('i-1').MetadataOptions ?? {})).toEqual([]);
    });

    test('without a name is named by its id', () => {
      const [violation] = templatePosture(
        {
          LaunchTemplateId: 'lt-0aaa',
          LaunchTemplateData: { TagSpecifications: [{ Tags: tags({ 'eks:cluster-name': 'a' }) }] },
        },
        found,
      );
      expect([violation?.key, violation?.title.slice(0, 28)]).toEqual([
        { template: 'lt-0aaa', region: 'eu-west-1' },
        'The launch template lt-0aaa:',
      ]);
    });
  });
});
