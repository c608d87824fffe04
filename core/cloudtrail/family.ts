import type { Event } from '../event.ts';
import type { Json } from '../json.ts';
import type { Settings } from '../settings.ts';
import { matchesAny } from '../wildcard.ts';
import { count, get, items, scalar, word } from './ec2.ts';
import type { Launch } from './launch.ts';
import { outcomeOf, principalOf } from './principal.ts';

/** What the settings say of an instance type: forbidden, not on the list of the permitted, or permitted. */
export type Standing = 'disallowed' | 'not-allowed' | 'allowed';

/** `launched`: it runs. `named`: nothing permitted could be chosen instead. `offered`: one alternative among others. */
export type Stage = 'launched' | 'named' | 'offered';

/** One instance type, or kind of type, that a call is about. */
export interface JudgedType {
  readonly type: string;
  readonly family: string;
  readonly stage: Stage;
  readonly standing: Standing;
  /** GPU, inference, training, video, FPGA hardware, or bare metal: what miners want and what costs most. */
  readonly special: boolean;
}

/** EC2 User Guide, "Instance type naming conventions": the series with accelerators. */
const acceleratedSeries = /^(p|g|gr|trn|inf|dl|vt|f)\d/;

/** `m7i.metal-24xl` is of family `m7i`; patterns such as `*.metal` are tried on `m7i.metal` too. */
const familyOf = (type: string): string => type.split('.', 1)[0] ?? type;

const sizeOf = (type: string): string => type.slice(familyOf(type).length + 1);

const isSpecial = (type: string): boolean => acceleratedSeries.test(type) || sizeOf(type).startsWith('metal');

const names = (type: string): readonly string[] => {
  const family = familyOf(type);
  return [family, type, ...(sizeOf(type).startsWith('metal') ? [`${family}.metal`] : [])];
};

const lists = (patterns: readonly string[], type: string): boolean =>
  names(type).some(name => matchesAny(patterns, name));

/** What applies to a call: the account's lists, or in their place the lists of the cluster it verifiably belongs to. */
interface Policy {
  readonly allowed: readonly string[];
  readonly disallowed: readonly string[];
}

/**
 * A cluster's own lists only bind where the claim can be trusted: the API names the cluster, or a configured controller, the
 * platform or a service-linked role launches. Anyone may write a cluster's tag, so a tag alone never loosens anything.
 */
const policyOf = (event: Event<'cloudtrail'>, launch: Launch, settings: Settings): Policy => {
  const { allowed, disallowed } = settings.families;
  const name = launch.cluster ?? claimedCluster(launch);
  const cluster = settings.clusters.find(one => one.name === name);
  if (cluster === undefined) return { allowed, disallowed };
  const stricter = [...disallowed, ...(cluster.disallowedFamilies ?? [])];
  const trusted = launch.cluster !== undefined || isTrusted(event, settings, cluster.name);
  if (!trusted || cluster.allowedFamilies === undefined || cluster.allowedFamilies.length === 0)
    return { allowed, disallowed: stricter };
  return { allowed: cluster.allowedFamilies, disallowed: cluster.disallowedFamilies ?? [] };
};

const isTrusted = ({ record }: Event<'cloudtrail'>, settings: Settings, cluster: string): boolean => {
  const principal = principalOf(record, settings);
  if (principal.kind === 'platform' || principal.kind === 'service') return true;
  return (
    principal.kind === 'controller' &&
    settings.controllers.some(one => (one.cluster ?? cluster) === cluster && matchesAny(one.roles ?? [], principal.id))
  );
};

const clusterTag = /^(?:kubernetes\.io\/cluster\/|sigs\.k8s\.io\/cluster-api-provider-aws\/cluster\/)(.+)$/;
const clusterKeys = ['eks:eks-cluster-name', 'eks:cluster-name', 'aws:eks:cluster-name'];

