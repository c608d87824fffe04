import { karpenter } from '../../core/cloudtrail/example.ts';
import { platform } from '../../core/cloudtrail/example-callers.ts';
import { iam } from '../../core/cloudtrail/example-iam.ts';
import { said, texts } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import type { Item } from '../../core/state/observation.ts';
import { profileScope, rolesBefore } from '../../core/state/profile.ts';
import { recall } from '../../core/state/recall.ts';
import { matchesAny } from '../../core/wildcard.ts';

const profile = 'prod_9876543210987654321';
const add = { instanceProfileName: profile, roleName: 'KarpenterNodeRole-prod' };

/** Whether the profile is Karpenter’s, and the hand is not that of Karpenter as the settings name it, or Karpenter’s of another cluster. */
const isKarpenters = (view: View<'cloudtrail'>): boolean =>
  view.fact('profile.foreign') === true ||
  (view.fact('profile.karpenter') === true &&
    (said(view, 'principal.controller') !== 'karpenter' || said(view, 'principal.kind') === 'likely-controller'));

/** Whether a role that is no node role is put into a profile. */
const gives = (view: View<'cloudtrail'>): boolean =>
  view.record.eventName === 'AddRoleToInstanceProfile' && said(view, 'iam.role-kind') !== 'node';

/** The last node role that the profile carried before. */
const nodeRoleIn = (view: View<'cloudtrail'>, item: Item): string | undefined =>
  rolesBefore(item, view.event.time).findLast(role => matchesAny(texts(view, 'node.role-names'), role));

const webserver = 'nodes-by-hand';
const fills = (roleName: string, eventTime: string, instanceProfileName = webserver) =>
  iam('AddRoleToInstanceProfile', { instanceProfileName, roleName }, { by: platform, record: { eventTime } });

