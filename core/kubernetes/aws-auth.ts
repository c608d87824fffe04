import type { Event } from '../event.ts';
import { at, isObject, type Json, list, text } from '../json.ts';
import type { Settings } from '../settings.ts';
import { kindIn, matchesWildcard } from '../wildcard.ts';
import { written } from './body.ts';
import { administrators } from './groups.ts';
import { ourAccounts } from './identity.ts';

/** One mapping of `mapRoles` or `mapUsers`. */
interface Mapping {
  readonly arn: string;
  readonly username: string;
  readonly groups: readonly string[];
}

/**
 * What kube-system/aws-auth maps after the call. `masters`: somebody to a group of administrators. `foreign-node`: a role that the
 * settings do not know as a node's to `system:nodes`. `foreign-account`: somebody of an account that is none of ours. `system-name`: somebody to a name that a component or a service account has.
 * `unread`: it is written so that it can't be read here, and may map anything.
 */
export type AwsAuthMap = 'masters' | 'foreign-node' | 'foreign-account' | 'system-name' | 'unread';

/** A line that begins an entry: a dash with a member behind it, or alone. `- system:nodes` is an element of a list of groups. */
const begins = /^\s*-\s*(?:$|\{|["']?[\w.-]+["']?\s*:(?:\s|$))/;

const groupsIn = (line: string): readonly string[] =>
  line.match(/(?:system:(?:masters|nodes)|kubeadm:cluster-admins)(?![\w:-])/g) ?? [];

/**
 * Reads the YAML list that `aws-auth` holds, as far as its own form goes: a list of entries with `rolearn` or `userarn`, `username`
 * and `groups`, block or flow style (aws-iam-authenticator, "EKS configuration"). Who writes it chooses how, so that an entry whose
 * beginning is written otherwise is told by its second ARN.
 */
const mappingsOf = (lines: readonly string[]): readonly Mapping[] => {
  const found: { arn: string; username: string; groups: string[] }[] = [];
  for (const line of lines) {
    const arn = /(?:rolearn|userarn)["']?\s*:\s*["']?([^\s"',}]+)/i.exec(line)?.[1];
    const username = /username["']?\s*:\s*["']?((?:\{\{|\}\}|[^\s"',}])+)/i.exec(line)?.[1];
    const last = found.at(-1);
    const begun = { arn: '', username: '', groups: [] };
    const isNext = last === undefined || begins.test(line) || (arn !== undefined && last.arn !== '');
    if (isNext) found.push(begun);
    const mapping = isNext ? begun : last;
    if (arn !== undefined) mapping.arn = arn;
    if (username !== undefined) mapping.username = username;
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
    return {
      arn: said('rolearn', 'userarn')[0] ?? '',
      username: said('username')[0] ?? '',
      groups: said('groups').flatMap(groupsIn),
    };
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

const texts = (data: Json | undefined): readonly string[] =>
  ['mapRoles', 'mapUsers'].flatMap(name => text(data, name) ?? []);

/** A user who is called like a role is none. */
const isNodeRole = (arn: string, patterns: readonly string[]): boolean =>
  kindIn(arn) === 'role' &&
  patterns.some(pattern => {
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    return matchesWildcard(pattern, pattern.startsWith('arn:') ? arn : name);
  });

/** Names of the system's own, but nodes' as EKS has them written: the instance's, the session's. */
const systemName = /^(?:eks:|system:(?!node:\{\{))/;

/** Accounts that are mapped: those of ARNs, and whole ones. */
const accountsIn = (mapped: readonly Mapping[], data: Json): readonly string[] => [
  ...mapped.flatMap(({ arn }) => /^arn:[\w-]+:(?:iam|sts)::(\d{12}):/.exec(arn)?.[1] ?? []),
  ...((text(data, 'mapAccounts') ?? '').match(/(?<!\d)\d{12}(?!\d)/g) ?? []),
];

/** What aws-auth maps after the call, as far as a body shows it: EKS logs one for update, patch and delete, none for create. */
export const awsAuthMaps = (event: Event<'kubernetes'>, settings: Settings): readonly AwsAuthMap[] => {
  const data = at(written(event.record).object, 'data');
  if (!isObject(data)) return [];
  const roles = [...settings.nodeRoles, ...settings.clusters.flatMap(cluster => cluster.nodeRoles ?? [])];
  const ours = ourAccounts(event, settings);
  const all = texts(data).map(value => ({ value, mappings: read(value) }));
  const mapped = all.flatMap(({ value, mappings }) => mappings ?? anyway(value));
  const nodes = mapped.filter(({ groups }) => groups.includes('system:nodes'));
  const isMaster = ({ groups }: Mapping): boolean => administrators.some(group => groups.includes(group));
  return [
    ...(mapped.some(isMaster) ? (['masters'] as const) : []),
    ...(roles.length > 0 && nodes.some(({ arn }) => !isNodeRole(arn, roles)) ? (['foreign-node'] as const) : []),
    ...(ours.length > 0 && accountsIn(mapped, data).some(account => !ours.includes(account))
      ? (['foreign-account'] as const)
      : []),
    ...(mapped.some(({ username }) => systemName.test(username)) ? (['system-name'] as const) : []),
    ...(all.some(({ mappings }) => mappings === undefined) ? (['unread'] as const) : []),
  ];
};
