import { role } from '../kinds.ts';
import type { Resource } from '../mocks.ts';
import { full } from '../synthesis.ts';

/** A fault that is planted in the full stack, and the check that must catch it. */
export type Fault = readonly [check: string, fault: string, planted: () => readonly Resource[]];

type Inputs = Record<string, unknown>;

/** The resources of the full stack with one changed: of a type, the one of that name, else the first whose name holds the word. @throws where there is none */
export const changed = (type: string, change: (inputs: Inputs) => Inputs, word = ''): readonly Resource[] => {
  const exact = full.resources.findIndex(one => one.type === type && one.name === word);
  const index = exact >= 0 ? exact : full.resources.findIndex(one => one.type === type && one.name.includes(word));
  const found = full.resources[index];
  if (found === undefined) throw new Error(`no ${type} ${word} to plant a fault in`);
  return full.resources.with(index, { ...found, inputs: change({ ...found.inputs }) });
};

/** Inputs without some members. */
export const without =
  (...members: readonly string[]) =>
  (inputs: Inputs): Inputs =>
    Object.fromEntries(Object.entries(inputs).filter(([name]) => !members.includes(name)));

/** Inputs with others in their place. */
export const plus =
  (more: Inputs) =>
  (inputs: Inputs): Inputs => ({ ...inputs, ...more });

/** The resources of the full stack with a role that may do what one statement says, and nothing else. @param word as of {@link changed} */
export const allowed = (statement: object, word = ''): readonly Resource[] =>
  changed(
    role,
    plus({
      inlinePolicies: [{ name: 'planted', policy: JSON.stringify({ Statement: [{ Effect: 'Allow', ...statement }] }) }],
    }),
    word,
  );
