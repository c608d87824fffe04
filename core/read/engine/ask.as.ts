/** Asks what was found in an object whether a rule may be about it. It errs towards yes. */

import { backslash, closeList, quote } from './bytes.as';
import {
  conditionAnswer,
  conditionForNothing,
  conditionNoneOf,
  conditionSlot,
  conditionTests,
  conditionTestsEnd,
  isAny,
  isNumber,
  isOneOf,
  isPrefix,
  isSuffix,
  isText,
  isThisNumber,
  isThisText,
  isThisWord,
  isWildcard,
  questionBesides,
  questionCondition,
  questionNext,
  tableAll,
  tableKey,
  tableKeyed,
  tablePlaces,
  tableQuestions,
  tableRound,
  tableWhat,
  testBytes,
  testIs,
  testLength,
  testText,
  testWord,
  whatAbsent,
  whatHidden,
  whatNumber,
  whatPlain,
  whatTexts,
} from './layout';
import { goesOnAs, named, wordOf } from './names.as';

/** A number with more digits than this may be another one when it is read. */
const exact: u32 = 15;

/** Whether no rule can be about the object that was gone over last. */
export function isQuiet(table: usize): bool {
  if (load<u32>(table, tableAll) !== 0) return false;
  const round = load<u32>(table, tableRound) << 1;
  if (mayOne(table, <usize>load<u32>(table, tableQuestions), round)) return false;
  const slot = <usize>load<u32>(table, tableKey);
  const what: i32 = load<u8>(<usize>load<u32>(table, tableWhat) + slot);
  if (what === whatHidden || what === whatTexts) return false;
  if (what !== whatPlain) return true;
  const place = <usize>load<u32>(table, tablePlaces) + (slot << 3);
  const from = <usize>load<u32>(place);
  const questions = named(table, <usize>load<u32>(table, tableKeyed), from, load<u32>(place, 4) - <u32>from);
  return !mayOne(table, questions, round);
}

function mayOne(table: usize, questions: usize, round: u32): bool {
  for (let one = questions; one !== 0; one = <usize>load<u32>(one, questionNext)) {
    if (!mayHold(table, <usize>load<u32>(one, questionCondition), round)) continue;
    const besides = <usize>load<u32>(one, questionBesides);
    if (besides === 0 || mayOne(table, besides, round)) return true;
  }
  return false;
}

function mayHold(table: usize, condition: usize, round: u32): bool {
  const answer = load<u32>(condition, conditionAnswer);
  if ((answer & ~1) === round) return (answer & 1) !== 0;
  const slot = <usize>load<u32>(condition, conditionSlot);
  let what: i32 = load<u8>(<usize>load<u32>(table, tableWhat) + slot);
  let holds = what === whatHidden;
  if (what === whatAbsent) holds = load<u32>(condition, conditionForNothing) !== 0;
  else if (!holds) {
    const place = <usize>load<u32>(table, tablePlaces) + (slot << 3);
    const end = <usize>load<u32>(condition, conditionTestsEnd);
    const noneOf = load<u32>(condition, conditionNoneOf) !== 0;
    let from = <usize>load<u32>(place);
    let to = <usize>load<u32>(place, 4);
    const inList = what === whatTexts;
    if (inList) {
      what = whatPlain;
      from = elementFrom(from);
      if (from === 0) holds = load<u32>(condition, conditionForNothing) !== 0;
    }
    while (from !== 0) {
      if (inList) {
        to = elementTo(from);
        // With escapes.
        if (to === 0) {
          holds = true;
          break;
        }
      }
      const length = <u32>(to - from);
      const word = wordOf(from, length);
      let passed = false;
      for (let test = <usize>load<u32>(condition, conditionTests); test < end && !passed; test += testBytes)
        passed = passes(table, test, what, from, length, word);
      holds = passed !== noneOf;
      if (holds || !inList) break;
      from = elementFrom(to + 1);
    }
  }
  store<u32>(condition, round | <u32>holds, conditionAnswer);
  return holds;
}

