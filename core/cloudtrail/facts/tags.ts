import type { Event } from '../../event.ts';
import type { Facts } from '../../fact.ts';
import type { JsonObject } from '../../json.ts';
import type { Settings } from '../../settings.ts';
import { matchesAny } from '../../wildcard.ts';
import {
  get,
  items,
  itemsOf,
  requestOf,
  responseOf,
  scalar,
  type Tag,
  tagSpecifications,
  tagsIn,
  word,
} from '../ec2.ts';
import { karpenterOwns } from '../karpenter.ts';

/** Tags that a call writes or removes on resources of one type; `ids` is empty while the resource has none (a denied launch). */
interface Written {
  readonly action: 'create' | 'delete';
  /** Written by the call that makes the resource: no CreateTags record exists for it (CloudTrail records one event a call). */
  readonly atCreation: boolean;
  readonly resourceType: string;
  readonly ids: readonly string[];
  readonly tags: readonly Tag[];
}

/** EC2 User Guide, "Resource IDs": the type that an id's prefix tells. */
const typeOfPrefix: { readonly [prefix: string]: string } = {
  i: 'instance',
  sg: 'security-group',
  subnet: 'subnet',
  lt: 'launch-template',
  vol: 'volume',
  eni: 'network-interface',
  ami: 'image',
  snap: 'snapshot',
  fleet: 'fleet',
  sir: 'spot-instances-request',
  sfr: 'spot-fleet-request',
  vpc: 'vpc',
  cr: 'capacity-reservation',
};

const typeOfId = (id: string): string => {
  const prefix = id.slice(0, Math.max(0, id.indexOf('-')));
  return (Object.hasOwn(typeOfPrefix, prefix) ? typeOfPrefix[prefix] : undefined) ?? 'other';
};

/**
 * What each creating API makes, and where its response says the new ids. Volumes, snapshots and interfaces made on their own are left
 * out: Karpenter selects and owns nothing by them, and storage and network drivers tag them with the cluster all day.
 */
const creators: { readonly [api: string]: (response: JsonObject) => readonly (string | undefined)[] } = {
  RunInstances: response => itemsOf(response, 'instancesSet').map(one => word(one, 'instanceId')),
  CreateFleet: response => [
    word(response, 'fleetId'),
    ...itemsOf(response, 'fleetInstanceSet').flatMap(one => items(get(one, 'instanceIds')).map(scalar)),
  ],
  RequestSpotInstances: response =>
    itemsOf(response, 'spotInstanceRequestSet').map(one => word(one, 'spotInstanceRequestId')),
  CreateLaunchTemplate: response => [word(response, 'launchTemplate', 'launchTemplateId')],
  CreateLaunchTemplateVersion: response => [word(response, 'launchTemplateVersion', 'launchTemplateId')],
  CreateSecurityGroup: response => [word(response, 'groupId')],
  CreateSubnet: response => [word(response, 'subnet', 'subnetId')],
  CreateImage: response => [word(response, 'imageId')],
  CopyImage: response => [word(response, 'imageId')],
  RegisterImage: response => [word(response, 'imageId')],
  CreateRestoreImageTask: response => [word(response, 'imageId')],
};

const events = {
  eventSource: ['ec2.amazonaws.com'],
  eventName: ['CreateTags', 'DeleteTags', ...Object.keys(creators)],
};

const writtenBy = ({ record }: Event<'cloudtrail'>): readonly Written[] => {
  if (record.eventSource !== 'ec2.amazonaws.com') return [];
  const request = requestOf(record);
  if (record.eventName === 'CreateTags' || record.eventName === 'DeleteTags') {
    const action = record.eventName === 'CreateTags' ? 'create' : 'delete';
    const tags = tagsIn(itemsOf(request, 'tagSet', 'Tag', 'tags'));
    const ids = itemsOf(request, 'resourcesSet', 'ResourceId', 'resources').map(
      one => word(one, 'resourceId') ?? scalar(one),
    );
    return byType(ids).map(([resourceType, those]) => ({ action, atCreation: false, resourceType, ids: those, tags }));
  }
  const made = Object.hasOwn(creators, record.eventName) ? creators[record.eventName] : undefined;
  if (made === undefined) return [];
  const ids = new Map(byType(made(responseOf(record))));
  const inTemplate = tagSpecifications(get(request, 'LaunchTemplateData'));
  return [...tagSpecifications(request), ...inTemplate].map(({ resourceType, tags }) => ({
    action: 'create',
    atCreation: true,
    resourceType,
    // What a template will tag does not exist yet: the template stands for it.
    ids: ids.get(resourceType) ?? ids.get('launch-template') ?? [],
    tags,
  }));
};

