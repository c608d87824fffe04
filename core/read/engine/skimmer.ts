import type { Scalar } from '../../pattern/language.ts';
import type { Shape } from '../shape.ts';
import type { Engine } from './engine.ts';
import { whatHidden, whatLiteral, whatNumber, whatPlain, whatTexts } from './layout.ts';
import type { Questions } from './questions.ts';
import { tableOf } from './table.ts';

/** Something stands at the path that only a parser can tell: a list, or a text with escapes. */
export const unclear = Symbol('unclear');

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
  #text = '';

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
  }

  /**
   * Goes over the object that begins at `from`.
   * @param chunk whose bytes stay what they are for as long as it is the one given
   * @param text the same bytes as Latin-1
   * @returns one behind its last byte; 0 where it is not an ordinary one, and then nothing may be asked
   */
  over(chunk: Uint8Array, text: string, from: number): number {
    this.#text = text;
    return this.#engine.over(this.#table, chunk, from);
  }

  /** The scalar at a path of those asked for; undefined where there is none. */
  at(slot: number): Scalar | undefined | typeof unclear {
    switch (this.#engine.bytes[this.#what + slot]) {
      case whatPlain:
        return this.#slice(slot);
      case whatNumber:
        return Number(this.#slice(slot));
      case whatLiteral: {
        const word = this.#slice(slot);
        return word === 'null' ? null : word === 'true';
      }
      case whatHidden:
      case whatTexts:
        return unclear;
      default:
        return undefined;
    }
  }

  /** Whether no rule can be about the object that was gone over last; false without questions. */
  get isQuiet(): boolean {
    return this.#engine.isQuiet;
  }

  #slice(slot: number): string {
    const { words, base } = this.#engine;
    const at = this.#places + 2 * slot;
    return this.#text.slice((words[at] ?? 0) - base, (words[at + 1] ?? 0) - base);
  }
}
