import type { Event } from '../event.ts';
import { at, isObject, type Json, type JsonObject, list, member, text } from '../json.ts';
import type { Settings } from '../settings.ts';
import { kindIn, matchesAny, matchesArn, matchesWildcard } from '../wildcard.ts';
import { asked, replacesAll, written } from './body.ts';
import { administrators } from './groups.ts';
import { ourAccounts, signedInArns } from './identity.ts';

/** One mapping of `mapRoles` or `mapUsers`: of what it says twice, in whatever case, each may be what the authenticator takes. */
interface Mapping {
  readonly arns: readonly string[];
  readonly usernames: readonly string[];
  readonly groups: readonly string[];
}

/**
 * What kube-system/aws-auth maps after the call. `masters`: somebody to a group of administrators. `foreign-node`: a role that the
 * settings do not know as a node's to `system:nodes`. `system-name`: somebody to a name that a component or a service account has.
 * `unread`: it is written so that it can't be read here, and may map anything. `stranger`: somebody of an account that is not ours.
 * `trusted`: somebody to a name or a group that settings exempt, or to a group of the system's that no node has. `emptied`: it maps no
 * role, or a list is taken away.
 */
export const awsAuthMapNames = [
  'masters',
  'foreign-node',
  'system-name',
  'unread',
  'stranger',
  'trusted',
  'emptied',
] as const;
/** One of {@link awsAuthMapNames}. */
export type AwsAuthMap = (typeof awsAuthMapNames)[number];

/** A line that begins an entry: a dash with a member behind it, or alone. `- system:nodes` is an element of a list of groups. */
const begins = /^\s*-\s*(?:$|\{|["']?[\w.-]+["']?\s*:(?:\s|$))/;

/** The words of a line behind its ARNs and names: a group is one of them. */
const groupsIn = (line: string): readonly string[] =>
  line
    .replace(arns, '')
    .replace(usernames, '')
    .split(/[\s"',[\]{}]+/)
    .filter(word => word !== '' && word !== '-' && !/^groups:?$/i.test(word));

const arns = /(?:rolearn|userarn)["']?\s*:\s*["']?([^\s"',}]+)/gi;
const usernames = /username["']?\s*:\s*["']?((?:\{\{|\}\}|[^\s"',}])+)/gi;

const firsts = (line: string, expression: RegExp): readonly string[] =>
  [...line.matchAll(expression)].map(([, value = '']) => value);

/**
 * Reads the YAML list that `aws-auth` holds, as far as its own form goes: a list of entries with `rolearn` or `userarn`, `username`
 * and `groups`, block or flow style (aws-iam-authenticator, "EKS configuration"). Who writes it chooses how: what has no beginning of
 * its own belongs to the entry before it.
 */
const mappingsOf = (lines: readonly string[]): readonly Mapping[] => {
  const found: { arns: string[]; usernames: string[]; groups: string[] }[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    const begun = { arns: [], usernames: [], groups: [] };
    const isNext = last === undefined || begins.test(line);
    if (isNext) found.push(begun);
    const mapping = isNext ? begun : last;
    mapping.arns.push(...firsts(line, arns));
    mapping.usernames.push(...firsts(line, usernames));
    mapping.groups.push(...groupsIn(line));
  }
  return found;
};

/** JSON, which YAML is a form of. Members are told apart without heed to case, as Go's `encoding/json` does. */
const mappingsOfJson = (entries: readonly Json[]): readonly Mapping[] =>
  entries.map(entry => {
    const said = (...names: readonly string[]): readonly string[] =>
      Object.entries(isObject(entry) ? entry : {})
        .filter(([name]) => names.includes(name.toLowerCase()))
        .flatMap(([name]) => list(entry, name))
        .filter(one => typeof one === 'string');
    return { arns: said('rolearn', 'userarn'), usernames: said('username'), groups: said('groups') };
  });

/**
 * A scalar that says what it reads like: plain, or quoted without escapes; a list or an entry in flow style of such. What else YAML has
 * (escapes, anchors and aliases, tags, block scalars, merged keys) may say one thing and read like another.
 */
const plainly = String.raw`(?!.*:(?:\s|$))[^\s"'&*!|>%@\x60\\[\]{}#?,-][^"\\]*|'[^']*'|"[^"\\]*"|\[[^\\&*!]*\]|\{[^\\&*!]*\}`;
const simple = new RegExp(`^ *(?:(?:- +)*(?:-|["']?[A-Za-z]+["']? *:(?: +(?:${plainly}))?)|(?:- +)+(?:${plainly}))$`);

/** What ends a line, and a comment with it, for the authenticator's parser (YAML 1.1) and not for a reader; and tabs for spaces. */
const hidden = /[\t\u0085\u2028\u2029\ufeff]|\r(?!\n)/;

