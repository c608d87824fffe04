import { padding } from './layout.ts';
import { wasm } from './wasm.ts';

/** What `engine.as.ts` exports; addresses and lengths are bytes of its memory. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly free: () => number;
  readonly take: (from: number, to: number, room: number) => void;
  readonly over: (table: number, from: number) => number;
}

/** Values of 32 bits, and how far behind the beginning of what they are part of. */
export type Fields = readonly (readonly [offset: number, value: number])[];

const page = 65_536;

/** Marks take four times as much: what comes in larger pieces is left to the parser. Files and gzip come in pieces of 64 KiB. */
const largest = 1024 * 1024;

/**
 * The engine that goes over JSON, with a memory of its own: tables that say what is asked for, and the chunk that is gone over. It
 * is WebAssembly, compiled from `engine.as.ts` and part of this module; nothing in it comes from outside.
 */
export class Engine {
  readonly #exports: Exports;
  /** Where the tables end. */
  #top: number;
  /** Where the chunk begins, and for how long a one there is room; 0: none yet. */
  #base = 0;
  #room = 0;
  #chunk: Uint8Array | undefined;
  /** The memory, as bytes and as words of 32 bits; others once it grows. */
  bytes: Buffer;
  words: Uint32Array;
  /** Whether no rule can be about the object that was gone over last. */
  isQuiet = false;

  constructor() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(wasm, 'base64')));
    this.#exports = exports as unknown as Exports; // what `engine.as.ts` exports
    this.#top = this.#exports.free();
    this.bytes = Buffer.from(this.#exports.memory.buffer);
    this.words = new Uint32Array(this.#exports.memory.buffer);
  }

  /**
   * Makes room for a part of a table, of zeros.
   * @throws Error once a chunk was taken, which lies behind the tables
   */
  allocate(length: number, align = 8): number {
    if (this.#base > 0) throw new Error('tables are written before the first chunk is taken');
    const at = Math.ceil(this.#top / align) * align;
    this.#top = at + length;
    this.#grow(this.#top);
    return at;
  }

  write(address: number, fields: Fields): void {
    for (const [offset, value] of fields) this.words[(address + offset) / 4] = value;
  }

  /** Puts a text into the memory. Its word: its first eight bytes, as little-endian; zeros where it is shorter. */
  put(text: string): { readonly address: number; readonly length: number; readonly word: bigint } {
    const bytes = Buffer.from(text);
    const address = this.allocate(bytes.length);
    this.bytes.set(bytes, address);
    return { address, length: bytes.length, word: Buffer.concat([bytes, Buffer.alloc(8)]).readBigUInt64LE() };
  }

  /**
   * Goes over the object of a chunk that begins at `from`.
   * @param chunk whose bytes stay what they are for as long as it is the one given
   * @returns one behind its last byte in the chunk; 0 where it is no ordinary one, or the chunk is larger than 1 MiB
   */
  over(table: number, chunk: Uint8Array, from: number): number {
    if (chunk.length > largest) return 0;
    if (chunk !== this.#chunk) this.#take(chunk);
    const found = this.#exports.over(table, this.#base + from);
    this.isQuiet = (found & 1) === 1;
    return found === 0 ? 0 : (found >>> 1) - this.#base;
  }

  #take(chunk: Uint8Array): void {
    if (chunk.length > this.#room || this.#base === 0) {
      this.#base = Math.ceil(this.#top / padding) * padding;
      this.#room = Math.ceil(Math.max(chunk.length, page) / padding) * padding;
      this.#grow(this.#marks + 4 * (this.#room + padding));
    }
    this.bytes.set(chunk, this.#base);
    this.#exports.take(this.#base, this.#base + chunk.length, this.#marks);
    this.#chunk = chunk;
  }

  get #marks(): number {
    return this.#base + this.#room + padding;
  }

  #grow(size: number): void {
    const { memory } = this.#exports;
    if (size <= memory.buffer.byteLength) return;
    memory.grow(Math.ceil((size - memory.buffer.byteLength) / page));
    this.bytes = Buffer.from(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
  }
}
