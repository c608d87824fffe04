import type { Scalar } from '../pattern/language.ts';
import { ending, escapes, hexadecimal, isThere, literalEnd, numberEnd, pastBlanks } from './json-bytes.ts';
import {
  backslash,
  closeList,
  closeObject,
  colon,
  comma,
  minus,
  nine,
  nullBegins,
  openList,
  openObject,
  quote,
  space,
  zero,
} from './marks.ts';
import type { Shape } from './shape.ts';

/** Something stands at the path that only a parser can tell: a list, or a text with escapes. */
export const unclear = Symbol('unclear');

/**
 * Goes over the bytes of a JSON object without making anything of it, and remembers where those scalars stand that somebody may ask
 * for. What it accepts `JSON.parse` accepts too, and takes about as long for. It gives up on whatever is out of the ordinary (a
 * member that comes twice, an escape in a name, deep nesting): that is to be parsed.
 */
export class Skimmer {
  readonly #root = new Node('', 0);
  /** Of the objects that are open: what is looked for in them. */
  readonly #nodes: (Node | undefined)[] = [undefined];
  readonly #isObject = new Uint8Array(deepest + 1);
  /** Of each path that is asked for: what stands there, and its bytes. */
  readonly #what: Uint8Array;
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  /** The object in which a member was last seen, by the member's number. */
  readonly #seen: Int32Array;
  #round = 0;
  #escaped = false;
  #text = '';

