import { type Clause, implies, widen } from './clause.ts';

/** What a filter language says about its clauses, so that they can be made to fit its quota. */
export interface Cost {
  /** Characters that the clause takes. */
  readonly size: (clause: Clause) => number;
  /** An estimate of the share of ordinary events that it admits, 0 to 1. */
  readonly volume: (clause: Clause) => number;
  /** Whether the widened clause is still one that this filter may hold. */
  readonly allowed: (widened: Clause, ...from: readonly Clause[]) => boolean;
}

/** Widening one clause, or two into one. */
interface Step {
  readonly from: readonly Clause[];
  readonly to: Clause;
  /** Volume added per character saved. */
  readonly price: number;
}

/**
 * Widens clauses until they fit, each time by the step that admits the fewest events for the characters it saves.
 * What was admitted stays admitted.
 * @param fits asked after each step
 * @returns undefined where no allowed step is left and they still don't fit
 */
export const widenToFit = (
  clauses: readonly Clause[],
  cost: Cost,
  fits: (clauses: readonly Clause[]) => boolean,
): readonly Clause[] | undefined => {
  let kept = clauses;
  const steps = new Map<Clause, Step[]>();
  for (const [index, clause] of kept.entries()) steps.set(clause, stepsOf(clause, kept.slice(0, index), cost));
  while (!fits(kept)) {
    const live = new Set(kept);
    let best: Step | undefined;
    for (const clause of kept)
      for (const step of steps.get(clause) ?? [])
        if ((best === undefined || step.price < best.price) && step.from.every(one => live.has(one))) best = step;
    if (best === undefined) return undefined;
    const { from, to } = best;
    const rest = kept.filter(one => !from.includes(one) && !implies(one, to));
    const holder = rest.find(one => implies(to, one));
    kept = holder === undefined ? [...rest, to] : rest;
    if (holder === undefined) steps.set(to, stepsOf(to, rest, cost));
  }
  return kept;
};

const stepsOf = (clause: Clause, others: readonly Clause[], cost: Cost): Step[] => {
  const alone = [...clause.keys()].map(path => step([clause], without(clause, path), cost));
  const joined = others.map(other => step([clause, other], widen(clause, other), cost));
  return [...alone, ...joined].flatMap(one => one ?? []);
};

const without = (clause: Clause, path: string): Clause => new Map([...clause].filter(([key]) => key !== path));

const step = (from: readonly Clause[], to: Clause, { size, volume, allowed }: Cost): Step | undefined => {
  if (!allowed(to, ...from)) return undefined;
  const saved = from.reduce((sum, one) => sum + size(one), 0) - size(to);
  if (saved <= 0) return undefined;
  const added = volume(to) - from.reduce((sum, one) => sum + volume(one), 0);
  // Free steps first, the longest saving before the others; then the cheapest.
  return { from, to, price: added <= 0 ? -saved : added / saved };
};
