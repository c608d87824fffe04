import type { Source } from '../event.ts';
import type { Test } from '../pattern/node.ts';
import type { Heard, Place } from './contract.ts';
import type { Shape } from './shape.ts';

/** What is read of a record that is not parsed. */
export interface Outline<S extends Source = Source> {
  readonly source: S;
  /** What its members must be. */
  readonly shape: Shape;
  /** Members with which it is none, or needs a closer look. */
  readonly refused: readonly string[];
  /** What is odd about a record where one of the tests holds at the path: then a parser looks at it. */
  readonly odd: readonly { readonly path: readonly string[]; readonly tests: readonly Test[] }[];
  /** The paths that `heard` reads. */
  readonly reads: readonly (readonly string[])[];
  /** What is known of the record, or undefined where anything else is odd about it. */
  readonly heard: (found: Found, place: Place) => Heard | undefined;
}

/** What stands at the paths of `reads`, by their places in it; none of it is unclear. */
export interface Found {
  /** Undefined where no text stands there. */
  text(read: number): string | undefined;
  /** Characters of the text; 0 where none stands there. */
  length(read: number): number;
  /** Milliseconds since 1970; undefined where no RFC 3339 time stands there. */
  instant(read: number): number | undefined;
}

/** No text is there, or an empty one. */
export const missing: readonly Test[] = [
  { is: 'absent' },
  ...[null, true, false, ''].map(value => ({ is: 'equal', value }) as const),
  { is: 'numeric' },
];
