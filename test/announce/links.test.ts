import { describe, expect, test } from 'vitest';
import { window } from './case.ts';
import { message } from './message.ts';

describe('links of a Kubernetes finding', () => {
  const audit = (over: object = {}) => ({
    verb: 'get',
    auditID: '0b2f7a4e-1c1f-4c50-9f2b-7a4c6c3d1e11',
    requestURI: '/api/v1/namespaces/kube-system/secrets/bootstrap-token-abcdef',
    requestReceivedTimestamp: '2026-09-01T10:00:00.123456Z',
    user: { username: 'alice', groups: ['developers'] },
    sourceIPs: ['192.0.2.1', '198.51.100.23'],
    objectRef: { resource: 'secrets', namespace: 'kube-system', name: 'bootstrap-token-abcdef' },
    responseStatus: { code: 200 },
    ...over,
  });
  const kubernetes = (evidence: object, cluster = 'prod') =>
    message({ source: 'kubernetes', cluster }, [window({ evidence: { ...evidence } })]);

  test('open Logs Insights on the audit id, a quarter of an hour around it', () => {
    const { links, commands } = kubernetes(audit());
    expect(links[0]?.url).toBe(
      'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:logs-insights$3FqueryDetail$3D$257E$2528end$257E$25272026-09-01T10*3a15*3a00.123Z$257Estart$257E$25272026-09-01T09*3a45*3a00.123Z$257EtimeType$257E$2527ABSOLUTE$257Etz$257E$2527UTC$257EeditorString$257E$2527fields*20*40timestamp*2c*20*40message*20*7c*20filter*20auditID*20*3d*20*220b2f7a4e-1c1f-4c50-9f2b-7a4c6c3d1e11*22*20*7c*20sort*20*40timestamp$257Esource$257E$2528$257E$2527*2faws*2feks*2fprod*2fcluster$2529$2529',
    );
    expect(commands[0]?.command).toContain(
      "--log-group-name '/aws/eks/prod/cluster' --start-time 1788255900 --end-time",
    );
  });

  test('use the log group that the settings name', () => {
    expect(kubernetes(audit(), 'fleet').commands[0]?.command).toContain("'/fleet/audit'");
  });

  test.each([
    'x" | delete',
    "'; curl evil.example",
    '',
    'a'.repeat(65),
  ])('are left out for an audit id that a client chose as %j', auditID => {
    expect(kubernetes(audit({ auditID }))).toMatchObject({ links: [], commands: [] });
  });

  test('show the last source address, which alone the API server saw itself', () => {
    expect(kubernetes(audit()).evidence.lines).toContainEqual({ label: 'from', value: '198.51.100.23' });
    expect(kubernetes(audit()).evidence.lines).toContainEqual({
      label: 'call',
      value: 'get secrets kube-system/bootstrap-token-abcdef',
    });
  });
});
