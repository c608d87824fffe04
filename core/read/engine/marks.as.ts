/**
 * Bytes become marks, in stretches: the places of quotes, backslashes that escape, brackets, colons and commas outside of text, and, so
 * that they are noticed, of bytes in text that are no text or not ASCII. How quotes are told from escaped ones, and text from what is
 * around it, by arithmetic on 64 bits at once: Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019.
 */
import { padding } from './layout';

const odd: u64 = ((<u64>0xaaaaaaaa) << 32) | 0xaaaaaaaa;

/** The first of the marks, one behind the last that is there, and the mark of the record that comes next, probably. */
let first: usize = 0;
let last: usize = 0;
let next: usize = 0;
/** One behind the last byte that became marks, and one behind the chunk's last byte: there a 0 stands, which nothing expects. */
let marked: usize = 0;
let end: usize = 0;
/** Whether the next byte to become a mark is in text (all bits), and whether it is escaped (the lowest). */
let inText: u64 = 0;
let escaping: u64 = 0;

/** So many bytes become marks at a time. */
const stretch: usize = 2048;
/** Marks that one member takes at most without more being asked for. */
const ahead: usize = 8 * 4;

/**
 * Takes the bytes of a chunk, which lie in the memory already.
 * @param from where they begin
 * @param to one behind their last; `padding` bytes behind it are the engine's
 * @param room for as many 32-bit words as the chunk has bytes, and `padding` more
 */
export function take(from: usize, to: usize, room: usize): void {
  first = last = next = room;
  marked = from;
  end = to;
  memory.fill(to, 0, padding);
}

/** The mark of a bracket outside of text. */
export function markAt(from: usize): usize {
  let mark = next;
  while (mark < last && <usize>load<u32>(mark) < from) mark += 4;
  next = mark;
  // A mark at this very bracket proves that text was told from what is around it: within text there are none of brackets.
  return mark < last && <usize>load<u32>(mark) === from ? mark : restart(from);
}

/** The next record's mark is probably this one. */
export function goOn(mark: usize): void {
  next = mark;
}

/** Sees to it that marks are there for one member more. */
export function more(t: usize): usize {
  while (t + ahead > last && marked < end) fill();
  return t;
}

/** Bytes become marks from here on, where no text is. */
function restart(from: usize): usize {
  next = last = first;
  marked = from;
  inText = escaping = 0;
  if (from < end) fill();
  return first;
}

/** The next stretch of bytes becomes marks. */
function fill(): void {
  const to = min(marked + stretch, end);
  const quotes = i8x16.splat(0x22);
  const backslashes = i8x16.splat(0x5c);
  const blanks = i8x16.splat(0x20);
  const colons = i8x16.splat(0x3a);
  const commas = i8x16.splat(0x2c);
  const opens = i8x16.splat(0x7b);
  const closes = i8x16.splat(0x7d);
  let out = last;
  let wasInText = inText;
  let wasEscaping = escaping;
  for (let from = marked; from < to; from += 64) {
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    const left = to - from;
    const there: u64 = left >= 64 ? -1 : ((<u64>1) << left) - 1;
    let ends = bits(i8x16.eq(a, quotes), i8x16.eq(b, quotes), i8x16.eq(c, quotes), i8x16.eq(d, quotes)) & there;
    const marks =
      bits(
        brackets(a, blanks, opens, closes, colons, commas),
        brackets(b, blanks, opens, closes, colons, commas),
        brackets(c, blanks, opens, closes, colons, commas),
        brackets(d, blanks, opens, closes, colons, commas),
      ) & there;
    const backA = i8x16.eq(a, backslashes);
    const backB = i8x16.eq(b, backslashes);
    const backC = i8x16.eq(c, backslashes);
    const backD = i8x16.eq(d, backslashes);
    let escapes: u64 = 0;
    if (wasEscaping !== 0 || v128.any_true(v128.or(v128.or(backA, backB), v128.or(backC, backD)))) {
      // Of backslashes in a row every other one escapes: a subtraction carries through each row.
      const back = bits(backA, backB, backC, backD) & there;
      const may = back & ~wasEscaping;
      const codes = (((may << 1) | odd) - may) ^ odd;
      const escaped = codes ^ (back | wasEscaping);
      escapes = codes & back;
      wasEscaping = escapes >> 63;
      ends &= ~escaped;
    }
    // Each bit becomes the parity of the quotes up to it: in text, from the opening quote to before the closing one.
    let text = ends ^ (ends << 1);
    text ^= text << 2;
    text ^= text << 4;
    text ^= text << 8;
    text ^= text << 16;
    text ^= text << 32;
    text ^= wasInText;
    wasInText = <u64>(<i64>text >> 63);
    let found = (marks & ~text) | ends | escapes;
    // Bytes are compared with their sign: those above 127 are below the blank too.
    const lowA = i8x16.lt_s(a, blanks);
    const lowB = i8x16.lt_s(b, blanks);
    const lowC = i8x16.lt_s(c, blanks);
    const lowD = i8x16.lt_s(d, blanks);
    if (v128.any_true(v128.or(v128.or(lowA, lowB), v128.or(lowC, lowD))))
      found |= bits(lowA, lowB, lowC, lowD) & text & there;
    const after = out + ((<usize>popcnt(found)) << 2);
    while (found !== 0) {
      store<u32>(out, <u32>from + <u32>ctz(found));
      found &= found - 1;
      store<u32>(out, <u32>from + <u32>ctz(found), 4);
      found &= found - 1;
      store<u32>(out, <u32>from + <u32>ctz(found), 8);
      found &= found - 1;
      store<u32>(out, <u32>from + <u32>ctz(found), 12);
      found &= found - 1;
      out += 16;
    }
    out = after;
  }
  if (to === end) for (const stop = out + ahead; out < stop; out += 4) store<u32>(out, <u32>end);
  last = out;
  marked = to;
  inText = wasInText;
  escaping = wasEscaping;
}

function bits(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    <u64>(<u32>(i8x16.bitmask(a) | (i8x16.bitmask(b) << 16))) |
    ((<u64>(<u32>(i8x16.bitmask(c) | (i8x16.bitmask(d) << 16)))) << 32)
  );
}

/** Brackets (those of lists and of objects differ in one bit), colons and commas. */
function brackets(bytes: v128, blanks: v128, opens: v128, closes: v128, colons: v128, commas: v128): v128 {
  const low = v128.or(bytes, blanks);
  return v128.or(
    v128.or(i8x16.eq(low, opens), i8x16.eq(low, closes)),
    v128.or(i8x16.eq(bytes, colons), i8x16.eq(bytes, commas)),
  );
}
