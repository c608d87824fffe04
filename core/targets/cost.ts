import type { AnyEvent } from '../event.ts';
import { isObject, type JsonObject } from '../json.ts';
import { loadPattern } from '../pattern/load.ts';
import { match } from '../pattern/match.ts';
import { type CloudTrailFilter, envelope } from './eventbridge/filter.ts';
import type { LogsFilter, LogsRule } from './logs/filter.ts';
import { admitsLog, limits, parseLogsPattern } from './logs/grammar.ts';

/** How many of some events a rule's own filter admits, and how many no other rule's does: what leaving it out would save. */
export interface RuleCost {
  readonly id: string;
  readonly admitted: number;
  readonly alone: number;
}

/** What a filter costs. */
export interface Cost {
  /** Events looked at, and those the derived filter admits, by source. */
  readonly cloudtrail: { readonly events: number; readonly admitted: number };
  readonly kubernetes: { readonly events: number; readonly admitted: number };
  /** Costliest first. */
  readonly rules: readonly RuleCost[];
}

type Admits = (record: JsonObject) => boolean;

/** Measures derived filters over events: a sample of what an account's trail and audit log really hold. */
export const costOf = (trail: CloudTrailFilter, logs: LogsFilter, events: Iterable<AnyEvent>): Cost => {
  const whole = {
    cloudtrail: anyOf(trail.patterns.map(({ pattern }) => trailAdmits(JSON.parse(pattern)))),
    kubernetes: logsAdmit(logs.pattern),
  };
  const own = {
    cloudtrail: trail.rules.map(rule => ({ id: rule.id, admits: ownTrail(rule.pattern) })),
    kubernetes: logs.rules.map(rule => ({ id: rule.id, admits: ownLogs(rule) })),
  };
  const counts = { cloudtrail: { events: 0, admitted: 0 }, kubernetes: { events: 0, admitted: 0 } };
  const rules = new Map<string, { admitted: number; alone: number }>(
    [...own.cloudtrail, ...own.kubernetes].map(({ id }) => [id, { admitted: 0, alone: 0 }]),
  );
  for (const event of events) {
    const record = event.record as unknown; // records are JSON objects
    if (!isObject(record)) continue;
    const count = counts[event.source];
    count.events++;
    if (whole[event.source](record)) count.admitted++;
    const takers = own[event.source].filter(({ admits }) => admits(record));
    for (const { id } of takers) {
      const cost = rules.get(id);
      if (cost === undefined) continue;
      cost.admitted++;
      if (takers.length === 1) cost.alone++;
    }
  }
  return {
    ...counts,
    rules: [...rules]
      .map(([id, cost]) => ({ id, ...cost }))
      .toSorted((a, b) => b.alone - a.alone || b.admitted - a.admitted || (a.id < b.id ? -1 : 1)),
  };
};

const anyOf =
  (all: readonly Admits[]): Admits =>
  record =>
    all.some(admits => admits(record));

const trailAdmits = (pattern: JsonObject): Admits => {
  const loaded = loadPattern(pattern);
  return record => match(loaded, envelope(record));
};

const ownTrail = (clauses: readonly JsonObject[] | undefined): Admits => {
  if (clauses === undefined) return () => false;
  if (clauses.length === 0) return () => true;
  const loaded = clauses.map(clause => loadPattern(clause));
  return record => loaded.some(one => match(one, record));
};

const logsAdmit = (pattern: string): Admits => {
  if (pattern === '') return () => true;
  const parsed = parseLogsPattern(pattern);
  return record => admitsLog(parsed, record);
};

/** A rule's own pattern may be longer than CloudWatch takes; it is measured all the same. */
const ownLogs = (rule: LogsRule): Admits => {
  if (rule.off) return () => false;
  if (rule.pattern === '') return () => true;
  const parsed = parseLogsPattern(rule.pattern, { ...limits, characters: Number.POSITIVE_INFINITY });
  return record => admitsLog(parsed, record);
};
