import { karpenter } from '../../core/cloudtrail/example.ts';
import { createFleet, fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { listed, said } from '../../core/cloudtrail/said.ts';
import { lookAround, preserveNode, stopProvisioning } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { text } from '../../core/json.ts';
import { distinct } from '../../core/state/distinct.ts';

const launchedIds = (view: View<'cloudtrail'>): readonly string[] =>
  listed(view, 'launch.instances').flatMap(one => text(one, 'id') ?? []);

/** So many instance ids, from a number on. */
const ids = (from: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `i-0${(from + index).toString(16).padStart(16, '0')}`);
const fleet = (from: number, count: number, eventTime: string) =>
  createFleet({ instances: ids(from, count), record: { eventTime } });

export const detection = cloudtrail({
  id: 'cloudtrail/launch-burst',
  title: 'Many instances were launched for one cluster or principal',
  severity: 'medium',
  when: { fact: { 'launch.instances': { id: [{ exists: true }] } } },
  by: view => {
    const cluster = said(view, 'launch.cluster');
    return [cluster === 'unknown' ? { principal: said(view, 'principal.id') } : { cluster }];
  },
  resources: launchedIds,
  state: distinct({
    id: 'cloudtrail/launch-burst',
    doc: 'More than 50 distinct instances (settings: `threshold`) in 10 minutes. CreateFleet and RunInstances both report an instance: it counts once.',
    values: launchedIds,
    within: 10 * 60_000,
    moreThan: 50,
    note: limit => `more than ${limit} instances in 10 minutes`,
  }),
  attack: ['T1496.001', 'T1578.002'],
  why: 'A runaway NodePool, a stolen launch permission and a mining campaign look alike: many instances at once. One CreateFleet may launch dozens, so instances are counted, not calls.',
  references: ['karpenter-provider-aws, pkg/batcher (CreateFleet)', 'EC2 API Reference, CreateFleet, RunInstances'],
  runbook: [
    'Confirm what asked for them: kubectl get nodeclaims --sort-by .metadata.creationTimestamp; kubectl get pods -A --field-selector status.phase=Pending',
    stopProvisioning,
    preserveNode,
    lookAround,
  ],
  blind: [
    'A cluster is known by its tags: launches without them are counted by principal.',
    'Past 1,000 launches in one ten-minute bucket the count stops growing, and that is a finding of its own.',
    'Fleets of type request and maintain launch later, in RunInstances records of their own.',
  ],
  examples: {
    matches: [
      { name: 'one fleet of 51 instances', severity: 'medium', event: fleet(0, 51, '2026-09-01T10:00:00Z') },
      {
        name: 'three fleets of 20 in nine minutes',
        severity: 'medium',
        event: fleet(40, 20, '2026-09-01T10:09:00Z'),
        after: [fleet(0, 20, '2026-09-01T10:00:00Z'), fleet(20, 20, '2026-09-01T10:05:00Z')],
      },
      {
        name: 'the first of three fleets is recorded last',
        severity: 'medium',
        event: fleet(0, 20, '2026-09-01T10:00:00Z'),
        after: [fleet(40, 20, '2026-09-01T10:09:00Z'), fleet(20, 20, '2026-09-01T10:05:00Z')],
      },
      {
        name: 'a lower threshold in the settings',
        severity: 'medium',
        event: fleet(0, 12, '2026-09-01T10:00:00Z'),
        settings: { detections: { 'cloudtrail/launch-burst': { threshold: 10 } } },
      },
    ],
    misses: [
      { name: 'one fleet of 50 instances', event: fleet(0, 50, '2026-09-01T10:00:00Z') },
      {
        name: 'an instance of a fleet of 50 is reported again by RunInstances',
        event: fleetRun({
          instance: { instanceId: 'i-00000000000000001' },
          record: { eventTime: '2026-09-01T10:00:05Z' },
        }),
        after: [fleet(0, 50, '2026-09-01T10:00:00Z')],
      },
      {
        name: 'three fleets of 20 in twenty minutes',
        event: fleet(40, 20, '2026-09-01T10:20:00Z'),
        after: [fleet(0, 20, '2026-09-01T10:00:00Z'), fleet(20, 20, '2026-09-01T10:10:00Z')],
      },
      { name: 'a dry run', event: runInstances({ by: karpenter, record: { errorCode: 'Client.DryRunOperation' } }) },
    ],
  },
});