  /**
   * @param asked paths of scalars, which are asked for by their place in this list
   * @param shape what members must be; it gives up where one is something else
   * @param refused names that the object itself must not have
   */
  constructor(asked: readonly (readonly string[])[], shape: Shape = [], refused: readonly string[] = []) {
    let nodes = 1;
    const at = (path: readonly string[]): Node =>
      path.reduce((node, name) => node.child(name) ?? node.grow(name, nodes++), this.#root);
    const expect = (members: Shape, path: readonly string[]): void => {
      for (const [name, kind] of members) {
        at([...path, name]).kind = typeof kind === 'string' ? kinds[kind] : kinds.object;
        if (typeof kind !== 'string') expect(kind, [...path, name]);
      }
    };
    expect(shape, []);
    for (const name of refused) at([name]).kind = kinds.refused;
    for (const [slot, path] of asked.entries()) {
      at(path).slot = slot;
      for (const end of path.keys()) at(path.slice(0, end + 1)).slots.push(slot);
    }
    this.#seen = new Int32Array(nodes);
    this.#what = new Uint8Array(asked.length);
    this.#from = new Int32Array(asked.length);
    this.#to = new Int32Array(asked.length);
  }

  /**
   * Goes over one object.
   * @param bytes ASCII
   * @param text the same as text
   * @returns whether it is exactly one and an ordinary one: only then may anything be asked
   */
  over(bytes: Uint8Array, text: string, from: number, to: number): boolean {
    this.#round++;
    this.#text = text;
    this.#what.fill(absent);
    return bytes[from] === openObject && this.#end(bytes, from, to) === to;
  }

  /** The scalar at a path of those asked for; undefined where there is none. */
  at(slot: number): Scalar | undefined | typeof unclear {
    const from = this.#from[slot] ?? 0;
    const to = this.#to[slot] ?? 0;
    switch (this.#what[slot]) {
      case plain:
        return this.#text.slice(from, to);
      case number:
        return Number(this.#text.slice(from, to));
      case literal:
        return this.#text[from] === 't' ? true : this.#text[from] === 'f' ? false : null;
      case hidden:
        return unclear;
      default:
        return undefined;
    }
  }

  /** The end of the object that begins at `from`; -1 to give up. */
  #end(bytes: Uint8Array, from: number, to: number): number {
    const nodes = this.#nodes;
    const isObject = this.#isObject;
    let depth = 0;
    let expected = value;
    let child: Node | undefined = this.#root;
    let i = from;
    while (i < to) {
      if ((bytes[i] ?? 0) <= space) i = pastBlanks(bytes, i);
      const byte = bytes[i] ?? 0;
      if (expected === name) {
        if (byte !== quote) return -1;
        const begin = i + 1;
        i = this.#textEnd(bytes, begin);
        if (i < 0) return -1;
        const node = nodes[depth];
        child = undefined;
        if (node !== undefined) {
          if (this.#escaped) return -1;
          child = node.named(bytes, begin, i - 1);
          if (child !== undefined) {
            // Of a member that comes twice the last one counts.
            if (child.kind === kinds.refused || this.#seen[child.number] === this.#round) return -1;
            this.#seen[child.number] = this.#round;
          }
        }
        if (bytes[i] !== colon) i = pastBlanks(bytes, i);
        if (bytes[i] !== colon) return -1;
        expected = value;
        i++;
      } else if (expected === end) {
        if (byte === comma) {
          expected = isObject[depth] === 1 ? name : value;
          child = undefined;
        } else {
          if (byte !== (isObject[depth] === 1 ? closeObject : closeList)) return -1;
          if (--depth === 0) return i + 1;
        }
        i++;
      } else if (byte === quote) {
        const begin = i + 1;
        i = this.#textEnd(bytes, begin);
        if (i < 0 || (child !== undefined && !this.#foundText(child, begin, i - 1))) return -1;
        expected = end;
      } else if (byte === openObject || byte === openList) {
        const opens = byte === openObject;
        if (child !== undefined && !(opens ? child.kind <= kinds.object : this.#foundList(child, bytes, i + 1)))
          return -1;
        if (++depth > deepest) return -1;
        isObject[depth] = opens ? 1 : 0;
        nodes[depth] = opens && child?.hasChildren === true ? child : undefined;
        child = undefined;
        i = pastBlanks(bytes, i + 1);
        expected = opens ? name : value;
        if (bytes[i] === (opens ? closeObject : closeList)) expected = end;
      } else {
        const begin = i;
        const isNumber = byte === minus || (byte >= zero && byte <= nine);
        i = isNumber ? numberEnd(bytes, i) : literalEnd(bytes, i, byte);
        if (i < 0) return -1;
        if (child !== undefined) {
          if (child.kind !== kinds.any && byte !== nullBegins) return -1; // null counts as absent
          this.#found(child.slot, isNumber ? number : literal, begin, i);
        }
        expected = end;
      }
    }
    return -1;
  }

  /** Past the quote that ends the text which begins at `from`; -1 where it is none. */
  #textEnd(bytes: Uint8Array, from: number): number {
    this.#escaped = false;
    for (let i = from; ; ) {
      while (ending[bytes[i] ?? 0] === 0) i++;
      const byte = bytes[i];
      if (byte === quote) return i + 1;
      if (byte !== backslash) return -1;
      this.#escaped = true;
      const length = escapes[bytes[i + 1] ?? 0] ?? 0;
      if (length === 0) return -1;
      for (let digit = i + 2; digit < i + length; digit++) if (hexadecimal[bytes[digit] ?? 0] === 0) return -1;
      i += length;
    }
  }

  #found(slot: number, what: number, from: number, to: number): void {
    if (slot < 0) return;
    this.#what[slot] = what;
    this.#from[slot] = from;
    this.#to[slot] = to;
  }

  #foundText({ kind, slot }: Node, from: number, to: number): boolean {
    if (kind !== kinds.any && kind !== kinds.text) return false;
    this.#found(slot, this.#escaped ? hidden : plain, from, to);
    return true;
  }

  /** Patterns look into lists: what is in one is left to them. */
  #foundList({ kind, slots }: Node, bytes: Uint8Array, from: number): boolean {
    if (kind !== kinds.any && (kind !== kinds.texts || !this.#areTexts(bytes, from))) return false;
    for (let at = 0; at < slots.length; at++) this.#what[slots[at] ?? 0] = hidden;
    return true;
  }

  /** Whether the list whose bracket stands before `from` is one of texts, as far as it is a list. */
  #areTexts(bytes: Uint8Array, from: number): boolean {
    for (let i = pastBlanks(bytes, from); bytes[i] !== closeList; ) {
      i = bytes[i] === quote ? this.#textEnd(bytes, i + 1) : -1;
      if (i < 0) return false;
      i = pastBlanks(bytes, i);
      if (bytes[i] === comma) i = pastBlanks(bytes, i + 1);
    }
    return true;
  }
}

/** A member that something is known or asked of. */
class Node {
  readonly name: string;
  readonly number: number;
  kind: number = kinds.any;
  /** Its place among the paths asked for; -1: nobody asks for it. */
  slot = -1;
  /** Of the paths asked for those that lead to or through it. */
  readonly slots: number[] = [];
  hasChildren = false;
  /** By what is quick to compare: the length, the first and the last byte. */
  readonly #children = new Map<number, readonly Node[]>();

  constructor(name: string, number: number) {
    this.name = name;
    this.number = number;
  }

  child(name: string): Node | undefined {
    return this.#children.get(keyOf(name))?.find(one => one.name === name);
  }

  grow(name: string, number: number): Node {
    const child = new Node(name, number);
    const key = keyOf(name);
    this.#children.set(key, [...(this.#children.get(key) ?? []), child]);
    this.hasChildren = true;
    return child;
  }

  /** The child whose name these bytes are. */
  named(bytes: Uint8Array, from: number, to: number): Node | undefined {
    const alike = this.#children.get(quick(to - from, bytes[from] ?? 0, bytes[to - 1] ?? 0));
    if (alike === undefined) return undefined;
    for (let at = 0; at < alike.length; at++) {
      const one = alike[at];
      if (one !== undefined && isThere(one.name, bytes, from)) return one;
    }
    return undefined;
  }
}

const quick = (length: number, first: number, last: number): number => (length << 16) | (first << 8) | last;
const keyOf = (name: string): number => quick(name.length, name.charCodeAt(0), name.charCodeAt(name.length - 1));

/** Objects and lists in one another. Real records stay below 40. */
const deepest = 64;

/** What a member must be. In this order: an object may stand where the kind is at most `object`. */
const kinds = { any: 0, object: 1, text: 2, texts: 3, refused: 4 } as const;

// What is expected next.
const [value, name, end] = [0, 1, 2];
// What stands at a path.
const [absent, plain, number, literal, hidden] = [0, 1, 2, 3, 4];
