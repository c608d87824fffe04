/** Where texts, numbers and words end. */
import { backslash, quote, space } from './bytes.as';
import { more } from './marks.as';

/** Past the escapes of a text: the mark of the quote that ends it; 0: something in it is no text. */
export function pastEscapes(mark: usize): usize {
  let t = mark;
  while (true) {
    const at = <usize>load<u32>(t);
    const byte: u32 = load<u8>(at);
    if (byte === quote) return t;
    if (byte !== backslash) return 0;
    const code: u32 = load<u8>(at, 1);
    if (code === 0x75) {
      for (let i: usize = 2; i < 6; i++) if (!isHexadecimal(load<u8>(at + i))) return 0;
    } else if (!isEscape(code)) return 0;
    t = more(t + 4);
  }
}

/** `"`, `/`, backslash, `b`, `f`, `n`, `r`, `t`. */
function isEscape(code: u32): bool {
  return (
    code === quote ||
    code === 0x2f ||
    code === backslash ||
    code === 0x62 ||
    code === 0x66 ||
    code === 0x6e ||
    code === 0x72 ||
    code === 0x74
  );
}

function isHexadecimal(byte: u32): bool {
  return isDigit(byte) || (byte | space) - 0x61 < 6;
}

export function isDigit(byte: u32): bool {
  return byte - 0x30 < 10;
}

/** Blanks, tabs and carriage returns: over several lines there may be a record that was cut off, and another. */
export function pastBlanks(from: usize): usize {
  let at = from;
  while (load<u8>(at) === space || load<u8>(at) === 0x09 || load<u8>(at) === 0x0d) at++;
  return at;
}

export function isBlank(from: usize, to: usize): bool {
  return from === to || pastBlanks(from) === to;
}

/** RFC 8259, section 6; 0: it is no number. */
export function numberEnd(from: usize): usize {
  const begin = load<u8>(from) === 0x2d ? from + 1 : from;
  let at = load<u8>(begin) === 0x30 ? begin + 1 : pastDigits(begin);
  if (at === begin) return 0;
  if (load<u8>(at) === 0x2e) {
    const fraction = at + 1;
    at = pastDigits(fraction);
    if (at === fraction) return 0;
  }
  if ((load<u8>(at) | space) === 0x65) {
    const sign: u32 = load<u8>(at, 1);
    const exponent = at + (sign === 0x2b || sign === 0x2d ? 2 : 1);
    at = pastDigits(exponent);
    if (at === exponent) return 0;
  }
  return at;
}

function pastDigits(from: usize): usize {
  let at = from;
  while (isDigit(load<u8>(at))) at++;
  return at;
}

/** Where `true`, `false` or `null` ends; 0: it is none of them. */
export function literalEnd(from: usize): usize {
  const word = load<u32>(from);
  if (word === 0x65757274 || word === 0x6c6c756e) return from + 4;
  return word === 0x736c6166 && load<u8>(from, 4) === 0x65 ? from + 5 : 0;
}
