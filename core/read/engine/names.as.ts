import { entryLength, entryName, entryNode, entryParent, entryShift, entryWord, tableMask, tableNames } from './layout';

/** What `table.ts` multiplies by too: 2^64 divided by the golden ratio, whose bits are in no order. */
const spread: u64 = ((<u64>0x9e3779b9) << 32) | 0x7f4a7c15;

/** The first eight bytes of a text as one word, 0 where it is shorter. */
export function wordOf(begin: usize, length: u32): u64 {
  const here = load<u64>(begin);
  return length >= 8 ? here : here & (((<u64>1) << ((<u64>length) << 3)) - 1);
}

/** Whether texts of the same length that begin with the same word are the same. */
export function goesOnAs(text: usize, begin: usize, length: u32): bool {
  let at: usize = 8;
  while (at < <usize>length && load<u8>(text + at) === load<u8>(begin + at)) at++;
  return at >= <usize>length;
}

/** What a table has under a name: the member of a node, the questions about a record; 0: nothing. */
export function named(table: usize, parent: usize, begin: usize, length: u32): usize {
  const word = wordOf(begin, length);
  const names = <usize>load<u32>(table, tableNames);
  const mask = load<u32>(table, tableMask);
  let at = <u32>(((word ^ ((<u64>parent) << 40) ^ <u64>length) * spread) >> 40) & mask;
  while (true) {
    const entry = names + ((<usize>at) << entryShift);
    const owner = <usize>load<u32>(entry, entryParent);
    if (owner === 0) return 0;
    if (owner === parent && load<u32>(entry, entryLength) === length && load<u64>(entry, entryWord) === word) {
      if (goesOnAs(<usize>load<u32>(entry, entryName), begin, length)) return <usize>load<u32>(entry, entryNode);
    }
    at = (at + 1) & mask;
  }
}
