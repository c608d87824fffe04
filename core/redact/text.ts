import { isDocument } from './document.ts';
import { redactEncoded } from './encoded.ts';
import { afterMarkers, isMarked, marker } from './marker.ts';
import { isNameChar, isTakenOut, redactNamed, valueEnd } from './named.ts';
import { prefixedAt } from './prefixes.ts';
import { hasKeyId, hexText, isScrambled, isSecretKey, maskKey } from './secret-key.ts';

/**
 * Secrets inside one string, by shape. Scanners only: each walks the string a constant number of times, so that no input makes
 * redaction slow. Works on truncated input too, where the end of a secret may be missing.
 */

/** How often base64 inside base64 is looked into. */
const blobDepth = 3;

/**
 * Strings in which no secret was found, so many and so long ones remembered: most of a record's come again and again. About 1 MB. What
 * may be a document is none of them, so that they are clear as a record's values, too.
 */
const remembered = 4_096;
const longestRemembered = 200;
const clear = new Set<string>();

/** Ids (RFC 9562) and times (RFC 3339), of which every record has others: no shape of a secret, and not worth remembering. */
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const isOrdinary = (input: string): boolean =>
  input.length === 36 ? uuid.test(input) : input.length >= 20 && input.length <= 30 && instant.test(input);

/** Whether it is known that a string holds no secret. */
export const isClear = (input: string): boolean => isOrdinary(input) || clear.has(input);

/** Removes secrets from one string. Never throws; idempotent. */
export const redactText = (input: string): string => {
  if (isClear(input)) return input;
  const redacted = redactWithin(input, blobDepth);
  if (redacted !== input || input.length > longestRemembered || isDocument(input)) return redacted;
  if (clear.size >= remembered) clear.clear();
  clear.add(input);
  return redacted;
};

/** @param depth how often base64 inside base64 is still looked into */
const redactWithin = (input: string, depth: number): string => {
  if (input.length < 8 || isMarked(input)) return input;
  const clean = tokens(webhooks(schemes(redactNamed(privateKeys(input)))), depth);
  return depth > 0 ? redactEncoded(clean, decoded => redactWithin(decoded, depth - 1)) : clean;
};

/** PEM private keys, to their end or the string's. RFC 7468. */
const privateKeys = (text: string): string => {
  const begin = '-----BEGIN ';
  let out = '';
  let from = 0;
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + begin.length)) {
    if (at < from || !text.slice(at, at + 60).includes('PRIVATE KEY')) continue;
    const end = text.indexOf('-----END ', at);
    const close = end < 0 ? -1 : text.indexOf('-----', end + 9);
    out += text.slice(from, at) + marker('private key');
    from = close < 0 ? text.length : close + 5;
  }
  return out + text.slice(from);
};

/** `Bearer …`, and `Basic …` where what follows decodes to a name and a password (RFC 7617). */
const schemes = (text: string): string => {
  // `İ` is the one letter that is two in lower case: what stands behind it would be cut at the wrong place.
  const lower = text.replaceAll('İ', 'i').toLowerCase();
  if (!lower.includes('bearer ') && !lower.includes('basic ')) return text;
  let out = '';
  let from = 0;
  for (const [scheme, isSecret] of schemeTests) {
    for (let at = lower.indexOf(scheme, from); at >= 0; at = lower.indexOf(scheme, at + scheme.length)) {
      const start = at + scheme.length;
      const end = valueEnd(text, afterMarkers(text, start));
      if (isTakenOut(text, start) || !isSecret(text.slice(start, end))) continue;
      out += text.slice(from, start) + marker(scheme.trim());
      from = end;
    }
    if (from > 0) return schemes(out + text.slice(from));
  }
  return text;
};

const schemeTests: readonly (readonly [string, (value: string) => boolean])[] = [
  ['bearer ', value => value.length >= 8],
  ['basic ', value => value.length >= 8 && Buffer.from(value, 'base64').includes(58) && isPlain(decode(value))],
];

const decode = (blob: string): string => Buffer.from(blob, 'base64').toString('latin1');

/** Whether text is printable, judged by its first 4,096 characters. */
const isPlain = (text: string): boolean => {
  const end = Math.min(text.length, 4096);
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code > 126 || (code < 32 && code !== 9 && code !== 10 && code !== 13)) return false;
  }
  return text.length > 0;
};

/**
 * The path of an incoming webhook, which is all that whoever posts to it needs, also with the slashes that some write JSON with
 * (Slack developer documentation, "Sending messages using incoming webhooks"; Discord, "Webhook resource"). Linear: a slash
 * begins each member.
 */
const webhookPath = /(hooks\.slack(?:-gov)?\.com|discord(?:app)?\.com\\?\/api\\?\/webhooks)((?:\\?\/[A-Za-z0-9_-]+)+)/g;
/** Characters of a path without a token: `/services`. */
const shortestWebhook = 20;

const webhooks = (text: string): string =>
  text.includes('hooks')
    ? text.replace(webhookPath, (whole, host: string, path: string) =>
        path.length < shortestWebhook ? whole : `${host}/${marker('webhook')}`,
      )
    : text;

