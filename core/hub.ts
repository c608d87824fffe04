import * as v from 'valibot';
import type { Severity } from './detection.ts';
import type { Attribute, Attributes } from './findings/attribute.ts';
import { rank } from './findings/best.ts';
import { monthOf } from './findings/case-item.ts';
import { at, parseJson } from './json.ts';
import { retentionDays } from './tables.ts';

/** Bytes of a finding's document that the hub keeps whole: DynamoDB takes 400 KB an item. */
const longestDocument = 300 * 1024;
/** Names of who and what took part that the hub lists beside the document. */
const mostNames = 20;

const statuses = { 1: 'open', 2: 'acknowledged', 3: 'suppressed', 4: 'resolved' } as const;
const severityOf: Readonly<Record<number, Severity>> = { 2: 'low', 3: 'medium', 4: 'high', 5: 'critical' };

const amount = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const time = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15)); // what a Date can say
/** A text that an index or a list shows; the document has it whole. */
const short = v.pipe(
  v.string(),
  v.transform(text => text.slice(0, 2_000)),
);

/** As much of EventBridge's envelope and of the OCSF Detection Finding in it (`core/ocsf.ts`) as the hub reads. */
const envelope = v.object({
  source: v.literal('tripline'),
  'detail-type': v.literal('Detection Finding'),
  account: v.pipe(v.string(), v.regex(/^\d{12}$/)),
  region: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/)),
  detail: v.object({
    class_uid: v.literal(2004),
    severity_id: v.picklist([2, 3, 4, 5]),
    status_id: v.picklist([1, 2, 3, 4]),
    count: amount,
    metadata: v.object({ uid: short, sequence: v.optional(amount, 0) }),
    finding_info: v.object({
      uid: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/, 'the id of a finding, 16 hex characters')),
      title: short,
      first_seen_time: time,
      last_seen_time: time,
      types: v.array(short),
    }),
    resources: v.optional(v.array(v.object({ uid: v.string() })), []),
    observables: v.optional(v.array(v.object({ type_id: v.number(), value: v.string() })), []),
    unmapped: v.optional(v.object({ cluster: v.optional(short, '') }), {}),
  }),
});

/** A finding as another account announced it. */
export type Gathered = v.InferOutput<typeof envelope> & {
  /** The OCSF finding, whole, as JSON. */
  readonly document: string;
};

/**
 * Reads an event from the hub's bus.
 * @param accounts who may report here; EventBridge itself writes the sender's account into the envelope
 * @throws where it is no announcement of Tripline's, or comes from somebody else: where and what
 */
export const readGathered = (body: string, accounts: readonly string[]): Gathered => {
  const raw = parseJson(body, 'the message');
  const read = v.safeParse(envelope, raw);
  if (!read.success) {
    const [issue] = read.issues;
    throw new Error(`not a finding on its way to the hub: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`);
  }
  if (!accounts.includes(read.output.account))
    throw new Error(`account ${read.output.account} does not report here: list it in deployment.gathers`);
  return { ...read.output, document: JSON.stringify(at(raw, 'detail')) };
};

const s = (value: string): Attribute => ({ S: value });
const n = (value: number): Attribute => ({ N: String(value) });
const strings = (values: readonly string[]): Attribute => ({
  L: values.slice(0, mostNames).map(value => s(value.slice(0, 500))),
});

/** Digits of a text that sorts as its number does. */
const sortable = (value: number): string => String(value).padStart(16, '0');

/**
 * How far an announcement is in its finding's life: what was said and done before it; of a repeat under the same number, what
 * it counts and its newest event.
 */
export const revisionOf = ({ detail }: Gathered): string =>
  [detail.metadata.sequence, detail.count, detail.finding_info.last_seen_time].map(sortable).join('#');

/** The sender is part of the key: an account can change nobody's findings but its own, and two stages of one don't meet. */
export const gatheredKey = ({ account, region, detail }: Gathered): Attributes => ({
  pk: s(account),
  sk: s(`${detail.finding_info.uid}#${region}`),
});

/**
 * The finding as an item of the hub's table, without its key.
 * @param now milliseconds since 1970: what an account says of the future keeps nothing longer
 */
export const gatheredItem = (gathered: Gathered, now: number): Attributes => {
  const { account, region, detail, document } = gathered;
  const { uid, title, first_seen_time: first, last_seen_time: last, types } = detail.finding_info;
  const status = statuses[detail.status_id];
  const severity = severityOf[detail.severity_id] ?? 'low';
  const named = (type: number) => detail.observables.filter(one => one.type_id === type).map(({ value }) => value);
  return {
    account: s(account),
    home: s(region),
    finding: s(uid),
    announcement: s(detail.metadata.uid),
    revision: s(revisionOf(gathered)),
    detection: s(types[0] ?? ''),
    cluster: s(detail.unmapped.cluster ?? ''),
    severity: s(severity),
    status: s(status),
    title: s(title),
    first: n(first),
    last: n(last),
    count: n(detail.count),
    principals: strings(named(4)),
    addresses: strings(named(2)),
    resources: strings(detail.resources.map(one => one.uid)),
    ...(Buffer.byteLength(document) > longestDocument ? {} : { ocsf: s(document) }),
    ...(status === 'resolved' ? {} : { open: s(status) }),
    priority: s(`${rank(severity)}#${new Date(last).toISOString()}`),
    month: s(monthOf(last)),
    expires: n(Math.floor(Math.min(last, now) / 1_000) + retentionDays * 86_400),
  };
};
