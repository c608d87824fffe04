import { Guesser } from './guess.ts';
import { limits } from './limits.ts';
import { listNamed, longestKey, mayBeNamed } from './list-name.ts';
import { backslash, closeList, closeObject, comma, newline, openList, openObject, quote, space } from './marks.ts';
import { latin1 } from './text.ts';
import { datedPrefix } from './wrappers.ts';

/** A stretch of the input. Its bytes are a view, valid until the callback returns. */
export interface Piece {
  /**
   * `record`: one whole value, judged by nobody yet. `unfinished`: a value whose end is missing. `garbage`: what no value starts
   * with. `unclosed`: the input ended inside a list of records (no bytes).
   */
  readonly kind: 'record' | 'unfinished' | 'garbage' | 'unclosed';
  /** At most `limits.recordBytes` (garbage: `limits.rejectedBytes`) of its `length`. */
  readonly bytes: Uint8Array;
  readonly length: number;
  /** Of its first byte in the input. */
  readonly offset: number;
  /** Levels of objects and lists. */
  readonly depth: number;
  /** What stood before the list that it is in, up to and with the `[`: `{"messageType":"DATA_MESSAGE",…,"logEvents":[`. */
  readonly head: Uint8Array | undefined;
}

/** One where the scanner must look: outside of text the brackets and quotes, inside of text what may end it. */
const table = (...bytes: readonly number[]): Uint8Array => {
  const marks = new Uint8Array(256);
  for (const byte of bytes) marks[byte] = 1;
  return marks;
};
const structural = table(quote, openList, closeList, openObject, closeObject);
const ending = table(quote, backslash, newline);
/** Between records: JSON's white space, commas, and RFC 7464's record separator. */
const between = table(0x09, newline, 0x0d, 0x1e, space, comma);

