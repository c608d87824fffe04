import type { Finding, FindingStatus } from '../finding.ts';
import type { By, Change } from '../findings/life.ts';
import type { Found, Part } from './aws.ts';
import { clusterOf } from './aws.ts';
import { originOf } from './posture/nodes.ts';
import { others } from './taggers.ts';

/** Cases as the findings table keeps them: what resolving needs of it. */
export interface Cases {
  /** Unresolved findings of an account, in pages. */
  list(
    filter: { readonly statuses: readonly FindingStatus[]; readonly account: string },
    page: { readonly limit: number; readonly after?: string },
  ): Promise<{ readonly items: readonly Finding[]; readonly next?: string }>;
  /** Findings by id, read consistently. */
  cases(ids: readonly string[]): Promise<readonly Finding[]>;
  /** Changes a finding that is still as it was read. */
  work(finding: Finding, change: Change, by: By): Promise<'set' | 'changed'>;
}

/** Which `posture/…` codes a part can tell of: what is not in a part's list it neither finds nor resolves. */
export const codes: { readonly [K in Part['kind']]: RegExp } = {
  instances: /^(imds-.+|public-address|unapproved-image)$/,
  templates: /^template-.+$/,
  network: /^(security-group-open|subnet-public|ebs-encryption-off)$/,
  roles: /^(trust-too-wide|node-role-policy|controller-tags-anything)$/,
  taggers: /^steering-tags-writable$/,
  clusters: /^(audit-logging-off|public-endpoint|authentication-config-map|admin-access-entry|pod-has-node-role)$/,
  trails: /^trail-.+$/,
};

/** Whether a finding of that name is one that an inventory makes. */
export const isPosture = (detection: string): boolean => {
  const [, code] = /^posture\/(.+)$/.exec(detection) ?? [];
  return code !== undefined && (code === 'inventory-incomplete' || Object.values(codes).some(one => one.test(code)));
};

const unresolved: readonly FindingStatus[] = ['open', 'acknowledged', 'suppressed'];
const pageSize = 500;
/** Unresolved findings looked through at most, the most severe first. */
const mostCases = 20_000;

/** The unresolved findings that an inventory made in an account. */
export const standingPosture = async (account: string, cases: Cases): Promise<readonly Finding[]> => {
  const found: Finding[] = [];
  let after: string | undefined;
  for (let seen = 0; seen < mostCases; ) {
    const page = await cases.list(
      { statuses: unresolved, account },
      { limit: pageSize, ...(after === undefined ? {} : { after }) },
    );
    seen += page.items.length;
    found.push(
      ...page.items.filter(({ detection, version }) => detection.startsWith('posture/') && version === 'inventory'),
    );
    after = page.next;
    if (after === undefined) break;
  }
  return found;
};

/** Whether a part, read whole, decides about a finding: it is of the part's kind and region, or about the part not being read. */
const isDecided = ({ detection, key }: Finding, part: Part, { region }: Found): boolean => {
  const code = detection.slice('posture/'.length);
  if (code === 'inventory-incomplete') return key['step'] === part.kind && key['region'] === region;
  return codes[part.kind].test(code) && (key['region'] === undefined || key['region'] === region);
};

/** Whether what a finding is about is still there. */
const isThere = ({ key }: Finding, part: Part): boolean => {
  switch (part.kind) {
    case 'instances':
      return part.instances.some(one => clusterOf(one.Tags) !== undefined && originOf(one) === key['origin']);
    case 'templates':
      return part.versions.some(one => [one.LaunchTemplateName, one.LaunchTemplateId].includes(key['template']));
    case 'network':
      if (key['subnet'] !== undefined) return part.network.subnets.some(({ SubnetId }) => SubnetId === key['subnet']);
      return key['group'] === undefined || part.network.groups.some(({ GroupId }) => GroupId === key['group']);
    case 'roles':
      return part.roles.some(({ name }) => name === key['role']);
    case 'taggers':
      return key['principal'] === others || part.holders.some(({ arn }) => arn === key['principal']);
    case 'clusters':
      return part.clusters.some(({ name }) => name === key['cluster']);
    case 'trails':
      return true;
  }
};

/** Who resolved, as the trail of a finding names it. */
export const inventoryName = 'inventory';

/**
 * Resolves what a part that was read whole no longer shows: as mended where the thing is still there, as gone where it is not.
 * Resolved as of the moment it was looked at, so that the next day's inventory, an event later than that, opens again what came
 * back. A finding that somebody changed meanwhile is left to the next inventory. Running it again does nothing.
 * @param standing unresolved findings, as {@link standingPosture} gives them
 * @param shown ids of what the part does show, switched off or not
 * @returns how many were resolved
 * @throws where the table fails
 */
export const resolveMended = async (
  standing: readonly Finding[],
  shown: ReadonlySet<string>,
  part: Part,
  found: Found,
  cases: Cases,
): Promise<number> => {
  let resolved = 0;
  for (const { id } of standing.filter(one => isDecided(one, part, found) && !shown.has(one.id))) {
    // An index may lag: what is there now decides.
    const [finding] = await cases.cases([id]);
    if (finding === undefined || !unresolved.includes(finding.status)) continue;
    const disposition =
      finding.detection === 'posture/inventory-incomplete' || isThere(finding, part) ? 'mended' : 'gone';
    const by = { who: inventoryName, at: found.time, note: notes[disposition] };
    if ((await cases.work(finding, { act: 'resolve', disposition }, by)) === 'set') resolved++;
  }
  return resolved;
};

const notes = {
  mended: 'The inventory looked at it again and no longer found this.',
  gone: 'It is no longer among what the inventory looks at: deleted, or not named by the settings any more.',
} as const;
