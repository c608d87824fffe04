import { type NodeCall, nodeCall } from '../cloudtrail/node-baseline.ts';
import { outcomeOf } from '../cloudtrail/principal.ts';
import { lastSegment } from '../cloudtrail/roles.ts';
import type { AnyEvent } from '../event.ts';
import { text } from '../json.ts';
import type { Settings } from '../settings.ts';
import { itemBytes, memberBytes } from '../state/memory.ts';
import type { Item, Observation } from '../state/observation.ts';
import { iamActions, iamPrefix, isName, passed } from './action.ts';
import { keptRole } from './kept-role.ts';
import type { Use } from './usage.ts';

/**
 * What node and controller roles did, kept by the deployed pipeline: for each role and day the APIs, outcomes and hours in which an
 * event arrived. Sets of hours and not counters, so that what is delivered again counts nothing twice. It is about the events that
 * the derived filters admit, which a role's other calls are not among.
 */
const day = 86_400_000;
/** Days kept: a quarter, after which IAM's own last-accessed data must do. */
export const keptDays = 90;
/** Members that one of an item's sets holds; a day whose set is full is not whole. */
const mostMembers = 1_000;
/** Characters of a member: longer ones are not kept. */
const longestMember = 512;

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const expiryOf = (time: number): number => (Math.floor(time / day) + keptDays + 1) * day;

/** Names the roles of an account of which anything is kept. */
const rolesScope = (account: string): string => `usage#${account}`;
const dayScope = (role: string, date: string): string => `usage#${role}#${date}`;

const outcomes = { succeeded: 'permitted', 'dry-run': 'permitted', denied: 'denied', failed: 'failed' } as const;
type Outcome = (typeof outcomes)[keyof typeof outcomes];

/** One observation for each distinct thing that is kept: what one process kept before costs no second write. */
export const usageMarks = (events: readonly AnyEvent[], settings: Settings): readonly Observation[] => {
  const marks = new Map<string, Observation>();
  const mark = (scope: string, set: string, member: string, time: number): void => {
    const key = JSON.stringify([scope, set, member]);
    if (member.length > longestMember || marks.has(key)) return;
    marks.set(key, {
      ...{ scope, add: { [set]: [member] }, cap: mostMembers },
      ...{ quiet: true, read: false, expires: expiryOf(time) },
    });
  };
  for (const event of events) {
    if (event.source !== 'cloudtrail' || !Number.isFinite(event.time) || Math.abs(event.time) > 8e14) continue;
    const { record, time } = event;
    const kept = keptRole(record, settings);
    if (kept === undefined) continue;
    const { role, account } = kept;
    const [source, api] = [text(record, 'eventSource') ?? '', text(record, 'eventName') ?? ''];
    if ((text(record, 'eventType') ?? 'AwsApiCall') !== 'AwsApiCall' || !isName(source) || !isName(api)) continue;
    const scope = dayScope(role, dayOf(time));
    const direct = text(record, 'userIdentity', 'invokedBy') === undefined;
    const duty = direct ? nodeCall(record, lastSegment(role)) : 'forwarded';
    const outcome = outcomes[outcomeOf(record)];
    mark(rolesScope(account), 'roles', role, time);
    mark(scope, outcome, `${source} ${api} ${duty} ${new Date(time).toISOString().slice(11, 13)}`, time);
    if (outcome === 'denied') continue;
    // What a name does not tell: tags at creation, and roles that were handed on.
    const handed = passed(record);
    if (iamActions(record).includes('ec2:CreateTags') && api !== 'CreateTags')
      mark(scope, 'besides', `${source} ${api} tags`, time);
    if (handed.profile) mark(scope, 'besides', `${source} ${api} profile`, time);
    for (const one of handed.roles.slice(0, 20)) mark(scope, 'besides', `${source} ${api} role ${one}`, time);
  }
  return [...marks.values()];
};

