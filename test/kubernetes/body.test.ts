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
      { op: 'remove', path: '/spec/limits', value: 'what a removal says of a value counts for nothing' },
      { op: 'replace', path: '/metadata/labels/a~1b', value: 'c' },
      { op: 'replace', path: '/metadata/labels/a~0b', value: 'd' },
      { op: 'add', path: '/spec/template/spec/requirements/-', value: { key: 'k' } },
      { op: 'replace', path: '/spec/template/spec/taints/0/effect', value: 'NoSchedule' },
    ]),
  );
  expect(body.whole).toBe(false);
  expect(body.object).toEqual({
    spec: { limits: null, template: { spec: { requirements: [{ key: 'k' }], taints: [{ effect: 'NoSchedule' }] } } },
    metadata: { labels: { 'a/b': 'c', 'a~b': 'd' } },
  });
  expect([...body.openLists]).toEqual(['spec.template.spec.requirements', 'spec.template.spec.taints']);
});

const setBy = (operations: Json, result?: Json) => asked(patch(operations, result)).object;

test('a JSON Patch is read as the API server reads it: what stands before the first slash, and every number that Go reads', () => {
  expect(setBy([{ op: 'replace', path: 'x/spec/weight', value: 1 }])).toEqual({ spec: { weight: 1 } });
  for (const index of ['0', '-1', '+0', '0000000000', '-'])
    expect(setBy([{ op: 'add', path: `/spec/taints/${index}`, value: 'a' }]), index).toEqual({
      spec: { taints: ['a'] },
    });
  expect(setBy([{ op: 'replace', path: '/spec/taints/-1/effect', value: 'a' }])).toEqual({
    spec: { taints: [{ effect: 'a' }] },
  });
  // strconv.Atoi refuses them, and with them the patch.
  expect(setBy([{ op: 'add', path: '/spec/taints/1e0', value: 'a' }])).toEqual({ spec: { taints: { '1e0': 'a' } } });
});

test('a JSON Patch that replaces the whole object shows it whole, and what follows is laid over it', () => {
  const body = asked(
    patch([
      { op: 'add', path: '/spec/limits', value: 1 },
      { op: 'add', path: '/spec/taints/-', value: 1 },
      { op: 'replace', path: '', value: { spec: { weight: 1 } } },
      { op: 'replace', path: '/spec/weight', value: 2 },
    ]),
  );
  expect(body).toMatchObject({ form: 'patch', whole: true, object: { spec: { weight: 2 } } });
  expect(body.object).toEqual({ spec: { weight: 2 } });
  expect([...body.openLists]).toEqual([]);
});

test('pieces of one element are put together, whichever way it came', () => {
  const pieces = [
    { op: 'replace', path: '/rules/0/verbs', value: ['*'] },
    { op: 'replace', path: '/rules/0/resources', value: ['*'] },
  ];
  const both = { verbs: ['*'], resources: ['*'] };
  expect(setBy(pieces)).toEqual({ rules: [both] });
  expect(setBy([{ op: 'add', path: '/rules', value: [{ apiGroups: ['a'] }] }, ...pieces])).toEqual({
    rules: [{ apiGroups: ['a'] }, { apiGroups: ['a'], ...both }],
  });
  expect(setBy([{ op: 'add', path: '/rules/-', value: { apiGroups: ['a'] } }, ...pieces])).toEqual({
    rules: [{ apiGroups: ['a'] }, { apiGroups: ['a'], ...both }],
  });
  const [a, b] = [{ apiGroups: ['a'] }, { apiGroups: ['b'] }];
  const added = { op: 'add', path: '/rules', value: [a, b] };
  expect(setBy([added, ...pieces])).toEqual({ rules: [a, b, { ...a, ...both }] });
  const last = { op: 'replace', path: '/rules/-/verbs', value: ['*'] };
  expect(setBy([added, last])).toEqual({ rules: [a, b, { ...b, verbs: ['*'] }] });
  // Where something was put in between, an index may mean another element.
  const [verbs, resources] = pieces;
  const put = { op: 'add', path: '/rules/0', value: b };
  expect(setBy([verbs ?? null, put, resources ?? null])).toEqual({
    rules: [{ verbs: ['*'] }, b, { verbs: ['*'], resources: ['*'] }],
  });
});

test('what moves or is copied is taken from the result, and is null where none is logged', () => {
  const operations = [{ op: 'copy', from: '/metadata/annotations/a', path: '/spec/taints/0/effect' }];
  const result = { kind: 'NodePool', metadata: {}, spec: { taints: [{ effect: 'NoSchedule' }] } };
  expect(setBy(operations, result)).toEqual({ spec: { taints: [{ effect: 'NoSchedule' }] } });
  expect(setBy(operations)).toEqual({ spec: { taints: [{ effect: null }] } });
  expect(setBy([{ op: 'move', from: '/spec/limits', path: '/spec/weight' }], { spec: { weight: 1 } })).toEqual({
    spec: { limits: null, weight: 1 },
  });
  // The last of a list is what was put at its end.
  expect(setBy([{ op: 'copy', from: '/a', path: '/rules/-' }], { rules: ['a', 'b'] })).toEqual({ rules: ['b'] });
  expect(setBy([{ op: 'copy', from: '/a', path: '/rules/0' }], { rules: ['a', 'b'] })).toEqual({ rules: ['a'] });
  // A list copied into itself is no list without an end.
  expect(setBy([{ op: 'copy', from: '/rules', path: '/rules/-' }])).toEqual({ rules: [null] });
});

test('a JSON Patch of ten thousand pieces of one element is one element', () => {
  const operations = Array.from({ length: 10_000 }, (_, n) => ({ op: 'add', path: `/rules/0/k${n}`, value: n }));
  const { rules } = setBy(operations) as { readonly rules: readonly object[] };
  expect(rules).toHaveLength(1);
  expect(Object.keys(rules[0] ?? {})).toHaveLength(10_000);
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
  const updated = audit('update', 'nodepools.karpenter.sh', { objectRef: { name: 'default' }, responseObject: whole });
  expect(written(updated.record)).toMatchObject({ form: 'result', whole: true });
  const reading = { at: '2026-09-01T10:00:02Z', object: { spec: { weight: 1 } } };
  expect(written({ ...patch({ spec: { weight: 1 } }), reading })).toMatchObject({ form: 'reading', whole: true });
  expect(written(patch({ spec: { weight: 1 } }, { kind: 'Status', metadata: {}, code: 409 }))).toMatchObject({
    form: 'patch',
  });
});

test('without a body there is none, whatever the verb', () => {
  for (const verb of ['create', 'update', 'patch', 'delete', 'get'])
    expect(written(audit(verb, 'secrets', { objectRef: { namespace: 'a', name: 'b' } }).record).form).toBe('none');
});
