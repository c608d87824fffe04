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
  /** The paths of the texts that `heard` is given. */
  readonly reads: readonly (readonly string[])[];
  /**
   * What is known of the record, or undefined where anything else is odd about it.
   * @param texts in the order of `reads`; undefined where no text stands
   */
  readonly heard: (texts: readonly (string | undefined)[], place: Place) => Heard | undefined;
}

/** No text is there, or an empty one. */
export const missing: readonly Test[] = [
  { is: 'absent' },
  ...[null, true, false, ''].map(value => ({ is: 'equal', value }) as const),
  { is: 'numeric' },
];
