import { expect, test } from 'vitest';
import { unmetIn } from '../core/config/catalogue.ts';
import { type Config, defineConfig } from '../core/config.ts';

const detections = ['cloudtrail/launch-burst', 'kubernetes/nodepool-deleted'].map(id => ({ id }));
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

test('a slip, or a detection that was renamed since, is told with its place', () => {
  const off = {
    detections: { 'cloudtrail/launch-bust': { status: 'off' }, 'posture/nothing': { status: 'off' } },
  } as const;
  expect(
    found({ ...off, ...hearing('cloudtrail/launch-burst', 'cloudtrial/*', 'posture/nothing', 'posture*') }),
  ).toEqual([
    { where: 'detections.cloudtrail/launch-bust', what: 'there is no such detection' },
    { where: 'detections.posture/nothing', what: 'there is no such detection' },
    { where: 'channels.1.detections', what: 'no detection is called "cloudtrial/*"' },
    { where: 'channels.1.detections', what: 'no detection is called "posture/nothing"' },
    { where: 'channels.1.detections', what: 'no detection is called "posture*"' },
  ]);
});