export const detection = cloudtrail({
  id: 'cloudtrail/instance-profile-tampered',
  title: '{principal} changed the instance profile {profile} ({event})',
  severity: [['low', { fact: { 'principal.kind': 'likely-controller' } }], 'high'],
  when: {
    fact: { 'call.outcome': 'succeeded' },
    $or: [
      { fact: { 'profile.karpenter': true, 'principal.controller': [{ 'anything-but': 'karpenter' }] } },
      { fact: { 'profile.karpenter': true, 'principal.kind': 'likely-controller' } },
      { fact: { 'profile.foreign': true } },
      // Any profile that carried a node role, and gets another: what was seen of it says so.
      { eventName: 'AddRoleToInstanceProfile', fact: { 'iam.role-kind': [{ 'anything-but': 'node' }] } },
    ],
  },
  by: view => [{ profile: said(view, 'profile.name') }],
  resources: view => [said(view, 'profile.name')],
  state: recall({
    kind: 'recall-profile',
    doc: 'A profile of another form than Karpenter’s is recalled (from AddRoleToInstanceProfile and the inventory): critical where it carried a node role and gets another, silent where nothing is known of it.',
    scopes: (view, { profile = '' }) => (gives(view) ? [profileScope(view.event.account, profile)] : []),
    conclude: (view, _, [item = {}]) => {
      const carried = gives(view) ? nodeRoleIn(view, item) : undefined;
      if (carried !== undefined)
        return [{ severity: 'critical', note: `it carried ${carried}, and instances with it get the other role` }];
      return isKarpenters(view) ? [{}] : [];
    },
    // What it carried may be told late: IAM's records come from another region.
    again: (view, _, [item = {}]) =>
      gives(view) && nodeRoleIn(view, item) === undefined ? { after: view.event.time } : undefined,
  }),
  attack: ['T1098.003', 'T1078.004'],
  why: 'The role in a profile is what every node launched with it may do. Karpenter alone makes, fills and deletes its profiles: another hand there gives the next nodes another role, or takes theirs away.',
  references: [
    'aws/karpenter-provider-aws, pkg/providers/instanceprofile (name, path and tags of its profiles)',
    'IAM API Reference, AddRoleToInstanceProfile',
  ],
  runbook: [
    confirmCall,
    'See what it holds: aws iam get-instance-profile --instance-profile-name PROFILE; the role must be the one in kubectl get ec2nodeclass -o yaml.',
    'Put it right: aws iam remove-role-from-instance-profile --instance-profile-name PROFILE --role-name WRONG_ROLE and aws iam add-role-to-instance-profile --instance-profile-name PROFILE --role-name NODE_ROLE.',
    "Find what was launched with it: aws ec2 describe-instances --region REGION --filters Name=iam-instance-profile.arn,Values=PROFILE_ARN --query 'Reservations[].Instances[].[InstanceId,LaunchTime]'; cordon those nodes: kubectl cordon NODE.",
    `${revokeCaller}. ${lookAround}`,
  ],
  blind: [
    'IAM is recorded in us-east-1 only: without its events in the home region nothing is seen.',
    'A profile with a name and path of its own is known to be a node’s where a node role was seen put into it, or the inventory found it: unintended-role-launched looks at what is launched.',
    "Calls that name only the profile tell Karpenter's by the form of its name.",
  ],
  examples: {
    matches: [
      {
        name: "a person puts a role into Karpenter's profile",
        event: iam('AddRoleToInstanceProfile', { ...add, roleName: 'admin' }),
        severity: 'high',
      },
      {
        name: 'the platform deletes one',
        event: iam('DeleteInstanceProfile', { instanceProfileName: profile }, { by: platform }),
        severity: 'high',
      },
      {
        name: 'a person makes one under its path and name-form of his own',
        event: iam('CreateInstanceProfile', {
          instanceProfileName: 'mine',
          path: '/karpenter/eu-west-1/prod/5f0e9f51/',
        }),
        severity: 'high',
      },
      {
        name: "Karpenter's role touches another cluster's profile",
        event: iam(
          'AddRoleToInstanceProfile',
          { ...add, instanceProfileName: 'payments_1234567890123456789' },
          { by: karpenter },
        ),
        severity: 'high',
      },
      {
        name: 'a profile of nodes, made by hand, gets another role',
        event: fills('admin', '2026-09-01T10:00:00Z'),
        after: [fills('KarpenterNodeRole-prod', '2026-08-01T10:00:00Z')],
        severity: 'critical',
      },
      {
        name: 'a role that is Karpenter by its usual name only',
        event: iam('AddRoleToInstanceProfile', add, { by: karpenter }),
        settings: { controllers: [] },
        severity: 'low',
      },
    ],
    misses: [
      {
        name: 'a profile of nodes gets another node role',
        event: fills('KarpenterNodeRole-blue', '2026-09-01T10:00:00Z'),
        after: [fills('KarpenterNodeRole-prod', '2026-08-01T10:00:00Z')],
      },
      {
        name: 'a profile that never carried a node role gets another',
        event: fills('admin', '2026-09-01T10:00:00Z'),
        after: [fills('webserver', '2026-08-01T10:00:00Z')],
      },
      {
        name: 'a role is taken out of a profile of nodes',
        event: iam('RemoveRoleFromInstanceProfile', { instanceProfileName: webserver, roleName: 'admin' }),
        after: [fills('KarpenterNodeRole-prod', '2026-08-01T10:00:00Z')],
      },
      { name: 'Karpenter fills its own profile', event: iam('AddRoleToInstanceProfile', add, { by: karpenter }) },
      {
        name: 'the platform fills a profile of its own',
        event: iam('AddRoleToInstanceProfile', { ...add, instanceProfileName: 'webserver' }, { by: platform }),
      },
      {
        name: 'an attempt that was refused',
        event: iam('AddRoleToInstanceProfile', add, { record: { errorCode: 'AccessDenied' } }),
      },
      {
        name: 'a usual name on a profile that is not of its form',
        event: iam('AddRoleToInstanceProfile', { ...add, instanceProfileName: 'webserver' }, { by: karpenter }),
        settings: { controllers: [] },
      },
      {
        name: "Karpenter's role reads another cluster's profile",
        event: iam('GetInstanceProfile', { instanceProfileName: 'payments_1234567890123456789' }, { by: karpenter }),
      },
    ],
  },
});
