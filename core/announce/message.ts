import { attackVersion, fullName, type Tactic, tactics, techniqueOf } from '../attack.ts';
import type { AnyDetection, Key, Severity } from '../detection.ts';
import { severities } from '../detection.ts';
import type { Source } from '../event.ts';
import type { Disposition, Finding, FindingStatus, Window } from '../finding.ts';
import { at, text } from '../json.ts';
import type { Settings } from '../settings.ts';
import { chainOf } from './chain.ts';
import { evidenceOf, type Line } from './evidence.ts';
import { fillRunbook } from './fill.ts';
import { auditQuery, type Command, cloudtrailEvent, keptEvidence, type Link, storedIn } from './links.ts';
import { namedIn } from './named.ts';
import { type OwnerTag, ownersOf } from './owner.ts';
import { type Seen, seenOf } from './seen.ts';
import type { News, TransitionKind } from './transitions.ts';

/** The name of this form; a member is only ever added, and any other change makes a new name. */
export const messageSchema = 'tripline/announcement/1';

/**
 * What is said about a finding, in plain data: the machine-readable announcement itself, and the only thing that renderers
 * see. Strings are as in the events (redacted, not escaped): each renderer escapes for its channel.
 */
export interface Message {
  readonly schema: typeof messageSchema;
  /** The same for every attempt to say the same thing: drop what you have seen. */
  readonly id: string;
  readonly transition: {
    readonly id: string;
    readonly kind: TransitionKind;
    /** Everything that is new, the leading change first. */
    readonly changes: readonly { readonly kind: TransitionKind; readonly value: string }[];
    /** Grows from one announcement of a finding to the next: what comes late and has a smaller one is old. */
    readonly sequence?: number;
  };
  /** The news in a few words of ours, without any text from an event: "Severity raised to critical". */
  readonly headline: string;
  readonly finding: {
    readonly id: string;
    readonly detection: string;
    readonly version: string;
    readonly source: Source;
    readonly severity: Severity;
    readonly status: FindingStatus;
    readonly title: string;
    readonly account: string;
    readonly region: string;
    readonly cluster: string;
    readonly key: Key;
    /** ISO times of the first and the newest event. */
    readonly first: string;
    readonly last: string;
    readonly count: number;
    /** False: read the count as "at least". */
    readonly exact: boolean;
    /** How common this is here; absent where no window was read. */
    readonly seen?: Seen;
    /** With those that only the key names; the event's own come first, and of resources those of the key. */
    readonly principals: readonly string[];
    readonly resources: readonly string[];
    readonly addresses: readonly string[];
    readonly regions: readonly string[];
    readonly notes: readonly string[];
    readonly assignee?: string;
    readonly disposition?: Disposition;
    /** Where evidence of its machines is kept; absent: nowhere, or not yet. */
    readonly captures?: readonly string[];
  };
  /** Of the newest window; of the gravest where the severity rose. */
  readonly evidence: {
    readonly eventIds: readonly string[];
    readonly lines: readonly Line[];
    /** The role-assumption chain, the acting identity first; absent where there is none. */
    readonly chain?: readonly Line[];
    /** Tags and labels that say whose the touched resources are; absent where none does. */
    readonly owners?: readonly OwnerTag[];
  };
  readonly detection: {
    readonly why: string;
    readonly runbook: readonly string[];
    readonly blind: readonly string[];
    readonly references: readonly string[];
    readonly attack: {
      readonly version: string;
      readonly techniques: readonly {
        readonly id: string;
        readonly name: string;
        readonly tactics: readonly { readonly id: string; readonly name: string }[];
      }[];
    };
  };
  readonly links: readonly Link[];
  readonly commands: readonly Command[];
}

const count = (amount: string): string => Number(amount).toLocaleString('en-US');

const headlines: { readonly [K in TransitionKind]: (value: string) => string } = {
  first: () => 'New finding',
  reopened: () => 'Reopened: it happened again after it was resolved',
  severity: value => `Severity raised to ${value}`,
  principal: () => 'Someone new takes part',
  address: () => 'New source address',
  region: () => 'Now in another region',
  resource: () => 'Another resource is involved',
  continuation: () => 'It continues',
  repeats: value => `Seen ${count(value)} times`,
  escalated: () => 'Still unacknowledged',
  suppressed: () => 'Suppressed',
  acknowledged: () => 'Acknowledged',
  resolved: () => 'Resolved',
};

/** The newest window, or the newest of the gravest where the severity is the news. */
const shownWindow = (windows: readonly Window[], kind: TransitionKind): Window | undefined => {
  const weight = (window: Window) => (kind === 'severity' ? severities.indexOf(window.severity) : 0);
  return [...windows].sort((a, b) => weight(b) - weight(a) || b.bucket - a.bucket)[0];
};

const techniquesOf = (detection: AnyDetection | undefined): Message['detection']['attack'] => ({
  version: attackVersion,
  techniques: (detection?.attack ?? []).map(id => ({
    id,
    name: fullName(id),
    tactics: techniqueOf(id).tactics.map((tactic: Tactic) => tactics[tactic]),
  })),
});

