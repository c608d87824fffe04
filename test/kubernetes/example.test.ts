import { expect, test } from 'vitest';
import { audit, users } from '../../core/kubernetes/example.ts';

test('an ordinary event is a developer’s through the IAM authenticator, whole and successful', () => {
  const { record, cluster, account } = audit('get', 'nodepools.karpenter.sh', { objectRef: { name: 'default' } });
  expect(record.requestURI).toBe('/apis/karpenter.sh/v1/nodepools/default');
  expect(record.user?.extra?.['arn']).toEqual(['arn:aws:sts::111122223333:assumed-role/developer/alice']);
  expect(record.responseStatus?.code).toBe(200);
  expect([cluster, account]).toEqual(['prod', '111122223333']);
});

test('its id comes from its content: the same example twice is the same call, another is another', () => {
  const get = (name: string) => audit('get', 'secrets', { objectRef: { namespace: 'a', name } }).id;
  expect(get('x')).toBe(get('x'));
  expect(get('x')).not.toBe(get('y'));
});

test('a shell is answered when it begins, and a refusal is forbidden', () => {
  const shell = audit('create', 'pods/exec', { objectRef: { namespace: 'a', name: 'b' } }).record;
  expect([shell.stage, shell.responseStatus?.code]).toEqual(['ResponseStarted', 101]);
  const refused = audit('list', 'secrets', { user: users.workload, responseStatus: { code: 403 } }).record;
  expect(refused.annotations?.['authorization.k8s.io/decision']).toBe('forbid');
});
