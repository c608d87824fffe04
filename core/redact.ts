import { isObject, type Json, type JsonObject } from './json.ts';
import { once } from './once.ts';
import { redactShape } from './redact/shape.ts';
import { redactText } from './redact/text.ts';

/** The most bytes of evidence one window of a finding carries, as JSON in UTF-8. */
export const evidenceBytes = 32_768;

/**
 * A record without its secrets and no larger than {@link evidenceBytes}: what may be stored and shown. Redacted first, cut
 * afterwards, so that cutting never hides a secret's shape. Pure, idempotent, linear in the record's size, never throws.
 * @param most bytes it may have, where it is not evidence but to be judged again
 */
export const redact = (record: Json, most = evidenceBytes): Json => {
  const { clean, whole, bytesAtMost, bytes } = cleaned(record);
  if (bytesAtMost <= most || bytes() <= most) return whole;
  for (const limits of steps) {
    const smaller = cut(clean, limits);
    if (bytesOf(smaller) <= most) return smaller;
  }
  return { cut: 'the record is too large to keep as evidence: look it up by its event id' };
};

/** As JSON in UTF-8. */
const bytesOf = (value: Json): number => Buffer.byteLength(JSON.stringify(value));

interface Cleaned {
  readonly clean: Json;
  /** What is kept of it where there is room: next to all of most records. */
  readonly whole: Json;
  /** A bound of its bytes that took no writing: most records are far smaller than what may be kept. */
  readonly bytesAtMost: number;
  readonly bytes: () => number;
}

/** Of records, which never change: each is evidence of some matches and judged again by others, and cleaned once for all of them. */
const known = new WeakMap<object, Cleaned>();

const cleaned = (record: Json): Cleaned => {
  const done = typeof record === 'object' && record !== null ? known.get(record) : undefined;
  if (done !== undefined) return done;
  const first = sizeWithin(record, ample);
  const clean = redactShape(
    first === undefined ? cut(record, { members: 1_000, name: 65_536, text: 65_536, depth: 32 }) : record,
  );
  const size = clean === record ? first : sizeWithin(clean, ample);
  const whole = size === undefined ? cutDown(clean, ample, 0) : clean;
  const bytesAtMost = size ?? Number.POSITIVE_INFINITY;
  const found: Cleaned = { clean, whole, bytesAtMost, bytes: once(() => bytesOf(whole)) };
  if (typeof record === 'object' && record !== null) known.set(record, found);
  return found;
};

/** One line of text (title, principal, resource, note) without secrets, at most `longest` bytes of UTF-8. */
export const redactLine = (line: string, longest = 512): string => {
  const clean = redactText(line.slice(0, 8_192).toWellFormed());
  if (clean.length * 3 <= longest || Buffer.byteLength(clean) <= longest) return clean;
  const kept = Buffer.from(clean)
    .subarray(0, longest - 3)
    .toString()
    .replace(/\ufffd+$/, '');
  return `${kept}…`;
};

interface Limits {
  /** Items of a list, members of an object. */
  readonly members: number;
  /** Characters of a member's name. */
  readonly name: number;
  /** Characters of a string. */
  readonly text: number;
  readonly depth: number;
}

const ample: Limits = { members: 1_000, name: 256, text: 16_384, depth: 32 };
/** Of what is too large so. */
const steps: readonly Limits[] = [
  { members: 200, name: 256, text: 4_096, depth: 24 },
  { members: 64, name: 256, text: 1_024, depth: 16 },
  { members: 32, name: 256, text: 256, depth: 12 },
  { members: 24, name: 256, text: 128, depth: 6 },
  { members: 24, name: 256, text: 64, depth: 3 },
];

/** Of a number, `true`, `false` and `null` as JSON; of a character of a text, escaped. */
const scalarBytes = 25;
const characterBytes = 6;

/** Whether nothing in it is to be cut: most records are as small as that, and stay as they are. */
const fits = (value: Json, limits: Limits): boolean => sizeWithin(value, limits) !== undefined;

/** The bytes that a value takes at most, as JSON in UTF-8; undefined where something in it is to be cut. */
const sizeWithin = (value: Json, limits: Limits, depth = 0): number | undefined => {
  if (typeof value === 'string') return value.length <= limits.text ? textBytes(value) : undefined;
  if (typeof value !== 'object' || value === null) return scalarBytes;
  if (depth >= limits.depth) return undefined;
  let size = 2;
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    if (items.length > limits.members) return undefined;
    for (const item of items) {
      const inner = sizeWithin(item, limits, depth + 1);
      if (inner === undefined) return undefined;
      size += inner + 1;
    }
    return size;
  }
  let count = 0;
  // Members that JSON gave it are all there are: nothing that it inherits can be counted.
  for (const name in value) {
    const member = (value as JsonObject)[name]; // neither scalar nor list
    if (++count > limits.members || name.length > limits.name || member === undefined) return undefined;
    const inner = sizeWithin(member, limits, depth + 1);
    if (inner === undefined) return undefined;
    size += textBytes(name) + inner + 2;
  }
  return size;
};

/** With its quotes. */
const textBytes = (text: string): number => text.length * characterBytes + 2;

/** Cuts long strings, lists and objects, saying so where it did. */
const cut = (value: Json, limits: Limits): Json => (fits(value, limits) ? value : cutDown(value, limits, 0));

const cutDown = (value: Json, limits: Limits, depth: number): Json => {
  if (typeof value === 'string') return shorten(value, limits.text);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= limits.depth) return '[cut: nested too deeply]';
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    const before = numberIn(cutItems, items.at(-1));
    const there = before === 0 ? items : items.slice(0, -1);
    const kept = there.slice(0, limits.members).map(item => cutDown(item, limits, depth + 1));
    const more = before + there.length - kept.length;
    return more === 0 ? kept : [...kept, `[cut: ${more} more]`];
  }
  if (!isObject(value)) return null;
  const before = numberIn(cutMembers, value['[cut]']);
  const members = Object.entries(value).flatMap(([key, member]): [string, Json][] =>
    member === undefined || (before > 0 && key === '[cut]')
      ? []
      : [[shorten(key, limits.name), cutDown(member, limits, depth + 1)]],
  );
  const kept = members.slice(0, limits.members);
  const more = before + members.length - kept.length;
  if (more > 0) kept.push(['[cut]', `${more} more members`]);
  return Object.fromEntries(kept);
};

/** What an earlier cut says it left out, or was the length of: the next one counts on. */
const cutItems = /^\[cut: (\d{1,9}) more\]$/;
const cutMembers = /^(\d{1,9}) more members$/;
const cutText = /\[cut: (\d{1,9}) characters\]$/;

const numberIn = (said: RegExp, value: Json | undefined): number =>
  typeof value === 'string' ? Number(said.exec(value)?.[1] ?? 0) : 0;

const shorten = (text: string, longest: number): string =>
  text.length <= longest
    ? text
    : `${text.slice(0, longest - 32).toWellFormed()}[cut: ${Math.max(text.length, numberIn(cutText, text))} characters]`;
