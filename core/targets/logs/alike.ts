import type { Test } from '../../pattern/node.ts';

/** The text of a test that has one; '' of any other. */
export const literal = (one: Test): string =>
  one.is === 'equal' && typeof one.value === 'string' ? one.value : 'text' in one ? one.text : '';

/** What is worked out of a list, which is printed in many attempts. */
const ofList = <T>(work: (tests: readonly Test[]) => T): ((tests: readonly Test[]) => T) => {
  const known = new WeakMap<readonly Test[], { readonly made: T }>();
  return tests => {
    const { made } = known.get(tests) ?? { made: work(tests) };
    known.set(tests, { made });
    return made;
  };
};

/** The words of a list for one regular expression, which is searched for anywhere in a value. */
export const wordsOf = ofList(tests => {
  const words = tests.map(one =>
    one.is === 'prefix' ? `^${one.text}` : one.is === 'suffix' ? `${one.text}$` : literal(one),
  );
  return stems(words).join('|');
});

/** Words without those that hold another, and one beginning in place of several that share it: an unanchored search finds them all. */
export const stems = (words: readonly string[], shortest = shortestStem): readonly string[] => {
  const needed = [...new Set(words)].filter(word => !words.some(other => other !== word && word.includes(other)));
  const shared = needed
    .flatMap(word => needed.map(other => (other === word ? '' : commonStart(word, other))))
    .filter(start => start.length >= shortest && !start.startsWith('^'))
    .toSorted((a, b) => a.length - b.length)[0];
  return shared === undefined ? needed : stems([shared, ...needed.filter(word => !word.startsWith(shared))], shortest);
};

/** A beginning shorter than this would find too much else. */
const shortestStem = 6;

const commonStart = (a: string, b: string): string => {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
};

/**
 * Values that are alike are said with one star: "delete" and "deletecollection" as "delete*", two accounts of one name as
 * "system:serviceaccount:k*:karpenter". Shorter, and hardly more.
 */
export const shortened = ofList(tests => joinedAlike(tests));

const joinedAlike = (tests: readonly Test[]): readonly Test[] => {
  for (const [index, one] of tests.entries())
    for (const other of tests.slice(index + 1)) {
      const [first, second] = [ends(one), ends(other)];
      const pieces = first && second && alike(first, second);
      if (pieces === undefined) continue;
      const joined: Test = { is: 'wildcard', pieces };
      return joinedAlike([...tests.filter(test => test !== one && test !== other), joined]);
    }
  return tests;
};

/** How all texts begin and end that pass a test, which may be one and the same text. */
interface Ends {
  readonly start: string;
  readonly end: string;
  readonly isWhole: boolean;
}

const ends = (test: Test): Ends | undefined => {
  if (test.is === 'equal') return { start: literal(test), end: literal(test), isWhole: true };
  const [start, end] = test.is === 'wildcard' && test.pieces.length === 2 ? test.pieces : [];
  return start === undefined || end === undefined ? undefined : { start, end, isWhole: false };
};

const alike = (a: Ends, b: Ends): readonly [string, string] | undefined => {
  const start = commonStart(a.start, b.start);
  const behind = ({ end, isWhole }: Ends): string => (isWhole ? end.slice(start.length) : end);
  const [restA, restB] = [behind(a), behind(b)];
  if (start.length >= shortestStem && [a, b].some(one => one.isWhole && one.start === start)) return [start, ''];
  if (Math.min(start.length + restA.length, start.length + restB.length) < longLikeness) return undefined;
  const end = [...commonStart([...restA].toReversed().join(''), [...restB].toReversed().join(''))]
    .toReversed()
    .join('');
  return start.length + end.length >= longLikeness ? [start, end] : undefined;
};

/** Characters that two long names must share for a star to stand for the rest: all service accounts share the first 22. */
const longLikeness = 30;