/** Asks which roles of an account there are. */
export const askRoles = (account: string): Observation => ({ scope: rolesScope(account), expires: 0 });
/** The roles, and whether there may be more than are kept. */
export const rolesIn = (item: Item): { readonly roles: readonly string[]; readonly full: boolean } => ({
  roles: item['roles'] ?? [],
  full: isFull(item),
});

/** Whether something may be missing in an item: a set is at its bound, or another long member would not have fitted. */
const isFull = (item: Item): boolean => {
  const sets = Object.entries(item);
  const bytes = sets.reduce((sum, [set, all]) => all.reduce((some, one) => some + memberBytes(set, one), sum), 0);
  return sets.some(([, members]) => members.length >= mostMembers) || bytes + longestMember > itemBytes;
};

/** The items of a role between two times, a day each; 90 at most. */
export const askUsage = (role: string, from: number, to: number): readonly Observation[] => {
  const last = Math.floor(to / day);
  const first = Math.max(Math.floor(from / day), last - keptDays);
  return Array.from({ length: last - first + 1 }, (_, n) => ({
    scope: dayScope(role, dayOf((first + n) * day)),
    expires: 0,
  }));
};

const weight: { readonly [N in Use['node']]: number } = { forwarded: 0, baseline: 1, other: 2, sensitive: 3 };
const isDuty = (text: string): text is NodeCall | 'forwarded' => Object.hasOwn(weight, text);

/** What is kept of one role. Its `calls`, `denied` and `failed` are hours with at least one such call, `first` and `last` such hours. */
export interface KeptUsage {
  readonly uses: readonly Use[];
  /** A day's set was full: something is missing. */
  readonly full: boolean;
}

/** @param days a day's item each, with its date */
export const usesIn = (role: string, days: readonly { readonly date: string; readonly item: Item }[]): KeptUsage => {
  const lines = days.flatMap(({ date, item }) =>
    Object.values(outcomes)
      .filter((outcome, at, all) => all.indexOf(outcome) === at)
      .flatMap((outcome: Outcome) =>
        (item[outcome] ?? []).flatMap(member => {
          const [source = '', api = '', duty = '', hour = ''] = member.split(' ');
          const time = Date.parse(`${date}T${hour}:00:00Z`);
          return isDuty(duty) && !Number.isNaN(time) ? [{ source, api, duty, time, outcome }] : [];
        }),
      ),
  );
  const besides = days.flatMap(({ item }) => (item['besides'] ?? []).map(member => member.split(' ')));
  const uses = [...Map.groupBy(lines, ({ source, api }) => `${source} ${api}`).values()].flatMap(
    (some): readonly Use[] => {
      const [head] = some;
      if (head === undefined) return [];
      const { source, api } = head;
      const hours = (outcome: Outcome): number =>
        new Set(some.filter(one => one.outcome === outcome).map(({ time }) => time)).size;
      const [permitted, denied, failed] = [hours('permitted'), hours('denied'), hours('failed')];
      const own = besides.filter(([from, name]) => from === source && name === api);
      const tags = own.some(([, , what]) => what === 'tags') ? ['ec2:CreateTags'] : [];
      const named = iamActions({ eventSource: source, eventName: api, eventTime: '', eventID: '' });
      return [
        {
          ...{ role, service: iamPrefix(source), api, denied, failed, calls: permitted + denied + failed },
          actions: [...new Set([...named, ...tags])].sort(),
          first: Math.min(...some.map(({ time }) => time)),
          last: Math.max(...some.map(({ time }) => time)),
          node: some.reduce<Use['node']>((most, { duty }) => (weight[duty] > weight[most] ? duty : most), 'forwarded'),
          resources: [],
          passedRoles: [...new Set(own.flatMap(([, , what, arn]) => (what === 'role' && arn ? [arn] : [])))].sort(),
          passesProfile: own.some(([, , what]) => what === 'profile'),
        },
      ];
    },
  );
  return {
    uses: uses.toSorted((a, b) => (`${a.service} ${a.api}` < `${b.service} ${b.api}` ? -1 : 1)),
    full: days.some(({ item }) => isFull(item)),
  };
};
