/** Goes over the marks of an object one after the other, by the grammar of RFC 8259, and remembers where that stands which is asked for. */
import { closeList, closeObject, colon, comma, openList, openObject, quote } from './bytes.as';
import {
  deepest,
  kindAny,
  kindObject,
  kindRefused,
  kindText,
  kindTexts,
  nodeHasChildren,
  nodeKind,
  nodeSeen,
  nodeSlot,
  nodeSlots,
  nodeSlotsEnd,
  tablePlaces,
  tableRoot,
  tableRound,
  tableSlots,
  tableWhat,
  whatHidden,
  whatLiteral,
  whatNumber,
  whatPlain,
  whatTexts,
} from './layout';
import { goOn, markAt, more } from './marks.as';
import { named } from './names.as';
import { isBlank, isDigit, literalEnd, numberEnd, pastBlanks, pastEscapes } from './text.as';

/** So many records, and what was answered about one long gone might be taken for an answer about the present one. */
const mostRounds: u32 = 0x7fffffff;

/** Of each level that is open, from the second on: the node in which members are looked for, 0 for none. */
const nodes = memory.data(deepest * 4);

/**
 * Goes over the object that begins at `from`.
 * @returns one behind its last byte; 0 where it is none, goes on behind the chunk, or is not an ordinary one
 */
export function skim(table: usize, from: usize): usize {
  const mark = markAt(from);
  return load<u8>(from) === openObject ? object(table, mark) : 0;
}

/** @param mark that of the object's bracket */
function object(table: usize, mark: usize): usize {
  let t = mark + 4;
  let at = <usize>load<u32>(mark) + 1;
  const round = load<u32>(table, tableRound) + 1;
  if (round === mostRounds) return 0;
  store<u32>(table, round, tableRound);
  memory.fill(<usize>load<u32>(table, tableWhat), 0, <usize>load<u32>(table, tableSlots));
  let node = <usize>load<u32>(table, tableRoot);
  let depth: i32 = 1;
  /** A bit for each level, the lowest is the innermost: whether it is an object. */
  let objects: u64 = 1;
  let inObject = true;
  /** In a list that must be one of texts. */
  let onlyTexts = false;
  let isEmpty = false;
  t = more(t);
  let place = <usize>load<u32>(t);
  isEmpty = load<u8>(place) === closeObject && isBlank(at, place);
  while (true) {
    t = more(t);
    if (!isEmpty) {
      let member: usize = 0;
      if (inObject) {
        place = <usize>load<u32>(t);
        if (load<u8>(place) !== quote || !isBlank(at, place)) return 0;
        const begin = place + 1;
        place = <usize>load<u32>(t, 4);
        t += 8;
        if (load<u8>(place) !== quote) {
          // A name with escapes may be one that is looked for.
          if (node !== 0) return 0;
          t = pastEscapes(t - 4);
          if (t === 0) return 0;
          place = <usize>load<u32>(t);
          t = more(t + 4);
        } else if (node !== 0) {
          member = named(table, node, begin, <u32>(place - begin));
          if (member !== 0) {
            // Of a member that comes twice the last one counts.
            if (load<i32>(member, nodeKind) === kindRefused || load<u32>(member, nodeSeen) === round) return 0;
            store<u32>(member, round, nodeSeen);
          }
        }
        at = place + 1;
        place = <usize>load<u32>(t);
        t += 4;
        if (load<u8>(place) !== colon || !isBlank(at, place)) return 0;
        at = place + 1;
      }
      place = <usize>load<u32>(t);
      if (place !== at) at = pastBlanks(at);
      const byte: u32 = load<u8>(at);
      if (at !== place) {
        const isNumber = byte === 0x2d || isDigit(byte);
        const stop = isNumber ? numberEnd(at) : literalEnd(at);
        if (stop === 0 || onlyTexts) return 0;
        if (member !== 0) {
          if (load<i32>(member, nodeKind) !== kindAny && byte !== 0x6e) return 0; // null counts as absent
          found(table, member, isNumber ? whatNumber : whatLiteral, at, stop);
        }
        at = stop;
      } else if (byte === quote) {
        const begin = place + 1;
        place = <usize>load<u32>(t, 4);
        t += 8;
        let what: u32 = whatPlain;
        if (load<u8>(place) !== quote) {
          what = whatHidden;
          t = pastEscapes(t - 4);
          if (t === 0) return 0;
          place = <usize>load<u32>(t);
          t = more(t + 4);
        }
        if (member !== 0) {
          const kind = load<i32>(member, nodeKind);
          if (kind !== kindAny && kind !== kindText) return 0;
          found(table, member, what, begin, place);
        }
        at = place + 1;
      } else {
        if (onlyTexts || depth === deepest) return 0;
        let inner: usize = 0;
        if (byte === openObject) {
          if (member !== 0) {
            if (load<i32>(member, nodeKind) > kindObject) return 0;
            if (load<u32>(member, nodeHasChildren) !== 0) inner = member;
          }
          inObject = true;
        } else if (byte === openList) {
          if (member !== 0) {
            const kind = load<i32>(member, nodeKind);
            if (kind !== kindAny && kind !== kindTexts) return 0;
            onlyTexts = kind === kindTexts;
            hide(table, member, onlyTexts, place + 1);
          }
          inObject = false;
        } else return 0;
        objects = (objects << 1) | <u64>inObject;
        store<u32>(nodes + ((<usize>depth) << 2), <u32>node);
        depth++;
        node = inner;
        at = place + 1;
        t += 4;
        place = <usize>load<u32>(t);
        isEmpty = load<u8>(place) === (inObject ? closeObject : closeList) && isBlank(at, place);
        if (!isEmpty) continue;
      }
    }
    isEmpty = false;
    while (true) {
      place = <usize>load<u32>(t);
      t += 4;
      if (!isBlank(at, place)) return 0;
      at = place + 1;
      const byte: u32 = load<u8>(place);
      if (byte === comma) break;
      if (byte !== (inObject ? closeObject : closeList)) return 0;
      onlyTexts = false;
      depth--;
      if (depth === 0) {
        goOn(t);
        return at;
      }
      t = more(t);
      objects >>= 1;
      inObject = (objects & 1) !== 0;
      node = <usize>load<u32>(nodes + ((<usize>depth) << 2));
    }
  }
}

/** Patterns look into lists: what is in one is left to them, unless it is of texts alone. */
function hide(table: usize, member: usize, onlyTexts: bool, from: usize): void {
  const what = <usize>load<u32>(table, tableWhat);
  const stop = <usize>load<u32>(member, nodeSlotsEnd);
  for (let slot = <usize>load<u32>(member, nodeSlots); slot < stop; slot += 4)
    store<u8>(what + <usize>load<u32>(slot), <u8>whatHidden);
  const own = load<i32>(member, nodeSlot);
  if (!onlyTexts || own < 0) return;
  store<u8>(what + <usize>own, <u8>whatTexts);
  store<u32>(<usize>load<u32>(table, tablePlaces) + ((<usize>own) << 3), <u32>from);
}

function found(table: usize, member: usize, what: u32, from: usize, to: usize): void {
  const slot = load<i32>(member, nodeSlot);
  if (slot < 0) return;
  store<u8>(<usize>load<u32>(table, tableWhat) + <usize>slot, <u8>what);
  const place = <usize>load<u32>(table, tablePlaces) + ((<usize>slot) << 3);
  store<u32>(place, <u32>from);
  store<u32>(place, <u32>to, 4);
}
