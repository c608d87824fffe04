import { instant, instantOf, type Shape } from '../shape.ts';
import type { Engine } from './engine.ts';
import { whatHidden, whatPlain, whatTexts } from './layout.ts';
import type { Questions } from './questions.ts';
import { tableOf } from './table.ts';

/**
 * Goes over the bytes of a JSON object without making anything of it, and remembers where those scalars stand that somebody may ask
 * for. What it accepts `JSON.parse` accepts too, and takes twice as long for (docs/benchmarks.md). It gives up on
 * whatever is out of the ordinary: a member that comes twice, an escape in a name, bytes that are not ASCII, several lines, deep
 * nesting. That is to be parsed.
 */
export class Skimmer {
  readonly #engine: Engine;
  readonly #table: number;
  /** Where the engine writes what stands at each path, and (in words) from where to where. */
  readonly #what: number;
  readonly #places: number;
  /** Of each path the text that was found there last: most come again and again. */
  readonly #texts: (string | undefined)[];

  /**
   * @param asked paths of scalars, which are asked for by their place in this list
   * @param shape what members must be; it gives up where one is something else
   * @param refused names that the object itself must not have
   * @param questions what rules ask of it
   */
  constructor(
    engine: Engine,
    asked: readonly (readonly string[])[],
    shape: Shape = [],
    refused: readonly string[] = [],
    questions?: Questions,
  ) {
    this.#engine = engine;
    const { table, what, places } = tableOf(engine, asked, shape, refused, questions);
    this.#table = table;
    this.#what = what;
    this.#places = places / 4;
    this.#texts = asked.map(() => undefined);
  }

  /**
   * Goes over the object that begins at `from`.
   * @param chunk whose bytes stay what they are for as long as it is the one given
   * @returns one behind its last byte; 0 where it is not an ordinary one, and then nothing may be asked
   */
  over(chunk: Uint8Array, from: number): number {
    return this.#engine.over(this.#table, chunk, from);
  }

  /** Whether no rule can be about the object that was gone over last; false without questions. */
  get isQuiet(): boolean {
    return this.#engine.isQuiet;
  }

  /** Whether only a parser can tell what stands at a path: a list, or a text with escapes. */
  isUnclear(slot: number): boolean {
    const what = this.#engine.bytes[this.#what + slot];
    return what === whatHidden || what === whatTexts;
  }

  /** The text at a path, undefined where none stands there that is clear. */
  text(slot: number): string | undefined {
    if (this.#engine.bytes[this.#what + slot] !== whatPlain) return undefined;
    const last = this.#texts[slot];
    if (last !== undefined && this.#isAt(slot, last)) return last;
    const found = this.#slice(slot);
    this.#texts[slot] = found;
    return found;
  }

  /** Characters of the text at a path; 0 where none stands there that is clear. */
  length(slot: number): number {
    if (this.#engine.bytes[this.#what + slot] !== whatPlain) return 0;
    const at = this.#places + 2 * slot;
    return (this.#engine.words[at + 1] ?? 0) - (this.#engine.words[at] ?? 0);
  }

  /** The time at a path, RFC 3339, in milliseconds since 1970; undefined where none stands there that is clear. */
  instant(slot: number): number | undefined {
    const { bytes, words } = this.#engine;
    if (bytes[this.#what + slot] !== whatPlain) return undefined;
    const at = this.#places + 2 * slot;
    return instantOf(bytes, words[at] ?? 0, words[at + 1] ?? 0) ?? instant(this.#slice(slot));
  }

  #isAt(slot: number, text: string): boolean {
    const { bytes, words } = this.#engine;
    const at = this.#places + 2 * slot;
    const from = words[at] ?? 0;
    if ((words[at + 1] ?? 0) - from !== text.length) return false;
    for (let index = 0; index < text.length; index++) if (bytes[from + index] !== text.charCodeAt(index)) return false;
    return true;
  }

  #slice(slot: number): string {
    const { bytes, words } = this.#engine;
    const at = this.#places + 2 * slot;
    return bytes.toString('latin1', words[at], words[at + 1]);
  }
}
