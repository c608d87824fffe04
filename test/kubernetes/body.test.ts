import { expect, test } from 'vitest';
import type { Json } from '../../core/json.ts';
import { at } from '../../core/json.ts';
import { asked, written } from '../../core/kubernetes/body.ts';
import { audit } from '../../core/kubernetes/example.ts';

const patch = (requestObject: Json, responseObject?: Json) =>
  audit('patch', 'nodepools.karpenter.sh', {
    objectRef: { name: 'default' },
    requestObject,
    ...(responseObject === undefined ? {} : { responseObject }),
  }).record;

test('a JSON Patch becomes the members it sets, removed ones null', () => {
  const body = asked(
    patch([
      { op: 'test', path: '/spec/weight', value: 1 },
      { op: 'remove', path: '/spec/limits' },
      { op: 'replace', path: '/metadata/labels/a~1b', value: 'c' },
      { op: 'add', path: '/spec/template/spec/requirements/-', value: { key: 'k' } },
      { op: 'replace', path: '/spec/template/spec/taints/0/effect', value: 'NoSchedule' },
    ]),
  );
  expect(body.whole).toBe(false);
  expect(body.object).toEqual({
    spec: { limits: null, template: { spec: { requirements: [{ key: 'k' }], taints: [{ effect: 'NoSchedule' }] } } },
    metadata: { labels: { 'a/b': 'c' } },
  });
  expect([...body.openLists]).toEqual(['spec.template.spec.requirements', 'spec.template.spec.taints']);
});

test('a JSON Patch reaches no prototype, and nonsense in it is nothing', () => {
  const body = asked(
    patch([
      { op: 'add', path: '/__proto__/polluted', value: true },
      { op: 'add' },
      7,
      { op: 'add', path: 'x', value: 1 },
      null,
    ]),
  );
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  expect(at(body.object, '__proto__', 'polluted')).toBe(true);
});

test('the result counts where the response shows it, a Status does not', () => {
  const whole = { kind: 'NodePool', metadata: { name: 'default' }, spec: { weight: 1 } };
  expect(written(patch({ spec: { weight: 1 } }, whole))).toMatchObject({ form: 'result', whole: true });
  expect(written(patch({ spec: { weight: 1 } }, { kind: 'Status', metadata: {}, code: 409 }))).toMatchObject({
    form: 'patch',
  });
});

test('without a body there is none, whatever the verb', () => {
  for (const verb of ['create', 'update', 'patch', 'delete', 'get'])
    expect(written(audit(verb, 'secrets', { objectRef: { namespace: 'a', name: 'b' } }).record).form).toBe('none');
});
