import * as v from 'valibot';
import { type Severity, severities } from '../detection.ts';
import type { Finding } from '../finding.ts';
import { rank } from '../findings/best.ts';

/** The name of this form; a member is only ever added, and any other change makes a new name. */
export const noticeSchema = 'tripline/notice/1';

const line = v.object({
  id: v.string(),
  detection: v.string(),
  severity: v.picklist(severities),
  status: v.picklist(['open', 'acknowledged', 'resolved', 'suppressed']),
  title: v.string(),
  first: v.pipe(v.string(), v.isoTimestamp()),
  assignee: v.exactOptional(v.string()),
});

const schema = v.object({
  schema: v.literal(noticeSchema),
  id: v.string(),
  kind: v.picklist(['digest', 'storm', 'suppression']),
  severity: v.picklist(severities),
  headline: v.string(),
  advice: v.string(),
  at: v.pipe(v.string(), v.isoTimestamp()),
  detection: v.string(),
  account: v.string(),
  cluster: v.string(),
  principal: v.string(),
  total: v.number(),
  exact: v.boolean(),
  counts: v.array(v.object({ label: v.string(), count: v.number() })),
  findings: v.array(line),
  suppression: v.exactOptional(
    v.object({ id: v.string(), reason: v.string(), owner: v.string(), expires: v.string(), when: v.string() }),
  ),
});

/**
 * What is said of several findings at once: the daily digest, or a storm; or that a suppression was made, which silences many. Plain data like an announcement; the same id is the
 * same notice. `headline` and `advice` are words of ours, all other texts are as in the events (redacted, not escaped).
 */
export type Notice = Readonly<v.InferOutput<typeof schema>>;

/** Reads a published notice. @throws where it is none, naming the first member that is wrong */
export const readNotice = (value: unknown): Notice => {
  const read = v.safeParse(schema, value);
  if (read.success) return read.output;
  const [issue] = read.issues;
  throw new Error(`not a notice of ${noticeSchema}: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`);
};

/** Findings a notice names; the rest is counted. */
const named = 15;

/** A finding as a notice lists it. */
export const lineOf = (finding: Finding): Notice['findings'][number] => ({
  id: finding.id,
  detection: finding.detection,
  severity: finding.severity,
  status: finding.status,
  title: finding.title.slice(0, 300),
  first: new Date(finding.first).toISOString(),
  ...(finding.assignee === undefined ? {} : { assignee: finding.assignee.slice(0, 100) }),
});

/** The highest severity among findings; `low` where there are none. */
export const gravest = (findings: readonly Finding[]): Severity =>
  severities.findLast(severity => findings.some(one => one.severity === severity)) ?? 'low';

/**
 * What is still open, once a day: a day has one digest, whoever asks for it and how often.
 * @param open unresolved findings, none of a watching detection
 * @param more whether there are more than those
 * @param now milliseconds since 1970: names the day (UTC)
 */
export const digestOf = (open: readonly Finding[], more: boolean, now: number): Notice => {
  const order = [...open].sort((a, b) => rank(b.severity) - rank(a.severity) || a.first - b.first);
  const untouched = open.filter(({ status }) => status === 'open').length;
  const day = new Date(now).toISOString().slice(0, 10);
  return {
    schema: noticeSchema,
    id: `digest:${day}`,
    kind: 'digest',
    severity: gravest(open),
    headline:
      open.length === 0
        ? `Daily digest ${day}: nothing is open`
        : `Daily digest ${day}: ${open.length}${more ? '+' : ''} open, ${untouched} of them not acknowledged`,
    advice: open.length === 0 ? '' : 'tripline findings',
    at: new Date(now).toISOString(),
    detection: '',
    account: '',
    cluster: '',
    principal: '',
    total: open.length,
    exact: !more,
    counts: severities
      .toReversed()
      .map(severity => ({ label: severity, count: open.filter(one => one.severity === severity).length }))
      .filter(({ count }) => count > 0),
    findings: order.slice(0, named).map(lineOf),
  };
};

/** How long a finding has been there: `45m`, `7h`, `3d`. */
export const ageText = (notice: Notice, first: string): string => {
  const minutes = Math.max(0, Math.round((Date.parse(notice.at) - Date.parse(first)) / 60_000));
  if (minutes < 120) return `${minutes}m`;
  const hours = Math.round(minutes / 60);
  return hours < 72 ? `${hours}h` : `${Math.round(hours / 24)}d`;
};
