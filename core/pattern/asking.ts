import { once } from '../once.ts';
import { compilePattern, type Shared, type Subject } from './compile.ts';
import { type Dispatched, dispatchSome } from './dispatch.ts';
import { alone, type Condition } from './requirement.ts';

/** What adds where those stand that can hold; see `dispatchSome`. */
type Ask = (subject: Subject, found: number[]) => void;

/**
 * What {@link dispatchSome} gives, by asking each item in turn: ready at once, and slower for every subject. It gives no item
 * that the tree leaves out because of a condition, and may leave out some that the tree gives.
 */
const askEach = <T>(
  some: readonly Dispatched<T>[],
  places: ReadonlyMap<Dispatched<T>, number>,
  shared: Shared,
): Ask => {
  const check = (condition: Condition) => once(() => compilePattern(alone(condition), { facts: true, shared }));
  const all = some.map(one => ({
    place: places.get(one) ?? 0,
    requirements: one.requirements.map(requirement => requirement.map(check)),
  }));
  return (subject, found) => {
    const holds = (check: () => (subject: Subject) => boolean): boolean => {
      try {
        return check()(subject);
      } catch {
        return true; // a fact that throws: the rule is asked, and says so
      }
    };
    for (const { place, requirements } of all)
      if (requirements.some(conditions => conditions.every(holds))) found.push(place);
  };
};

/** Subjects that are asked about one item after the other before a tree is built, which takes as long as 50 to 100 of them. */
export const first = 50;

/**
 * The same as `dispatchSome` for a process that may see few subjects: a tree of a dozen rules takes 4 to 7 ms to build by code
 * that has not run yet, which is half of what judging the first event takes.
 */
export const dispatchLater = <T>(
  some: readonly Dispatched<T>[],
  places: ReadonlyMap<Dispatched<T>, number>,
  shared: Shared,
): Ask => {
  const each = once(() => askEach(some, places, shared));
  const tree = once(() => dispatchSome(some, places, shared));
  let asked = 0;
  return (subject, found) => (asked++ < first ? each() : tree())(subject, found);
};
