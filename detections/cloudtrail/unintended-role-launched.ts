import { call } from '../../core/cloudtrail/example.ts';
import { wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { createFleet, createTemplate, fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { listed, said, texts } from '../../core/cloudtrail/said.ts';
import { lookAround, preserveNode, revokeSessions, stopProvisioning } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';
import { instanceScope, knownInstance } from '../../core/state/instance.ts';
import { profileScope, roleAt } from '../../core/state/profile.ts';
import { matchesAny } from '../../core/wildcard.ts';

/** A key value for a role that the call names itself; profiles never hold a slash. */
const asRole = 'role/';

const carries = (instanceProfileName: string, roleName: string) =>
  call('iam', 'AddRoleToInstanceProfile', {
    awsRegion: 'us-east-1',
    eventTime: '2026-09-01T09:00:00Z',
    requestParameters: { instanceProfileName, roleName },
  });
const admin = {
  iamInstanceProfile: { arn: 'arn:aws:iam::111122223333:instance-profile/admin', id: 'AIPAEXAMPLEEXAMPLEEXA' },
};
const associated = wrappedEc2('AssociateIamInstanceProfile', {
  InstanceId: 'i-0aaaabbbbccccdddd',
  IamInstanceProfile: { Name: 'admin' },
});
const nodegroup = (nodeRole: string) =>
  call('eks', 'CreateNodegroup', {
    requestParameters: { name: 'prod', nodegroupName: 'x', instanceTypes: ['m7g.large'], nodeRole },
  });

export const detection = cloudtrail({
  id: 'cloudtrail/unintended-role-launched',
  title: 'Nodes get the instance profile or role {profile}, which is not a node role',
  severity: 'critical',
  when: {
    fact: {
      'call.outcome': 'succeeded',
      $or: [
        { 'launch.nodes': { 'anything-but': 'none' }, 'launch.profiles': { name: [{ exists: true }] } },
        { 'launch.role': { 'anything-but': 'unknown' } },
        { 'instance.profile': { 'anything-but': 'unknown' } },
      ],
    },
  },
  by: view => {
    const direct = said(view, 'launch.role');
    const named = [
      ...listed(view, 'launch.profiles').map(one => text(one, 'name') ?? ''),
      said(view, 'instance.profile'),
    ];
    return [...(direct === 'unknown' ? [] : [`${asRole}${direct}`]), ...named]
      .filter(profile => profile !== '' && profile !== 'unknown')
      .map(profile => ({ profile }));
  },
  resources: view => [
    ...listed(view, 'launch.instances').map(one => text(one, 'id') ?? ''),
    ...texts(view, 'instance.targets'),
  ],
  state: {
    kind: 'recall-profile',
    doc: 'Recalls which role the profile carries (from AddRoleToInstanceProfile) and, for a profile put on a running instance, whether that instance is a node: silent where the role is unknown or the instance is none, high where the instance is unknown.',
    observe: ({ event, fact }, { profile = '' }) => {
      if (profile.startsWith(asRole)) return [];
      const [target] = Array.isArray(fact('instance.targets')) ? (fact('instance.targets') as readonly unknown[]) : [];
      return [
        {
          scope: profileScope(event.account, profile),
          expires: event.time + 3_600_000,
          also: typeof target === 'string' ? [instanceScope(event.account, target)] : [],
        },
      ];
    },
    decide: (view, { profile = '' }, [answer]) => {
      const role = profile.startsWith(asRole)
        ? profile.slice(asRole.length)
        : roleAt(answer?.item ?? {}, view.event.time);
      if (role === undefined || matchesAny(texts(view, 'node.role-names'), role)) return [];
      const verdict = { eventId: view.event.id, time: view.event.time, note: `the role is ${role}` };
      if (said(view, 'instance.profile') === 'unknown') return [verdict];
      const known = knownInstance(answer?.also[0] ?? {});
      if (known.kind === 'other' || (!known.launchSeen && view.again === undefined)) return [];
      return known.kind === 'node'
        ? [verdict]
        : [{ ...verdict, severity: 'high', note: `${verdict.note}; the launch of the instance was not seen` }];
    },
    // Profiles are made moments before they are used, and IAM's records come from another region.
    again: (view, { profile = '' }, [answer]) => {
      const unknown =
        roleAt(answer?.item ?? {}, view.event.time) === undefined ||
        (said(view, 'instance.profile') !== 'unknown' && !knownInstance(answer?.also[0] ?? {}).launchSeen);
      return unknown && !profile.startsWith(asRole) ? { after: view.event.time } : undefined;
    },
  },
  requires: ['nodeRoles'],
  attack: ['T1098.003', 'T1548.005'],
  why: 'Whoever may pass a role to an instance becomes that role. CloudTrail has no PassRole record, so the launch, the template or the association is the only trace of a node that boots as an administrator.',
  references: [
    'IAM User Guide, "Granting a user permissions to pass a role" and "Instance profiles"',
    'karpenter-provider-aws, pkg/providers/instanceprofile',
    'EKS API Reference, CreateNodegroup and ComputeConfigRequest',
  ],
  runbook: [
    'Confirm which role the profile carries: aws iam get-instance-profile --instance-profile-name PROFILE --query "InstanceProfile.Roles[].Arn"',
    stopProvisioning,
    preserveNode,
    revokeSessions,
    lookAround,
  ],
  blind: [
    'A profile whose AddRoleToInstanceProfile was before the pipeline, and that is not inventoried, is silent.',
    'IAM records exist in us-east-1 only and may come later than the launch.',
    'A role is compared by its name, without its path.',
  ],
  examples: {
    matches: [
      {
        name: "Karpenter's fleet launches with an administrator's profile",
        severity: 'critical',
        event: fleetRun({ instance: admin }),
        after: [carries('admin', 'Administrator')],
      },
      {
        name: "a node template has an administrator's profile",
        severity: 'critical',
        event: createTemplate({ data: { IamInstanceProfile: { Name: 'admin' } } }),
        after: [carries('admin', 'Administrator')],
      },
      {
        name: 'a node group is created with a role that is no node role',
        severity: 'critical',
        event: nodegroup('arn:aws:iam::111122223333:role/Administrator'),
      },
      {
        name: 'the nodes of EKS Auto Mode get a role that is no node role',
        severity: 'critical',
        event: call('eks', 'UpdateClusterConfig', {
          requestParameters: {
            name: 'prod',
            computeConfig: { enabled: true, nodeRoleArn: 'arn:aws:iam::111122223333:role/Administrator' },
          },
        }),
      },
      {
        name: "a node is given an administrator's profile",
        severity: 'critical',
        event: associated,
        after: [fleetRun({ record: { eventTime: '2026-09-01T09:10:00Z' } }), carries('admin', 'Administrator')],
      },
      {
        name: "an unknown instance is given an administrator's profile",
        severity: 'high',
        event: associated,
        after: [carries('admin', 'Administrator')],
      },
    ],
    misses: [
      {
        name: 'a fleet, whose record says no profile',
        event: createFleet(),
        after: [carries('admin', 'Administrator')],
      },
      {
        name: 'a profile that carries the node role',
        event: fleetRun({ instance: admin }),
        after: [carries('admin', 'KarpenterNodeRole-prod')],
      },
      { name: 'a profile whose role was never seen', event: fleetRun({ instance: admin }) },
      {
        name: 'an instance that is no node',
        event: runInstances({ instance: admin }),
        after: [carries('admin', 'Administrator')],
      },
      {
        name: 'a node group with the node role',
        event: nodegroup('arn:aws:iam::111122223333:role/KarpenterNodeRole-prod'),
      },
      {
        name: 'an instance that is no node is given the profile',
        event: associated,
        after: [runInstances({ record: { eventTime: '2026-09-01T09:10:00Z' } }), carries('admin', 'Administrator')],
      },
      {
        name: 'a template of an administrator profile that is refused',
        event: createTemplate({
          data: { IamInstanceProfile: { Name: 'admin' } },
          record: { errorCode: 'Client.UnauthorizedOperation' },
        }),
        after: [carries('admin', 'Administrator')],
      },
    ],
  },
});
