import type { Trail } from '../aws.ts';
import type { Violation } from '../violation.ts';

/** That no trail sees everything, or that its files can be changed unnoticed. */
export const trailPosture = (all: readonly Trail[]): readonly Violation[] => {
  const good = all.filter(({ logging, multiRegion, management }) => logging && multiRegion && management === 'all');
  const unvalidated = good.filter(({ validated }) => !validated);
  if (good.length === 0)
    return [
      {
        code: 'trail-missing',
        severity: 'high',
        key: {},
        title:
          all.length === 0
            ? 'The account has no trail'
            : `No trail logs every management event of all regions: ${all.map(one => one.name).join(', ')}`,
        resources: all.map(({ name }) => name),
      },
    ];
  return unvalidated.length < good.length
    ? []
    : [
        {
          code: 'trail-not-validated',
          severity: 'low',
          key: {},
          title: `Log files of ${unvalidated.map(({ name }) => name).join(', ')} can be changed unnoticed: file validation is off`,
          resources: unvalidated.map(({ name }) => name),
        },
      ];
};
