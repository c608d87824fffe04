import { describe, expect, test } from 'vitest';
import type { Condition } from '../../core/pattern/language.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import type { Test } from '../../core/pattern/node.ts';
import { conditionOf } from '../../core/pattern/print.ts';
import { shortened, stems, wordsOf } from '../../core/targets/logs/alike.ts';

const testsOf = (...conditions: readonly Condition[]): readonly Test[] => {
  const [field] = loadPattern({ name: conditions as never }).fields; // what a leaf may hold
  return field?.node.is === 'leaf' ? field.node.tests : [];
};

describe('words of a search', () => {
  test.each<[readonly string[], readonly string[]]>([
    [['pods'], ['pods']],
    [['pods', 'pods'], ['pods']],
    [
      ['pods', 'podtemplates'],
      ['pods', 'podtemplates'],
    ],
    [
      ['nodepools', 'pools', 'nodes'],
      ['pools', 'nodes'],
    ],
    [
      ['resource-a', 'resource-b', 'pods'],
      ['resource-', 'pods'],
    ],
    [['abcde-1', 'abcde-2'], ['abcde-']],
    [
      ['abcde1', 'abcde2'],
      ['abcde1', 'abcde2'],
    ],
    [['abcdef-1', 'abcdef-2', 'abcdefgh'], ['abcdef']],
    [['abcdefgh-1', 'abcdefgh-2', 'abcdef-3'], ['abcdef']],
    [
      ['^prefix-a', '^prefix-b'],
      ['^prefix-a', '^prefix-b'],
    ],
    [['', 'a'], ['']],
  ])('of %j are %j', (words, expected) => {
    expect(stems(words)).toEqual(expected);
  });

  test('may share a shorter beginning where that is asked for', () => {
    expect([stems(['abc1', 'abc2'], 3), stems(['abc1', 'abc2'], 4)]).toEqual([['abc'], ['abc1', 'abc2']]);
  });

  test('are found in whatever each of them is in', () => {
    const words = [
      'nodepools',
      'nodeclaims',
      'nodeclasses',
      'pods',
      'podtemplates',
      'clusterroles',
      'clusterrolebindings',
    ];
    for (let shortest = 1; shortest < 12; shortest++)
      for (const word of words)
        expect([shortest, word, stems(words, shortest).some(stem => word.includes(stem))]).toEqual([
          shortest,
          word,
          true,
        ]);
  });

  test('of a list are anchored where the list says beginnings and ends', () => {
    expect(wordsOf(testsOf('whole', { prefix: 'begin' }, { suffix: 'end' }))).toBe('whole|^begin|end$');
  });
});

describe('values that are alike', () => {
  const account = (space: string, name = 'karpenter') => `system:serviceaccount:${space}:${name}`;
  /** A value as it is; what begins and ends alike with a star between. */
  const said = (one: Test) =>
    one.is === 'equal' ? one.value : one.is === 'wildcard' ? one.pieces.join('*') : conditionOf(one);

  test.each<[readonly Condition[], readonly Condition[]]>([
    [['pods'], ['pods']],
    [['delete', 'deletecollection'], ['delete*']],
    [
      ['deletecollection', 'delete', 'get'],
      ['get', 'delete*'],
    ],
    // Five letters would find too much else.
    [
      ['patch', 'patched'],
      ['patch', 'patched'],
    ],
    [
      ['deleted-a', 'deleted-b'],
      ['deleted-a', 'deleted-b'],
    ],
    [[account('ka'), account('kb')], [account('k*')]],
    [[account('ka'), account('kb'), account('kc')], [account('k*')]],
    [
      [account('a', 'x'), account('b', 'y')],
      [account('a', 'x'), account('b', 'y')],
    ],
    [[account('k'), account('kk')], [account('k*')]],
    [[{ wildcard: account('k*') }, account('kb')], [account('k*')]],
    [
      [{ wildcard: 'a*b*c' }, 'a-b-c'],
      ['a*b*c', 'a-b-c'],
    ],
    [
      [1, 2],
      [1, 2],
    ],
    [
      [{ prefix: 'delete' }, 'deletecollection'],
      [{ prefix: 'delete' }, 'deletecollection'],
    ],
  ])('%j are said as %j', (given, expected) => {
    expect(shortened(testsOf(...given)).map(said)).toEqual(expected);
  });

  test('one star stands for what differs, and never for what both share', () => {
    const [one] = shortened(testsOf(account('abab'), account('ab')));
    expect(one).toEqual({ is: 'wildcard', pieces: ['system:serviceaccount:ab', ':karpenter'] });
  });
});
