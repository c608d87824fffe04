import type { Event } from '../event.ts';
import { at, isObject, type Json } from '../json.ts';
import type { Settings } from '../settings.ts';
import { kindIn, matchesWildcard } from '../wildcard.ts';
import { written } from './body.ts';

/** One mapping of `mapRoles` or `mapUsers`. */
interface Mapping {
  readonly arn: string;
  readonly groups: readonly string[];
}

/**
 * What kube-system/aws-auth maps after the call. `masters`: somebody to `system:masters`. `foreign-node`: a role that the settings do
 * not know as a node's to `system:nodes`.
 */
export type AwsAuthMap = 'masters' | 'foreign-node';

/** A line that begins an entry: a dash with a member behind it, or alone. `- system:nodes` is an element of a list of groups. */
const begins = /^\s*-\s*(?:$|#|\{|["']?[\w.-]+["']?\s*:(?:\s|$))/;

/**
 * Reads the YAML list that `aws-auth` holds, as far as its own form goes: a list of entries with `rolearn` or `userarn` and
 * `groups`, block or flow style, or JSON (aws-iam-authenticator, "EKS configuration"). Who writes it chooses how, so that an entry
 * whose beginning is written otherwise is told by its second ARN.
 */
const mappings = (yaml: string): readonly Mapping[] => {
  const found: { arn: string; groups: string[] }[] = [];
  for (const line of yaml.split('\n')) {
    const arn = /(?:rolearn|userarn)["']?\s*:\s*["']?([^\s"',}]+)/i.exec(line)?.[1];
    const last = found.at(-1);
    const begun = { arn: '', groups: [] };
    const isNext = last === undefined || begins.test(line) || (arn !== undefined && last.arn !== '');
    if (isNext) found.push(begun);
    const mapping = isNext ? begun : last;
    if (arn !== undefined) mapping.arn = arn;
    mapping.groups.push(...(line.match(/system:(?:masters|nodes)(?![\w:-])/g) ?? []));
  }
  return found;
};

const texts = (data: Json | undefined): readonly string[] =>
  ['mapRoles', 'mapUsers'].flatMap(name => {
    const value = at(data, name);
    return typeof value === 'string' ? [flow(value)] : [];
  });

/** JSON and flow style put on lines, an entry each, so that one reader does: space says nothing there, and `{{…}}` is a template's. */
const flow = (value: string): string =>
  /^\s*\[\s*\{/.test(value) ? value.replace(/\s+/g, ' ').replace(/(?<!\{)\{(?!\{)/g, '\n- ') : value;

/** A user who is called like a role is none. */
const isNodeRole = (arn: string, patterns: readonly string[]): boolean =>
  kindIn(arn) === 'role' &&
  patterns.some(pattern => {
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    return matchesWildcard(pattern, pattern.startsWith('arn:') ? arn : name);
  });

/** What aws-auth maps after the call, as far as a body shows it: EKS logs one for update, patch and delete, none for create. */
export const awsAuthMaps = (event: Event<'kubernetes'>, settings: Settings): readonly AwsAuthMap[] => {
  const data = at(written(event.record).object, 'data');
  if (!isObject(data)) return [];
  const roles = [...settings.nodeRoles, ...settings.clusters.flatMap(cluster => cluster.nodeRoles ?? [])];
  const all = texts(data);
  const nodes = all.flatMap(mappings).filter(({ groups }) => groups.includes('system:nodes'));
  return [
    ...(all.some(one => one.includes('system:masters')) ? (['masters'] as const) : []),
    ...(roles.length > 0 && nodes.some(({ arn }) => !isNodeRole(arn, roles)) ? (['foreign-node'] as const) : []),
  ];
};