/** Windows tools begin UTF-8 files with it. */
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** How far into an object a list of records may start (a log payload's group and stream names come before it). */
const longestHead = 64 * 1024;

/** As long as a dated prefix gets. */
const longestPrefix = 164;

/**
 * Cuts a stream of bytes into the records in it: JSON lines, concatenated or pretty-printed values, a list, an object that holds
 * a list (`{"Records":[…]}`). It counts brackets and knows text and escapes, nothing more; parsing is the caller's. After a value
 * that was cut off it goes on at the next line: text never holds a raw line feed, and an object that starts a line is a new
 * record unless its neighbours are printed flush left. Where the input is split into chunks never matters. Memory: one record.
 */
export class Splitter {
  readonly #emit: (piece: Piece) => void;
  readonly #guesser: Guesser;
  #mode: 'between' | 'inside' | 'garbage' = 'between';
  /** Bytes before the present chunk. */
  #before = 0;
  #last = newline;
  /** Levels of brackets open, and how many of them belong to lists of records rather than to a record. */
  #depth = 0;
  #base = 0;
  #deepest = 0;
  #inText = false;
  #escaped = false;
  /** After the list of an object: its other members, which are no record. */
  #tail = false;
  #head: Uint8Array | undefined;
  /** Where the record or garbage began; −1: there is none. */
  #start = -1;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** What a dated line began with, while it may still be a prefix. */
  #prefix: string | undefined;
  #sawValue = false;
  /** Whether the garbage is a number or a word in a list, as `null`: then the list's next element is not lost with it. */
  #scalar = false;
  /** Whether the present record is printed flush left; undefined: nobody asked yet. */
  #flush: boolean | undefined;

  /** @param guesser is asked first where a record ends, since to count it out costs more than parsing it */
  constructor(emit: (piece: Piece) => void, guesser: Guesser = new Guesser(() => false)) {
    this.#emit = emit;
    this.#guesser = guesser;
  }

  /** Whether there was anything but white space. */
  get sawAnything(): boolean {
    return this.#sawValue || this.#start >= 0;
  }

  push(chunk: Uint8Array): void {
    let i = 0;
    this.#guesser.begin(chunk);
    while (i < chunk.length) {
      if (this.#mode === 'inside') i = this.#inside(chunk, i);
      else if (this.#mode === 'garbage') i = this.#garbage(chunk, i);
      else i = this.#between(chunk, i);
    }
    this.#hold(chunk);
    this.#before += chunk.length;
    this.#last = chunk.at(-1) ?? this.#last;
  }

  end(): void {
    if (this.#mode === 'inside' && !this.#tail) this.#finish('unfinished', empty, 0);
    else if (this.#mode !== 'inside' && this.#start >= 0) this.#finish('garbage', empty, 0);
    else if (this.#base > 0 || this.#tail) this.#finish('unclosed', empty, 0);
  }

  #between(chunk: Uint8Array, from: number): number {
    let i = from;
    while (i < chunk.length && between[chunk[i] ?? 0] === 1) i++;
    if (i === chunk.length) return i;
    const byte = chunk[i];
    const opens = byte === openObject || byte === openList;
    if (opens || (byte === closeList && this.#base > 0)) {
      if (this.#start >= 0) this.#finish('garbage', chunk, i);
      this.#sawValue = true;
      if (byte === closeList) this.#closeList(i + 1);
      else if (byte === openList && this.#base === 0) {
        this.#base = this.#depth = 1;
        this.#guesser.list();
      } else {
        const end =
          byte === openObject ? this.#guesser.end(i, this.#base > 0, this.#base === 2 ? this.#head : undefined) : -1;
        if (end > 0) return end;
        this.#open(i);
      }
      return i + 1;
    }
    if (byte === byteOrderMark[this.#before + i] && this.#start < 0) return i + 1;
    if (this.#start < 0) this.#begin(i);
    const starts = (i > 0 ? chunk[i - 1] : this.#last) === newline;
    this.#scalar = this.#base > 0 && /[-\da-z]/.test(String.fromCharCode(byte ?? 0));
    this.#prefix = starts && !this.#scalar ? '' : undefined;
    this.#mode = 'garbage';
    return i;
  }

  /** A record begins with the bracket at `i`. */
  #open(i: number): void {
    this.#begin(i);
    this.#depth++;
    this.#deepest = this.#depth;
    this.#mode = 'inside';
  }

  #closeList(next: number): void {
    this.#depth = this.#base - 1;
    this.#tail = this.#base === 2;
    this.#base = 0;
    this.#guesser.list();
    if (!this.#tail) return;
    this.#begin(next);
    this.#mode = 'inside';
  }

  #inside(chunk: Uint8Array, from: number): number {
    const length = chunk.length;
    let i = from;
    let depth = this.#depth;
    let deepest = this.#deepest;
    let inText = this.#inText;
    if (this.#escaped) {
      this.#escaped = false;
      if (chunk[i] !== newline) i++;
    }
    while (i < length) {
      if (inText) {
        while (i < length && ending[chunk[i] ?? 0] === 0) i++;
        if (i >= length) break;
        const byte = chunk[i];
        if (byte === quote) {
          inText = false;
          i++;
        } else if (byte === newline) {
          this.#inText = false;
          this.#deepest = deepest;
          this.#abandon(chunk, i);
          return i;
        } else if (i + 1 >= length) {
          this.#escaped = true;
          i++;
        } else i += chunk[i + 1] === newline ? 1 : 2;
        continue;
      }
      while (i < length && structural[chunk[i] ?? 0] === 0) i++;
      if (i >= length) break;
      const byte = chunk[i];
      if (byte === quote) inText = true;
      else if (byte === openObject || byte === openList) {
        if (byte === openObject && (i > 0 ? chunk[i - 1] : this.#last) === newline && !this.#isFlush(chunk)) {
          this.#deepest = deepest;
          this.#abandon(chunk, i);
          return i;
        }
        if (byte === openList && depth === 1 && this.#base === 0 && this.#opensRecords(chunk, i)) return i + 1;
        depth++;
        if (depth > deepest) deepest = depth;
      } else {
        depth--;
        if (depth === this.#base) {
          this.#deepest = deepest;
          this.#depth = depth;
          if (this.#tail) this.#drop();
          else this.#finish('record', chunk, i + 1);
          this.#mode = 'between';
          return i + 1;
        }
      }
      i++;
    }
    this.#depth = depth;
    this.#deepest = deepest;
    this.#inText = inText;
    return i;
  }

  /** The value was cut off before `i`; go on with what stands there. */
  #abandon(chunk: Uint8Array, i: number): void {
    if (this.#tail) this.#drop();
    else this.#finish('unfinished', chunk, i);
    this.#depth = this.#base;
    this.#mode = 'between';
  }

  #garbage(chunk: Uint8Array, from: number): number {
    let i = from;
    for (; this.#prefix !== undefined && i < chunk.length; i++) {
      const byte = chunk[i] ?? 0;
      if (byte === openObject && datedPrefix.test(this.#prefix)) {
        const line = this.#before + i - this.#prefix.length;
        if (line > this.#start) this.#finish('garbage', chunk, i, this.#prefix.length);
        else this.#drop();
        this.#prefix = undefined;
        this.#mode = 'between';
        return i;
      }
      this.#prefix =
        byte === newline || this.#prefix.length === longestPrefix
          ? undefined
          : this.#prefix + String.fromCharCode(byte);
      if (byte === newline) break;
    }
    if (i === chunk.length) return i;
    const ends = [newline, ...(this.#scalar ? [comma, closeList] : [])].map(byte => chunk.indexOf(byte, i));
    const end = Math.min(...ends.map(at => (at < 0 ? chunk.length : at)));
    if (end === chunk.length) return end;
    this.#mode = 'between';
    this.#prefix = undefined;
    return end;
  }

  /** Whether the `[` at `i` is the value of a member that holds records; then its elements are what is cut out from here on. */
  #opensRecords(chunk: Uint8Array, i: number): boolean {
    if (this.#before + i - this.#start > longestHead) return false;
    if (i >= longestKey && !mayBeNamed(chunk, i)) return false;
    const here = chunk.subarray(Math.max(0, this.#start - this.#before), i + 1);
    const near = here.length >= longestKey ? here : concat(this.#held, here);
    const key = listNamed(near);
    if (key === undefined) return false;
    if (!this.#tail) {
      const head = Buffer.from(concat(this.#held, here));
      if (key === 'logEvents' && !head.includes('"logGroup"')) return false; // members in another order: whole, it still says whose they are
      this.#head = head;
    }
    this.#drop();
    this.#depth = this.#base = 2;
    this.#guesser.list();
    this.#mode = 'between';
    return true;
  }

  /** Whether the present record is printed over several lines without indentation: then an object may start any of them. */
  #isFlush(chunk: Uint8Array): boolean {
    this.#flush ??= /^.\r?\n[^\s{]/s.test(
      latin1(concat(this.#held, chunk.subarray(Math.max(0, this.#start - this.#before)), 4)),
    );
    return this.#flush;
  }

  #begin(i: number): void {
    this.#start = this.#before + i;
    this.#inText = false;
    this.#flush = undefined;
  }

  #drop(): void {
    this.#start = -1;
    this.#tail = false;
    this.#held = [];
    this.#heldBytes = 0;
  }

  /** Keeps what the next chunk's pieces need of this one. */
  #hold(chunk: Uint8Array): void {
    if (this.#start < 0) return;
    const most = this.#tail ? longestHead : this.#mode === 'inside' ? limits.recordBytes : limits.rejectedBytes;
    const part = chunk
      .subarray(Math.max(0, this.#start - this.#before))
      .subarray(0, Math.max(0, most - this.#heldBytes));
    if (part.length > 0) this.#held.push(new Uint8Array(part));
    this.#heldBytes += part.length;
  }

  /** Emits what began at `#start` and ends before `to` (minus `less` bytes that belong to what follows). */
  #finish(kind: Piece['kind'], chunk: Uint8Array, to: number, less = 0): void {
    const start = kind === 'unclosed' ? this.#before : this.#start;
    const length = this.#before + to - start - less;
    const most = Math.min(length, kind === 'garbage' ? limits.rejectedBytes : limits.recordBytes);
    const bytes = concat(this.#held, chunk.subarray(Math.max(0, start - this.#before), to), most);
    const depth = Math.max(0, this.#deepest - this.#base);
    const head = this.#base === 2 ? this.#head : undefined;
    this.#drop();
    this.#emit({ kind, bytes, length, offset: start, depth, head });
  }
}

const empty = new Uint8Array(0);

/** At most so many bytes of the held parts and the last one; without parts a view, no copy. */
const concat = (held: readonly Uint8Array[], last: Uint8Array, most = Number.POSITIVE_INFINITY): Uint8Array => {
  if (held.length === 0) return last.subarray(0, Math.min(most, last.length));
  const whole = Buffer.concat([...held, last]);
  return whole.subarray(0, Math.min(most, whole.length));
};
