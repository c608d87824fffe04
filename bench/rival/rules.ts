/**
 * The same rules in two languages, as Sigma's public ones are for CloudTrail and audit logs: a service and a call, or a verb and a
 * resource; a member of the request; some who are let off. Plain members of the record only, no state: what both engines can say.
 */
import { stringify } from 'yaml';
import type { AnyDetection } from '../../core/detection.ts';
import type { Source } from '../../core/event.ts';
import type { JsonObject } from '../../core/json.ts';
import { detections } from '../../detections/index.ts';

type Operator = 'is' | 'startswith' | 'endswith' | 'contains';

/** One member of the record, named by its path, and what it may be. */
interface Condition {
  readonly path: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** All of `selection`, and none of `filters`. */
export interface PlainRule {
  readonly id: string;
  readonly on: Source;
  readonly selection: readonly Condition[];
  readonly filters: readonly Condition[];
}

const is = (path: string, ...values: readonly string[]): Condition => ({ path, operator: 'is', values });
const one = (path: string, operator: Operator, value: string): Condition => ({ path, operator, values: [value] });

const verbs = ['Attach', 'Cancel', 'Copy', 'Disable', 'Export', 'Import', 'Move', 'Reset', 'Restore', 'Share'];
const nouns = ['Ledger', 'Mesh', 'Pool', 'Portal', 'Queue', 'Shard', 'Stage', 'Vault', 'Wallet', 'Zone'];
/** Calls that every account makes all the time, with their services: one rule in five is about one. */
const everyday = [
  ['ec2', 'DescribeInstances'],
  ['sts', 'AssumeRole'],
  ['kms', 'Decrypt'],
  ['eks', 'ListClusters'],
  ['ec2', 'DescribeLaunchTemplates'],
] as const;
const resources = ['pods', 'nodes', 'secrets', 'configmaps', 'leases', 'events'];

const pick = <T>(all: readonly T[], n: number): T => all[n % all.length] as T; // never empty here
const rare = (n: number): string => `${pick(verbs, n)}${pick(nouns, Math.floor(n / 10))}${n}`;

const cloudtrailRule = (n: number): PlainRule => {
  const rule = (selection: readonly Condition[], ...filters: readonly Condition[]): PlainRule => ({
    id: `plain-${n}`,
    on: 'cloudtrail',
    selection,
    filters,
  });
  if (n % 20 === 19) return rule([one('userIdentity.arn', 'endswith', `/intruder-${n}`)]);
  const [service, call] = n % 5 === 0 ? pick(everyday, n / 5) : [pick(everyday, n)[0], rare(n)];
  const named = [is('eventSource', `${service}.amazonaws.com`), is('eventName', call, `${call}V2`, `${call}WithTags`)];
  if (n % 5 !== 0 && n % 3 === 0) return rule(named);
  return n % 2 === 0
    ? rule(
        [
          ...named,
          n === 0 ? one('userIdentity.arn', 'contains', 'karpenter') : one('userAgent', 'contains', `tool-${n}`),
        ],
        is('userIdentity.type', 'AWSService'),
      )
    : rule(
        [...named, one('sourceIPAddress', 'startswith', `198.51.${n % 256}.`)],
        one('userIdentity.arn', 'contains', `role/platform-${n}`),
      );
};

const auditRule = (n: number): PlainRule => {
  const rule = (selection: readonly Condition[], ...filters: readonly Condition[]): PlainRule => ({
    id: `plain-${n}`,
    on: 'kubernetes',
    selection,
    filters,
  });
  if (n % 20 === 19) return rule([one('user.username', 'endswith', `:intruder-${n}`)]);
  const resource = n % 5 === 0 ? pick(resources, n / 5) : `${pick(nouns, n).toLowerCase()}s${n}`;
  const named = [is('verb', 'create', 'update', 'patch', 'get'), is('objectRef.resource', resource)];
  if (n % 5 !== 0 && n % 3 === 0) return rule(named);
  return n % 2 === 0
    ? rule(
        [
          ...named,
          n === 0 ? one('user.username', 'startswith', 'system:') : one('userAgent', 'startswith', `tool-${n}/`),
        ],
        is('stage', 'RequestReceived'),
      )
    : rule(
        [...named, one('objectRef.namespace', 'contains', `team-${n}`)],
        one('user.username', 'startswith', 'system:'),
      );
};

/** A rule that matches most records of an ordinary log, as the busiest of Sigma's public ones does (any session of a role). */
const busyRule = (on: Source): PlainRule => ({
  id: 'plain-busy',
  on,
  selection: [on === 'cloudtrail' ? is('userIdentity.type', 'AssumedRole') : is('stage', 'ResponseComplete')],
  filters: [],
});

/** So many rules, the same ones every time. @param isBusy with one more, which most records match */
export const plainRules = (on: Source, count: number, isBusy = false): readonly PlainRule[] => [
  ...Array.from({ length: count }, (_, n) => (on === 'cloudtrail' ? cloudtrailRule(n) : auditRule(n))),
  ...(isBusy ? [busyRule(on)] : []),
];

/** In Sigma's words. Its texts are compared whatever their case, ours as they are: in these logs that finds the same. */
export const sigma = ({ id, on, selection, filters }: PlainRule): string => {
  const said = (conditions: readonly Condition[]): JsonObject =>
    Object.fromEntries(
      conditions.map(({ path, operator, values }) => [
        `${path}${operator === 'is' ? '' : `|${operator}`}`,
        values.length === 1 ? (values[0] ?? '') : values,
      ]),
    );
  return stringify({
    title: id,
    status: 'test',
    logsource:
      on === 'cloudtrail' ? { product: 'aws', service: 'cloudtrail' } : { product: 'kubernetes', service: 'audit' },
    detection: {
      selection: said(selection),
      ...(filters.length === 0 ? {} : { filter: said(filters) }),
      condition: filters.length === 0 ? 'selection' : 'selection and not filter',
    },
    level: 'medium',
  });
};

const pattern = (conditions: readonly Condition[]): JsonObject => {
  const all: { [name: string]: unknown } = {};
  for (const { path, operator, values } of conditions) {
    const names = path.split('.');
    const last = names.pop() ?? path;
    let at = all;
    for (const name of names) {
      const inner = at[name] ?? {};
      at[name] = inner;
      at = inner as { [name: string]: unknown }; // made here: no member of one path is the last of another
    }
    at[last] = values.map(value => {
      if (operator === 'is') return value;
      if (operator === 'startswith') return { prefix: value };
      return operator === 'endswith' ? { suffix: value } : { wildcard: `*${value}*` };
    });
  }
  return all as JsonObject; // strings and objects only
};

/** In Tripline's words. What people read of a rule is some rule's of the catalogue, as the loader asks for it. */
export const detection = ({ id, on, selection, filters }: PlainRule): AnyDetection => {
  const { attack, why, references, runbook, blind, examples } = detections.find(one => one.on === on) as AnyDetection; // both have some
  return {
    ...{ attack, why, references, runbook, blind, examples },
    id: `${on}/${id}`,
    on,
    title: id,
    severity: 'medium',
    when: pattern(selection),
    ...(filters.length === 0 ? {} : { unless: [pattern(filters)] }),
    by: () => [{ rule: id }],
  } as AnyDetection; // of the source that `on` says
};
