import type { Item, Observation } from '../state/observation.ts';
import type { Compliance } from './compliance.ts';

/** How an account's node roles stood on one day. */
export interface DayKpi extends Compliance {
  /** `2026-09-01`, UTC. */
  readonly day: string;
}

/** Thirteen months, as findings are kept. */
const kept = 400 * 86_400_000;

const monthScope = (account: string, month: string): string => `node-roles#${account}#${month}`;

/** Keeps how node roles stand: one line a day, an item a month; what ran twice on a day leaves two lines, of which the later counts. */
export const keepKpi = (
  account: string,
  { nodeRoles, compliant, riskyPolicies, riskyPermissions }: Compliance,
  time: number,
): Observation => {
  const at = new Date(time).toISOString();
  return {
    scope: monthScope(account, at.slice(0, 7)),
    add: { stood: [[at, nodeRoles, compliant, riskyPolicies, riskyPermissions].join(' ')] },
    cap: 250,
    quiet: true,
    expires: time + kept,
    read: false,
  };
};

/** The items that hold the days between two times, the oldest first. */
export const kpiScopes = (account: string, from: number, to: number): readonly string[] => {
  const scopes: string[] = [];
  const month = new Date(`${new Date(from).toISOString().slice(0, 7)}-01T00:00:00Z`);
  for (; month.getTime() <= to && scopes.length < 24; month.setUTCMonth(month.getUTCMonth() + 1))
    scopes.push(monthScope(account, month.toISOString().slice(0, 7)));
  return scopes;
};

/** The days between two times, of all accounts together, the oldest first. @param items those of each account */
export const kpisIn = (items: readonly (readonly Item[])[], from: number, to: number): readonly DayKpi[] => {
  const days = new Map<string, DayKpi>();
  const first = new Date(from).toISOString().slice(0, 10);
  for (const own of items) {
    // Sorted by time, so that of a day's lines the last stays.
    const lines = own.flatMap(item => item['stood'] ?? []).sort();
    for (const [day, line] of new Map(lines.map(one => [one.slice(0, 10), one]))) {
      const [at = '', ...numbers] = line.split(' ');
      if (day < first || Date.parse(at) > to) continue;
      const [nodeRoles = 0, compliant = 0, riskyPolicies = 0, riskyPermissions = 0] = numbers.map(Number);
      const before = days.get(day);
      days.set(day, {
        day,
        nodeRoles: nodeRoles + (before?.nodeRoles ?? 0),
        compliant: compliant + (before?.compliant ?? 0),
        riskyPolicies: riskyPolicies + (before?.riskyPolicies ?? 0),
        riskyPermissions: riskyPermissions + (before?.riskyPermissions ?? 0),
      });
    }
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
};
