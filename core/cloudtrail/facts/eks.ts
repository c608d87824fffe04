import type { Event } from '../../event.ts';
import type { Facts } from '../../fact.ts';
import { at, type Json, list, member, text } from '../../json.ts';
import type { Settings } from '../../settings.ts';
import { matchesAny, matchesArn } from '../../wildcard.ts';
import { count } from '../ec2.ts';
import { lastSegment } from '../roles.ts';
import { isWorld } from './exposure.ts';
import { roleKindOf, weightiest } from './iam.ts';

type Record = Event<'cloudtrail'>['record'];

const changes = ['UpdateClusterConfig', 'CreateCluster'];
const accesses = ['CreateAccessEntry', 'UpdateAccessEntry', 'AssociateAccessPolicy'];

const eks = () => ({ eventSource: ['eks.amazonaws.com'] });
const updates = () => ({ eventSource: ['eks.amazonaws.com'], eventName: changes });
const grants = () => ({ eventSource: ['eks.amazonaws.com'], eventName: accesses });

const is = (record: Record, apis: readonly string[]): boolean =>
  record.eventSource === 'eks.amazonaws.com' && apis.includes(record.eventName);

/** Path parameters are recorded as they stood in the address: `arn%3Aaws%3A…` (EKS API Reference, AssociateAccessPolicy). */
const decoded = (value: string): string => {
  if (!/%[0-9a-f]{2}/i.test(value)) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

const parameter = (record: Record, ...names: readonly string[]): string | undefined =>
  record.eventSource === 'eks.amazonaws.com'
    ? names.map(name => text(record, 'requestParameters', name)).find(value => value !== undefined && value !== '')
    : undefined;

/** Access policies of EKS that make their holder the cluster's administrator (EKS User Guide, "Access policy permissions"). */
const adminPolicies = ['AmazonEKSClusterAdminPolicy', 'AmazonEKSAdminPolicy'];

/** What an access entry or policy association grants. */
const accessOf = (record: Record): string => {
  if (!is(record, accesses)) return 'none';
  const policy = parameter(record, 'policyArn');
  if (policy !== undefined) return adminPolicies.includes(lastSegment(decoded(policy))) ? 'admin' : 'other';
  const groups = list(record, 'requestParameters', 'kubernetesGroups');
  if (groups.includes('system:masters')) return 'admin';
  const type = parameter(record, 'type');
  return type !== undefined && type !== 'STANDARD' ? 'node' : 'other';
};

const saysFalse = (value: Json | undefined): boolean => value === false || value === 'false';
const saysTrue = (value: Json | undefined): boolean => value === true || value === 'true';

/** Log types that are switched off, element by element: one call may switch some off and others on. */
const loggingOff = (record: Record): readonly string[] =>
  list(is(record, changes) ? record : undefined, 'requestParameters', 'logging', 'clusterLogging')
    .filter(element => saysFalse(member(element, 'enabled')))
    .flatMap(element => list(element, 'types'))
    .filter(type => typeof type === 'string')
    .sort();

/** Whether a request opens the API server to the world: no list of addresses means all of them (EKS API Reference, VpcConfigRequest). */
const opensEndpoint = (record: Record): boolean => {
  if (!is(record, changes)) return false;
  const config = at(record, 'requestParameters', 'resourcesVpcConfig');
  const ranges = list(config, 'publicAccessCidrs').filter(range => typeof range === 'string');
  const world = ranges.some(isWorld);
  if (saysTrue(member(config, 'endpointPublicAccess'))) return ranges.length === 0 || world;
  // Ranges alone change an endpoint that is public already; on a private one they have no effect.
  return world && !saysFalse(member(config, 'endpointPublicAccess'));
};

/**
 * The roles that pods get by an association, an add-on or a capability; with a target role, that is the one they end up with. Add-ons
 * make associations of their own, and annotate their accounts (EKS API Reference, CreateAddon, CreateCapability).
 */
const associatedRoles = (record: Record): readonly string[] => {
  if (record.eventSource !== 'eks.amazonaws.com') return [];
  const association = at(record, 'responseElements', 'association');
  const roles = [
    parameter(record, 'targetRoleArn', 'roleArn') ?? text(association, 'targetRoleArn') ?? text(association, 'roleArn'),
    parameter(record, 'serviceAccountRoleArn'),
    ...list(record, 'requestParameters', 'podIdentityAssociations').map(one => text(one, 'roleArn')),
  ];
  return [...new Set(roles.flatMap(role => role || []))];
};

const serviceAccount = (record: Record): string => {
  const association = at(record, 'responseElements', 'association');
  const namespace = parameter(record, 'namespace') ?? text(association, 'namespace');
  const name = parameter(record, 'serviceAccount') ?? text(association, 'serviceAccount');
  if (namespace !== undefined && name !== undefined) return `${namespace}/${name}`;
  const addOn = parameter(record, 'addonName');
  if (addOn !== undefined) return `add-on ${decoded(addOn)}`;
  const capability = parameter(record, 'capabilityName');
  return capability === undefined
    ? (parameter(record, 'associationId') ?? 'none')
    : `capability ${decoded(capability)}`;
};

/** Whether a call is about the cluster of that name that settings have: another region or account may have one, too. */
const isOfSettings = ({ record, account }: Event<'cloudtrail'>, cluster: string, { clusters }: Settings): boolean => {
  const named = clusters.filter(({ name }) => name === cluster);
  return named.length === 0 || named.some(one => one.account === account && one.region === record.awsRegion);
};

/**
 * Whether the settings know the service account that a call gives a role to as an account of the controller whose role it is, in that
 * cluster: then it hands the role to nobody else.
 */
const isOwnRole = (event: Event<'cloudtrail'>, settings: Settings): boolean => {
  const { record } = event;
  const cluster = decoded(parameter(record, 'name', 'clusterName') ?? '');
  const [role, ...others] = associatedRoles(record);
  const account = `system:serviceaccount:${serviceAccount(record).replace('/', ':')}`;
  return (
    role !== undefined &&
    others.length === 0 &&
    isOfSettings(event, cluster, settings) &&
    settings.controllers.some(
      one =>
        one.cluster === cluster && matchesArn(one.roles ?? [], role) && matchesAny(one.serviceAccounts ?? [], account),
    )
  );
};

/** What an EKS call says and changes. */
export const eksFacts: Facts<'cloudtrail'> = {
  'eks.cluster': {
    doc: 'The cluster of an EKS call: `name`, as the address has it, or `clusterName` in older records; `none` otherwise (EKS API Reference).',
    needs: eks,
    read: event => {
      const name = parameter(event.record, 'name', 'clusterName');
      return name === undefined ? 'none' : decoded(name);
    },
  },
  'eks.grantee': {
    doc: 'The IAM principal that an access entry or policy association is for, decoded; `none` otherwise.',
    needs: eks,
    read: event => {
      const arn = parameter(event.record, 'principalArn');
      return arn === undefined ? 'none' : decoded(arn);
    },
  },
  'eks.access': {
    doc: 'What an access entry or policy association grants: `admin` (a cluster-admin access policy, or system:masters), `node` (an entry of a node type: its principal may become a node) or `other`; `none` for other calls.',
    needs: grants,
    read: event => accessOf(event.record),
  },
  'eks.policy': {
    doc: 'The access policy that a call associates, by name; `none` otherwise.',
    needs: eks,
    read: event => lastSegment(decoded(parameter(event.record, 'policyArn') ?? 'none')),
  },
  'eks.logging-off': {
    doc: 'The control-plane log types that a call switches off, of every element of `clusterLogging`.',
    needs: updates,
    read: event => loggingOff(event.record),
  },
  'eks.endpoint-opened': {
    doc: 'Whether a call opens the API server to every address: public access without a list of ranges, or with the world or a large part of it (wider than 10.0.0.0/8, fc00::/7) in it.',
    needs: updates,
    read: event => opensEndpoint(event.record),
  },
  'eks.node-ports-lowered': {
    doc: 'Whether a call lets Services have ports of nodes below 30000, among which nodes have ports of their own (EKS API Reference, `serviceNodePortRange`).',
    needs: updates,
    read: ({ record }) => {
      const first = is(record, changes)
        ? count(at(record, 'requestParameters', 'kubeApiServerConfig', 'serviceNodePortRange', 'minPort'))
        : undefined;
      return first !== undefined && first < 30_000;
    },
  },
  'eks.role': {
    doc: 'The role that a pod identity association (its target role where there is one), an add-on or a capability gives to pods; several with commas; `none` otherwise.',
    needs: eks,
    read: event => associatedRoles(event.record).join(', ') || 'none',
  },
  'eks.role-kind': {
    doc: 'What that role is, of several the first of: `controller`, `likely-controller`, `pipeline`, `node`, `other`, `none`.',
    needs: eks,
    read: ({ record, account }, settings) =>
      weightiest(associatedRoles(record).map(role => roleKindOf(role, account, settings))),
  },
  'eks.role-own': {
    doc: 'Whether the settings know the service account that a call gives a role to as one of the controller whose role it is, in that cluster (`controllers`: `cluster`, `roles`, `serviceAccounts`).',
    needs: eks,
    read: isOwnRole,
  },
  'eks.service-account': {
    doc: 'The service account of a pod identity association, `namespace/name`; its id where the record names none; `add-on NAME` and `capability NAME` for those; `none` otherwise.',
    needs: eks,
    read: event => (event.record.eventSource === 'eks.amazonaws.com' ? serviceAccount(event.record) : 'none'),
  },
};
