import type { Event } from '../../event.ts';
import type { Facts } from '../../fact.ts';
import type { JsonObject } from '../../json.ts';
import type { Settings } from '../../settings.ts';
import { get, itemsOf, requestOf, word } from '../ec2.ts';
import { claimedCluster, judgedTypes } from '../family.ts';
import { type Launch, launchEvents, launchOf } from '../launch.ts';
import type { Metadata } from '../launch-part.ts';
import { askedOf } from '../refused.ts';

/** Every launch fact is neutral off these events. */
const needs = () => launchEvents;

/** What an installation says of an image id. The owner of an image stands in no record: `owner-unknown` until inventoried. */
export const approvalOf = (image: string, settings: Settings): string => {
  if (image.startsWith('resolve:ssm:')) return 'parameter';
  const { ids, owners } = settings.approvedImages;
  if (ids.includes(image)) return 'approved';
  if (owners.length > 0) return 'owner-unknown';
  return ids.length > 0 ? 'unapproved' : 'unknown';
};

/** What of some metadata options lets a pod or a forged request reach the node's credentials. */
export const weaknessesOf = (metadata: Metadata): readonly string[] => {
  if (metadata.endpoint === 'disabled') return [];
  return [
    ...(metadata.tokens === 'optional' ? ['tokens-optional'] : []),
    ...((metadata.hops ?? 1) > 1 ? ['hop-limit'] : []),
    ...(metadata.ipv6 === 'enabled' ? ['ipv6-endpoint'] : []),
  ];
};

const karpenterTemplate = 'karpenter.k8s.aws/';
const usesKarpenterTemplate = (launch: Launch): boolean =>
  launch.templates.some(name => name.startsWith(karpenterTemplate));

/** Without `karpenter.sh/discovery`: people put that on what Karpenter selects. */
const karpenterKeys = [
  'karpenter.sh/nodepool',
  'karpenter.sh/nodeclaim',
  'karpenter.sh/managed-by',
  'karpenter.sh/provisioner-name',
  'karpenter.k8s.aws/',
];

/** Which kind of node the tags, the template's name or the API itself claim. */
const nodesOf = (launch: Launch): string => {
  const tagged = (prefix: string): boolean => launch.tags.some(tag => tag.key.startsWith(prefix));
  if (launch.kind === 'none') return 'none';
  if (usesKarpenterTemplate(launch) || karpenterKeys.some(tagged)) return 'karpenter';
  if (tagged('sigs.k8s.io/cluster-api-provider-aws/')) return 'cluster-api';
  if (launch.cluster !== undefined || tagged('eks:') || tagged('aws:eks:')) return 'eks';
  return tagged('kubernetes.io/cluster/') ? 'cluster' : 'none';
};

interface Weakness extends JsonObject {
  readonly what: string;
  /** Whether the template says it, or leaves it to a default. */
  readonly stated: boolean;
}

const templateWeaknesses = (
  { record }: Event<'cloudtrail'>,
  launch: Launch,
  settings: Settings,
): readonly Weakness[] => {
  // A version on top of another takes from it whatever it does not say.
  const inherits = word(requestOf(record), 'sourceVersion') !== undefined;
  const [data] = launch.parts.filter(part => part.from === 'template');
  if (data === undefined) return [];
  const metadata = data.metadata ?? { tokens: undefined, hops: undefined, ipv6: undefined, endpoint: undefined };
  const stated = [
    ...weaknessesOf(metadata),
    ...(data.disks.includes(false) ? ['unencrypted'] : []),
    ...(data.publicAddress === true ? ['public-address'] : []),
    ...(data.key === undefined ? [] : ['key-pair']),
    ...(data.image !== undefined && approvalOf(data.image, settings) === 'unapproved' ? ['unapproved-image'] : []),
  ];
  const absent = [
    ...(metadata.tokens === undefined && metadata.endpoint !== 'disabled' ? ['tokens-optional'] : []),
    ...(data.disks.length === 0 || data.disks.includes(undefined) ? ['unencrypted'] : []),
  ];
  return [
    ...stated.map(what => ({ what, stated: true })),
    ...absent.filter(what => !inherits && !stated.includes(what)).map(what => ({ what, stated: false })),
  ];
};