const tokenChars = new Uint8Array(128);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_.=-')
  tokenChars[char.charCodeAt(0)] = 1;
const isTokenChar = (code: number): boolean => code < 128 && tokenChars[code] === 1;
/** Runs of them that are shorter hold no token. */
const shortestRun = 16;

const tokens = (text: string, depth: number): string => {
  if (text.length < shortestRun) return text;
  const besideKeyId = hasKeyId(text);
  let out = '';
  let from = 0;
  for (let start = 0; start + shortestRun <= text.length; ) {
    // From the end of the shortest run that may begin here: what is found there leaves room for none that begins before it.
    let before = start + shortestRun - 1;
    while (before >= start && isTokenChar(text.charCodeAt(before))) before--;
    if (before >= start) {
      start = before + 1;
      continue;
    }
    // Two digits behind `%` are a character, and no part of what follows.
    if (text[start - 1] === '%') {
      start += 2;
      continue;
    }
    let end = start + shortestRun;
    while (end < text.length && isTokenChar(text.charCodeAt(end))) end++;
    const run = text.slice(start, end);
    const clean = token(run, besideKeyId, depth);
    if (clean !== run) {
      out += text.slice(from, start) + clean;
      from = end;
    }
    start = end + 1;
  }
  return from === 0 ? text : out + text.slice(from);
};

const token = (run: string, besideKeyId: boolean, depth: number): string => {
  const prefixed = prefixedAt(run);
  if (prefixed >= 0) return token(run.slice(0, prefixed), besideKeyId, depth) + marker('token');
  const jwt = jwtStart(run);
  if (jwt >= 0) return token(run.slice(0, jwt), besideKeyId, depth) + marker('JSON web token');
  if (isBlob(run)) return blob(run, besideKeyId, depth);
  return pieces(run, besideKeyId, depth);
};

/** Where `eyJ`, base64 of `{"`, starts a word that is long enough: a JSON web token (RFC 7519), cut or whole. */
const jwtStart = (run: string): number => {
  for (let at = run.indexOf('eyJ'); at >= 0; at = run.indexOf('eyJ', at + 3)) {
    const before = run.charCodeAt(at - 1);
    const starts = at === 0 || !isNameChar(before) || before === 46 || before === 45 || before === 95;
    if (starts && run.length - at >= 20) return at;
  }
  return -1;
};

/** Base64 of a text in UTF-16, as PowerShell takes commands (`-EncodedCommand`): that text; '' where it is another. */
const wideText = (body: string): string => {
  const bytes = Buffer.from(body, 'base64');
  return bytes.length >= 8 && bytes.length % 2 === 0 && bytes[1] === 0 && bytes[3] === 0 && bytes[5] === 0
    ? bytes.toString('utf16le')
    : '';
};

const isBlob = (run: string): boolean => run.length >= 24 && !run.includes('.');

/** A run of base64 (either alphabet): text with secrets in it, compressed data, or a long opaque token. */
const blob = (run: string, besideKeyId: boolean, depth: number): string => {
  if (run.startsWith('H4sI') && run.length >= 40) return marker('compressed data');
  const body = run.slice(run.lastIndexOf('=', run.length - 3) + 1);
  const text = depth === 0 ? '' : hexText(body) || (isPlain(decode(body.slice(0, 8))) ? decode(body) : wideText(body));
  if (isPlain(text))
    return redactWithin(text, depth - 1) === text ? pieces(run, besideKeyId, depth) : marker('encoded secret');
  if (body.length >= 200 && isScrambled(body.slice(0, 200)))
    return run.slice(0, run.length - body.length) + marker('opaque token');
  return pieces(run, besideKeyId, depth);
};

/** The parts of a run between `.`, `-`, `_` and `=`: bootstrap tokens (kubeadm: six, a dot, sixteen) and AWS secret keys (40). */
const pieces = (run: string, besideKeyId: boolean, depth: number): string => {
  let out = '';
  let from = 0;
  for (let start = 0; start < run.length; ) {
    const end = pieceEnd(run, start);
    const part = run.slice(start, end);
    let stop = end;
    let clean = part;
    if (run[end] === '.' && isLower(part, 6) && isLower(run.slice(end + 1, pieceEnd(run, end + 1)), 16)) {
      stop = end + 17;
      clean = `${part}.${marker('bootstrap token')}`;
    } else if (isSecretKey(part, besideKeyId)) clean = maskKey(part);
    else if (part.length < run.length && isBlob(part)) clean = blob(part, besideKeyId, depth - 1);
    if (clean !== part) {
      out += run.slice(from, start) + clean;
      from = stop;
    }
    start = stop + 1;
  }
  return from === 0 ? run : out + run.slice(from);
};

const pieceEnd = (run: string, start: number): number => {
  let end = start;
  while (end < run.length && !isDelimiter(run.charCodeAt(end))) end++;
  return end;
};

/** `.`, `-`, `_`, `=`. */
const isDelimiter = (code: number): boolean => code === 45 || code === 46 || code === 61 || code === 95;

const isLower = (part: string, length: number): boolean => {
  if (part.length !== length) return false;
  for (let at = 0; at < length; at++) {
    const code = part.charCodeAt(at);
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 122))) return false;
  }
  return true;
};
