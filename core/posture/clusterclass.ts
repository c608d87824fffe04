import { at, type Json, list, text } from '../json.ts';
import { asked } from '../kubernetes/body.ts';
import { awsMachineKinds, judgeAWSMachine } from './aws-machine.ts';
import { type Fault, placed } from './fault.ts';
import type { Expectation } from './problem.ts';

/**
 * Judges the patches of a ClusterClass: inline ones by what they set in machine templates, by the templates' own rules; external
 * ones because their content is in no repository (cluster-api book, "Writing a ClusterClass").
 */
export const judgeClusterClass = (object: Json, expectation: Expectation): readonly Fault[] =>
  list(object, 'spec', 'patches').flatMap((patch, index): readonly Fault[] => {
    const path = ['spec', 'patches', index];
    const external: readonly Fault[] =
      at(patch, 'external') === undefined
        ? []
        : [
            {
              code: 'clusterclass-external-patch',
              path: [...path, 'external'],
              severity: 'medium',
              message:
                'A runtime extension may change every template of the class: what machines get is decided by its server.',
            },
          ];
    return [
      ...external,
      ...list(patch, 'definitions').flatMap((one, at) =>
        judgeDefinition(one, [...path, 'definitions', at], expectation),
      ),
    ];
  });

const judgeDefinition = (definition: Json, path: Fault['path'], expectation: Expectation): readonly Fault[] => {
  const kind = text(definition, 'selector', 'kind') ?? '';
  if (!awsMachineKinds.includes(kind)) return [];
  const body = asked({ auditID: '', verb: 'patch', requestObject: list(definition, 'jsonPatches') });
  return judgeAWSMachine(kind, body, expectation).map(problem => ({
    ...placed(problem),
    path: [...path, 'jsonPatches'],
  }));
};
