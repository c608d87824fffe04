import { expect, test } from 'vitest';
import { unmetIn } from '../core/config/catalogue.ts';
import { type Config, defineConfig } from '../core/config.ts';

const detections = [
  { id: 'cloudtrail/launch-burst', on: 'cloudtrail' },
  { id: 'kubernetes/nodepool-deleted', on: 'kubernetes' },
  { id: 'kubernetes/denied-burst', on: 'kubernetes', state: { kind: 'threshold', doc: '' } as never }, // asked whether it is there
] as const;
const hearing = (...names: readonly string[]): Config => ({
  channels: [
    { kind: 'slack', secret: 'Everything' },
    { kind: 'slack', secret: 'Some', detections: [...names] },
  ],
});
const found = (config: Config) => unmetIn(detections, defineConfig(config));

test.each<[string, Config]>([
  ['nothing', {}],
  ['a detection', { detections: { 'cloudtrail/launch-burst': { status: 'off' } } }],
  ['what an inventory finds', { detections: { 'posture/inventory-incomplete': { status: 'off' } } }],
  ['what an inventory finds of a node role', { detections: { 'posture/node-role-policy': { severity: 'low' } } }],
  ['a channel for one', hearing('kubernetes/nodepool-deleted')],
  ['a channel for a whole source', hearing('cloudtrail/*', '*deleted')],
  ['a channel for what an inventory finds', hearing('posture/inventory-incomplete', 'posture/node-*')],
])('settings that speak of %s speak of what is there', (_, config) => {
  expect(found(config)).toEqual([]);
});

const listed = "'tripline detections' lists them";

test('a slip, or a detection that was renamed since, is told with its place', () => {
  const off = {
    detections: { 'cloudtrail/launch-bust': { status: 'off' }, 'posture/nothing': { status: 'off' } },
  } as const;
  expect(
    found({ ...off, ...hearing('cloudtrail/launch-burst', 'cloudtrial/*', 'posture/nothing', 'posture*') }),
  ).toEqual([
    { where: 'detections.cloudtrail/launch-bust', what: `there is no such detection: ${listed}` },
    { where: 'detections.posture/nothing', what: `there is no such detection: ${listed}` },
    { where: 'channels.1.detections', what: `no detection is called "cloudtrial/*": ${listed}` },
    { where: 'channels.1.detections', what: `no detection is called "posture/nothing": ${listed}` },
    { where: 'channels.1.detections', what: `no detection is called "posture*": ${listed}` },
  ]);
});

test('a threshold of what counts nothing is told', () => {
  const thresholds = (threshold: number) => ({
    detections: { 'kubernetes/nodepool-deleted': { threshold }, 'kubernetes/denied-burst': { threshold } },
  });
  expect(found(thresholds(5))).toEqual([
    {
      where: 'detections.kubernetes/nodepool-deleted.threshold',
      what: 'this detection looks at single events and counts nothing',
    },
  ]);
});

const exempting = (id: string, when: object): Config => ({
  detections: { [id]: { exemptions: [{ when: when as never, reason: 'load test', expires: '2026-12-31' }] } }, // as written
});
const suppressing = (detection: unknown): Config => suppressed({ finding: { detection } });
const suppressed = (when: object): Config => ({
  suppressions: [
    {
      id: 'load-test',
      when: when as never, // as written
      reason: 'load test',
      owner: 'platform',
      from: '2026-09-01',
      expires: '2026-09-30',
    },
  ],
});

test.each<[string, Config]>([
  ['facts', exempting('cloudtrail/launch-burst', { fact: { 'principal.kind': ['platform'] } })],
  ['a record', exempting('kubernetes/nodepool-deleted', { user: { username: ['alice'] }, objectRef: { name: ['x'] } })],
  ['a detection', suppressing(['kubernetes/nodepool-deleted', { prefix: 'cloudtrial/' }])],
  ['the pipeline', suppressing(['pipeline/limit-reached'])],
  ['a severity', suppressed({ finding: { severity: ['low', { prefix: 'med' }], key: { role: ['x'] } } })],
  ['records', suppressed({ event: { $or: [{ userIdentity: { arn: ['x'] } }, { user: { username: ['x'] } }] } })],
  ['what the pipeline says', suppressed({ event: { source: ['x'], why: ['x'], canary: ['x'] } })],
  ['what is refused elsewhere', exempting('cloudtrail/launch-burst', { eventName: [] })],
])('silence over %s that may be is silence', (_, config) => {
  expect(found(config)).toEqual([]);
});

test('silence that would hold for nothing is told with its place', () => {
  const where = 'detections.cloudtrail/launch-burst.exemptions.0.when';
  expect(found(exempting('cloudtrail/launch-burst', { fact: { 'principal.kind': ['plattform'] } }))).toEqual([
    {
      where,
      what: expect.stringContaining('"plattform" is not a value that it ever has; allowed here: platform (near it)'),
    },
  ]);
  expect(found(exempting('cloudtrail/launch-burst', { userIdentiy: { arn: ['x'] } }))).toEqual([
    { where, what: 'userIdentiy: no such member of a record; allowed here: userIdentity (near it)' },
  ]);
  expect(found(suppressing(['kubernetes/nodepol-deleted']))).toEqual([
    { where: 'suppressions.0.when', what: `no detection is called "kubernetes/nodepol-deleted": ${listed}` },
  ]);
});

test.each<[object, string]>([
  [{ finding: { detection: ['pipeline/source-silent'] } }, 'no suppression hides "pipeline/source-silent"'],
  [{ finding: { detection: ['pipeline/canary-returned'] } }, 'no suppression hides "pipeline/canary-returned"'],
  [
    { finding: { severity: ['hihg'] } },
    'finding.severity: "hihg" is not a value that it ever has; allowed here: high (near it)',
  ],
  [{ $or: [{ event: { verb: ['get'] } }, { finding: { severity: ['urgent'] } }] }, 'finding.severity: "urgent"'],
  [{ finding: { $or: [{ account: ['1'] }, { severity: [{ 'anything-but': ['hi'] }] }] } }, 'finding.severity: "hi"'],
  [
    { event: { userIdentiy: { arn: ['x'] } } },
    'event.userIdentiy: no such member of a record; allowed here: userIdentity',
  ],
  [{ event: { user: { usernmae: ['x'] } } }, 'event.user.usernmae: no such member of a record; allowed here: username'],
  [{ event: { fact: { 'principal.kind': ['person'] } } }, 'event.fact: a finding keeps its record, without facts'],
])('a suppression that asks %j would hide nothing', (when, what) => {
  expect(found(suppressed(when))).toEqual([{ where: 'suppressions.0.when', what: expect.stringContaining(what) }]);
});
