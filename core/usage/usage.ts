import { type NodeCall, nodeCall } from '../cloudtrail/node-baseline.ts';
import { outcomeOf } from '../cloudtrail/principal.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { lastSegment } from '../cloudtrail/roles.ts';
import type { AnyEvent } from '../event.ts';
import { text } from '../json.ts';
import { arnsOf, iamActions, iamPrefix, passed } from './action.ts';

/** How one API was used by one role. */
export interface Use {
  /** ARN of the role, with its path. */
  readonly role: string;
  /** IAM's name of the service, and the recorded event name. */
  readonly service: string;
  readonly api: string;
  /** The IAM actions it needed; several for a few APIs, none where no permission is needed. */
  readonly actions: readonly string[];
  readonly calls: number;
  readonly denied: number;
  /** Calls that failed for another reason: they were permitted. */
  readonly failed: number;
  /** Milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
  /** Against what nodes do (`core/cloudtrail/node-baseline.ts`); `forwarded`: only services called it with the role's session. */
  readonly node: NodeCall | 'forwarded';
  /** ARNs of resources named by every permitted call, objects as `bucket/*`; empty: some named none, or too many. */
  readonly resources: readonly string[];
  /** Roles handed on, and whether an instance profile was: needs `iam:PassRole`. */
  readonly passedRoles: readonly string[];
  readonly passesProfile: boolean;
}

interface Draft extends Omit<Use, 'resources' | 'passedRoles' | 'actions'> {
  calls: number;
  denied: number;
  failed: number;
  first: number;
  last: number;
  node: NodeCall | 'forwarded';
  passesProfile: boolean;
  readonly actions: Set<string>;
  readonly passedRoles: Set<string>;
  /** Undefined once a permitted call named none, or they are too many. */
  resources: Set<string> | undefined;
}

/** Distinct resources of one API that are told apart. */
const mostResources = 20;
/** Distinct role × API pairs that are counted: about 17,000 IAM actions exist, so that only made-up records reach it. */
const mostUses = 50_000;

const weight: { readonly [N in Use['node']]: number } = { forwarded: 0, baseline: 1, other: 2, sensitive: 3 };

/** Collects what roles did, event by event, in memory that grows with distinct APIs only. */
export interface Usage {
  /** Counts an event if it is a call by a role that is asked about. */
  add(event: AnyEvent): void;
  /** By role, then service, then API. */
  list(): readonly Use[];
  /** Whether a bound was reached: something is missing from the list. */
  readonly full: boolean;
}

/** @param wanted which roles, by ARN with path */
export const collectUsage = (wanted: (arn: string) => boolean): Usage => {
  const drafts = new Map<string, Draft>();
  let full = false;
  return {
    get full() {
      return full;
    },
    add: event => {
      if (event.source !== 'cloudtrail') return;
      const { record, time } = event;
      const role = text(record, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn');
      if (role === undefined || !role.includes(':role/') || !wanted(role)) return;
      if ((text(record, 'eventType') ?? 'AwsApiCall') !== 'AwsApiCall') return;
      const key = `${role} ${record.eventSource} ${record.eventName}`;
      const known = drafts.get(key);
      if (known === undefined && drafts.size >= mostUses) {
        full = true;
        return;
      }
      const draft = known ?? blank(role, record, time);
      if (known === undefined) drafts.set(key, draft);
      count(draft, record, time);
    },
    list: () =>
      [...drafts.values()]
        .map(draft => ({
          ...draft,
          actions: [...draft.actions].sort(),
          passedRoles: [...draft.passedRoles].sort(),
          resources: [...(draft.resources ?? [])].sort(),
        }))
        .toSorted((a, b) => compare(a.role, b.role) || compare(a.service, b.service) || compare(a.api, b.api)),
  };
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const blank = (role: string, record: CloudTrailRecord, time: number): Draft => ({
  role,
  service: iamPrefix(record.eventSource),
  api: String(record.eventName),
  actions: new Set(),
  calls: 0,
  denied: 0,
  failed: 0,
  first: time,
  last: time,
  node: 'forwarded',
  resources: new Set(),
  passedRoles: new Set(),
  passesProfile: false,
});

const count = (draft: Draft, record: CloudTrailRecord, time: number): void => {
  const outcome = outcomeOf(record);
  draft.calls++;
  if (outcome === 'denied') draft.denied++;
  if (outcome === 'failed') draft.failed++;
  draft.first = Math.min(draft.first, time);
  draft.last = Math.max(draft.last, time);
  for (const action of iamActions(record)) draft.actions.add(action);
  const direct = text(record, 'userIdentity', 'invokedBy') === undefined;
  const node = direct ? nodeCall(record, lastSegment(draft.role)) : 'forwarded';
  if (weight[node] > weight[draft.node]) draft.node = node;
  if (outcome === 'denied') return; // what was refused is not needed
  const handed = passed(record);
  for (const one of handed.roles.slice(0, mostResources)) draft.passedRoles.add(one);
  draft.passesProfile ||= handed.profile;
  const arns = arnsOf(record);
  if (arns.length === 0) draft.resources = undefined;
  for (const arn of arns) draft.resources?.add(arn);
  if ((draft.resources?.size ?? 0) > mostResources) draft.resources = undefined;
};

/** Whether a use is none of what nodes do. */
export const isBeyond = ({ node }: Use): boolean => node === 'sensitive' || node === 'other';

/** Whether a use was permitted at least once: only such are part of a minimal policy. */
export const wasPermitted = ({ calls, denied }: Use): boolean => calls > denied;
