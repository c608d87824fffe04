import { stopProvisioning } from '../../core/cloudtrail/steps.ts';
import { kubernetes } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import type { Reading } from '../../core/kubernetes/reading.ts';
import { byObject, texts } from '../../core/kubernetes/said.ts';
import { compare, confirm, lookAround } from '../../core/kubernetes/steps.ts';

const target = 'ec2nodeclasses.karpenter.k8s.aws';
const ref = { objectRef: { name: 'default' }, cluster: 'fleet' };
const nodeClass = (spec: JsonObject) => ({
  requestObject: {
    apiVersion: 'karpenter.k8s.aws/v1',
    kind: 'EC2NodeClass',
    metadata: { name: 'default' },
    spec: {
      role: 'KarpenterNodeRole-prod',
      amiSelectorTerms: [{ alias: 'al2023@v20260801' }],
      subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'prod' } }],
      securityGroupSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'prod' } }],
      ...spec,
    },
  },
});
const disk = (ebs: JsonObject) => ({
  blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { volumeSize: '50Gi', ...ebs } }],
});

const read = (spec: JsonObject): Reading => ({
  at: '2026-09-01T10:00:04.000Z',
  object: nodeClass(spec).requestObject,
});

export const detection = kubernetes({
  id: 'kubernetes/nodeclass-unhardened',
  title: '{principal} wrote an EC2NodeClass that weakens its nodes: {posture.problems} (judged by the {body.form})',
  severity: [
    ['low', { fact: { 'principal.standing': 'likely-controller' } }],
    ['medium', { fact: { 'posture.severity': 'medium' } }],
    'high',
  ],
  when: {
    objectRef: { resource: 'ec2nodeclasses' },
    fact: { 'posture.severity': ['high', 'medium', 'low'], 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': 'controller' } }],
  by: byObject,
  resources: view => texts(view, 'posture.problems'),
  attack: ['T1552.005', 'T1578.005'],
  why: 'An EC2NodeClass gives every node it makes its metadata options, image, disks and role. Optional tokens or a second hop hand the node’s credentials to any pod; an image chosen by tag alone can be anybody’s.',
  references: [
    'Karpenter documentation, NodeClasses (karpenter.k8s.aws/v1) and Threat model',
    'karpenter-provider-aws, CRD karpenter.k8s.aws_ec2nodeclasses.yaml (defaults of metadataOptions)',
    'EC2 User Guide, Configure the instance metadata options',
  ],
  runbook: [
    confirm("objectRef.resource = 'ec2nodeclasses' and objectRef.name = 'NAME'"),
    stopProvisioning,
    compare('ec2nodeclass'),
    'Replace nodes made from it, one at a time: kubectl get nodeclaims -o json | jq -r \'.items[] | select(.spec.nodeClassRef.name=="NAME") | .status.nodeName\', then kubectl drain NODE --ignore-daemonsets --delete-emptydir-data',
    lookAround,
  ],
  blind: [
    'EKS logs no bodies of EC2NodeClasses: with `reader: true` the posture reader reads the object some seconds later and this rule judges that. Without it cloudtrail/launch-template-unhardened judges the launch template that Karpenter makes from it seconds later, cloudtrail/imdsv1-instance-launched the instance.',
    'Roles are judged only where the settings give `nodeRoles`; an instance profile named directly is not resolved.',
    'A patch is judged by what it sets where the response is not logged.',
    'Images are judged by ids and owners only where the settings approve some; a parameter’s is cloudtrail/image-parameter-written.',
  ],
  examples: {
    matches: [
      {
        name: 'tokens are optional',
        event: audit('create', target, { ...ref, ...nodeClass({ metadataOptions: { httpTokens: 'optional' } }) }),
      },
      {
        name: 'two hops',
        event: audit('update', target, { ...ref, ...nodeClass({ metadataOptions: { httpPutResponseHopLimit: 2 } }) }),
      },
      {
        name: 'metadata over IPv6',
        event: audit('create', target, { ...ref, ...nodeClass({ metadataOptions: { httpProtocolIPv6: 'enabled' } }) }),
      },
      {
        name: 'a disk is not encrypted',
        event: audit('create', target, { ...ref, ...nodeClass(disk({ encrypted: false })) }),
      },
      {
        name: 'encryption of a disk is left to the account',
        event: audit('create', target, { ...ref, ...nodeClass(disk({})) }),
      },
      {
        name: 'public addresses',
        event: audit('create', target, { ...ref, ...nodeClass({ associatePublicIPAddress: true }) }),
      },
      {
        name: 'images by tag without owner',
        event: audit('create', target, {
          ...ref,
          ...nodeClass({ amiSelectorTerms: [{ tags: { 'ami-type': 'node' } }] }),
        }),
      },
      {
        name: 'images of an account that nobody named',
        event: audit('create', target, {
          ...ref,
          ...nodeClass({ amiSelectorTerms: [{ owner: '999999999999', name: '*' }] }),
        }),
      },
      {
        name: 'an image that is not approved, by its id',
        event: audit('patch', target, {
          ...ref,
          user: users.platform,
          requestObject: [{ op: 'add', path: '/spec/amiSelectorTerms/-', value: { id: 'ami-0fedcba9876543210' } }],
        }),
      },
      {
        name: 'a role that is no node role',
        event: audit('create', target, { ...ref, ...nodeClass({ role: 'administrator' }) }),
      },
      {
        name: 'a merge patch by the platform',
        event: audit('patch', target, {
          ...ref,
          user: users.platform,
          requestObject: { spec: { metadataOptions: { httpTokens: 'optional' } } },
        }),
      },
      {
        name: 'Karpenter by its usual name, while the settings name no controller',
        event: audit('update', target, {
          ...ref,
          user: users.karpenter,
          ...nodeClass({ associatePublicIPAddress: true }),
        }),
        settings: { controllers: [] },
      },
      {
        name: 'as EKS logs it, without a body, and then read from the cluster',
        event: audit('create', target, {
          objectRef: { name: 'default' },
          reading: read({ metadataOptions: { httpTokens: 'optional' } }),
        }),
      },
    ],
    misses: [
      { name: 'a hardened one by its defaults', event: audit('create', target, { ...ref, ...nodeClass({}) }) },
      {
        name: 'an encrypted disk',
        event: audit('create', target, { ...ref, ...nodeClass(disk({ encrypted: true })) }),
      },
      {
        name: 'images by tag with an owner',
        event: audit('create', target, {
          ...ref,
          ...nodeClass({ amiSelectorTerms: [{ owner: 'self', tags: { 'ami-type': 'node' } }] }),
        }),
      },
      {
        name: 'the approved image, by its id',
        event: audit('create', target, {
          ...ref,
          ...nodeClass({ amiSelectorTerms: [{ id: 'ami-0123456789abcdef0' }] }),
        }),
      },
      {
        name: 'an image by its id, where owners are approved: whose it is stands nowhere',
        event: audit('create', target, {
          ...ref,
          ...nodeClass({ amiSelectorTerms: [{ id: 'ami-0fedcba9876543210' }] }),
        }),
        settings: { approvedImages: { ids: [], owners: ['self'] } },
      },
      { name: 'as EKS logs it, without a body', event: audit('create', target, { objectRef: { name: 'default' } }) },
      {
        name: 'read from the cluster, hardened',
        event: audit('create', target, { objectRef: { name: 'default' }, reading: read({}) }),
      },
      {
        name: 'Karpenter writes its hash',
        event: audit('update', target, {
          objectRef: { name: 'default' },
          user: users.karpenter,
          ...nodeClass({ associatePublicIPAddress: true }),
        }),
      },
      {
        name: 'it fails',
        event: audit('create', target, {
          ...ref,
          ...nodeClass({ associatePublicIPAddress: true }),
          responseStatus: { code: 422 },
        }),
      },
      {
        name: 'a NodePool with a problem (nodepool-unrestricted)',
        event: audit('patch', 'nodepools.karpenter.sh', { ...ref, requestObject: { spec: { limits: null } } }),
      },
    ],
  },
});
