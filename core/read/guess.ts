import { closeObject, newline } from './marks.ts';

/** A stretch that is probably one whole record: it begins with a brace and ends before a line feed, or before the next record. */
export interface Guess {
  readonly chunk: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** As a piece has it. */
  readonly head: Uint8Array | undefined;
  /** Whether it is known to be one whole JSON object of ASCII. */
  readonly isWhole: boolean;
}

/** Begins of the records of a list are alike so far: `{"eventVersion"`. */
const alike = 8;
/** After so many refusals in a row none is shown any more: the records of this stream are in wrappers. */
const mostRefused = 8;
/** A longer one is better counted out than tried. */
export const longestGuess = 64 * 1024;

/** So far back a better place to cut is looked for. */
const longestCut = 16 * 1024;

/** Guesses where the records of a stream end: before the next line feed, in a list before what begins as the record itself does. */
export class Guesser {
  readonly #take: (guess: Guess) => boolean;
  readonly #ends: (chunk: Uint8Array, from: number) => number;
  #view: Uint8Array = new Uint8Array(0);
  /** The same bytes, as what can look for some of them. */
  #chunk: Buffer = Buffer.alloc(0);
  /** Where the chunk's next line feed is, and in a list the next record; before the place that is looked from: not known. */
  #line = -1;
  #next = -1;
  /** What stands between two records of the present list. */
  #seam: Buffer | undefined;
  /** Guesses refused since one was taken. */
  #refused = 0;

  /**
   * @param take is shown what is probably a whole record: true, where it is one (one whole JSON object and no list of records: no
   * other text of an object begins where it does) and was dealt with
   * @param ends where such an object ends that begins here, if that is known without looking for it; 0 where not
   */
  constructor(take: (guess: Guess) => boolean, ends: (chunk: Uint8Array, from: number) => number = () => 0) {
    this.#take = take;
    this.#ends = ends;
  }

  /** The next chunk. */
  begin(chunk: Uint8Array): void {
    this.#chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    this.#view = chunk;
    this.#next = this.#line = -1;
  }

  /**
   * Where to cut before a place in more than a chunk, so that no record of ordinary length is cut in two: after a line or between two
   * records of the present list, where that is near; else at the place.
   */
  cut(bytes: Uint8Array, at: number): number {
    const before = Math.max(0, at - longestCut);
    const near = Buffer.from(bytes.buffer, bytes.byteOffset + before, at - before);
    const line = near.lastIndexOf(newline);
    const found = line < 0 && this.#seam !== undefined ? near.lastIndexOf(this.#seam) : line;
    return found < 0 ? at : before + found + 1;
  }

  /** A list of records begins or ends here. */
  list(): void {
    this.#next = -1;
    this.#seam = undefined;
  }

  /** The end of the record that begins at `from`, where it is plain to see and was taken as such; -1: it has to be counted out. */
  end(from: number, inList: boolean, head: Uint8Array | undefined): number {
    if (this.#refused === mostRefused) return -1;
    if (inList) this.#sew(from);
    const known = this.#ends(this.#view, from);
    if (known > 0) return this.#shown(from, known, head, true);
    const chunk = this.#chunk;
    if (this.#line < from) this.#line = upTo(chunk.length, chunk.indexOf(newline, from));
    if (inList && this.#next < from) this.#next = this.#record(from);
    const to = inList ? this.#next : this.#line;
    // A record over several lines may be one that was cut off, and another.
    if (to === chunk.length || to > this.#line || to - from > longestGuess || chunk[to - 1] !== closeObject) return -1;
    return this.#shown(from, to, head, false);
  }

  #shown(from: number, to: number, head: Uint8Array | undefined, isWhole: boolean): number {
    const taken = this.#take({ chunk: this.#view, from, to, head, isWhole });
    this.#refused = taken ? 0 : this.#refused + 1;
    return taken ? to : -1;
  }

  /** Where the comma before the list's next record is, which begins as this one does; the chunk's length: not in it. */
  #record(from: number): number {
    const chunk = this.#chunk;
    if (this.#seam === undefined) return chunk.length;
    const found = chunk.indexOf(this.#seam, from);
    return found < 0 ? chunk.length : found + 1;
  }

  /** A record of the present list begins here. */
  #sew(from: number): void {
    if (this.#seam !== undefined || from + alike > this.#chunk.length) return;
    this.#seam = Buffer.concat([Buffer.from('},'), this.#chunk.subarray(from, from + alike)]);
  }
}

/** What `indexOf` found, or the end. */
const upTo = (end: number, found: number): number => (found < 0 ? end : found);
