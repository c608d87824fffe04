import { isCanary } from '../canary.ts';
import { type Severity, severities } from '../detection.ts';
import { type Finding, isRemedy } from '../finding.ts';
import type { DayKpi } from '../inventory/kpi.ts';
import { isWay } from '../way.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** Ages by which open findings are counted, in milliseconds; the last has no end. */
export const ages = [
  { label: '< 1 h', upTo: hour },
  { label: '< 1 d', upTo: day },
  { label: '< 7 d', upTo: 7 * day },
  { label: '< 30 d', upTo: 30 * day },
  { label: '≥ 30 d', upTo: Number.POSITIVE_INFINITY },
] as const;

/** Time taken over findings, in milliseconds; of none both are undefined. */
export interface Taken {
  readonly findings: number;
  readonly mean: number | undefined;
  readonly median: number | undefined;
}

/** How findings stand and are worked, in numbers. */
export interface Report {
  /** ISO times between which the newest events of resolved findings lie; open ones are all there. */
  readonly from: string;
  readonly to: string;
  readonly findings: number;
  /** Unresolved alerting findings of each severity by age, in the order of {@link ages}. */
  readonly open: readonly { readonly severity: Severity; readonly total: number; readonly byAge: readonly number[] }[];
  /** From a finding's first event to the first act that took it up, and to its resolution. */
  readonly acknowledged: readonly ({ readonly severity: Severity | 'all' } & Taken)[];
  readonly resolved: readonly ({ readonly severity: Severity | 'all' } & Taken)[];
  /** Principals of most findings, and in how many detections. */
  readonly offenders: readonly {
    readonly principal: string;
    readonly findings: number;
    readonly detections: number;
    readonly open: number;
    readonly worst: Severity;
  }[];
  readonly noisiest: readonly {
    readonly detection: string;
    readonly findings: number;
    readonly events: number;
    /** Findings somebody gave a verdict on, and of those the false positives. */
    readonly judged: number;
    readonly falsePositives: number;
    readonly benign: number;
  }[];
  readonly nodeRoles: {
    /** Node roles that settings name without a wildcard, or that findings name. */
    readonly known: number;
    /** Of them those with an unresolved finding about their policies or trust. */
    readonly failing: readonly { readonly role: string; readonly findings: readonly string[] }[];
    /** All node roles of the accounts, day by day, as the daily inventory found them, oldest first; empty where it never ran. */
    readonly days: readonly DayKpi[];
    /** From a policy finding of a node role to its end by a remedy: mended, gone, or resolved as a true positive. */
    readonly remediated: Taken;
  };
  /** New findings of each severity and resolutions, by day (UTC), oldest first, no day left out. */
  readonly days: readonly {
    readonly day: string;
    readonly started: { readonly [S in Severity]: number };
    readonly resolved: number;
  }[];
}

const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

const median = (values: readonly number[]): number | undefined => {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
};

const over = (findings: readonly Finding[], of: (finding: Finding) => number | undefined): Taken => {
  const times = findings.flatMap(one => {
    const at = of(one);
    return at === undefined ? [] : [Math.max(0, at - one.first)];
  });
  return { findings: times.length, mean: mean(times), median: median(times) };
};

const taken = (findings: readonly Finding[], of: (finding: Finding) => number | undefined) =>
  (['all', ...severities.toReversed()] as const).map(severity => ({
    severity,
    ...over(
      findings.filter(one => severity === 'all' || one.severity === severity),
      of,
    ),
  }));

/** The first act that took the finding up. */
const takenUpAt = ({ trail = [] }: Finding): number | undefined =>
  trail.find(({ act }) => act === 'acknowledge' || act === 'resolve' || act === 'suppress')?.at;

const resolvedAt = ({ status, trail = [] }: Finding): number | undefined =>
  status === 'resolved' ? trail.findLast(({ act }) => act === 'resolve')?.at : undefined;

const isOpen = ({ status }: Finding): boolean => status !== 'resolved';
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const most = 10;

/** Detections about what a node role may do and who may be it. */
const roleDetections = /^cloudtrail\/node-role-/;
/** Those about its policies: what the inventory finds standing, and what is seen being attached. */
const policyDetections = /^(posture\/node-role-policy|cloudtrail\/node-role-policy-attached)$/;

const remediatedAt = (one: Finding): number | undefined =>
  policyDetections.test(one.detection) && (isRemedy(one.disposition) || one.disposition === 'true-positive')
    ? resolvedAt(one)
    : undefined;
const roleName = (role: string): string => role.slice(role.lastIndexOf('/') + 1);

