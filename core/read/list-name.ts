import { colon, newline, quote, space } from './marks.ts';
import { latin1 } from './text.ts';
import { containers } from './wrappers.ts';

/** How far before its `[` a member's name is looked for. */
export const longestKey = 64;

/** Whether the `[` at `i` follows the name of a list of records, told by its last two letters and its end: few others do. */
export const mayBeNamed = (chunk: Uint8Array, i: number): boolean => {
  let at = i - 1;
  while (at > i - longestKey && isBlank(chunk[at])) at--;
  if (chunk[at] !== colon) return false;
  at--;
  while (at > i - longestKey && isBlank(chunk[at])) at--;
  return chunk[at] === quote && lastLetters.has(((chunk[at - 2] ?? 0) << 8) | (chunk[at - 1] ?? 0));
};

/** The name of the list of records whose `[` ends these bytes; undefined: it is none. */
export const listNamed = (bytes: Uint8Array): string | undefined => {
  const name = /"(\w{1,16})"\s*:\s*\[$/.exec(latin1(bytes.subarray(-longestKey)))?.[1];
  return name !== undefined && containers.includes(name) ? name : undefined;
};

const isBlank = (byte: number | undefined): boolean =>
  byte === space || byte === newline || byte === 0x0d || byte === 0x09;
const lastLetters = new Set(
  containers.map(name => (name.charCodeAt(name.length - 2) << 8) | name.charCodeAt(name.length - 1)),
);
