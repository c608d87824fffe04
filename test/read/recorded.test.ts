import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFiles } from '../../adapters/files.ts';
import type { Read } from '../../core/read/contract.ts';
import { nowhere } from './samples.ts';

/** Recorded events of real clusters and accounts, beside the project where they are available. */
const data = resolve(import.meta.dirname, '../../../shared/data');

const counted = async (path: string) => {
  const reads: Read[] = [];
  for await (const batch of readFiles([resolve(data, path)], { place: nowhere })) reads.push(...batch);
  const events = reads.flatMap(read => (read.kind === 'event' ? [read.event] : []));
  return {
    cloudtrail: events.filter(event => event.source === 'cloudtrail').length,
    kubernetes: events.filter(event => event.source === 'kubernetes').length,
    ids: new Set(events.map(event => event.id)).size,
    rejected: reads.flatMap(read =>
      read.kind === 'rejected' ? [`${read.rejected.reason}: ${read.rejected.detail}`] : [],
    ),
    skipped: reads.filter(read => read.kind === 'skipped').length,
  };
};

const abridged = (what: string, member: string) =>
  expect.stringMatching(new RegExp(`^wrong-shape: The ${what} has no ${member}: every`));

describe.skipIf(!existsSync(data))('recorded events (skipped where ../shared/data is absent)', () => {
  test.each([
    [
      'stratus-detonation-logs/cloudtrail-stratus.jsonl',
      { cloudtrail: 310, kubernetes: 0, ids: 310, rejected: [], skipped: 0 },
    ],
    ['audit2rbac-demo/k8saudit-audit2rbac.jsonl', { cloudtrail: 0, kubernetes: 37, ids: 37, rejected: [], skipped: 0 }],
    ['rbac-tool-auditgen/k8saudit-rbactool.jsonl', { cloudtrail: 0, kubernetes: 6, ids: 6, rejected: [], skipped: 0 }],
  ])('%s is read whole', async (path, expected) => {
    expect(await counted(path)).toEqual(expected);
  });

  test('of 25 Cloud Custodian fixtures 24 are events; one lacks eventID and eventTime', async () => {
    const { cloudtrail, rejected } = await counted('cloud-custodian-events/cloudtrail-custodian.jsonl');
    expect(cloudtrail).toBe(24);
    expect(rejected).toEqual([abridged('CloudTrail record', 'eventID')]);
  });

  test('abridged snippets of documentation pages are set aside, each with its reason', async () => {
    const audit = await counted('stratus-detonation-logs/k8saudit-stratus-doc-snippets.jsonl');
    expect(audit).toMatchObject({
      cloudtrail: 0,
      kubernetes: 0,
      rejected: Array(6).fill(abridged('audit event', 'auditID')),
    });
    const trail = await counted('stratus-detonation-logs/cloudtrail-eks-doc-snippets.jsonl');
    expect(trail).toMatchObject({
      cloudtrail: 0,
      kubernetes: 0,
      rejected: Array(2).fill(abridged('CloudTrail record', 'eventID')),
    });
  });
});
