import type { Event } from '../event.ts';
import type { Json, JsonObject } from '../json.ts';
import {
  dig,
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
} from './ec2.ts';
import { fleetPart, type Part, part, says } from './launch-part.ts';
import { orchestratorOf, requestedByBatch, requestedByHyperPod, reserved, tagsOfBatch } from './launch-services.ts';
import { type Launched, launchedIn } from './launched.ts';

/** What a call does about instances: launches them, describes them for later, changes their type, reserves capacity. */
export type LaunchKind = 'instances' | 'template' | 'resize' | 'capacity' | 'none';

/** A launch-like call, both encodings and all places brought together. */
export interface Launch {
  readonly kind: LaunchKind;
  readonly parts: readonly Part[];
  readonly instances: readonly Launched[];
  /** Launch templates it uses or changes: names first, then ids. */
  readonly templates: readonly string[];
  /** Tags at creation, of request and response. */
  readonly tags: readonly Tag[];
  /** The cluster that the API itself names (node groups), not a tag. */
  readonly cluster: string | undefined;
  /** The role that the API itself names (node groups, Auto Mode). */
  readonly role: string | undefined;
  /** `instant` fleets report what they launched; `request` and `maintain` launch later. */
  readonly reported: boolean;
}

/** The kind of each API: EC2, Auto Scaling, EKS, Batch and SageMaker API References. */
const kinds: { readonly [source: string]: { readonly [api: string]: LaunchKind } } = {
  'ec2.amazonaws.com': {
    RunInstances: 'instances',
    CreateFleet: 'instances',
    ModifyFleet: 'instances',
    RequestSpotInstances: 'instances',
    RequestSpotFleet: 'instances',
    ModifySpotFleetRequest: 'instances',
    CreateLaunchTemplate: 'template',
    CreateLaunchTemplateVersion: 'template',
    ModifyLaunchTemplate: 'template',
    ModifyInstanceAttribute: 'resize',
    PurchaseCapacityBlock: 'capacity',
    PurchaseCapacityBlockExtension: 'capacity',
    CreateCapacityReservation: 'capacity',
    CreateCapacityReservationFleet: 'capacity',
    AllocateHosts: 'capacity',
    ModifyHosts: 'capacity',
  },
  'autoscaling.amazonaws.com': {
    CreateAutoScalingGroup: 'instances',
    UpdateAutoScalingGroup: 'instances',
    CreateLaunchConfiguration: 'template',
  },
  'eks.amazonaws.com': { CreateNodegroup: 'instances', CreateCluster: 'instances', UpdateClusterConfig: 'instances' },
  'batch.amazonaws.com': { CreateComputeEnvironment: 'instances', UpdateComputeEnvironment: 'instances' },
  // SageMaker HyperPod, whose nodes join an EKS cluster where that orchestrates them.
  'sagemaker.amazonaws.com': {
    CreateCluster: 'instances',
    UpdateCluster: 'instances',
    BatchAddClusterNodes: 'instances',
  },
};

/** The services and APIs that a launch can come through, for derived filters: holds for every event of kind other than none. */
export const launchEvents = {
  eventSource: Object.keys(kinds),
  eventName: [...new Set(Object.values(kinds).flatMap(apis => Object.keys(apis)))],
};

const kindOf = (source: string, api: string): LaunchKind => {
  const apis = Object.hasOwn(kinds, source) ? kinds[source] : undefined;
  return (apis !== undefined && Object.hasOwn(apis, api) ? apis[api] : undefined) ?? 'none';
};

const nothing: Launch = {
  kind: 'none',
  parts: [],
  instances: [],
  templates: [],
  tags: [],
  cluster: undefined,
  role: undefined,
  reported: false,
};

const read = new WeakMap<Event<'cloudtrail'>, Launch>();

/** What a call launches or describes for launching; read once for each event. Never throws. */
export const launchOf = (event: Event<'cloudtrail'>): Launch => {
  const known = read.get(event);
  if (known !== undefined) return known;
  const launch = parse(event);
  read.set(event, launch);
  return launch;
};

