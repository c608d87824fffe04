import { isAscii } from 'node:buffer';
import type { Json } from '../json.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The text of UTF-8, or undefined where it is none. */
export const decoded = (bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
};

/** Each byte as a character: what is ASCII in it is itself. */
export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** The texts of a chunk's records: where it is all ASCII it is decoded at once, and they are parts of it. */
export class ChunkTexts {
  #last: Uint8Array | undefined;
  /** The whole chunk; undefined: not all of it is ASCII. */
  #text: string | undefined;

  /** The text of some of its bytes, or undefined where they are no UTF-8. */
  part(chunk: Uint8Array, from: number, to: number): string | undefined {
    if (chunk !== this.#last) {
      this.#last = chunk;
      this.#text = isAscii(chunk) ? latin1(chunk) : undefined;
    }
    return this.#text === undefined ? decoded(chunk.subarray(from, to)) : this.#text.slice(from, to);
  }
}

/** The value of JSON text, or undefined where it is none. The parser's own message is dropped: it quotes the record. */
export const parsed = (written: string): Json | undefined => {
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
};
