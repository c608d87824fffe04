/** JSON as bytes: where its texts, numbers and words end. Bytes behind the last are no mark. */
import { backslash, minus, nine, point, quote, space, zero } from './marks.ts';

const table = (of: (byte: number) => number): Uint8Array => Uint8Array.from({ length: 256 }, (_, byte) => of(byte));

/** Where a text ends, escapes, or is none. */
export const ending = table(byte => (byte < space || byte === quote || byte === backslash ? 1 : 0));
/** RFC 8259, section 7: how long an escape is, by the byte after its backslash. */
export const escapes = table(byte => {
  const char = String.fromCharCode(byte);
  return '"\\/bfnrt'.includes(char) ? 2 : char === 'u' ? 6 : 0;
});
/** Digits of an escape `\uXXXX`. */
export const hexadecimal = table(byte => (/[\da-fA-F]/.test(String.fromCharCode(byte)) ? 1 : 0));
const blanks = table(byte => (' \t\n\r'.includes(String.fromCharCode(byte)) ? 1 : 0));
const digits = table(byte => (byte >= zero && byte <= nine ? 1 : 0));

/** Where white space ends that begins at a place. */
export const pastBlanks = (bytes: Uint8Array, from: number): number => {
  let i = from;
  while (blanks[bytes[i] ?? 0] === 1) i++;
  return i;
};

const pastDigits = (bytes: Uint8Array, from: number): number => {
  let i = from;
  while (digits[bytes[i] ?? 0] === 1) i++;
  return i;
};

/** Where the number ends that begins at a place (RFC 8259, section 6); -1: it is none. */
export const numberEnd = (bytes: Uint8Array, from: number): number => {
  const begin = bytes[from] === minus ? from + 1 : from;
  let i = bytes[begin] === zero ? begin + 1 : pastDigits(bytes, begin);
  if (i === begin) return -1;
  if (bytes[i] === point) {
    const fraction = i + 1;
    i = pastDigits(bytes, fraction);
    if (i === fraction) return -1;
  }
  if (((bytes[i] ?? 0) | space) === 0x65) {
    const signed = bytes[i + 1] === minus || bytes[i + 1] === 0x2b;
    const exponent = i + (signed ? 2 : 1);
    i = pastDigits(bytes, exponent);
    if (i === exponent) return -1;
  }
  return i;
};

/** Where `true`, `false` or `null` ends, told by its first byte; -1: it is none of them. */
export const literalEnd = (bytes: Uint8Array, from: number, first: number): number => {
  const word = first === 0x74 ? 'true' : first === 0x66 ? 'false' : 'null';
  return isThere(word, bytes, from) ? from + word.length : -1;
};

/** Whether these bytes are a name of ASCII. */
export const isThere = (name: string, bytes: Uint8Array, from: number): boolean => {
  for (let at = 0; at < name.length; at++) if (bytes[from + at] !== name.charCodeAt(at)) return false;
  return true;
};