/** The cluster that creation-time tags claim, or undefined: a claim, because anyone can write a tag. */
export const claimedCluster = (launch: Launch): string | undefined => {
  for (const { key, value } of launch.tags) if (clusterKeys.includes(key) && value) return value;
  for (const { key } of launch.tags) {
    const name = clusterTag.exec(key)?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
};

const standingOf = (type: string, policy: Policy): Standing => {
  if (lists(policy.disallowed, type)) return 'disallowed';
  return policy.allowed.length === 0 || lists(policy.allowed, type) ? 'allowed' : 'not-allowed';
};

/** A type, or what attribute-based selection asks for: a wildcard of types, any accelerator, any bare metal. */
interface Wanted {
  readonly type: string;
  readonly special: boolean;
  /** Types whose standing it shares: the worst of them counts. */
  readonly like: readonly string[];
}

const plain = (type: string): Wanted => ({ type, special: isSpecial(type), like: [type] });

/**
 * EC2 API Reference, InstanceRequirementsRequest: only what is asked for explicitly, not what defaults would let in. Spot Fleet takes
 * InstanceRequirements, whose lists are `…Set` in its older encoding.
 */
const wantedBy = (requirements: Json): readonly Wanted[] => {
  const named = items(get(requirements, 'AllowedInstanceType', 'AllowedInstanceTypes', 'allowedInstanceTypeSet'))
    .map(scalar)
    .filter(type => type !== undefined);
  const asks = (...members: readonly string[]): boolean => items(get(requirements, ...members)).length > 0;
  const accelerators =
    count(get(get(requirements, 'acceleratorCount'), 'max')) !== 0 &&
    ((count(get(get(requirements, 'acceleratorCount'), 'min')) ?? 0) > 0 ||
      asks('AcceleratorType', 'AcceleratorTypes', 'acceleratorTypeSet') ||
      asks('AcceleratorName', 'AcceleratorNames', 'acceleratorNameSet') ||
      asks('AcceleratorManufacturer', 'AcceleratorManufacturers', 'acceleratorManufacturerSet'));
  const metal = ['included', 'required'].includes(word(requirements, 'bareMetal') ?? 'excluded');
  return [
    ...named.map(plain),
    ...(accelerators && named.length === 0
      ? [{ type: 'accelerated', special: true, like: ['p5.48xlarge', 'g6.xlarge', 'trn2.48xlarge', 'inf2.xlarge'] }]
      : []),
    ...(metal && named.length === 0 ? [{ type: 'metal', special: true, like: ['m7i.metal-24xl'] }] : []),
  ];
};

const order: readonly Standing[] = ['disallowed', 'not-allowed', 'allowed'];

/** Every type a call is about, each once, under its weightiest stage, judged by the settings; at most what the record holds. */
export const judgedTypes = (event: Event<'cloudtrail'>, launch: Launch, settings: Settings): readonly JudgedType[] => {
  if (launch.kind === 'none') return [];
  const policy = policyOf(event, launch, settings);
  const judge = (wanted: Wanted): Standing =>
    order.find(standing => wanted.like.some(type => standingOf(type, policy) === standing)) ?? 'allowed';
  const requested = launch.parts
    .filter(part => part.from !== 'launched')
    .flatMap(part => [
      ...(part.type === undefined ? [] : [plain(part.type)]),
      ...(part.requirements === undefined ? [] : wantedBy(part.requirements)),
    ]);
  // HyperPod launches every group, and which of a group's types it took no record of this account says.
  const chooses = event.record.eventSource !== 'sagemaker.amazonaws.com';
  const choice = chooses && requested.some(wanted => judge(wanted) === 'allowed');
  const done = outcomeOf(event.record) === 'succeeded';
  const settled = launch.reported && done && event.record.responseElements != null;
  const found = new Map<string, JudgedType>();
  const add = (wanted: Wanted, stage: Stage): void => {
    const { type, special } = wanted;
    if (!found.has(type)) found.set(type, { type, family: familyOf(type), stage, standing: judge(wanted), special });
  };
  const changes = launch.kind === 'resize' && done;
  // What runs first: it weighs the most.
  for (const part of launch.parts)
    if (part.from === 'launched' && part.type !== undefined) add(plain(part.type), 'launched');
  for (const wanted of requested) add(wanted, changes ? 'launched' : choice || settled ? 'offered' : 'named');
  return [...found.values()];
};
