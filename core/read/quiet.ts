import type { Heard, Place } from './contract.ts';

/**
 * What is known of the one record in a stretch of ASCII bytes, where no rule can be about it; undefined where one may be, or where
 * only a parser can tell. Then it is to be parsed.
 * @param text the same bytes as text
 */
export type Quiet = (bytes: Uint8Array, text: string, from: number, to: number, place: Place) => Heard | undefined;

/** So many records of a stream are tried, and where fewer of them were quiet than pays, so many are not. */
const tried = 64;
const worthwhile = 14;
const left = 448;

/** Where few records of a stream are quiet, going over each before it is parsed is time lost: then only one in eight is tried. */
export const eased = (quiet: Quiet): Quiet => {
  let asked = 0;
  let found = 0;
  return (bytes, text, from, to, place) => {
    if (asked < 0) {
      asked++;
      return undefined;
    }
    const heard = quiet(bytes, text, from, to, place);
    if (heard !== undefined) found++;
    if (++asked === tried) {
      asked = found < worthwhile ? -left : 0;
      found = 0;
    }
    return heard;
  };
};