const nodeRolesOf = (
  findings: readonly Finding[],
  named: readonly string[],
): Pick<Report['nodeRoles'], 'known' | 'failing'> => {
  const about = findings.filter(one => roleDetections.test(one.detection) && one.key['role'] !== undefined);
  const roleOf = (one: Finding): string => roleName(one.key['role'] ?? '');
  const known = new Set([...named.filter(role => !role.includes('*')).map(roleName), ...about.map(roleOf)]);
  const failing = Map.groupBy(about.filter(isOpen), roleOf);
  return {
    known: known.size,
    failing: [...failing]
      .map(([role, some]) => ({ role, findings: some.map(({ id }) => id) }))
      .sort((a, b) => b.findings.length - a.findings.length || (a.role < b.role ? -1 : 1)),
  };
};

/**
 * How findings stand and are worked. Pure.
 * @param findings those that are open, however old, and those resolved whose newest event lies between the times; of rules
 *   that only watch they count as noise only
 * @param nodeRoles node roles as settings name them
 * @param standing node roles of each day between the times, as the inventory kept them
 */
export const reportOf = (
  findings: readonly Finding[],
  nodeRoles: readonly string[],
  from: number,
  to: number,
  standing: readonly DayKpi[] = [],
): Report => {
  const alerting = findings.filter(({ ruleStatus, detection }) => ruleStatus === 'alerting' && !isCanary(detection));
  const open = alerting.filter(isOpen);
  const ageOf = (one: Finding): number => ages.findIndex(({ upTo }) => to - one.first < upTo);
  const byPrincipal = Map.groupBy(
    alerting.flatMap(one => one.principals.filter(name => !isWay(name)).map(principal => ({ principal, one }))),
    ({ principal }) => principal,
  );
  const worst = (some: readonly Finding[]): Severity =>
    severities.findLast(severity => some.some(one => one.severity === severity)) ?? 'low';
  const days = Math.min(400, Math.floor(to / day) - Math.floor(from / day) + 1);
  const started = Map.groupBy(alerting, one => dayOf(one.first));
  const ended = Map.groupBy(alerting, one => dayOf(resolvedAt(one) ?? 0));
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    findings: alerting.length,
    open: severities.toReversed().map(severity => {
      const some = open.filter(one => one.severity === severity);
      return { severity, total: some.length, byAge: ages.map((_, at) => some.filter(one => ageOf(one) === at).length) };
    }),
    acknowledged: taken(alerting, takenUpAt),
    resolved: taken(alerting, resolvedAt),
    offenders: [...byPrincipal]
      .map(([principal, rows]) => {
        const some = rows.map(({ one }) => one);
        return {
          principal,
          findings: some.length,
          detections: new Set(some.map(({ detection }) => detection)).size,
          open: some.filter(isOpen).length,
          worst: worst(some),
        };
      })
      .filter(({ findings: count }) => count > 1)
      .sort((a, b) => b.findings - a.findings || b.detections - a.detections || (a.principal < b.principal ? -1 : 1))
      .slice(0, most),
    noisiest: [...Map.groupBy(findings, ({ detection }) => detection)]
      .map(([detection, some]) => ({
        detection,
        findings: some.length,
        events: some.reduce((sum, { count }) => sum + count, 0),
        judged: some.filter(({ disposition }) => disposition !== undefined && !isRemedy(disposition)).length,
        falsePositives: some.filter(({ disposition }) => disposition === 'false-positive').length,
        benign: some.filter(({ disposition }) => disposition === 'benign').length,
      }))
      .sort((a, b) => b.findings - a.findings || b.events - a.events || (a.detection < b.detection ? -1 : 1))
      .slice(0, most),
    nodeRoles: { ...nodeRolesOf(alerting, nodeRoles), days: standing, remediated: over(findings, remediatedAt) },
    days: Array.from({ length: days }, (_, back) => {
      const name = dayOf(to - (days - 1 - back) * day);
      const some = started.get(name) ?? [];
      const count = (severity: Severity): number => some.filter(one => one.severity === severity).length;
      return {
        day: name,
        started: { low: count('low'), medium: count('medium'), high: count('high'), critical: count('critical') },
        resolved: (ended.get(name) ?? []).length,
      };
    }),
  };
};

/** A span of time as people say it: `12 min`, `3.4 h`, `2.1 d`; a dash for none. */
export const spanText = (ms: number | undefined): string => {
  if (ms === undefined) return '–';
  if (ms < 2 * hour) return `${Math.round(ms / 60_000)} min`;
  return ms < 2 * day ? `${(ms / hour).toFixed(1)} h` : `${(ms / day).toFixed(1)} d`;
};

/** A share in per cent; a dash of nothing. */
export const shareText = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`;
