import type { Test } from '../pattern/node.ts';
import { type Clause, covers, implies, widen } from './clause.ts';
import type { Cost } from './fit.ts';

/** What narrowing asks of a filter language. */
type Judge = Pick<Cost, 'volume' | 'allowed'>;

/** A clause of the filter, and the clauses for whose sake it is there: each of them implies it, and is in one group alone. */
interface Group {
  readonly clause: Clause;
  readonly members: readonly Clause[];
}

/** Groups that take the place of others. */
interface Step {
  readonly from: readonly Group[];
  readonly to: readonly Group[];
  /** Estimated volume that it saves. */
  readonly saved: number;
}

/** So many steps are tried in all, the best of each round first: each is printed to see whether it fits. */
const mostTried = 150;

/**
 * Takes back what widening gave up, as far as there is room. Widening reckons with the characters of each clause alone, but what
 * clauses share is printed once: a condition may be nearly free that looked dear. Each round takes the step that saves most
 * volume and still fits; every wanted clause stays admitted.
 * @param wanted the clauses before they were widened, each of which implies one that was kept
 * @param by a path whose values may part ways: what is said of one of them need not be said of the others
 */
export const narrowToFit = (
  kept: readonly Clause[],
  wanted: readonly Clause[],
  by: string,
  judge: Judge,
  fits: (clauses: readonly Clause[]) => boolean,
): readonly Clause[] => {
  let groups = assign(
    kept,
    wanted.flatMap(clause => apart(clause, by)),
  );
  const after = ({ from, to }: Step): readonly Group[] => [...groups.filter(group => !from.includes(group)), ...to];
  let left = mostTried;
  for (;;) {
    const step = groups
      .flatMap(group => stepsOf(group, groups, judge))
      .toSorted((a, b) => b.saved - a.saved)
      .find(one => left-- > 0 && fits(after(one).map(({ clause }) => clause)));
    if (step === undefined) return groups.map(({ clause }) => clause);
    groups = after(step);
  }
};

/** A clause for each value that it allows at a path. */
export const apart = (clause: Clause, by: string): readonly Clause[] => {
  const tests = clause.get(by) ?? [];
  return tests.length < 2 ? [clause] : tests.map(test => new Map([...clause, [by, [test]]]));
};

const assign = (kept: readonly Clause[], wanted: readonly Clause[]): readonly Group[] =>
  kept.map(clause => ({
    clause,
    members: wanted.filter(one => kept.find(other => implies(one, other)) === clause),
  }));

/** A group's clause says no more than its members need; members that share a condition get a clause of their own, or go over to another group's. */
const stepsOf = (group: Group, groups: readonly Group[], { volume, allowed }: Judge): readonly Step[] => {
  const step = (from: readonly Group[], to: readonly Group[]): readonly Step[] => {
    // Busy clauses that overlap are taken to admit more together than everything does.
    if (!to.every(({ clause }) => allowed(clause, ...from.map(one => one.clause)))) return [];
    const sum = (some: readonly Group[]): number => some.reduce((total, { clause }) => total + volume(clause), 0);
    const saved = sum(from) - sum(to);
    return saved > 1e-9 ? [{ from, to, saved }] : [];
  };
  const tightened = step([group], joined(group.members));
  const parted = conditions(group.members).flatMap(([path, tests]) => {
    const inside = group.members.filter(one => covers(tests, one.get(path)));
    const moving = joined(inside);
    const staying = joined(group.members.filter(one => !inside.includes(one)));
    return [
      ...step([group], [...moving, ...staying]),
      ...groups.flatMap(other =>
        other === group
          ? []
          : moving.flatMap(({ clause, members }) =>
              step(
                [group, other],
                [{ clause: widen(other.clause, clause), members: [...other.members, ...members] }, ...staying],
              ),
            ),
      ),
    ];
  });
  return [...tightened, ...parted];
};

/** Each condition that any of the clauses makes, once. */
const conditions = (clauses: readonly Clause[]): readonly (readonly [path: string, tests: readonly Test[]])[] => [
  ...new Map(clauses.flatMap(clause => [...clause]).map(one => [JSON.stringify(one), one] as const)).values(),
];

/** One group of them; none where there are none. */
const joined = (members: readonly Clause[]): readonly Group[] => {
  const [first, ...others] = members;
  return first === undefined ? [] : [{ clause: others.reduce(widen, first), members }];
};
