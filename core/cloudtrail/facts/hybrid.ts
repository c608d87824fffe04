import type { Event } from '../../event.ts';
import type { Facts } from '../../fact.ts';
import { at, list, text } from '../../json.ts';
import type { Settings } from '../../settings.ts';
import { matchesAny } from '../../wildcard.ts';
import { lastSegment } from '../roles.ts';
import { roleKindOf, weightiest } from './iam.ts';

type Record = Event<'cloudtrail'>['record'];
type Act =
  | 'activation'
  | 'machine-role'
  | 'host-management'
  | 'profile'
  | 'mapping'
  | 'trust-anchor'
  | 'revocation'
  | 'network';

/** What a call opens for machines that are no instances; by service and API (their API References). */
const acts: readonly (readonly [service: string, act: Act, apis: readonly string[]])[] = [
  ['ssm.amazonaws.com', 'activation', ['CreateActivation']],
  ['ssm.amazonaws.com', 'machine-role', ['UpdateManagedInstanceRole']],
  ['ssm.amazonaws.com', 'host-management', ['UpdateServiceSetting', 'RegisterDefaultHostManagementConfiguration']],
  ['rolesanywhere.amazonaws.com', 'mapping', ['PutAttributeMapping', 'DeleteAttributeMapping']],
  ['rolesanywhere.amazonaws.com', 'profile', ['CreateProfile', 'UpdateProfile', 'EnableProfile']],
  ['rolesanywhere.amazonaws.com', 'trust-anchor', ['CreateTrustAnchor', 'UpdateTrustAnchor', 'EnableTrustAnchor']],
  ['rolesanywhere.amazonaws.com', 'revocation', ['DisableCrl', 'DeleteCrl']],
  ['eks.amazonaws.com', 'network', ['UpdateClusterConfig']],
];

const needs = () => ({
  eventSource: [...new Set(acts.map(([service]) => service))],
  eventName: acts.flatMap(([, , apis]) => apis),
});

const actOf = (record: Record): Act | 'none' => {
  const found = acts.find(([service, , apis]) => service === record.eventSource && apis.includes(record.eventName));
  const act = found?.[1] ?? 'none';
  if (record.eventName === 'UpdateServiceSetting')
    return managed.test(text(record, 'requestParameters', 'settingId') ?? '') ? act : 'none';
  return act === 'network' && networksOf(record).length === 0 ? 'none' : act;
};

/**
 * The setting that gives every instance of the region a role for Systems Manager, whatever its profile holds (Systems Manager User Guide,
 * "Managing EC2 instances automatically with Default Host Management Configuration"). Since 2026 it has a call of its own, too (AWS CLI
 * reference, register-default-host-management-configuration).
 */
const managed = /\/ssm\/managed-instance\/default-ec2-instance-management-role$/;

/** Networks outside of AWS where nodes and their pods may be from then on (EKS API Reference, RemoteNetworkConfigRequest). */
const networksOf = (record: Record): readonly string[] =>
  ['remoteNodeNetworks', 'remotePodNetworks']
    .flatMap(member => list(record, 'requestParameters', 'remoteNetworkConfig', member))
    .flatMap(network => list(network, 'cidrs'))
    .filter(range => typeof range === 'string');

/**
 * The roles that such machines get: of an activation the one that it names, of a profile those that it has afterwards, which the response
 * tells where the request does not.
 */
const rolesOf = (record: Record): readonly string[] => {
  const act = actOf(record);
  const request = at(record, 'requestParameters');
  const named =
    act === 'activation' || act === 'machine-role'
      ? list(request, 'iamRole')
      : act === 'host-management'
        ? [...list(request, 'settingValue'), ...list(request, 'roleArn')]
        : act === 'profile'
          ? [...list(request, 'roleArns'), ...list(record, 'responseElements', 'profile', 'roleArns')]
          : [];
  return [...new Set(named.filter(role => typeof role === 'string' && role !== ''))].map(String).sort();
};

/** Role names of EKS Hybrid Nodes by the EKS User Guide's CloudFormation template, eksctl and terraform-aws-eks. */
const usual = ['AmazonEKSHybridNodesRole*', 'eksctl-*-HybridNodes*', 'EKSHybridNode*'];

const kindOf = (role: string, account: string, settings: Settings): string => {
  const kind = roleKindOf(role, account, settings);
  return kind === 'other' && matchesAny(usual, lastSegment(role)) ? 'hybrid' : kind;
};

/** What was opened, as people know it: the roles of this plane that somebody gets, else the cluster or what certificates are told by. */
const subjectsOf = ({ record, account }: Event<'cloudtrail'>, settings: Settings): readonly string[] => {
  const act = actOf(record);
  if (act === 'none') return [];
  const roles = rolesOf(record).filter(role => kindOf(role, account, settings) !== 'other');
  if (roles.length > 0) return [...new Set(roles.map(lastSegment))];
  const { requestParameters: request, responseElements: response } = record;
  const names = [
    ...['trustAnchor', 'profile', 'crl'].map(member => text(response, member, 'name')),
    ...['name', 'trustAnchorId', 'profileId', 'crlId', 'instanceId', 'settingValue', 'roleArn', 'permissionModel'].map(
      member => text(request, member),
    ),
  ];
  return [names.find(name => name !== undefined && name !== '') ?? 'unknown'];
};

/**
 * What is opened for machines outside of EC2: by hybrid activations, IAM Roles Anywhere, and the networks of EKS Hybrid Nodes; and a role
 * that machines get beside that of their profile.
 */
export const hybridFacts: Facts<'cloudtrail'> = {
  'hybrid.act': {
    doc: 'What a call opens for machines that are no instances: `activation` (a code that gives a machine a role), `machine-role` (another role for such a machine), `profile` (roles that certificates get), `host-management` (a role for every instance that has none for Systems Manager), `mapping` (as whom certificates are taken), `trust-anchor` (whose certificates), `revocation` (certificates revoked no more), `network` (where EKS Hybrid Nodes may be); `none`.',
    needs,
    read: event => actOf(event.record),
  },
  'hybrid.subjects': {
    doc: 'What it opens: the names of the roles of nodes, controllers and the pipeline that somebody gets, else of the trust anchor, the profile or the cluster; empty for other calls.',
    needs,
    read: subjectsOf,
  },
  'hybrid.role-kind': {
    doc: 'What the roles are that such machines get, of several the first of: `controller`, `likely-controller`, `pipeline`, `node`, `hybrid` (usual names of the role of EKS Hybrid Nodes), `other`, `none`.',
    needs,
    read: ({ record, account }, settings) => weightiest(rolesOf(record).map(role => kindOf(role, account, settings))),
  },
};
