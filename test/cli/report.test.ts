import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { main } from '../../cli/tripline.ts';
import type { Act, Finding } from '../../core/finding.ts';
import { reportHtml } from '../../core/report/html.ts';
import { reportOf, shareText, spanText } from '../../core/report/report.ts';
import { way } from '../../core/way.ts';
import { at, finding, hour } from '../announce/case.ts';
import { hostile } from '../announce/hostile.ts';
import { match } from '../announce/tables.ts';
import { terminal } from './terminal.ts';

const day = 24 * hour;
const now = at + 10 * day;
let made = 0;
const one = (over: Partial<Finding> = {}): Finding => finding({ id: (made++).toString(16).padStart(16, '0'), ...over });
const act = (name: Act['act'], after: number): Act => ({ at: at + after, who: 'alice', act: name });
const report = (findings: readonly Finding[], roles: readonly string[] = []) =>
  reportOf(findings, roles, at - day, now);

describe('a report', () => {
  test('counts what is open by severity and age', () => {
    const { open } = report([
      one({ first: now - 1 }),
      one({ first: now - hour }),
      one({ first: now - 40 * day, severity: 'critical', status: 'suppressed' }),
      one({ status: 'resolved' }),
      one({ ruleStatus: 'watching' }),
      one({ detection: 'pipeline/canary-returned' }),
    ]);
    expect(open.map(({ severity, total, byAge }) => [severity, total, byAge])).toEqual([
      ['critical', 1, [0, 0, 0, 0, 1]],
      ['high', 2, [1, 1, 0, 0, 0]],
      ['medium', 0, [0, 0, 0, 0, 0]],
      ['low', 0, [0, 0, 0, 0, 0]],
    ]);
  });

  test('takes means and medians over those that were taken up and resolved, not over the rest', () => {
    const { acknowledged, resolved } = report([
      one({ status: 'resolved', trail: [act('note', 1), act('acknowledge', hour), act('resolve', 4 * hour)] }),
      one({ status: 'resolved', trail: [act('resolve', 2 * hour)] }),
      one({ status: 'open', trail: [act('acknowledge', 6 * hour), act('resolve', 7 * hour), act('reopen', 8 * hour)] }),
      one(),
    ]);
    expect(acknowledged[0]).toEqual({ severity: 'all', findings: 3, mean: 3 * hour, median: 2 * hour });
    expect(resolved[0]).toEqual({ severity: 'all', findings: 2, mean: 3 * hour, median: 3 * hour });
    expect(acknowledged[1]).toEqual({ severity: 'critical', findings: 0, mean: undefined, median: undefined });
  });

  test('names nobody for the identity provider or the service that many come by', () => {
    const principals = [
      'a',
      way.provider('arn:aws:iam::111122223333:oidc-provider/x'),
      way.service('ec2fleet.amazonaws.com'),
    ];
    const { offenders } = report([one({ principals }), one({ principals })]);
    expect(offenders.map(({ principal }) => principal)).toEqual(['a']);
  });

  test('names who takes part in many, and which detections are noise', () => {
    const { offenders, noisiest } = report([
      one({ principals: ['a', 'b'], disposition: 'false-positive', count: 5 }),
      one({ principals: ['a'], detection: 'cloudtrail/launch-burst', severity: 'critical' }),
      one({ principals: ['a'], disposition: 'true-positive', status: 'resolved' }),
    ]);
    expect(offenders).toEqual([{ principal: 'a', findings: 3, detections: 2, open: 2, worst: 'critical' }]);
    expect(noisiest[0]).toEqual({
      detection: 'cloudtrail/disallowed-instance-family-launched',
      findings: 2,
      events: 6,
      judged: 2,
      falsePositives: 1,
      benign: 0,
    });
  });

  test('says which node roles have an unresolved policy finding', () => {
    const about = { detection: 'cloudtrail/node-role-policy-attached' };
    const { nodeRoles } = report(
      [
        one({ ...about, key: { role: 'arn:aws:iam::111122223333:role/nodes-a', policy: 'x' }, id: 'feedfeedfeedfeed' }),
        one({ ...about, key: { role: 'nodes-b', policy: 'x' }, status: 'resolved' }),
      ],
      ['nodes-c', 'nodes-*'],
    );
    expect(nodeRoles).toMatchObject({ known: 3, failing: [{ role: 'nodes-a', findings: ['feedfeedfeedfeed'] }] });
  });

  test('says how long policies of node roles stood until they were remediated, watched ones too, and no false alarms', () => {
    const posture = { detection: 'posture/node-role-policy', ruleStatus: 'watching', status: 'resolved' } as const;
    const { nodeRoles } = report([
      one({ ...posture, disposition: 'mended', trail: [act('resolve', 2 * day)] }),
      one({ ...posture, disposition: 'gone', trail: [act('resolve', 4 * day)] }),
      one({ ...posture, disposition: 'false-positive', trail: [act('resolve', hour)] }),
      one({ ...posture, detection: 'posture/public-endpoint', disposition: 'mended', trail: [act('resolve', hour)] }),
    ]);
    expect(nodeRoles.remediated).toEqual({ findings: 2, mean: 3 * day, median: 3 * day });
  });

  test('shows node roles over time, of which the inventory is the denominator', () => {
    const standing = [
      { day: '2026-09-01', nodeRoles: 4, compliant: 1, riskyPolicies: 3, riskyPermissions: 9 },
      { day: '2026-09-02', nodeRoles: 4, compliant: 3, riskyPolicies: 1, riskyPermissions: 2 },
    ];
    const made = reportOf([one()], [], at - day, now, standing);
    expect(made.nodeRoles.days).toEqual(standing);
    expect(reportHtml(made)).toMatch(/3 of 4 node roles \(75 %\).*allow 2 high-risk permissions/);
    expect(reportHtml(made)).toContain('2026-09-01: 9 high-risk permissions');
    expect(reportHtml(made)).toContain('of node roles fully compliant');
    expect(reportHtml(made)).toContain('aria-label="High-risk permissions of node roles by day"');
  });

  test('names first who and what has most findings, then what is widest or loudest, then by name', () => {
    const by = (principal: string, ...detections: readonly string[]) =>
      detections.map(detection => one({ principals: [principal], detection }));
    const { offenders, noisiest } = report([
      ...by('b', 'x', 'x'),
      ...by('a', 'x', 'x'),
      ...by('c', 'x', 'x'),
      ...by('wide', 'x', 'y'),
      ...by('most', 'z', 'z', 'z'),
      ...by('once', 'y'),
    ]);
    expect(offenders.map(({ principal }) => principal)).toEqual(['most', 'wide', 'a', 'b', 'c']);
    expect(noisiest.map(({ detection }) => detection)).toEqual(['x', 'z', 'y']);
    const loud = report([
      ...['b', 'a', 'c'].map(detection => one({ detection })),
      one({ detection: 'loud', count: 7 }),
    ]).noisiest;
    expect(loud.map(({ detection, events }) => [detection, events])).toEqual([
      ['loud', 7],
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
    const many = Array.from({ length: 12 }, (_, at) => one({ detection: `d${at}` }));
    expect(report(many).noisiest).toHaveLength(10);
  });

  test('takes for the node roles those that settings name whole, and what findings name, the worst first', () => {
    const bad = (role: string, detection = 'cloudtrail/node-role-policy-attached') => one({ detection, key: { role } });
    const made = report(
      [
        bad('arn:aws:iam::111122223333:role/b'),
        bad('a'),
        bad('c'),
        bad('worst'),
        bad('worst', 'cloudtrail/node-role-trust-widened'),
        one({ detection: 'cloudtrail/node-role-policy-attached', key: {} }),
        one({ detection: 'cloudtrail/other', key: { role: 'nobody' } }),
      ],
      ['quiet', 'calm', 'arn:aws:iam::111122223333:role/x/quiet', 'node-*'],
    );
    expect(made.nodeRoles.known).toBe(6);
    expect(made.nodeRoles.failing.map(({ role, findings }) => [role, findings.length])).toEqual([
      ['worst', 2],
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
    const page = reportHtml(made);
    expect(page).toContain('2 of 6 node roles that settings or findings name have no unresolved finding');
    expect(page).toContain(made.nodeRoles.failing[0]?.findings.join(', '));
    expect(page).toContain('of node roles without a policy finding');
  });

  test('takes for taken up what was acknowledged, suppressed or resolved, and nothing else', () => {
    const { acknowledged } = report([
      one({ trail: [act('resolve', 12 * hour)] }),
      one({ trail: [act('note', hour), act('suppress', 2 * hour), act('acknowledge', 9 * hour)] }),
      one({ trail: [act('assign', hour), act('acknowledge', 4 * hour)] }),
      one({ trail: [act('note', hour)] }),
      one(),
    ]);
    expect(acknowledged[0]).toEqual({ severity: 'all', findings: 3, mean: 6 * hour, median: 4 * hour });
  });

  test('takes a policy for remediated that somebody resolved as true, too', () => {
    const attached = { detection: 'cloudtrail/node-role-policy-attached', status: 'resolved' } as const;
    const made = report([one({ ...attached, disposition: 'true-positive', trail: [act('resolve', 3 * day)] })]);
    expect(made.nodeRoles.remediated).toEqual({ findings: 1, mean: 3 * day, median: 3 * day });
    expect(reportHtml(made)).toContain('Policies of node roles: 1 remediated, in 3.0 d on average (median 3.0 d).');
  });

  test('has every day, with what began and what ended on it', () => {
    const { days } = report([one(), one({ status: 'resolved', trail: [act('resolve', 2 * day)] })]);
    expect(days).toHaveLength(12);
    expect(days.filter(({ started }) => started.high > 0)).toEqual([
      { day: '2026-09-01', started: { low: 0, medium: 0, high: 2, critical: 0 }, resolved: 0 },
    ]);
    expect(days.find(({ resolved }) => resolved > 0)?.day).toBe('2026-09-03');
  });

  test('says spans and shares as people do, and a dash of nothing', () => {
    expect([undefined, 90_000, 3 * hour, 3 * day].map(spanText)).toEqual(['–', '2 min', '3.0 h', '3.0 d']);
    expect([2 * hour - 1, 2 * hour, 2 * day - 1, 2 * day].map(spanText)).toEqual([
      '120 min',
      '2.0 h',
      '48.0 h',
      '2.0 d',
    ]);
    expect([shareText(1, 3), shareText(0, 0)]).toEqual(['33 %', '–']);
  });
});

describe('the page', () => {
  const page = (findings: readonly Finding[]) => reportHtml(report(findings));
  const calm = page([one({ principals: ['x'] }), one({ principals: ['x'] })]);

  test('needs nothing else: no script, no address, no handler', () => {
    expect(calm).not.toMatch(/<script|<link|<img|<iframe|src=|href=|url\(|@import| on\w+=|https?:/i);
    expect(calm).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(calm).toContain('<svg');
  });

  test.each(hostile)('shows %j as text: the page has the same elements as with a plain name', text => {
    const shown = page([
      one({ principals: [text], detection: text, key: { role: text } }),
      one({ principals: [text], detection: `cloudtrail/node-role-${text}`, key: { role: text } }),
    ]);
    const plain = page([
      one({ principals: ['x'], detection: 'x', key: { role: 'x' } }),
      one({ principals: ['x'], detection: 'cloudtrail/node-role-x', key: { role: 'x' } }),
    ]);
    const elements = (markup: string) => markup.match(/<[^>]*>/g)?.map(tag => tag.replace(/(y|height|x)="[^"]*"/g, ''));
    if (text !== '') expect(elements(shown)).toEqual(elements(plain));
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
  });
});

describe('tripline report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('reads the open and the resolved, and writes text, numbers or a page', async () => {
    const local = await localDynamoDB(join(folder, 'db'));
    const table = findingsTable(local.client, local.tables.findings);
    await table.fold([match(0, { time: at - 90 * day }, 'old'), match(1, {}, 'new')], at);
    const [fresh] = (await table.list({})).items;
    if (fresh) await table.work(fresh, { act: 'resolve', disposition: 'benign' }, { who: 'alice', at: at + hour });
    await local.close();
    const run = async (...argv: string[]) => {
      const { io, written } = terminal();
      const until = new Date(at + day).toISOString();
      const code = await main(['report', '--database', join(folder, 'db'), '--until', until, ...argv], io);
      return { code, ...written };
    };
    expect((await run()).out).toMatch(/2 findings.*\n\nopen by severity and age\n/);
    const numbers = JSON.parse((await run('--json')).out);
    expect(numbers.open.find(({ severity }: { severity: string }) => severity === 'high').byAge).toEqual([
      0, 0, 0, 0, 1,
    ]);
    expect(numbers.resolved[0].findings).toBe(1);
    const file = join(folder, 'report.html');
    expect((await run('--html', file)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/);
  });
});
