import { expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import { audit, iamSession } from '../../core/kubernetes/example.ts';
import { listen, type Said } from './listen.ts';

const noon = Date.parse('2026-09-01T12:00:00Z');
const objectRef = { namespace: 'kube-system', name: 'karpenter-7d9f8c5b6d-x2x7z' };

/** A shell in Karpenter's pod, by a session of a role: EKS calls its user by the session's name. */
const shell = (role: string, n: number) =>
  audit('create', 'pods/exec', {
    ...{ user: iamSession(role, `s-${n}`), objectRef },
    time: new Date(noon + n * 4_000).toISOString(),
  });

test('a role under 700 session names is fifty messages in an hour, not five hundred, and hides nothing that another does', async () => {
  const loud = Array.from({ length: 700 }, (_, n) => [shell('developer', n)]);
  const { said, notices } = await listen([...loud, [shell('admin', 701)]], exampleSettings);
  const critical = said.filter(({ message }) => message.finding.severity === 'critical');
  const of = (detection: string): readonly Said[] =>
    critical.filter(({ message }) => message.finding.detection === detection);
  expect(of('kubernetes/controller-pod-entered')).toHaveLength(30);
  expect(notices.map(({ severity, total }) => [severity, total])).toEqual(
    [31, 60, 120, 240, 480].map(n => ['critical', n]),
  );
  expect(critical.length + notices.length).toBeLessThan(50);
  const last = critical.at(-1);
  expect([last?.after, last?.message.transition.kind, last?.message.finding.key['by']]).toEqual([
    701,
    'first',
    'arn:aws:iam::111122223333:role/admin',
  ]);
});
