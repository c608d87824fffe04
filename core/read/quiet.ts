import type { Source } from '../event.ts';
import type { Heard, Place } from './contract.ts';

/** Goes over records by their bytes, and tells those that no rule can be about. The others are to be parsed. */
export interface Quiet {
  /**
   * Goes over the record that begins at `from`.
   * @param chunk whose bytes stay what they are for as long as it is the one given
   * @param cluster whose it is taken to be if it is of an audit log: of one that the settings know more can be told
   * @returns one behind its last byte; 0 where only a parser can tell
   */
  readonly end: (chunk: Uint8Array, from: number, cluster?: string) => number;
  /** The source whose shape the record has that was gone over last; it has no member that a wrapper has. */
  readonly shaped: () => Source;
  /** What is known of the record that was gone over last, where no rule can be about it: of none that turns out to be of another cluster. */
  readonly heard: (place: Place) => Heard | undefined;
}