const byType = (ids: readonly (string | undefined)[]): [string, readonly string[]][] => {
  const grouped = new Map<string, Set<string>>();
  for (const id of ids) {
    if (id === undefined) continue;
    const type = typeOfId(id);
    const known = grouped.get(type);
    if (known === undefined) grouped.set(type, new Set([id]));
    else known.add(id);
  }
  return [...grouped].map(([type, those]) => [type, [...those]]);
};

/** Karpenter finds, owns and deletes by these (karpenter-provider-aws, `pkg/apis/v1/labels.go`; EKS User Guide, Auto Mode). */
const ownership = [
  'karpenter.sh/nodepool',
  'karpenter.sh/nodeclaim',
  'karpenter.sh/managed-by',
  'karpenter.sh/provisioner-name',
  'karpenter.k8s.aws/*',
  'kubernetes.io/cluster/*',
  'eks:eks-cluster-name',
  'eks:kubernetes-node-class-name',
  'eks:kubernetes-node-pool-name',
];

/** Karpenter selects subnets, security groups and images by tags of the installation's choice; this one is the guides'. */
const discovery = 'karpenter.sh/discovery';

const owned: ReadonlySet<string> = new Set(karpenterOwns);

/** What it makes itself it selects by nothing: eksctl puts a cluster's tags, that of discovery too, on templates and instances. */
const steers = (key: string, resourceType: string, settings: Settings): boolean =>
  matchesAny(ownership, key) || (!owned.has(resourceType) && matchesAny([discovery, ...settings.selectorTags], key));

/** Whether something is made with the cluster’s tag and none of Karpenter’s: a node of somebody else’s, out of its reach. */
const isOthers = ({ atCreation, resourceType, tags }: Written): boolean =>
  atCreation &&
  owned.has(resourceType) &&
  tags.every(({ key }) => key.startsWith('kubernetes.io/cluster/') || !matchesAny(ownership, key));

/** DeleteTags without tags deletes all of them (EC2 API Reference, DeleteTags). */
const everything: Tag = { key: '*' };

/** Which tags a call writes on which EC2 resources, by CreateTags and DeleteTags or at creation, in either encoding. */
export const tagFacts: Facts<'cloudtrail'> = {
  'tags.written': {
    doc: 'List of `{ key, value, action, atCreation, resourceType, resources, steering, selectsImages }`, one for each key and resource type. `value` is `any` where DeleteTags names none; `resources` are ids (empty where a failed call made none); `steering`: Karpenter finds or owns by this key (by the cluster’s alone nothing that is just made), or selects by it; `selectsImages`: its image selector may. DeleteTags without tags (it deletes all) is one element with key `*`.',
    needs: () => events,
    read: (event, settings) => {
      return writtenBy(event).flatMap(written => {
        const { tags, ids, ...rest } = written;
        const others = isOthers(written);
        return (tags.length > 0 || rest.action === 'create' ? tags : [everything]).map(tag => ({
          key: tag.key,
          value: tag.value ?? 'any',
          action: rest.action,
          atCreation: rest.atCreation,
          resourceType: rest.resourceType,
          resources: ids,
          steering: tag.key === '*' || (!others && steers(tag.key, rest.resourceType, settings)),
          selectsImages: tag.key === '*' || matchesAny(settings.imageSelectorTags, tag.key),
        }));
      });
    },
  },
};
