import { describe, expect, test } from 'vitest';
import type { Notice } from '../../core/announce/notice.ts';
import { pagerDutyEvent, pagerDutyNotice } from '../../core/announce/pagerduty.ts';
import type { JsonObject } from '../../core/json.ts';
import { detection, later, message } from './message.ts';

const payload = (over: Parameters<typeof message>[0]) => pagerDutyEvent(message(over), 'KEY')['payload'] as JsonObject;

describe('an alert in PagerDuty', () => {
  test('says whom, what, where and why, and what to do', () => {
    const event = pagerDutyEvent(message({ cluster: 'prod' }), 'KEY');
    expect(event).toEqual({
      routing_key: 'KEY',
      event_action: 'trigger',
      dedup_key: '0123456789abcdef',
      client: 'Tripline',
      payload: {
        summary: 'New finding: developer launched p5.48xlarge, a family that is not allowed',
        source: 'i-0aaaabbbbccccdddd',
        severity: 'error',
        timestamp: '2026-09-01T10:00:00.000Z',
        component: 'prod',
        group: '111122223333',
        class: 'cloudtrail/disallowed-instance-family-launched',
        custom_details: {
          finding: '0123456789abcdef',
          who: 'arn:aws:iam::111122223333:role/developer',
          what: 'i-0aaaabbbbccccdddd',
          from: '198.51.100.23',
          where: 'account 111122223333, eu-west-1, cluster prod',
          first: '2026-09-01T10:00:00.000Z',
          count: 1,
          why: detection.why,
          runbook: detection.runbook.join('\n'),
          commands: expect.stringMatching(/^aws cloudtrail lookup-events --region eu-west-1 /),
          evidence: expect.stringMatching(/^call: ec2\.amazonaws\.com RunInstances\noutcome: succeeded\nidentity: /),
        },
      },
      links: [
        {
          text: 'Event in CloudTrail',
          href: expect.stringMatching(/^https:\/\/eu-west-1\.console\.aws\.amazon\.com\/cloudtrailv2\//),
        },
      ],
    });
  });

  test('names five of each at most, and an account where there is no cluster', () => {
    const { custom_details: details, component } = payload({ principals: ['a', 'b', 'c\n', 'd', 'e', 'f'] });
    expect([details, component]).toMatchObject([{ who: 'a, b, c\\n, d, e' }, '111122223333']);
  });

  test.each([
    [['', '  ', 'i-1'], 'i-1'],
    [['  i-1  '], 'i-1'],
    [[''], 'account 111122223333, eu-west-1'],
  ])('has a source that says something: of %j it is %s', (resources, source) => {
    // The key names no resource beside these.
    expect(payload({ key: {}, resources })['source']).toBe(source);
  });

  test('whose case is resolved, suppressed or taken up is so there, and nothing else is said again', () => {
    const { transition, finding, ...rest } = message();
    const act = (kind: typeof transition.kind, status: typeof finding.status = 'open') =>
      pagerDutyEvent({ ...rest, transition: { ...transition, kind }, finding: { ...finding, status } }, 'KEY');
    const key = { routing_key: 'KEY', dedup_key: '0123456789abcdef' };
    expect(act('resolved', 'resolved')).toEqual({ ...key, event_action: 'resolve' });
    expect(act('suppressed', 'suppressed')).toEqual({ ...key, event_action: 'resolve' });
    expect(act('acknowledged', 'acknowledged')).toEqual({ ...key, event_action: 'acknowledge' });
    expect(pagerDutyEvent(later({ severity: 'critical', status: 'acknowledged' }), 'KEY')).toMatchObject({
      event_action: 'trigger',
      payload: { severity: 'critical' },
    });
  });
});

describe('a storm in PagerDuty', () => {
  const storm: Notice = {
    schema: 'tripline/notice/1',
    id: `storm#${'x'.repeat(300)}`,
    kind: 'storm',
    severity: 'medium',
    headline: 'Storm',
    advice: 'Look at the first one.',
    at: '2026-09-01T10:00:00.000Z',
    detection: 'cloudtrail/launch-burst',
    account: '111122223333',
    cluster: '',
    principal: 'mallory',
    total: 12,
    exact: true,
    counts: [],
    findings: [
      {
        id: '1',
        detection: 'x',
        severity: 'low',
        status: 'open',
        title: 'launched',
        first: '2026-09-01T10:00:00.000Z',
      },
    ],
  };

  test('pages like one finding', () => {
    expect(pagerDutyNotice(storm, 'KEY')).toEqual({
      routing_key: 'KEY',
      event_action: 'trigger',
      dedup_key: storm.id.slice(0, 255),
      client: 'Tripline',
      payload: {
        summary: 'Storm: launched',
        source: 'mallory',
        severity: 'warning',
        timestamp: '2026-09-01T10:00:00.000Z',
        class: 'cloudtrail/launch-burst',
        custom_details: { principal: 'mallory', account: '111122223333', advice: 'Look at the first one.' },
      },
    });
    expect(pagerDutyNotice({ ...storm, principal: '', findings: [] }, 'KEY')).toMatchObject({
      payload: { summary: 'Storm: ', source: 'tripline' },
    });
  });

  test.each(['digest', 'suppression'] as const)('but a %s wakes nobody', kind => {
    expect(pagerDutyNotice({ ...storm, kind }, 'KEY')).toBeUndefined();
  });
});
