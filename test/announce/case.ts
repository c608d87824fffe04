import type { Finding, Window } from '../../core/finding.ts';

export const at = Date.parse('2026-09-01T10:00:00Z');
export const hour = 60 * 60 * 1000;

/** A case as the table holds it: one launch of a GPU instance by a developer, a minute ago. */
export const finding = (over: Partial<Finding> = {}): Finding => ({
  id: '0123456789abcdef',
  detection: 'cloudtrail/disallowed-instance-family-launched',
  version: 'a1b2c3d4',
  source: 'cloudtrail',
  account: '111122223333',
  region: 'eu-west-1',
  cluster: '',
  key: { principal: 'arn:aws:iam::111122223333:role/developer', family: 'p5' },
  title: 'developer launched p5.48xlarge, a family that is not allowed',
  severity: 'high',
  status: 'open',
  ruleStatus: 'alerting',
  first: at,
  last: at,
  count: 1,
  principals: ['arn:aws:iam::111122223333:role/developer'],
  resources: ['i-0aaaabbbbccccdddd'],
  addresses: ['198.51.100.23'],
  regions: ['eu-west-1'],
  notes: [],
  due: at + 60_000,
  transitions: [],
  ...over,
});

/** A window of that case. */
export const window = (over: Partial<Window> = {}): Window => ({
  finding: '0123456789abcdef',
  bucket: at,
  first: at,
  last: at,
  count: 1,
  exact: true,
  severity: 'high',
  title: 'developer launched p5.48xlarge, a family that is not allowed',
  evidence: {
    eventSource: 'ec2.amazonaws.com',
    eventName: 'RunInstances',
    eventTime: '2026-09-01T10:00:00Z',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '198.51.100.23',
    userAgent: 'aws-cli/2.30.0',
    eventID: '11111111-2222-4333-8444-555555555555',
    userIdentity: {
      type: 'AssumedRole',
      arn: 'arn:aws:sts::111122223333:assumed-role/developer/alice',
      accessKeyId: 'ASIAEXAMPLEKEY000001',
      sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/developer' } },
    },
    requestParameters: { instanceType: 'p5.48xlarge' },
  },
  eventIds: ['11111111-2222-4333-8444-555555555555'],
  ...over,
});
