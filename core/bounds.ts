import { createHash } from 'node:crypto';
import type { Key } from './detection.ts';
import { redactLine } from './redact.ts';
import { rememberedText } from './remembered.ts';

/** Names of one kind on one match, and the length of each in characters. */
const namesPerMatch = 50;
const nameLength = 1_024;

/** The same roles, nodes and addresses come again and again: they are remembered, redacted. */
const redacted = rememberedText(value => redactLine(value, 480));

const named = rememberedText(name => redactLine(name, nameLength));

/** Key values hold no secret, are never empty and never long: what is cut keeps a hash of the whole, so that it stays distinct. */
export const clean = (key: Key): Key => {
  const cleaned: { [part: string]: string } = {};
  for (const part of Object.keys(key)) cleaned[part] = cleanValue(key[part] ?? ''); // parts are named by detections
  return cleaned;
};

const cleanValue = (value: string): string => {
  if (value.length <= 480) return redacted(value) || 'unknown';
  return `${redactLine(value, 480)}#${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;
};

/** Each key once, in order. */
export const distinct = (keys: readonly Key[]): readonly Key[] =>
  keys.length < 2 ? keys : [...new Map(keys.map(key => [JSON.stringify(Object.entries(key).sort()), key])).values()];

/** Names without secrets, each once, so many and so long that a match stays small. */
export const names = (all: readonly string[]): readonly string[] => {
  if (all.length === 0) return all;
  const distinct = new Set<string>();
  for (const name of all) if (name !== '') distinct.add(named(name));
  return [...distinct].slice(0, namesPerMatch);
};
