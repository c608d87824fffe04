/**
 * Goes over the bytes of JSON objects without making anything of them, sixteen at a time. This is AssemblyScript, which `npm run
 * generate` compiles to `wasm.ts`: no Node module imports it. `skimmer.ts` says what it is for.
 *
 * Bytes become marks first, in stretches: the places of quotes, backslashes that escape, brackets, colons and commas outside of text,
 * and, so that they are noticed, of bytes in text that are no text or not ASCII. How quotes are told from escaped ones, and text
 * from what is around it, by arithmetic on 64 bits at once: Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019.
 * Then the marks are gone over one after the other, by the grammar of RFC 8259.
 */
import {
  deepest,
  entryLength,
  entryName,
  entryNode,
  entryParent,
  entryShift,
  entryWord,
  kindAny,
  kindObject,
  kindRefused,
  kindText,
  kindTexts,
  nodeHasChildren,
  nodeKind,
  nodeSeen,
  nodeSlot,
  nodeSlots,
  nodeSlotsEnd,
  padding,
  tableMask,
  tableNames,
  tablePlaces,
  tableRoot,
  tableRound,
  tableSlots,
  tableWhat,
  whatHidden,
  whatLiteral,
  whatNumber,
  whatPlain,
} from './layout';

const space: u32 = 0x20;
const quote: u32 = 0x22;
const comma: u32 = 0x2c;
const colon: u32 = 0x3a;
const backslash: u32 = 0x5c;
const openList: u32 = 0x5b;
const closeList: u32 = 0x5d;
const openObject: u32 = 0x7b;
const closeObject: u32 = 0x7d;

const odd: u64 = ((<u64>0xaaaaaaaa) << 32) | 0xaaaaaaaa;
/** What `table.ts` multiplies by too: 2^64 divided by the golden ratio, whose bits are in no order. */
const spread: u64 = ((<u64>0x9e3779b9) << 32) | 0x7f4a7c15;

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

/** Of each level that is open, from the second on: the node in which members are looked for, 0 for none. */
const nodes = memory.data(deepest * 4);

/** So many bytes become marks at a time. */
const stretch: usize = 2048;
/** Marks that one member takes at most without more being asked for. */
const ahead: usize = 8 * 4;

/** From here on memory is the caller's. */
export function free(): usize {
  return __heap_base;
}

/**
 * Takes the bytes of a chunk, which lie in the memory already.
 * @param from where they begin
 * @param to one behind their last; `padding` bytes behind it are the engine's
 * @param marks where there is room for as many 32-bit words as the chunk has bytes, and `padding` more
 */
export function take(from: usize, to: usize, marks: usize): void {
  first = last = next = marks;
  marked = from;
  end = to;
  memory.fill(to, 0, padding);
}

/**
 * Goes over the object that begins at `from`.
 * @returns one behind its last byte; 0 where it is none, goes on behind the chunk, or is not an ordinary one
 */
