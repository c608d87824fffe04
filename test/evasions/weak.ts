import { call } from '../../core/cloudtrail/example.ts';
import { karpenterTags, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { createTemplate, runInstances } from '../../core/cloudtrail/example-launch.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { type Family, type Form, unseen } from './form.ts';

/** A write by the platform, whose every write is not worth a word. */
const written = (target: string, verb: string, requestObject: JsonObject | readonly JsonObject[], over: object = {}) =>
  audit(verb, target, {
    cluster: 'fleet',
    user: users.platform,
    objectRef: { name: 'default' },
    requestObject,
    ...over,
  });
const pools = 'nodepools.karpenter.sh';
const classes = 'ec2nodeclasses.karpenter.k8s.aws';
const machines = 'awsmachinetemplates.infrastructure.cluster.x-k8s.io';
const requirements = (values: readonly string[], operator = 'In') => ({
  template: {
    spec: {
      nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default' },
      requirements: [
        { key: 'karpenter.k8s.aws/instance-category', operator, values },
        { key: 'karpenter.k8s.aws/instance-size', operator: 'NotIn', values: ['metal'] },
      ],
      expireAfter: '72h',
    },
  },
});
const pool = (spec: JsonObject) => ({
  metadata: { name: 'default' },
  spec: {
    ...requirements(['c', 'm']),
    limits: { cpu: '1000' },
    disruption: { budgets: [{ nodes: '10%' }] },
    ...spec,
  },
});
const nodeClass = (spec: JsonObject) => ({
  metadata: { name: 'default' },
  spec: { role: 'KarpenterNodeRole-prod', amiSelectorTerms: [{ alias: 'al2023@v20260801' }], ...spec },
});
const accelerated = [{ op: 'add', path: '/spec/template/spec/requirements/0/values/-', value: 'p' }];
const unrestricted: Form['seen'] = ['kubernetes/nodepool-unrestricted', 'high'];
const unhardened: Form['seen'] = ['kubernetes/nodeclass-unhardened', 'high'];
const userData: Form['seen'] = ['kubernetes/nodeclass-user-data-changed', 'medium'];
const template: Form['seen'] = ['kubernetes/machine-template-unhardened', 'high'];
const onlyPatch = 'a patch whose response is not logged shows what it sets: what comes of it is judged at the launch';

/** What weakens nodes, by somebody who may write what makes them. */
export const ofWeakNodes: Family = {
  goal: 'Weaker nodes, or more of them, by whoever may write what they are made from',
  forms: [
    {
      form: 'a NodePool without limits',
      event: written(pools, 'update', pool({ limits: {} })),
      seen: unrestricted,
    },
    {
      form: 'limits of a resource that no ordinary node has',
      event: written(pools, 'update', pool({ limits: { 'nvidia.com/gpu': '8' } })),
      seen: unrestricted,
    },
    {
      form: 'the limits removed by a merge patch',
      event: written(pools, 'patch', { spec: { limits: null } }),
      seen: unrestricted,
    },
    {
      form: 'one limit removed by a merge patch',
      event: written(pools, 'patch', { spec: { limits: { cpu: null } } }),
      seen: unrestricted,
    },
    {
      form: 'one limit removed by JSON Patch',
      event: written(pools, 'patch', [{ op: 'remove', path: '/spec/limits/cpu' }]),
      seen: unrestricted,
    },
    {
      form: 'the limits removed by a path with something before its first slash',
      event: written(pools, 'patch', [{ op: 'remove', path: 'x/spec/limits' }]),
      seen: unrestricted,
    },
    {
      form: 'the limits moved to where they bound nothing',
      event: written(pools, 'patch', [{ op: 'move', from: '/spec/limits', path: '/metadata/annotations/x' }]),
      seen: unrestricted,
    },
    {
      form: 'the NodePool replaced whole by a patch of no path',
      event: written(pools, 'patch', [{ op: 'replace', path: '', value: pool({ limits: {} }) }]),
      seen: unrestricted,
    },
    {
      form: 'no requirements, by JSON Patch',
      event: written(pools, 'patch', [{ op: 'remove', path: '/spec/template/spec/requirements' }]),
      seen: unrestricted,
    },
    {
      form: 'GPUs added to a requirement by JSON Patch',
      event: written(pools, 'patch', accelerated, { responseObject: pool(requirements(['c', 'm', 'p'])) }),
      seen: unrestricted,
    },
    {
      form: 'the same, whose response is not logged',
      event: written(pools, 'patch', accelerated),
      seen: unseen(onlyPatch),
    },
    {
      form: 'Trainium, where only GPUs are excluded by name',
      event: written(pools, 'update', pool(requirements(['g', 'p'], 'NotIn'))),
      seen: unseen(
        'such lists are in common use: the launch is judged (cloudtrail/disallowed-instance-family-launched)',
      ),
    },
    {
      form: 'nodes that live for ever',
      event: written(pools, 'patch', [{ op: 'replace', path: '/spec/template/spec/expireAfter', value: 'Never' }]),
      seen: ['kubernetes/nodepool-unrestricted', 'medium'],
    },
    {
      form: 'optional tokens for instance metadata',
      event: written(classes, 'patch', { spec: { metadataOptions: { httpTokens: 'optional' } } }),
      seen: unhardened,
    },
    {
      form: 'the same, by a path with something before its first slash',
      event: written(classes, 'patch', [{ op: 'add', path: 'x/spec/metadataOptions/httpTokens', value: 'optional' }]),
      seen: unhardened,
    },
    {
      form: 'a disk that is not encrypted, by JSON Patch',
      event: written(classes, 'patch', [
        { op: 'replace', path: '/spec/blockDeviceMappings/0/ebs/encrypted', value: false },
      ]),
      seen: unhardened,
    },
    {
      form: 'images by name alone, added by JSON Patch',
      event: written(classes, 'patch', [{ op: 'add', path: '/spec/amiSelectorTerms/-', value: { name: 'node-*' } }]),
      seen: unhardened,
    },
    {
      form: 'images of another account',
      event: written(classes, 'create', nodeClass({ amiSelectorTerms: [{ owner: '999999999999', name: '*' }] })),
      seen: unhardened,
    },
    {
      form: 'an image that is not approved',
      event: written(classes, 'create', nodeClass({ amiSelectorTerms: [{ id: 'ami-0fedcba9876543210' }] })),
      seen: unhardened,
    },
    {
      form: 'an image by a parameter',
      event: written(classes, 'create', nodeClass({ amiSelectorTerms: [{ ssmParameter: '/images/node' }] })),
      seen: unseen('it is the documented way: who writes the parameter is seen (cloudtrail/image-parameter-written)'),
    },
    {
      form: 'another role',
      event: written(classes, 'patch', { spec: { role: 'admin' } }),
      seen: unhardened,
    },
    {
      form: 'another instance profile',
      event: written(classes, 'patch', { spec: { instanceProfile: 'admin' } }),
      seen: unseen(
        'which role a profile has is in no such record: what is launched with it is seen (cloudtrail/unintended-role-launched)',
      ),
    },
    ...(
      [
        ['by a merge patch', { spec: { userData: '#!/bin/sh' } }],
        ['by JSON Patch', [{ op: 'add', path: '/spec/userData', value: '#!/bin/sh' }]],
        [
          'by a path with something before its first slash',
          [{ op: 'add', path: 'x/spec/userData', value: '#!/bin/sh' }],
        ],
        ['copied from an annotation', [{ op: 'copy', from: '/metadata/annotations/x', path: '/spec/userData' }]],
        [
          'with the whole specification',
          [{ op: 'replace', path: '/spec', value: nodeClass({ userData: '#!/bin/sh' }).spec }],
        ],
        [
          'with the whole class, by a patch of no path',
          [{ op: 'replace', path: '', value: nodeClass({ userData: '#!/bin/sh' }) }],
        ],
      ] satisfies readonly (readonly [string, JsonObject | readonly JsonObject[]])[]
    ).map(
      ([way, patch]): Form => ({
        form: `user data of a class, ${way}`,
        event: written(classes, 'patch', patch),
        seen: userData,
      }),
    ),
    {
      form: 'optional tokens in a machine template of Cluster API',
      event: written(machines, 'patch', [
        { op: 'add', path: 'x/spec/template/spec/instanceMetadataOptions/httpTokens', value: 'optional' },
      ]),
      seen: template,
    },
    {
      form: 'an image of a machine that is not approved',
      event: written(machines, 'patch', { spec: { template: { spec: { ami: { id: 'ami-0fedcba9876543210' } } } } }),
      seen: template,
    },
    {
      form: 'bootstrap data in user data',
      event: written(machines, 'patch', {
        spec: { template: { spec: { ignition: { storageType: 'UnencryptedUserData' } } } },
      }),
      seen: template,
    },
    {
      form: 'another instance profile for machines',
      event: written(machines, 'patch', { spec: { template: { spec: { iamInstanceProfile: 'admin' } } } }),
      seen: unseen(
        'which role a profile has is in no such record: what is launched with it is seen (cloudtrail/unintended-role-launched)',
      ),
    },
    {
      form: 'a launch template that is not hardened',
      event: createTemplate({ data: { MetadataOptions: { HttpTokens: 'optional' } } }),
      seen: ['cloudtrail/launch-template-unhardened', 'high'],
    },
    {
      form: 'an instance whose metadata pods reach',
      event: runInstances({ instance: { metadataOptions: { httpPutResponseHopLimit: 2 } } }),
      seen: ['cloudtrail/imdsv1-instance-launched', 'medium'],
    },
    {
      form: 'a node from an image that is not approved',
      event: runInstances({ tags: karpenterTags, instance: { imageId: 'ami-0fedcba9876543210' } }),
      seen: ['cloudtrail/unapproved-image-launched', 'high'],
    },
    {
      form: 'encryption of disks by default, off',
      event: wrappedEc2('DisableEbsEncryptionByDefault', {}),
      seen: ['cloudtrail/ebs-encryption-disabled', 'medium'],
    },
    {
      form: 'another key for disks by default',
      event: wrappedEc2('ModifyEbsDefaultKmsKeyId', { kmsKeyId: 'arn:aws:kms:eu-west-1:999999999999:key/1' }),
      seen: unseen('disks are encrypted as before; who holds the key is the account’s to watch'),
    },
    {
      form: 'more GPUs asked for',
      event: call('servicequotas', 'RequestServiceQuotaIncrease', {
        requestParameters: { serviceCode: 'ec2', quotaCode: 'L-417A185B', desiredValue: 1000 },
      }),
      seen: ['cloudtrail/gpu-quota-requested', 'medium'],
    },
    {
      form: 'more GPUs asked for in the name of accounts that are made later',
      event: call('servicequotas', 'PutServiceQuotaIncreaseRequestIntoTemplate', {
        requestParameters: { serviceCode: 'ec2', quotaCode: 'L-417A185B', awsRegion: 'eu-west-1', desiredValue: 1000 },
      }),
      seen: ['cloudtrail/gpu-quota-requested', 'medium'],
    },
    {
      form: 'more GPUs asked for by a support case',
      event: call('support', 'CreateCase', { requestParameters: { serviceCode: 'service-limit-increase' } }),
      seen: unseen('what a case asks for stands in its text'),
    },
  ],
};
