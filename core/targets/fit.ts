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
  /** Volume that it adds; not above zero where the two overlap. */
  readonly added: number;
  /** Characters that it saves. */
  readonly saved: number;
}

/**
 * Widens clauses until they fit, each time by the step that admits the fewest events for the characters it saves.
 * What was admitted stays admitted.
 * @param excess how many characters too many there are, asked after each step; not above zero: they fit
 * @returns the clauses as far as they could be widened, and whether they fit
 */
export const widenToFit = (
  clauses: readonly Clause[],
  cost: Cost,
  excess: (clauses: readonly Clause[]) => number,
): { readonly kept: readonly Clause[]; readonly fits: boolean } => {
  let kept = clauses;
  const steps = new Map<Clause, Step[]>();
  for (const [index, clause] of kept.entries()) steps.set(clause, stepsOf(clause, kept.slice(0, index), cost));
  for (let over = excess(kept); over > 0; over = excess(kept)) {
    const live = new Set(kept);
    let best: Step | undefined;
    for (const clause of kept)
      for (const step of steps.get(clause) ?? [])
        if ((best === undefined || price(step, over) < price(best, over)) && step.from.every(one => live.has(one)))
          best = step;
    if (best === undefined) return { kept, fits: false };
    const { from, to } = best;
    const rest = kept.filter(one => !from.includes(one) && !implies(one, to));
    const holder = rest.find(one => implies(to, one));
    kept = holder === undefined ? [...rest, to] : rest;
    if (holder === undefined) steps.set(to, stepsOf(to, rest, cost));
  }
  return { kept, fits: true };
};

/**
 * Free steps first, the longest saving before the others; then by volume a character, of which only those count that are still
 * too many: a step that saves far more than that is no bargain.
 */
const price = ({ added, saved }: Step, over: number): number => (added <= 0 ? -saved : added / Math.min(saved, over));

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
  return { from, to, saved, added: volume(to) - from.reduce((sum, one) => sum + volume(one), 0) };
};
