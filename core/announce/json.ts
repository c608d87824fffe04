import * as v from 'valibot';
import { severities } from '../detection.ts';
import { parseJson } from '../json.ts';
import { type Message, messageSchema } from './message.ts';
import { transitionKinds } from './transitions.ts';

const strings = v.array(v.string());
const pairs = v.record(v.string(), v.string());

/** The machine-readable announcement, as it is published. Documented in `docs/announcement.md`. */
const announcementSchema = v.object({
  schema: v.literal(messageSchema),
  id: v.string(),
  transition: v.object({
    id: v.string(),
    kind: v.picklist(transitionKinds),
    changes: v.array(v.object({ kind: v.picklist(transitionKinds), value: v.string() })),
    sequence: v.exactOptional(v.number()),
  }),
  headline: v.string(),
  finding: v.object({
    id: v.string(),
    detection: v.string(),
    version: v.string(),
    source: v.picklist(['cloudtrail', 'kubernetes']),
    severity: v.picklist(severities),
    status: v.picklist(['open', 'acknowledged', 'resolved', 'suppressed']),
    title: v.string(),
    account: v.string(),
    region: v.string(),
    cluster: v.string(),
    key: pairs,
    first: v.pipe(v.string(), v.isoTimestamp()),
    last: v.pipe(v.string(), v.isoTimestamp()),
    count: v.number(),
    exact: v.boolean(),
    seen: v.exactOptional(v.object({ windows: v.number(), days: v.number(), exact: v.boolean(), first: v.boolean() })),
    principals: strings,
    resources: strings,
    addresses: strings,
    regions: strings,
    notes: strings,
    assignee: v.exactOptional(v.string()),
    disposition: v.exactOptional(v.picklist(['true-positive', 'benign', 'false-positive', 'mended', 'gone'])),
    captures: v.exactOptional(strings),
  }),
  evidence: v.object({
    eventIds: strings,
    lines: v.array(v.object({ label: v.string(), value: v.string() })),
    chain: v.exactOptional(v.array(v.object({ label: v.string(), value: v.string() }))),
    owners: v.exactOptional(v.array(v.object({ tag: v.string(), value: v.string() }))),
  }),
  detection: v.object({
    why: v.string(),
    runbook: strings,
    blind: strings,
    references: strings,
    attack: v.object({
      version: v.string(),
      techniques: v.array(
        v.object({
          id: v.string(),
          name: v.string(),
          tactics: v.array(v.object({ id: v.string(), name: v.string() })),
        }),
      ),
    }),
  }),
  links: v.array(v.object({ label: v.string(), url: v.string() })),
  commands: v.array(v.object({ label: v.string(), command: v.string() })),
});

/**
 * SNS takes 256 KB a message, with all its forms and attributes; inside its `json` structure this text is escaped once more,
 * which can double it.
 */
export const longestJson = 100 * 1024;

/** The message itself, or, where it would be too long, one that lost the tails of its lists and texts, never its identity. */
export const bounded = (message: Message): Message => {
  if (ascii(message).length <= longestJson) return message;
  const { finding, evidence, transition } = message;
  return { ...message, transition: trimmed(transition), finding: trimmed(finding), evidence: trimmed(evidence) };
};

/** The same shape with at most ten members in a list and 150 characters in a text. */
const trimmed = <T>(value: T): T => {
  const trim = (each: unknown): unknown => {
    if (typeof each === 'string') return each.slice(0, 150);
    if (Array.isArray(each)) return each.slice(0, 10).map(trim);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([name, member]) => [name, trim(member)]));
  };
  return trim(value) as T; // members stay what they were, only shorter
};

/**
 * Writes the announcement for machines. ASCII only (other characters as `\uXXXX`), so that bytes are characters and no
 * reader's decoding or line splitting can be played with.
 */
export const announcementJson = (message: Message): string => ascii(bounded(message));

const ascii = (message: Message): string =>
  JSON.stringify(message).replace(/[\u007f-\uffff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Reads a published announcement. @throws where it is not one, naming the first member that is wrong */
export const readAnnouncement = (json: string): Message => {
  const read = v.safeParse(announcementSchema, parseJson(json, 'the announcement'));
  if (read.success) return read.output;
  const [issue] = read.issues;
  throw new Error(`not an announcement of ${messageSchema}: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`);
};