/** Where the text of a list's next element begins, a list of texts alone; 0: there is none. */
function elementFrom(from: usize): usize {
  let at = from;
  while (load<u8>(at) !== quote) {
    if (load<u8>(at) === closeList) return 0;
    at++;
  }
  return at + 1;
}

/** Where it ends; 0: it has escapes. */
function elementTo(from: usize): usize {
  let at = from;
  while (load<u8>(at) !== quote) {
    if (load<u8>(at) === backslash) return 0;
    at++;
  }
  return at;
}

function passes(table: usize, test: usize, what: i32, from: usize, length: u32, word: u64): bool {
  const is = load<i32>(test, testIs);
  if (is === isAny) return true;
  if (is === isOneOf) return what === whatPlain && named(table, <usize>load<u32>(test, testText), from, length) !== 0;
  if (what === whatNumber) return is === isNumber || (is === isThisNumber && isSameNumber(test, from, length, word));
  if (what !== whatPlain) return is === isThisWord && isSame(test, from, length, word);
  switch (is) {
    case isText:
      return true;
    case isThisText:
      return isSame(test, from, length, word);
    case isPrefix:
      return begins(<usize>load<u32>(test, testText), load<u32>(test, testLength), from, length);
    case isSuffix:
      return ends(<usize>load<u32>(test, testText), load<u32>(test, testLength), from, length);
    case isWildcard:
      return isLike(<usize>load<u32>(test, testText), load<u32>(test, testLength), from, length);
    default:
      return false;
  }
}

function isSame(test: usize, from: usize, length: u32, word: u64): bool {
  return (
    load<u32>(test, testLength) === length &&
    load<u64>(test, testWord) === word &&
    goesOnAs(<usize>load<u32>(test, testText), from, length)
  );
}

/** Numbers have many spellings: only plain digits are sure to be another number than other plain digits. */
function isSameNumber(test: usize, from: usize, length: u32, word: u64): bool {
  if (length > exact || load<u32>(test, testLength) > exact || isSame(test, from, length, word)) return true;
  if (load<u8>(from) === 0x2d) return true;
  for (let at: usize = 0; at < <usize>length; at++) if (<u32>load<u8>(from + at) - 0x30 > 9) return true;
  return false;
}

function begins(piece: usize, size: u32, from: usize, length: u32): bool {
  return size <= length && wordOf(piece, size) === wordOf(from, size) && goesOnAs(piece, from, size);
}

function ends(piece: usize, size: u32, from: usize, length: u32): bool {
  return size <= length && begins(piece, size, from + <usize>(length - size), size);
}

/** Greedy from the left: each inner piece at its first place leaves most room for those behind it. */
function isLike(pieces: usize, count: u32, from: usize, length: u32): bool {
  const first = <usize>load<u32>(pieces);
  const firstSize = load<u32>(pieces, 4);
  if (count === 1) return length === firstSize && begins(first, firstSize, from, length);
  const last = pieces + ((<usize>(count - 1)) << 3);
  const lastSize = load<u32>(last, 4);
  if (firstSize + lastSize > length || !begins(first, firstSize, from, length)) return false;
  if (!ends(<usize>load<u32>(last), lastSize, from, length)) return false;
  let at = from + <usize>firstSize;
  const stop = from + <usize>(length - lastSize);
  for (let inner = pieces + 8; inner < last; inner += 8) {
    const piece = <usize>load<u32>(inner);
    const size = load<u32>(inner, 4);
    const from = find(piece, size, at, stop);
    if (from === 0) return false;
    at = from + <usize>size;
  }
  return true;
}

/** Where a piece stands first between two places; 0: nowhere. */
function find(piece: usize, size: u32, from: usize, to: usize): usize {
  const mask: u64 = size >= 8 ? ~(<u64>0) : ((<u64>1) << ((<u64>size) << 3)) - 1;
  const word = load<u64>(piece) & mask;
  for (let at = from; at + <usize>size <= to; at++)
    if ((load<u64>(at) & mask) === word && goesOnAs(piece, at, size)) return at;
  return 0;
}
