import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compile } from '../../core/compile.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';
import { list, text } from '../../core/json.ts';
import { audit } from '../../core/kubernetes/example.ts';
import { readAudit } from '../../core/kubernetes/read.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { files } from '../catalogue.ts';

const shared = new URL('../../../shared/data/', import.meta.url).pathname;
const recorded = existsSync(shared);

const kubernetes = files.flatMap(({ detection }) => (detection?.on === 'kubernetes' ? [detection] : []));

const place = { account: '111122223333', region: 'eu-west-1', cluster: 'prod' };
const linesOf = (file: string): readonly string[] =>
  readFileSync(`${shared}${file}`, 'utf8').split('\n').filter(Boolean);

/** Findings of a recorded file, as `severity detection`, each distinct one with how many events it has. */
const findings = async (file: string): Promise<readonly string[]> => {
  const match = compile(kubernetes, [], exampleSettings);
  const store = memoryStore();
  const found = new Map<string, Set<string>>();
  for (const line of linesOf(file)) {
    const event = readAudit(JSON.parse(line) as JsonObject, place);
    if ('problem' in event) continue;
    for (const one of match(event)) {
      const settled =
        one.observations === undefined ? [one] : (one.decide?.(await store.observe(one.observations)) ?? []);
      for (const { severity, detection, eventId } of settled)
        found.set(`${severity} ${detection}`, (found.get(`${severity} ${detection}`) ?? new Set()).add(eventId));
    }
  }
  return [...found].map(([name, events]) => `${events.size} ${name}`).sort();
};

describe.skipIf(!recorded)('recorded audit events (skipped where ../shared/data is absent)', () => {
  test('audit2rbac: an administrator impersonates bob, who is refused fewer than ten times in ten minutes', async () => {
    expect(await findings('audit2rbac-demo/k8saudit-audit2rbac.jsonl')).toEqual([]);
  });

  test('rbac-tool: an administrator makes ordinary pods and config maps', async () => {
    expect(await findings('rbac-tool-auditgen/k8saudit-rbactool.jsonl')).toEqual([]);
  });

  test.each([
    ['audit2rbac-demo/k8saudit-audit2rbac.jsonl', 37],
    ['rbac-tool-auditgen/k8saudit-rbactool.jsonl', 6],
  ])('%s: every line is read', (file, count) => {
    const events = linesOf(file).map(line => readAudit(JSON.parse(line) as JsonObject, place));
    expect(events.filter(event => !('problem' in event))).toHaveLength(count);
  });

  test('every technique of Stratus Red Team that touches this plane fires, once its abridged event is made whole', async () => {
    const lines = linesOf('stratus-detonation-logs/k8saudit-stratus-doc-snippets.jsonl');
    const labels = linesOf('stratus-detonation-logs/k8saudit-snippets-labels.jsonl');
    const match = compile(kubernetes, [], exampleSettings);
    const store = memoryStore();
    const fired: Record<string, readonly string[]> = {};
    for (const [index, line] of lines.entries()) {
      const technique = text(JSON.parse(labels[index] ?? '{}'), 'technique') ?? '';
      const event = readAudit(whole(JSON.parse(line) as JsonObject, index), place);
      if ('problem' in event) throw new Error(`${technique}: ${event.problem}`);
      const names = new Set<string>();
      for (const one of match(event)) {
        const settled =
          one.observations === undefined ? [one] : (one.decide?.(await store.observe(one.observations)) ?? []);
        for (const { severity, detection } of settled) names.add(`${severity} ${detection}`);
      }
      fired[technique] = [...names];
    }
    expect(fired).toEqual({
      'eks.persistence.backdoor-aws-auth-configmap': ['critical kubernetes/aws-auth-changed'],
      'k8s.credential-access.dump-secrets': ['high kubernetes/bootstrap-secret-read'],
      'k8s.credential-access.steal-serviceaccount-token': ['medium kubernetes/node-sought-from-pod'],
      'k8s.persistence.create-token': ['critical kubernetes/controller-token-minted'],
      'k8s.privilege-escalation.nodes-proxy': ['high kubernetes/controller-pod-entered'],
      'k8s.privilege-escalation.privileged-pod': ['high kubernetes/host-access-pod'],
    });
  });
});

/** The snippets are abridged and in another product's shape: what every audit event has is put back, what they say is kept. */
const whole = (snippet: JsonObject, index: number): JsonObject => {
  const inner = snippet['attributes'] ?? snippet;
  const ref = list(inner, 'objectRef')[0] ?? {};
  const http = text(inner, 'http', 'method');
  const path = text(snippet, 'requestURI') ?? '';
  const namespace = /\/namespaces\/([^/]+)/.exec(path)?.[1];
  return {
    ...snippet,
    auditID: `00000000-0000-4000-8000-00000000000${index}`,
    verb: http ?? 'update',
    stage: text(snippet, 'stage') ?? 'ResponseComplete',
    user: { username: 'arn:aws:sts::111122223333:assumed-role/developer/alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.77'],
    objectRef: { ...(namespace === undefined ? {} : { namespace }), ...(ref as JsonObject) },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-09-01T10:00:00.000000Z',
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  };
};

test('what the posture reader saw is never taken from a log', () => {
  const { record } = audit('patch', 'nodepools.karpenter.sh', { objectRef: { name: 'default' } });
  const forged = { ...record, reading: { at: 1, changes: ['spec.userData'] } } as unknown as JsonObject; // a log may hold anything
  expect(readAudit(forged, place)).toMatchObject({ record });
  expect(readAudit(forged, place)).not.toHaveProperty('record.reading');
});