export function over(table: usize, from: usize): usize {
  let mark = next;
  while (mark < last && <usize>load<u32>(mark) < from) mark += 4;
  // A mark at this very bracket proves that text was told from what is around it: within text there are none of brackets.
  if (mark >= last || <usize>load<u32>(mark) !== from) mark = restart(from);
  if (load<u8>(from) !== openObject) return 0;
  return skim(table, mark);
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

/** @param mark that of the object's bracket */
function skim(table: usize, mark: usize): usize {
  let t = mark + 4;
  let at = <usize>load<u32>(mark) + 1;
  const round = load<u32>(table, tableRound) + 1;
  store<u32>(table, round, tableRound);
  memory.fill(<usize>load<u32>(table, tableWhat), 0, <usize>load<u32>(table, tableSlots));
  let node = <usize>load<u32>(table, tableRoot);
  let depth: i32 = 1;
  /** A bit for each level, the lowest is the innermost: whether it is an object. */
  let objects: u64 = 1;
  let inObject = true;
  /** In a list that must be one of texts. */
  let onlyTexts = false;
  let isEmpty = false;
  t = more(t);
  let place = <usize>load<u32>(t);
  isEmpty = load<u8>(place) === closeObject && isBlank(at, place);
  while (true) {
    t = more(t);
    if (!isEmpty) {
      let member: usize = 0;
      if (inObject) {
        place = <usize>load<u32>(t);
        if (load<u8>(place) !== quote || !isBlank(at, place)) return 0;
        const begin = place + 1;
        place = <usize>load<u32>(t, 4);
        t += 8;
        if (load<u8>(place) !== quote) {
          // A name with escapes may be one that is looked for.
          if (node !== 0) return 0;
          t = pastEscapes(t - 4);
          if (t === 0) return 0;
          place = <usize>load<u32>(t);
          t = more(t + 4);
        } else if (node !== 0) {
          member = named(table, node, begin, <u32>(place - begin));
          if (member !== 0) {
            // Of a member that comes twice the last one counts.
            if (load<i32>(member, nodeKind) === kindRefused || load<u32>(member, nodeSeen) === round) return 0;
            store<u32>(member, round, nodeSeen);
          }
        }
        at = place + 1;
        place = <usize>load<u32>(t);
        t += 4;
        if (load<u8>(place) !== colon || !isBlank(at, place)) return 0;
        at = place + 1;
      }
      place = <usize>load<u32>(t);
      if (place !== at) at = pastBlanks(at);
      const byte: u32 = load<u8>(at);
      if (at !== place) {
        const isNumber = byte === 0x2d || isDigit(byte);
        const stop = isNumber ? numberEnd(at) : literalEnd(at);
        if (stop === 0 || onlyTexts) return 0;
        if (member !== 0) {
          if (load<i32>(member, nodeKind) !== kindAny && byte !== 0x6e) return 0; // null counts as absent
          found(table, member, isNumber ? whatNumber : whatLiteral, at, stop);
        }
        at = stop;
      } else if (byte === quote) {
        const begin = place + 1;
        place = <usize>load<u32>(t, 4);
        t += 8;
        let what: u32 = whatPlain;
        if (load<u8>(place) !== quote) {
          what = whatHidden;
          t = pastEscapes(t - 4);
          if (t === 0) return 0;
          place = <usize>load<u32>(t);
          t = more(t + 4);
        }
        if (member !== 0) {
          const kind = load<i32>(member, nodeKind);
          if (kind !== kindAny && kind !== kindText) return 0;
          found(table, member, what, begin, place);
        }
        at = place + 1;
      } else {
        if (onlyTexts || depth === deepest) return 0;
        let inner: usize = 0;
        if (byte === openObject) {
          if (member !== 0) {
            if (load<i32>(member, nodeKind) > kindObject) return 0;
            if (load<u32>(member, nodeHasChildren) !== 0) inner = member;
          }
          inObject = true;
        } else if (byte === openList) {
          if (member !== 0) {
            const kind = load<i32>(member, nodeKind);
            if (kind !== kindAny && kind !== kindTexts) return 0;
            onlyTexts = kind === kindTexts;
            hide(table, member);
          }
          inObject = false;
        } else return 0;
        objects = (objects << 1) | <u64>inObject;
        store<u32>(nodes + ((<usize>depth) << 2), <u32>node);
        depth++;
        node = inner;
        at = place + 1;
        t += 4;
        place = <usize>load<u32>(t);
        isEmpty = load<u8>(place) === (inObject ? closeObject : closeList) && isBlank(at, place);
        if (!isEmpty) continue;
      }
    }
    isEmpty = false;
    while (true) {
      place = <usize>load<u32>(t);
      t += 4;
      if (!isBlank(at, place)) return 0;
      at = place + 1;
      const byte: u32 = load<u8>(place);
      if (byte === comma) break;
      if (byte !== (inObject ? closeObject : closeList)) return 0;
      onlyTexts = false;
      depth--;
      if (depth === 0) {
        next = t;
        return at;
      }
      t = more(t);
      objects >>= 1;
      inObject = (objects & 1) !== 0;
      node = <usize>load<u32>(nodes + ((<usize>depth) << 2));
    }
  }
}

/** Sees to it that marks are there for one member more. */
function more(t: usize): usize {
  if (t + ahead > last && marked < end) fill();
  return t;
}

/** Patterns look into lists: what is in one is left to them. */
function hide(table: usize, member: usize): void {
  const what = <usize>load<u32>(table, tableWhat);
  const stop = <usize>load<u32>(member, nodeSlotsEnd);
  for (let slot = <usize>load<u32>(member, nodeSlots); slot < stop; slot += 4)
    store<u8>(what + <usize>load<u32>(slot), <u8>whatHidden);
}

function found(table: usize, member: usize, what: u32, from: usize, to: usize): void {
  const slot = load<i32>(member, nodeSlot);
  if (slot < 0) return;
  store<u8>(<usize>load<u32>(table, tableWhat) + <usize>slot, <u8>what);
  const place = <usize>load<u32>(table, tablePlaces) + ((<usize>slot) << 3);
  store<u32>(place, <u32>from);
  store<u32>(place, <u32>to, 4);
}

/** The member of a node whose name these bytes are; 0: it has none. */
function named(table: usize, parent: usize, begin: usize, length: u32): usize {
  const here = load<u64>(begin);
  const word = length >= 8 ? here : here & (((<u64>1) << ((<u64>length) << 3)) - 1);
  const names = <usize>load<u32>(table, tableNames);
  const mask = load<u32>(table, tableMask);
  let at = <u32>(((word ^ ((<u64>parent) << 40) ^ <u64>length) * spread) >> 40) & mask;
  while (true) {
    const entry = names + ((<usize>at) << entryShift);
    const owner = <usize>load<u32>(entry, entryParent);
    if (owner === 0) return 0;
    if (owner === parent && load<u32>(entry, entryLength) === length && load<u64>(entry, entryWord) === word) {
      const name = <usize>load<u32>(entry, entryName);
      let i: usize = 8;
      while (i < <usize>length && load<u8>(name + i) === load<u8>(begin + i)) i++;
      if (i >= <usize>length) return <usize>load<u32>(entry, entryNode);
    }
    at = (at + 1) & mask;
  }
}

/** Past the escapes of a text: the mark of the quote that ends it; 0: something in it is no text. */
function pastEscapes(mark: usize): usize {
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

function isDigit(byte: u32): bool {
  return byte - 0x30 < 10;
}

/** Blanks, tabs and carriage returns: over several lines there may be a record that was cut off, and another. */
function pastBlanks(from: usize): usize {
  let at = from;
  while (load<u8>(at) === space || load<u8>(at) === 0x09 || load<u8>(at) === 0x0d) at++;
  return at;
}

function isBlank(from: usize, to: usize): bool {
  return from === to || pastBlanks(from) === to;
}

/** RFC 8259, section 6; 0: it is no number. */
function numberEnd(from: usize): usize {
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
function literalEnd(from: usize): usize {
  const word = load<u32>(from);
  if (word === 0x65757274 || word === 0x6c6c756e) return from + 4;
  return word === 0x736c6166 && load<u8>(from, 4) === 0x65 ? from + 5 : 0;
}
