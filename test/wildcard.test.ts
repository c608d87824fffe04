import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern } from '../core/pattern/compile.ts';
import { loadPattern } from '../core/pattern/load.ts';
import { conditionOf, matchesAny, matchesArn, matchesWildcard } from '../core/wildcard.ts';

describe('a wildcard of the settings', () => {
  test.each([
    ['a*b', 'axxb', true],
    ['a*b', 'axxbc', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['ab', 'a', false],
    ['a.c', 'abc', false],
    ['*-karpenter', 'prod-karpenter', true],
    ['a**a', 'aa', true],
    ['a**a', 'aba', true],
    ['ab*', 'ab', true],
    ['a*', 'b', false],
    ['*ab', 'aab', true],
    ['a*bc', 'abbc', true],
    [`${'a*'.repeat(30)}b`, 'a'.repeat(2000), false],
  ])('%s on %s: %s', (pattern, text, matches) => {
    expect(matchesWildcard(pattern, text)).toBe(matches);
  });

  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\\'), maxLength: 6 });
  const wildcards = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\\', '*'), minLength: 1, maxLength: 6 });
  const escaped = (text: string): string => text.replace(/[.\\]/g, '\\$&');

  test('stands for any run of characters where it has a star, else for itself', () => {
    fc.assert(
      fc.property(wildcards, letters, (pattern, text) => {
        const whole = new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`);
        expect([pattern, text, matchesWildcard(pattern, text)]).toEqual([pattern, text, whole.test(text)]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('holds as a condition of a pattern for what it matches, and nothing else', () => {
    fc.assert(
      fc.property(wildcards, letters, (pattern, text) => {
        const holds = compilePattern(loadPattern({ name: [conditionOf(pattern)] }));
        const matches = matchesWildcard(pattern, text);
        expect([pattern, text, holds({ record: { name: text } })]).toEqual([pattern, text, matches]);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['role', 'role'],
    ['a\\b', 'a\\b'],
    ['*role', { wildcard: '*role' }],
    ['***role**', { wildcard: '*role*' }],
    ['a\\*', { wildcard: 'a\\\\*' }],
  ])('%s is written %j in a pattern', (pattern, condition) => {
    expect(conditionOf(pattern)).toEqual(condition);
  });

  test('of several one is enough, and of none nothing', () => {
    expect(matchesAny(['x', 'a*'], 'ab')).toBe(true);
    expect(matchesAny(['x', 'y'], 'ab')).toBe(false);
    expect(matchesAny([], 'ab')).toBe(false);
  });
});

test.each([
  // Whoever makes a user chooses its path: it is no role for that.
  ['arn:aws:iam::*:role/deployer', 'arn:aws:iam::111122223333:role/deployer', true],
  ['arn:aws:iam::*:role/deployer', 'arn:aws:iam::111122223333:user/x:role/deployer', false],
  ['arn:aws:iam::*:role/deployer', 'arn:aws:iam::111122223333:role/other', false],
  ['arn:aws:iam::*:instance-profile/x', 'arn:aws:iam::111122223333:instance-profile/x', true],
  ['arn:aws:iam::*x', 'arn:aws:iam::111122223333:user/x', true],
  ['*deployer', 'arn:aws:iam::111122223333:user/deployer', true],
])('%s names %s: %s', (pattern, arn, names) => {
  expect(matchesArn(['arn:aws:iam::*:role/nobody', pattern], arn)).toBe(names);
});
