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
  tableAll,
  tableBytes,
  tableKey,
  tableKeyed,
  tableMask,
  tableNames,
  tablePlaces,
  tableQuestions,
  tableRoot,
  tableSlots,
  tableWhat,
} from './layout.ts';
import { type Entry, type Questions, QuestionWriter } from './questions.ts';

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
  questions: Questions | undefined,
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
  const writer = new QuestionWriter(engine);
  const keyed = engine.allocate(8); // an address that is no node's
  const ofAll = writer.write(questions?.ofAll ?? []);
  const ofKey = [...(questions?.ofKey ?? [])].map(([name, some]) => ({
    parent: keyed,
    name,
    target: writer.write(some),
  }));
  const { names, mask } = writeNames(engine, [
    ...all.flatMap(({ address, children }) =>
      [...children].map(([name, node]) => ({ parent: address, name, target: node.address })),
    ),
    ...ofKey,
    ...writer.entries,
  ]);
  const slots = Math.ceil(asked.length / 16) * 16;
  const what = engine.allocate(slots, 16);
  const places = engine.allocate(8 * slots);
  const table = engine.allocate(tableBytes);
  engine.write(table, [
    [tableRoot, root.address],
    [tableNames, names],
    [tableMask, mask],
    [tableWhat, what],
    [tablePlaces, places],
    [tableSlots, slots],
    [tableAll, questions === undefined ? 1 : 0],
    [tableQuestions, ofAll],
    [tableKey, questions?.key ?? 0],
    [tableKeyed, keyed],
  ]);
  return { table, what, places };
};

const nodesOf = (node: Node): readonly Node[] => [node, ...[...node.children.values()].flatMap(nodesOf)];

const writeNode = (engine: Engine, { address, children, kind, slot, slots }: Node): void => {
  const list = engine.allocate(4 * slots.length);
  engine.write(
    list,
    slots.map((one, index) => [4 * index, one]),
  );
  engine.write(address, [
    [nodeKind, kind],
    [nodeSlot, slot],
    [nodeHasChildren, children.size],
    [nodeSlots, list],
    [nodeSlotsEnd, list + 4 * slots.length],
  ]);
};

/** Where the engine's `named` looks names up; nearly all names of a record are none of these. */
const writeNames = (engine: Engine, all: readonly Entry[]): { readonly names: number; readonly mask: number } => {
  const mask = 2 ** Math.ceil(Math.log2(4 * all.length + 1)) - 1;
  const names = engine.allocate((mask + 1) << entryShift);
  for (const { parent, name, target } of all) {
    const { address, length, word } = engine.put(name);
    let at = hash(word, parent, length) & mask;
    while (engine.words[(names + (at << entryShift) + entryParent) / 4] !== 0) at = (at + 1) & mask;
    engine.write(names + (at << entryShift), [
      [entryWord, Number(word & 0xffffffffn)],
      [entryWord + 4, Number(word >> 32n)],
      [entryParent, parent],
      [entryLength, length],
      [entryName, address],
      [entryNode, target],
    ]);
  }
  return { names, mask };
};

/** As the engine's `named` reckons it. */
const hash = (word: bigint, parent: number, length: number): number =>
  Number(BigInt.asUintN(64, (word ^ (BigInt(parent) << 40n) ^ BigInt(length)) * 0x9e3779b97f4a7c15n) >> 40n);
