import { call, developer, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { autoScaling, clusterApi, platform } from '../../core/cloudtrail/example-callers.ts';
import { wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { createTemplate, fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { listed, said, texts } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, quarantine, revokeSessions } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';
import { profileScope, roleAt } from '../../core/state/profile.ts';
import { recall } from '../../core/state/recall.ts';
import { matchesAny } from '../../core/wildcard.ts';

/** A key value for a role that the call names itself; profiles never hold a slash. */
const asRole = 'role/';

const carried = (roleName: string) =>
  call('iam', 'AddRoleToInstanceProfile', {
    awsRegion: 'us-east-1',
    eventTime: '2026-09-01T09:00:00Z',
    userIdentity: platform,
    requestParameters: { instanceProfileName: 'prod-node', roleName },
  });
const after = [carried('KarpenterNodeRole-prod')];
const associated = wrappedEc2('AssociateIamInstanceProfile', {
  InstanceId: 'i-0eeeeffff00001111',
  IamInstanceProfile: { Name: 'prod-node' },
});
const assume = (role: string, over = {}) =>
  call('sts', 'AssumeRole', {
    requestParameters: { roleArn: `arn:aws:iam::111122223333:role/${role}`, roleSessionName: 'x' },
    ...over,
  });
const nodeRole = 'KarpenterNodeRole-prod';
/** Services that hand a node role to machines: instances, hybrid nodes by either way, Fargate's pods; China has names of its own. */
const handing = [
  'ec2.amazonaws.com',
  'ec2.amazonaws.com.cn',
  'ssm.amazonaws.com',
  'rolesanywhere.amazonaws.com',
  'eks-fargate-pods.amazonaws.com',
];
const byService = (invokedBy: string) => ({ userIdentity: { type: 'AWSService', invokedBy } });
const profile = { IamInstanceProfile: { Name: 'prod-node' } };
/** A pod's role session by IRSA. */
const pod = roleSession('apps-web', '1768825272022703283', {
  sessionContext: {
    webIdFederationData: {
      federatedProvider:
        'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0123456789',
      attributes: {},
    },
  },
});

export const detection = cloudtrail({
  id: 'cloudtrail/node-role-taken',
  title: '{principal} took the node role, by {event} of {profile}',
  severity: [
    ['low', { fact: { 'principal.kind': 'likely-controller' } }],
    ['high', { userIdentity: { type: 'AWSAccount' } }],
    // A workload of which nothing says whose it is: a controller that nobody named looks like this.
    ['medium', { fact: { 'principal.kind': 'unknown' } }],
    'high',
  ],
  when: {
    fact: {
      'call.outcome': 'succeeded',
      $or: [
        { 'launch.profiles': { name: [{ exists: true }] } },
        { 'instance.profile': { 'anything-but': 'unknown' } },
        { 'assumed.node-role': [{ 'anything-but': 'none' }] },
      ],
    },
  },
  unless: [
    { fact: { 'principal.kind': ['controller', 'platform', 'gitops'] } },
    { fact: { 'principal.kind': 'service', 'assumed.node-role': 'none' } },
    // Who hands the role to machines; any other service does it for a function, a build or a notebook that was given the role.
    { fact: { 'principal.kind': 'service' }, userIdentity: { invokedBy: [...handing] } },
  ],
  by: view => {
    const principal = said(view, 'principal.id');
    const profiles = [
      ...listed(view, 'launch.profiles').map(one => text(one, 'name') ?? ''),
      said(view, 'instance.profile'),
    ].filter(profile => profile !== '' && profile !== 'unknown');
    const assumed = said(view, 'assumed.node-role');
    const roles = [...profiles, ...(assumed === 'none' ? [] : [`${asRole}${assumed}`])];
    return [...new Set(roles)].map(profile => ({ principal, profile }));
  },
  resources: view => [
    ...listed(view, 'launch.instances').map(one => text(one, 'id') ?? ''),
    ...texts(view, 'instance.targets'),
  ],
  state: recall({
    kind: 'recall-profile',
    doc: 'Recalls which role an instance profile carries (from AddRoleToInstanceProfile and the inventory): silent where that is not known, or is no node role. A role that is assumed is named by the call.',
    scopes: ({ event }, { profile = '' }) => (profile.startsWith(asRole) ? [] : [profileScope(event.account, profile)]),
    conclude: (view, { profile = '' }, [item = {}]) => {
      if (profile.startsWith(asRole)) return [{ note: 'assumed, which the instances of nodes alone do' }];
      const carries = roleAt(item, view.event.time);
      return carries !== undefined && matchesAny(texts(view, 'node.role-names'), carries)
        ? [{ note: `the profile carries ${carries}` }]
        : [];
    },
    // Profiles are made moments before they are used, and IAM's records come from another region.
    again: (view, { profile = '' }, [item = {}]) =>
      profile.startsWith(asRole) || roleAt(item, view.event.time) !== undefined
        ? undefined
        : { after: view.event.time },
  }),
  attack: ['T1578.002', 'T1078.004', 'T1098.003'],
  why: 'An instance of one’s own with the profile of nodes gets their credentials, pulls what they pull, and joins the cluster as one of them. Nothing but controllers, Auto Scaling and the platform launches with it, and nobody but EC2, or who hands it to hybrid nodes, assumes the role.',
  references: [
    'IAM User Guide, "Granting a user permissions to pass a role"',
    'EKS User Guide, "Amazon EKS node IAM role"',
    'Kubernetes documentation, Node authorization',
  ],
  runbook: [
    confirmCall,
    'See whether it became a node: kubectl get nodes -o custom-columns=NAME:.metadata.name,ID:.spec.providerID | grep INSTANCE',
    `Contain: kubectl cordon NODE; ${quarantine}; aws ec2 describe-iam-instance-profile-associations --region INSTANCE_REGION --filters Name=instance-id,Values=INSTANCE, then aws ec2 disassociate-iam-instance-profile --region INSTANCE_REGION --association-id ASSOCIATION`,
    revokeSessions,
    lookAround,
  ],
  blind: [
    'A profile whose AddRoleToInstanceProfile was before the pipeline, and that is not inventoried, is silent; a role is compared by its name, without its path.',
    'An instance that was launched by an Auto Scaling group or a spot request is launched by a service: the template that it is launched from is looked at when it is made.',
    'Denied AssumeRole calls hold no role. Activations and certificates that give machines outside of EC2 the role are `cloudtrail/hybrid-machine-admitted`.',
  ],
  examples: {
    matches: [
      {
        name: 'a person launches an instance with the profile of nodes',
        event: runInstances(),
        after,
        severity: 'high',
      },
      {
        name: 'a person makes a template with it',
        event: createTemplate({ by: developer, tags: {}, name: 'batch', data: profile }),
        after,
        severity: 'high',
      },
      { name: 'a person puts it on an instance of his own', event: associated, after, severity: 'high' },
      {
        name: 'a person has an automation of Systems Manager do so',
        event: {
          ...associated,
          record: { ...associated.record, userIdentity: { ...developer, invokedBy: 'ssm.amazonaws.com' } },
        },
        after,
        severity: 'high',
      },
      { name: 'a node launches another', event: runInstances({ by: nodeSession() }), after, severity: 'high' },
      {
        name: 'the record that says which role the profile carries comes later',
        event: runInstances(),
        later: after,
        severity: 'high',
      },
      { name: 'a person assumes the node role', event: assume(nodeRole), severity: 'high' },
      {
        name: 'somebody of another account assumes it',
        event: assume(nodeRole, {
          userIdentity: { type: 'AWSAccount', principalId: 'AROAEXAMPLEOTHERACCT1:x', accountId: '444455556666' },
        }),
        severity: 'high',
      },
      {
        name: 'a function that was given the node role',
        event: assume(nodeRole, byService('lambda.amazonaws.com')),
        severity: 'high',
      },
      {
        name: 'a workload of which nothing says whose it is assumes it',
        event: assume(nodeRole, { userIdentity: pod }),
        severity: 'medium',
      },
      {
        name: 'Karpenter by its usual name, while the settings name no controller',
        event: fleetRun(),
        settings: { controllers: [] },
        after,
        severity: 'low',
      },
    ],
    misses: [
      { name: 'Karpenter launches a node', event: fleetRun(), after },
      { name: 'the Cluster API provider launches one', event: runInstances({ by: clusterApi }), after },
      { name: 'Auto Scaling launches one', event: runInstances({ by: autoScaling }), after },
      { name: 'the platform launches one', event: runInstances({ by: platform }), after },
      { name: 'a profile that carries another role', event: runInstances(), after: [carried('batch')] },
      { name: 'a profile of which nothing is known', event: runInstances() },
      {
        name: 'an instance without a profile',
        event: runInstances({ instance: { iamInstanceProfile: undefined } }),
        after,
      },
      {
        name: 'a refused association',
        event: { ...associated, record: { ...associated.record, errorCode: 'Client.UnauthorizedOperation' } },
        after,
      },
      { name: 'a person assumes another role', event: assume('reporting') },
      {
        name: 'EC2 assumes the role for a node',
        event: assume(nodeRole, byService('ec2.amazonaws.com')),
      },
      {
        name: 'IAM Roles Anywhere assumes it for a hybrid node',
        event: assume(nodeRole, byService('rolesanywhere.amazonaws.com')),
      },
      { name: 'a function gets a role of its own', event: assume('reporting', byService('lambda.amazonaws.com')) },
    ],
  },
});
