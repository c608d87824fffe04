import { isAscii } from 'node:buffer';

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

/** The text of a chunk: it is decoded at once, and its records are parts of it. */
export class ChunkTexts {
  #last: Uint8Array | undefined;
  #text = '';
  #isAscii: boolean | undefined;

  /** The whole chunk, each byte a character. */
  latin1(chunk: Uint8Array): string {
    this.#take(chunk);
    return this.#text;
  }

  isAscii(chunk: Uint8Array): boolean {
    this.#take(chunk);
    this.#isAscii ??= isAscii(chunk);
    return this.#isAscii;
  }

  #take(chunk: Uint8Array): void {
    if (chunk === this.#last) return;
    this.#last = chunk;
    this.#text = latin1(chunk);
    this.#isAscii = undefined;
  }
}
