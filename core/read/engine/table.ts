import type { Shape } from '../shape.ts';
import type { Engine } from './engine.ts';
import {
  entryLength,
  entryName,
  entryNode,
  entryParent,
  entryShift,
  entryWord,
  kindAny,
  kindObject,
  kindRefused,
  kindText,
  kindTexts,
  nodeBytes,
  nodeHasChildren,
  nodeKind,
  nodeSlot,
  nodeSlots,
  nodeSlotsEnd,
  tableBytes,
  tableMask,
  tableNames,
  tablePlaces,
  tableRoot,
  tableSlots,
  tableWhat,
} from './layout.ts';

/** A member that something is known or asked of. */
interface Node {
  readonly address: number;
  readonly children: Map<string, Node>;
  kind: number;
  /** Its place among the paths asked for; -1: nobody asks for it. */
  slot: number;
  /** Of the paths asked for those that lead to or through it. */
  readonly slots: number[];
}

const kinds = { object: kindObject, text: kindText, texts: kindTexts } as const;

/**
 * Writes into the engine's memory what is asked for: see {@link Skimmer} for the parameters.
 * @returns where the table lies, where it is said of each path what stands there, and where from and to
 */
export const tableOf = (
  engine: Engine,
  asked: readonly (readonly string[])[],
  shape: Shape,
  refused: readonly string[],
): { readonly table: number; readonly what: number; readonly places: number } => {
  const grow = (): Node => ({
    address: engine.allocate(nodeBytes),
    children: new Map(),
    kind: kindAny,
    slot: -1,
    slots: [],
  });
  const root = grow();
  const at = (path: readonly string[]): Node =>
    path.reduce((node, name) => {
      const child = node.children.get(name) ?? grow();
      node.children.set(name, child);
      return child;
    }, root);
  const expect = (members: Shape, path: readonly string[]): void => {
    for (const [name, kind] of members) {
      at([...path, name]).kind = typeof kind === 'string' ? kinds[kind] : kindObject;
      if (typeof kind !== 'string') expect(kind, [...path, name]);
    }
  };
  expect(shape, []);
  for (const name of refused) at([name]).kind = kindRefused;
  for (const [slot, path] of asked.entries()) {
    at(path).slot = slot;
    for (const end of path.keys()) at(path.slice(0, end + 1)).slots.push(slot);
  }
  const all = nodesOf(root);
  for (const node of all) writeNode(engine, node);
  const { names, mask } = writeNames(engine, all);
  const slots = Math.ceil(asked.length / 16) * 16;
  const what = engine.allocate(slots, 16);
  const places = engine.allocate(8 * slots);
  const table = engine.allocate(tableBytes);
  const memory = new DataView(engine.bytes.buffer);
  for (const [field, value] of [
    [tableRoot, root.address],
    [tableNames, names],
    [tableMask, mask],
    [tableWhat, what],
    [tablePlaces, places],
    [tableSlots, slots],
  ] as const)
    memory.setUint32(table + field, value, true);
  return { table, what, places };
};

const nodesOf = (node: Node): readonly Node[] => [node, ...[...node.children.values()].flatMap(nodesOf)];

const writeNode = (engine: Engine, { address, children, kind, slot, slots }: Node): void => {
  const list = engine.allocate(4 * slots.length);
  const memory = new DataView(engine.bytes.buffer);
  memory.setUint32(address + nodeKind, kind, true);
  memory.setInt32(address + nodeSlot, slot, true);
  memory.setUint32(address + nodeHasChildren, children.size, true);
  memory.setUint32(address + nodeSlots, list, true);
  memory.setUint32(address + nodeSlotsEnd, list + 4 * slots.length, true);
  for (const [index, one] of slots.entries()) memory.setUint32(list + 4 * index, one, true);
};

/** The names of all members, where the engine's `named` looks for them; nearly all names of a record are none of these. */
const writeNames = (engine: Engine, nodes: readonly Node[]): { readonly names: number; readonly mask: number } => {
  const members = nodes.flatMap(parent => [...parent.children].map(([name, node]) => ({ parent, name, node })));
  const mask = 2 ** Math.ceil(Math.log2(8 * members.length + 1)) - 1;
  const names = engine.allocate((mask + 1) << entryShift);
  for (const { parent, name, node } of members) {
    const bytes = Buffer.from(name);
    const whole = engine.allocate(bytes.length);
    engine.bytes.set(bytes, whole);
    const memory = new DataView(engine.bytes.buffer);
    const word = Buffer.concat([bytes, Buffer.alloc(8)]).readBigUInt64LE();
    let at = hash(word, parent.address, bytes.length) & mask;
    const entry = (): number => names + (at << entryShift);
    while (memory.getUint32(entry() + entryParent, true) !== 0) at = (at + 1) & mask;
    memory.setBigUint64(entry() + entryWord, word, true);
    memory.setUint32(entry() + entryParent, parent.address, true);
    memory.setUint32(entry() + entryLength, bytes.length, true);
    memory.setUint32(entry() + entryName, whole, true);
    memory.setUint32(entry() + entryNode, node.address, true);
  }
  return { names, mask };
};

/** As the engine's `named` reckons it. */
const hash = (word: bigint, parent: number, length: number): number =>
  Number(BigInt.asUintN(64, (word ^ (BigInt(parent) << 40n) ^ BigInt(length)) * 0x9e3779b97f4a7c15n) >> 40n);
