import type { AnyDetection } from '../core/detection.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { detections } from '../detections/index.ts';

/** Words that calls are named with; a generated rule is about a call of such a name. */
const verbs = ['Attach', 'Cancel', 'Copy', 'Disable', 'Export', 'Import', 'Move', 'Reset', 'Restore', 'Share'];
const nouns = ['Ledger', 'Mesh', 'Pool', 'Portal', 'Queue', 'Shard', 'Stage', 'Vault', 'Wallet', 'Zone'];

/** Calls that every account makes all the time: one generated rule in five is about one of them. */
const common = ['DescribeInstances', 'AssumeRole', 'GetObject', 'Decrypt', 'ListClusters', 'DescribeLaunchTemplates'];
const everyday = ['pods', 'nodes', 'secrets', 'configmaps', 'leases', 'events'];

const pick = <T>(all: readonly T[], n: number): T => all[n % all.length] as T; // never empty here

/** The members that say which call a rule is about. */
const renamed = (name: string, value: Json, n: number): Json => {
  if (name === 'eventName')
    return [n % 5 === 0 ? pick(common, n / 5) : `${pick(verbs, n)}${pick(nouns, Math.floor(n / 10))}${n}`];
  if (name === 'resource') return [n % 5 === 0 ? pick(everyday, n / 5) : `${pick(nouns, n).toLowerCase()}s${n}`];
  return renamedIn(value, n);
};

const renamedIn = (value: Json, n: number): Json => {
  if (Array.isArray(value)) return value.map(one => renamedIn(one, n));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, inner]) => [name, renamed(name, inner ?? null, n)]),
  );
};

/**
 * A rule of a catalogue rule's shape (its fields, operators, facts, exceptions, key) about another call. Where that is an
 * everyday call, or no call is named, a user agent or a principal of its own tells it apart, as rules about one attacker's tool do.
 */
const variant = (one: AnyDetection, n: number): AnyDetection => {
  const when = renamedIn(one.when as Json, n) as JsonObject; // patterns are JSON
  const isRenamed = JSON.stringify(when) !== JSON.stringify(one.when);
  const told: JsonObject =
    isRenamed && n % 5 !== 0
      ? {}
      : n % 2 === 0 && one.on === 'cloudtrail'
        ? { userAgent: [{ prefix: `tool-${n}/` }] }
        : { fact: { ...(when['fact'] as JsonObject | undefined), 'principal.id': [{ wildcard: `*intruder-${n}*` }] } };
  return { ...one, id: `${one.id}-${n}`, when: { ...when, ...told } } as AnyDetection; // the same rule but for its values
};

/** So many rules: a part of the catalogue, or the whole of it and variants of its rules. The same ones every time. */
export const rules = (count: number): readonly AnyDetection[] =>
  count <= detections.length
    ? Array.from({ length: count }, (_, n) => pick(detections, Math.floor((n * detections.length) / count)))
    : multiplied(detections, count);

/** So many rules of as few shapes as so many rules have: what their number costs, whatever the shapes do. */
export const rulesOfShapes = (count: number, shapes: number): readonly AnyDetection[] =>
  multiplied(rules(shapes), count);

/** Rules, and variants of them in turn. */
const multiplied = (all: readonly AnyDetection[], count: number): readonly AnyDetection[] => {
  const bases = all.filter(({ id }) => !id.startsWith('pipeline/'));
  return [...all, ...Array.from({ length: count - all.length }, (_, n) => variant(pick(bases, n), n + 1))];
};