const pointers = (finding: Finding, window: Window | undefined, settings: Settings) => {
  const record = window?.evidence ?? null;
  const region = text(record, 'awsRegion') ?? finding.regions[0] ?? finding.region;
  if (finding.source === 'cloudtrail')
    return cloudtrailEvent(region, text(record, 'eventID') ?? window?.eventIds[0] ?? '');
  return auditQuery(
    settings,
    finding.cluster,
    finding.region,
    text(record, 'auditID') ?? '',
    timeOf(record) ?? finding.last,
  );
};

const timeOf = (record: Window['evidence']): number | undefined => {
  const time = Date.parse(String(at(record, 'requestReceivedTimestamp') ?? ''));
  return Number.isNaN(time) ? undefined : time;
};

/**
 * Composes the message for a case's news.
 * @param detection the catalogue's entry; undefined where it was removed since, and then the message says that instead of its prose
 * @param stage where the finding is stored, for the commands that show and work it; undefined: a local database
 */
export const messageOf = (
  finding: Finding,
  windows: readonly Window[],
  news: News,
  detection: AnyDetection | undefined,
  settings: Settings,
  stage?: string,
): Message => {
  const window = shownWindow(windows, news.kind);
  const [lead] = news.transitions;
  const chain = window ? chainOf(finding.source, window.evidence) : [];
  const owners = window ? ownersOf(finding.source, window.evidence) : [];
  const seen = seenOf(finding, windows);
  const { id, version, source, severity, status, title, account, region, cluster, key } = finding;
  return {
    schema: messageSchema,
    id: `${id}:${news.id}`,
    transition: {
      id: news.id,
      kind: news.kind,
      changes: news.transitions.map(({ kind, value }) => ({ kind, value })),
      // What was said before and what people did: stored marks alone, so that a retry says the same.
      sequence: finding.transitions.length + (finding.dropped ?? 0) + (finding.acts ?? 0),
    },
    headline: headlines[news.kind](lead?.value ?? ''),
    finding: {
      id,
      detection: finding.detection,
      version,
      source,
      severity,
      status,
      title,
      account,
      region,
      cluster,
      key,
      first: new Date(finding.first).toISOString(),
      last: new Date(finding.last).toISOString(),
      count: finding.count,
      exact: finding.exact !== false && windows.every(({ exact }) => exact),
      ...(seen === undefined ? {} : { seen }),
      ...namedIn(finding),
      regions: finding.regions,
      notes: finding.notes,
      ...(finding.assignee === undefined ? {} : { assignee: finding.assignee }),
      ...(finding.disposition === undefined ? {} : { disposition: finding.disposition }),
      ...(finding.captures === undefined ? {} : { captures: finding.captures }),
    },
    evidence: {
      eventIds: window?.eventIds.slice(0, 10) ?? [],
      lines: window ? evidenceOf(source, window.evidence) : [],
      ...(chain.length === 0 ? {} : { chain }),
      ...(owners.length === 0 ? {} : { owners }),
    },
    detection: {
      why: detection?.why ?? removed(finding),
      runbook: fillRunbook(detection?.runbook ?? [], finding, window, settings, stage),
      blind: detection?.blind ?? [],
      references: detection?.references ?? [],
      attack: techniquesOf(detection),
    },
    ...furtherOf(pointers(finding, window, settings), finding, stage),
  };
};

/** Said for the reason of a detection that is not in the catalogue any more; '' of what the inventory finds, which never is. */
export const removed = ({ detection, version }: Pick<Finding, 'detection' | 'version'>): string =>
  version === 'inventory'
    ? ''
    : `${detection} is not in the catalogue any more: why it matters and what to do is on its page in the version that found this.`;

/** Where to look further: at the finding itself, and at what is kept of its machines too. */
const furtherOf = (
  { links, commands }: Pick<Message, 'links' | 'commands'>,
  { id, captures = [] }: Finding,
  stage: string | undefined,
): Pick<Message, 'links' | 'commands'> => ({
  links,
  commands: [...(stage === undefined ? [] : storedIn(stage, id)), ...commands, ...keptEvidence(captures)],
});

/** The count as people read it: "1,000+" where it is no longer exact. */
export const countText = ({ finding }: Message): string =>
  `${count(String(finding.count))}${finding.exact ? '' : '+'} event${finding.count === 1 && finding.exact ? '' : 's'}`;

/** When, in words: one time, or from and to, to the second, UTC. */
export const whenText = ({ finding }: Message): string => {
  const [first, last] = [finding.first, finding.last].map(time => `${time.slice(0, 10)} ${time.slice(11, 19)}`);
  if (first === last) return `${first} UTC`;
  const end = first?.slice(0, 10) === last?.slice(0, 10) ? last?.slice(11) : last;
  return `${first} to ${end} UTC`;
};
