import { describe, expect, test } from 'vitest';
import type { Trail } from '../../../core/inventory/aws.ts';
import { trailPosture } from '../../../core/inventory/posture/trails.ts';
import { trail } from '../parts.ts';
import { said } from './said.ts';

describe('of trails', () => {
  test('that are sound nothing is said: one that is whole is enough', () => {
    expect(trailPosture([trail('main')])).toEqual([]);
    expect(
      trailPosture([trail('other', { validated: false }), trail('main'), trail('off', { logging: false })]),
    ).toEqual([]);
  });

  test.each<[string, readonly Trail[], readonly string[]]>([
    ['none', [], ['high trail-missing', 'The account has no trail']],
    [
      'none whose files are sealed',
      [trail('a', { validated: false }), trail('b', { validated: false }), trail('off', { logging: false })],
      ['low trail-not-validated', 'Log files of a, b can be changed unnoticed: file validation is off', 'a', 'b'],
    ],
  ])('%s is said', (_, trails, expected) => {
    expect(said(trailPosture(trails))).toEqual([expected]);
  });

  test.each<Partial<Trail>>([
    { logging: false },
    { multiRegion: false },
    { management: 'some' },
    { management: 'none' },
  ])('none that is whole is said: %j', over => {
    expect(said(trailPosture([trail('a', over), trail('b', over)]))).toEqual([
      ['high trail-missing', 'No trail logs every management event of all regions: a, b', 'a', 'b'],
    ]);
  });
});
