import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { pathOf } from '../../adapters/kube-api.ts';
import { at, list, text } from '../../core/json.ts';
import { judgedKind } from '../../core/posture/judge.ts';

const documents = parseAllDocuments(
  readFileSync(new URL('../../examples/posture-reader.yaml', import.meta.url), 'utf8'),
).map(one => one.toJS());
const rules = (name: string): readonly string[] =>
  documents
    .filter(one => text(one, 'kind') === 'ClusterRole' && text(one, 'metadata', 'name') === name)
    .flatMap(one => list(one, 'rules'))
    .flatMap(rule =>
      list(rule, 'resources').flatMap(resource =>
        list(rule, 'verbs').map(verb => `${verb} ${resource}.${list(rule, 'apiGroups').join()}`),
      ),
    )
    .toSorted();

test('the manifest lets the reader get what is judged, and nothing else', () => {
  const granted = rules('tripline-posture-reader');
  expect(granted).toEqual([
    'get awsmachinepools.infrastructure.cluster.x-k8s.io',
    'get awsmachines.infrastructure.cluster.x-k8s.io',
    'get awsmachinetemplates.infrastructure.cluster.x-k8s.io',
    'get awsmanagedmachinepools.infrastructure.cluster.x-k8s.io',
    'get ec2nodeclasses.karpenter.k8s.aws',
    'get nodepools.karpenter.sh',
  ]);
  for (const one of granted) {
    const [, resource = '', group = ''] = /^get ([^.]+)\.(.+)$/.exec(one) ?? [];
    expect(judgedKind(resource, group), one).toBeDefined();
    expect(pathOf({ group, version: 'v1', resource, name: 'a' })).toBe(`/apis/${group}/v1/${resource}/a`);
  }
});

test('the manifest lets evidence look at a node and what runs on it, and nothing else', () => {
  expect(rules('tripline-evidence')).toEqual(['get nodeclaims.karpenter.sh', 'get nodes.', 'list pods.']);
});

test('each role is bound to one group of its own, under no name that belongs to the system', () => {
  const bindings = documents.filter(one => text(one, 'kind') === 'ClusterRoleBinding');
  expect(
    bindings.map(one => [
      text(one, 'roleRef', 'name'),
      text(at(one, 'subjects', '0') ?? list(one, 'subjects')[0], 'name'),
    ]),
  ).toEqual([
    ['tripline-posture-reader', 'tripline:posture-reader'],
    ['tripline-evidence', 'tripline:evidence'],
  ]);
});