const parse = ({ record }: Event<'cloudtrail'>): Launch => {
  const kind = kindOf(record.eventSource, record.eventName);
  if (kind === 'none') return nothing;
  const request = requestOf(record);
  const response = responseOf(record);
  const instances = launchedIn(response);
  const requested = requestedIn(record.eventName, request);
  if (kind === 'resize' && requested.every(part => part.type === undefined)) return nothing;
  // A cluster launches by itself only where it runs in Auto Mode.
  const isEks = record.eventSource === 'eks.amazonaws.com';
  const role = isEks ? nodeRoleIn(request) : undefined;
  if (isEks && ['CreateCluster', 'UpdateClusterConfig'].includes(record.eventName) && role === undefined)
    return nothing;
  const reservation = part('request', get(response, 'capacityReservation') ?? {});
  return {
    kind,
    parts: [
      ...requested,
      ...(kind === 'capacity' && reservation.type !== undefined ? [reservation] : []),
      ...itemsOf(response, 'capacityBlockExtensionSet').map(one => part('request', one)),
      ...itemsOf(response, 'instancesSet').map(one => part('launched', one)),
      ...itemsOf(response, 'fleetInstanceSet').map(fleetPart),
    ],
    instances,
    templates: templatesIn(request, response),
    tags: [...tagSpecifications(request), ...tagSpecifications(specificationOf(request))]
      .flatMap(one => one.tags)
      .concat(itemsOf(response, 'instancesSet').flatMap(one => tagsIn(itemsOf(one, 'tagSet'))))
      .concat(record.eventSource === 'autoscaling.amazonaws.com' ? tagsIn(itemsOf(request, 'tags')) : [])
      .concat(tagSpecifications(get(request, 'LaunchTemplateData')).flatMap(one => one.tags))
      .concat(tagsOfBatch(request)),
    cluster: isEks ? (word(request, 'name') ?? word(request, 'clusterName')) : orchestratorOf(request),
    role,
    reported:
      record.eventName === 'RunInstances' ||
      (record.eventName === 'CreateFleet' && word(request, 'type') === 'instant'),
  };
};

/** The role of nodes that a node group, or EKS Auto Mode, gets (EKS API Reference, CreateNodegroup and ComputeConfigRequest). */
const nodeRoleIn = (request: JsonObject): string | undefined =>
  word(request, 'nodeRole') ?? word(request, 'computeConfig', 'nodeRoleArn');

const specificationOf = (request: JsonObject): Json | undefined =>
  get(request, 'launchSpecification') ?? get(request, 'spotFleetRequestConfig');

/** Every place of a request that describes instances. */
const requestedIn = (api: string, request: JsonObject): readonly Part[] => {
  if (api === 'CreateLaunchTemplate' || api === 'CreateLaunchTemplateVersion')
    return [part('template', get(request, 'LaunchTemplateData') ?? {})];
  if (api === 'CreateLaunchConfiguration') return [part('template', request)];
  if (api === 'ModifyInstanceAttribute') {
    const type =
      word(request, 'instanceType') ??
      (word(request, 'attribute') === 'instanceType' ? word(request, 'value') : undefined);
    return [{ ...part('request', {}), type }];
  }
  if (api.endsWith('ComputeEnvironment')) return requestedByBatch(get(request, 'computeResources') ?? {});
  if (['CreateCluster', 'UpdateCluster', 'BatchAddClusterNodes'].includes(api)) return requestedByHyperPod(request);
  if (['AllocateHosts', 'ModifyHosts', 'CreateCapacityReservationFleet'].includes(api)) return reserved(request);
  if (api === 'CreateNodegroup')
    return items(get(request, 'instanceTypes')).map(type => ({ ...part('request', {}), type: scalar(type) }));
  if (api === 'RunInstances') {
    // The image and the key stand in the first item, everything else beside it.
    const [first] = itemsOf(request, 'instancesSet');
    const body = part('request', request);
    return [{ ...body, image: body.image ?? word(first, 'imageId'), key: body.key ?? word(first, 'keyName') }];
  }
  const spot = get(request, 'spotFleetRequestConfig') ?? {};
  const specifications = [
    ...itemsOf(request, 'launchSpecification'),
    ...itemsOf(spot, 'launchSpecifications', 'launchSpecification'),
  ];
  return [
    part('request', request),
    ...specifications.map(one => part('request', one)),
    ...[request, spot]
      .flatMap(configsIn)
      .flatMap(config => itemsOf(config, 'overrides').map(one => part('override', one))),
    ...itemsOf(dig(request, 'mixedInstancesPolicy', 'launchTemplate'), 'overrides').map(one => part('override', one)),
  ].filter(says);
};

const configsIn = (request: Json): readonly Json[] => itemsOf(request, 'LaunchTemplateConfigs', 'LaunchTemplateConfig');

/** Names and ids of the launch templates of a call, from every place that has one; a response gives the name behind an id. */
const templatesIn = (request: JsonObject, response: JsonObject): readonly string[] => {
  const specifications: readonly (Json | undefined)[] = [
    get(request, 'launchTemplate'),
    dig(request, 'computeResources', 'launchTemplate'),
    dig(request, 'mixedInstancesPolicy', 'launchTemplate', 'launchTemplateSpecification'),
    ...configsIn(request).map(config => get(config, 'LaunchTemplateSpecification')),
    ...configsIn(get(request, 'spotFleetRequestConfig') ?? {}).map(config =>
      get(config, 'LaunchTemplateSpecification'),
    ),
    get(response, 'launchTemplate'),
    get(response, 'launchTemplateVersion'),
  ];
  const found = [
    word(request, 'launchTemplateName'),
    ...specifications.map(one => word(one, 'launchTemplateName') ?? word(one, 'name')),
    word(request, 'launchTemplateId'),
    ...specifications.map(one => word(one, 'launchTemplateId') ?? word(one, 'id')),
  ];
  return [...new Set(found.filter(one => one !== undefined))];
};
