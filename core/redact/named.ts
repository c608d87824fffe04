import { afterMarkers, afterTheirs, isMarked, marker } from './marker.ts';
import { isSecretName } from './names.ts';
import { isKeyName } from './secret-key.ts';

/** What names, and words of base64 in a URL, are made of: letters, digits, `_`, `-`, `.`. */
export const isNameChar = (code: number): boolean =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 95 ||
  code === 45 ||
  code === 46;

const isSpace = (char: string | undefined): boolean => char === ' ' || char === '\t';
const isQuote = (char: string | undefined): boolean => char === '"' || char === "'" || char === '`' || char === '\\';
const ends = new Set([' ', '\t', '\n', '\r', '"', "'", '`', '&', ',', ';', '}', ')', '<', '>', '|', '\\']);

/** The end of a plain value that starts at `from`: the next delimiter, or `%26` (an encoded `&`). */
export const valueEnd = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && !ends.has(text.charAt(at)) && !text.startsWith('%26', at)) at++;
  return at;
};

/** Whether a value was taken out that stood at a place, by us or by AWS: the marker, and then the end of the value. */
export const isTakenOut = (text: string, at: number): boolean =>
  [afterMarkers(text, at), afterTheirs(text, at)].some(
    end => end > at && (end === text.length || ends.has(text.charAt(end)) || text.startsWith('%26', end)),
  );

/** The same of a quoted value, in which blanks end nothing: the marker is all of it, but for backslashes before the quotation mark. */
const isAllOut = (text: string, at: number, end: number): boolean =>
  [afterMarkers(text, at), afterTheirs(text, at)].some(
    after => after > at && (after === end || text.charAt(after) === '\\'),
  );

/** Removes what a name, a flag or an address says is a secret. */
export const redactNamed = (text: string): string => urlPasswords(flags(keyed(text)));

/** `name=value`, `name: value`, `"name": "value"`, `name%3Dvalue` where the name is a secret's. */
const keyed = (text: string): string => {
  let out = '';
  let from = 0;
  separators.lastIndex = 0;
  for (let found = separators.exec(text); found !== null; found = separators.exec(text)) {
    const at = found.index;
    const encoded = found[0].length > 1;
    const name = nameBefore(text, at);
    if (name === '' || !isSecretName(name) || (name === 'secret' && isSecretArn(text, at - name.length))) continue;
    let start = at + (encoded ? 3 : 1);
    while (isSpace(text[start]) || isQuote(text[start])) start++;
    const quoted = text[start - 1] === '"' || text[start - 1] === "'";
    const header = name.toLowerCase().endsWith('authorization') || name.toLowerCase().endsWith('cookie');
    const end = quoted
      ? quoteEnd(text, start)
      : header
        ? lineEnd(text, start)
        : valueEnd(text, afterMarkers(text, start));
    const value = text.slice(start, end);
    if (value === '' || (quoted ? isAllOut(text, start, end) : isTakenOut(text, start)) || isKeyName(value)) continue;
    out += text.slice(from, start) + marker(name.toLowerCase());
    from = end;
    separators.lastIndex = end;
  }
  return out + text.slice(from);
};

/** What stands between a name and its value. */
const separators = /[=:]|%3[Dd]/g;

/**
 * Whether `secret` at a place is the word of an ARN, `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME`: what follows is a name, and
 * names of secrets are evidence. No such ARN is longer up to there than 80 characters.
 */
const isSecretArn = (text: string, at: number): boolean =>
  /arn:[a-z*-]+:secretsmanager:[a-z0-9*-]*:[\d*]{0,12}:$/.test(text.slice(Math.max(0, at - 80), at));

/** The name that stands before a separator, over quotes, any spaces (files align) and percent-encoding; at most 64 characters. */
const nameBefore = (text: string, at: number): string => {
  let end = at;
  while (isSpace(text[end - 1]) || isQuote(text[end - 1])) end--;
  let start = end;
  while (start > 0 && end - start < 64 && isNameChar(text.charCodeAt(start - 1))) start--;
  return text.slice(text[start - 1] === '%' ? start + 2 : start, end);
};

const quoteEnd = (text: string, from: number): number => {
  const quote = text[from - 1];
  for (let at = from; at < text.length; at++) {
    if (text[at] === quote) return text[at - 1] === '\\' ? at - 1 : at;
    if (text[at] === '\n') return at;
  }
  return text.length;
};

const lineEnd = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r' && text[at] !== '"' && text[at] !== "'") at++;
  return at;
};

/** What stands between the words of a command in the address of an exec (Kubernetes API, `pods/exec`: `command` is a list). */
const nextWord = '&command=';

/** `--token VALUE`: flags with their value as the next word. */
const flags = (text: string): string => {
  let out = '';
  let from = 0;
  for (let at = text.indexOf('--'); at >= 0; at = text.indexOf('--', at + 2)) {
    let end = at + 2;
    while (end - at < 66 && isNameChar(text.charCodeAt(end))) end++;
    const isNext = text.startsWith(nextWord, end);
    if (at < from || !(isNext || isSpace(text[end])) || !isSecretName(text.slice(at + 2, end))) continue;
    let start = isNext ? end + nextWord.length : end;
    while (isSpace(text[start]) || isQuote(text[start])) start++;
    const stop = valueEnd(text, afterMarkers(text, start));
    if (stop <= start || text.startsWith('--', start) || isTakenOut(text, start)) continue;
    out += text.slice(from, start) + marker(text.slice(at + 2, end).toLowerCase());
    from = stop;
  }
  return out + text.slice(from);
};

/** `scheme://user:PASSWORD@host`. */
const urlPasswords = (text: string): string => {
  let out = '';
  let from = 0;
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    let colon = -1;
    let end = at + 3;
    while (
      end < text.length &&
      end - at < 512 &&
      text[end] !== '@' &&
      text[end] !== '/' &&
      !ends.has(text.charAt(end))
    ) {
      if (colon < 0 && text[end] === ':') colon = end;
      end++;
    }
    if (colon < 0 || text[end] !== '@' || isMarked(text.slice(colon + 1, end))) continue;
    out += text.slice(from, colon + 1) + marker('password');
    from = end;
  }
  return out + text.slice(from);
};
