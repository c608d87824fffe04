import type { RE2JS } from 're2js';
import type { Network } from './address.ts';
import type { Scalar } from './language.ts';

/** What one scalar of an event is asked. A pattern is loaded into these once; both matchers read nothing else. */
export type Test =
  | { readonly is: 'equal'; readonly value: Scalar }
  | { readonly is: 'prefix' | 'suffix'; readonly text: string; readonly fold: boolean }
  | { readonly is: 'fold'; readonly text: string }
  /** The literal pieces between the stars: `a*b` is `['a', 'b']`, `*` is `['', '']`. Escapes are resolved. */
  | { readonly is: 'wildcard'; readonly pieces: readonly string[] }
  /** None of these may hold. */
  | { readonly is: 'not'; readonly tests: readonly Test[] }
  | { readonly is: 'numeric'; readonly low?: Bound; readonly high?: Bound }
  | { readonly is: 'cidr'; readonly network: Network }
  | { readonly is: 'exists' }
  /** No scalar stands at the path anywhere in the event. */
  | { readonly is: 'absent' }
  | { readonly is: 'matches'; readonly regex: RE2JS }
  | { readonly is: 'same'; readonly path: readonly string[] };

/** One end of a numeric range. */
export interface Bound {
  readonly value: number;
  readonly included: boolean;
}

/** One of `tests` must hold. */
export interface Leaf {
  readonly is: 'leaf';
  readonly tests: readonly Test[];
}

/** All of `fields` hold and, where `or` is not empty, one of its groups. */
export interface Group {
  readonly is: 'group';
  readonly fields: readonly Field[];
  readonly or: readonly Group[];
}

/** A member of an object and what must hold of it. */
export interface Field {
  readonly name: string;
  /** From the record's root, this name included. */
  readonly path: readonly string[];
  readonly node: Node;
}

/** A loaded pattern or a part of one. */
export type Node = Group | Leaf;