/** EC2 API Reference, FleetLaunchTemplateOverridesRequest: members that Karpenter never sends (its CreateFleet call). */
export const foreignMembers = [
  'KeyName',
  'IamInstanceProfile',
  'MetadataOptions',
  'BlockDeviceMapping',
  'BlockDeviceMappings',
  'UserData',
];

/** Service Quotas API Reference: both name a `QuotaCode`. */
const quotaRequests: readonly string[] = ['RequestServiceQuotaIncrease', 'PutServiceQuotaIncreaseRequestIntoTemplate'];

/** Launches, from request, override list, template data and response alike. */
export const launchFacts: Facts<'cloudtrail'> = {
  'launch.kind': {
    doc: 'What the call does about instances: `instances` (launches), `template` (describes), `resize`, `capacity` (reserves), `none`. EC2, Auto Scaling and EKS API References.',
    needs,
    read: event => launchOf(event).kind,
  },
  'launch.types': {
    doc: 'List of `{ type, family, stage, standing, special }`: each instance type once. `stage`: `launched` (it runs), `named` (nothing permitted could be chosen instead), `offered` (an alternative among others). `standing` under the settings: `disallowed`, `not-allowed`, `allowed`. `special`: accelerator or bare metal. `accelerated` and `metal` stand for attribute-based selection that asks for them.',
    needs,
    read: (event, settings) => judgedTypes(event, launchOf(event), settings).map(one => ({ ...one })),
  },
  'launch.region': {
    doc: 'Whether `approvedRegions` holds the region that is launched in, gets an EKS cluster, or is enabled (`account:EnableRegion`): `approved`, `unapproved`, `unknown` (nothing approved, or no launch).',
    needs: () => ({
      eventSource: [...launchEvents.eventSource, 'account.amazonaws.com'],
      eventName: [...launchEvents.eventName, 'EnableRegion'],
    }),
    read: (event, { approvedRegions }) => {
      const { record } = event;
      const enabling = record.eventSource === 'account.amazonaws.com' && record.eventName === 'EnableRegion';
      const founding = record.eventSource === 'eks.amazonaws.com' && record.eventName === 'CreateCluster';
      if (approvedRegions.length === 0 || (!enabling && !founding && launchOf(event).kind === 'none')) return 'unknown';
      const region = enabling ? word(record.requestParameters, 'regionName') : (record.awsRegion ?? event.region);
      if (region === undefined || region === '') return 'unknown';
      return approvedRegions.includes(region) ? 'approved' : 'unapproved';
    },
  },
  'quota.code': {
    doc: 'The Service Quotas code of which more is asked for (`L-…`), for this account or for those that the organization makes, also where the call was refused; `none` otherwise.',
    needs: () => ({ eventSource: ['servicequotas.amazonaws.com'], eventName: [...quotaRequests] }),
    read: ({ record }) =>
      record.eventSource === 'servicequotas.amazonaws.com' && quotaRequests.includes(record.eventName)
        ? (word(askedOf(record), 'quotaCode') ?? 'none')
        : 'none',
  },
  'launch.images': {
    doc: 'List of `{ id, from, approval }`: images by place (`launched`, `request`, `override`, `template`); `approval`: `approved`, `unapproved`, `owner-unknown` (owners are approved, and no record holds an owner), `parameter` (`resolve:ssm:`), `unknown` (none approved).',
    needs,
    read: (event, settings) => {
      const found = new Map<string, JsonObject>();
      for (const { from, image } of launchOf(event).parts)
        if (image !== undefined)
          found.set(`${from} ${image}`, { id: image, from, approval: approvalOf(image, settings) });
      return [...found.values()];
    },
  },
  'launch.approved-owners': {
    doc: 'Owners whose images the settings approve (`approvedImages.owners`).',
    needs,
    read: (_, settings) => settings.approvedImages.owners,
  },
  'launch.profiles': {
    doc: 'List of `{ name, from }`: instance profiles by place, by name (ARNs shortened). No record says which role a profile carries.',
    needs,
    read: event => {
      const found = new Map<string, JsonObject>();
      for (const { from, profile } of launchOf(event).parts)
        if (profile !== undefined) found.set(`${from} ${profile}`, { name: profile, from });
      return [...found.values()];
    },
  },
  'launch.role': {
    doc: 'Name of the role that the call itself gives to nodes (`CreateNodegroup.nodeRole`, `computeConfig.nodeRoleArn` of EKS Auto Mode), or `unknown`.',
    needs,
    read: event => {
      const role = launchOf(event).role;
      return role === undefined ? 'unknown' : role.slice(role.lastIndexOf('/') + 1);
    },
  },
  'launch.imds': {
    doc: 'List of `{ from, weak }`, one a place that states metadata options: `weak` holds `tokens-optional`, `hop-limit` (> 1), `ipv6-endpoint`; empty where the endpoint is disabled. `launched` is the effective setting (EC2 User Guide, "Configure instance metadata options").',
    needs,
    read: event =>
      launchOf(event).parts.flatMap(({ from, metadata }) =>
        metadata === undefined ? [] : [{ from, weak: weaknessesOf(metadata) }],
      ),
  },
  'launch.weaknesses': {
    doc: 'List of `{ what, stated }` for a launch template: `tokens-optional`, `hop-limit`, `ipv6-endpoint`, `unencrypted`, `public-address`, `key-pair`, `unapproved-image`; `stated` is false where it is merely left to defaults.',
    needs,
    read: (event, settings) => templateWeaknesses(event, launchOf(event), settings),
  },
  'launch.nodes': {
    doc: 'Which kind of node the creation-time tags, the template name or the API claim: `karpenter`, `cluster-api`, `eks` (node group, Auto Mode), `cluster` (a cluster tag alone), `none`. A claim: anyone can write tags.',
    needs,
    read: event => nodesOf(launchOf(event)),
  },
  'launch.cluster': {
    doc: 'The cluster that is claimed by tags, or named by the API; `unknown` where none is.',
    needs,
    read: event => launchOf(event).cluster ?? claimedCluster(launchOf(event)) ?? 'unknown',
  },
  'launch.owner': {
    doc: 'What a template is made for: the node class or pool in its tags, else the cluster, else the template; `unknown` where there is none.',
    needs,
    read: event => {
      const launch = launchOf(event);
      const tag = (key: string): string | undefined => launch.tags.find(one => one.key === key)?.value;
      const pool = tag('karpenter.k8s.aws/ec2nodeclass') ?? tag('karpenter.sh/nodepool');
      return pool ? `${claimedCluster(launch) ?? 'unknown'}/${pool}` : (launch.templates[0] ?? 'unknown');
    },
  },
  'launch.template': {
    doc: "The launch template used or changed: its name where request or response tell it, else its id, else `none`. Karpenter's are named `karpenter.k8s.aws/<number>`.",
    needs,
    read: event => launchOf(event).templates[0] ?? 'none',
  },
  'launch.templates': {
    doc: 'All names and ids of launch templates that the call uses or changes.',
    needs,
    read: event => launchOf(event).templates,
  },
  'launch.instances': {
    doc: 'List of `{ id, type, image, profile }`: the launched instances, from the response of RunInstances or CreateFleet; what it does not say is `unknown`.',
    needs,
    read: event =>
      launchOf(event).instances.map(({ id, type, image, profile }) => ({
        id,
        type: type ?? 'unknown',
        image: image ?? 'unknown',
        profile: profile ?? 'unknown',
      })),
  },
  'launch.foreign': {
    doc: "What a fleet's overrides or template specifications carry that Karpenter's never do: `KeyName`, `IamInstanceProfile`, `MetadataOptions`, `BlockDeviceMapping(s)`, `UserData`. EC2 API Reference, CreateFleet.",
    needs: () => ({ eventSource: ['ec2.amazonaws.com'], eventName: ['CreateFleet', 'ModifyFleet'] }),
    read: event => {
      if (!['CreateFleet', 'ModifyFleet'].includes(event.record.eventName) || launchOf(event).kind === 'none')
        return [];
      const configs = itemsOf(requestOf(event.record), 'LaunchTemplateConfigs', 'LaunchTemplateConfig');
      const overrides = configs.flatMap(config => itemsOf(config, 'Overrides'));
      const specified = configs.some(
        config => get(get(config, 'LaunchTemplateSpecification'), 'LaunchTemplateSpecificationUserData') !== undefined,
      );
      const carried = foreignMembers.filter(name => overrides.some(one => get(one, name) !== undefined));
      return specified && !carried.includes('UserData') ? [...carried, 'UserData'] : carried;
    },
  },
};