/** A comment begins a line, or stands behind a space and outside of quotes; a line that leaves one in doubt is not simple. */
const uncommented = (line: string): string => line.replace(/^\s*#.*$|\s#[^"']*$/, '').trimEnd();

/** The lines of a text in its own form; undefined where one is not, and the text can't be read. */
const linesOf = (value: string): readonly string[] | undefined => {
  if (hidden.test(value)) return undefined;
  const lines = flow(value)
    .split(/\r?\n/)
    .map(uncommented)
    .filter(line => line !== '' && line !== '---');
  return lines.every(line => simple.test(line)) ? lines : undefined;
};

/** Flow style put on lines, an entry each, so that one reader does: space says nothing there, and `{{…}}` is a template's. */
const flow = (value: string): string =>
  /^\s*\[\s*\{/.test(value)
    ? value
        .replace(/\s+/g, ' ')
        .replace(/^ ?\[|\] ?$/g, '')
        .replace(/,? ?(?<!\{)\{(?!\{)/g, '\n- {')
    : value;

/** The mappings of one text; undefined where it can't be read. */
const read = (value: string): readonly Mapping[] | undefined => {
  try {
    const parsed: Json = JSON.parse(value);
    if (Array.isArray(parsed)) return mappingsOfJson(parsed as readonly Json[]);
  } catch {
    // no JSON
  }
  const lines = linesOf(value);
  return lines === undefined ? undefined : mappingsOf(lines);
};

/** What can't be read is looked through for what is written out all the same. */
const anyway = (value: string): readonly Mapping[] => mappingsOf(value.split('\n'));

/** A user who is called like a role is none. */
const isNodeRole = (arn: string, patterns: readonly string[]): boolean =>
  kindIn(arn) === 'role' &&
  patterns.some(pattern => {
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    return matchesWildcard(pattern, pattern.startsWith('arn:') ? arn : name);
  });

/** Names of the system's own, but nodes' as EKS has them written: the instance's, the session's. */
const systemName = /^(?:eks:|system:(?!node:\{\{))/;

/** Groups of the system's that nodes have (EKS User Guide, `aws-auth`: of EC2, Fargate and Windows), and that give nothing. */
const ofNodes: ReadonlySet<string> = new Set([
  'system:nodes',
  'system:bootstrappers',
  'system:node-proxier',
  'system:authenticated',
]);

const isSystems = (group: string): boolean =>
  group.startsWith('system:') && !ofNodes.has(group) && !administrators.some(one => one === group);

/** Whether a mapping makes somebody what settings exempt who is not exempt already, or a part of the system. */
const isTrusted = ({ arns: mine, usernames: names, groups }: Mapping, { platform, gitops }: Settings): boolean => {
  if (groups.some(isSystems)) return true;
  const all = (part: 'arns' | 'users' | 'groups') => [...(platform[part] ?? []), ...(gitops[part] ?? [])];
  if (mine.length === 1 && matchesArn(signedInArns(all('arns')), mine[0] ?? '')) return false;
  return groups.some(group => matchesAny(all('groups'), group)) || names.some(name => matchesAny(all('users'), name));
};

/** Whether it maps no role, or takes a list or all that it does not say away. @param said what was asked for */
const isEmptied = (said: JsonObject, mappings: readonly Mapping[]): boolean => {
  const data = member(said, 'data');
  const isGone = ['mapRoles', 'mapUsers', 'mapAccounts'].some(name => member(data, name) === null);
  const keeps = member(data, '$retainKeys') !== undefined; // and takes every other away
  const mapsNone = text(data, 'mapRoles') !== undefined && mappings.every(({ arns: some }) => some.length === 0);
  return mapsNone || isGone || keeps || replacesAll(said) || replacesAll(data);
};

/** What aws-auth maps after the call, as far as a body shows it: EKS logs one for update, patch and delete, none for create. */
export const awsAuthMaps = (event: Event<'kubernetes'>, settings: Settings): readonly AwsAuthMap[] => {
  const data = at(written(event.record).object, 'data');
  if (!isObject(data)) return at(asked(event.record).object, 'data') === null ? ['emptied'] : [];
  const roles = [...settings.nodeRoles, ...settings.clusters.flatMap(cluster => cluster.nodeRoles ?? [])];
  const mappingsIn = (name: string) =>
    list(data, name).flatMap(value => (typeof value === 'string' ? [{ value, mappings: read(value) }] : []));
  const all = [...mappingsIn('mapRoles'), ...mappingsIn('mapUsers')];
  const open = ({ value, mappings }: (typeof all)[number]): readonly Mapping[] => mappings ?? anyway(value);
  const mapped = all.flatMap(open);
  const nodes = mapped.filter(({ groups }) => groups.includes('system:nodes'));
  const ours = ourAccounts(event, settings);
  const accounts = [
    ...mapped.flatMap(({ arns: some }) =>
      some.flatMap(arn => (arn.startsWith('arn:') ? (arn.split(':')[4] ?? '') : [])),
    ),
    ...(text(data, 'mapAccounts')?.match(/[^\s"',[\]-]+/g) ?? []),
  ];
  const isMaster = ({ groups }: Mapping): boolean => administrators.some(group => groups.includes(group));
  const isForeign = ({ arns: some }: Mapping): boolean =>
    some.length === 0 || some.some(arn => !isNodeRole(arn, roles));
  const holds: { readonly [map in AwsAuthMap]: boolean } = {
    masters: mapped.some(isMaster),
    'foreign-node': roles.length > 0 && nodes.some(isForeign),
    'system-name': mapped.some(({ usernames: names }) => names.some(name => systemName.test(name))),
    unread: all.some(({ mappings }) => mappings === undefined),
    stranger: ours.length > 0 && accounts.some(account => !ours.includes(account)),
    trusted: mapped.some(mapping => isTrusted(mapping, settings)),
    emptied: isEmptied(asked(event.record).object, mappingsIn('mapRoles').flatMap(open)),
  };
  return awsAuthMapNames.filter(map => holds[map]);
};
