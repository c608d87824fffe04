import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import { readLogs } from '../../core/read/logs.ts';
import type { Settings } from '../../core/settings.ts';
import { atHome, ofRegion } from '../../functions/deps/region.ts';

const cluster = { name: 'prod', kind: 'eks', role: 'workload' } as const;
const settings: Settings = {
  ...exampleSettings,
  home: 'eu-west-1',
  clusters: [
    { ...cluster, account: '111122223333' },
    { ...cluster, account: '444455556666', region: 'us-west-2' },
  ],
};
const away = { HOME_REGION: 'eu-west-1', AWS_REGION: 'us-west-2' };

const delivered = (logGroup: string) => ({
  awslogs: {
    data: gzipSync(
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        owner: '111122223333',
        logGroup,
        logStream: 'kube-apiserver-audit-0123456789abcdef0123456789abcdef',
        subscriptionFilters: ['tripline-production-audit'],
        logEvents: [
          {
            id: '1',
            timestamp: 1_788_256_800_000,
            message: JSON.stringify({
              kind: 'Event',
              apiVersion: 'audit.k8s.io/v1',
              auditID: 'a',
              stage: 'ResponseComplete',
              verb: 'get',
              user: { username: 'alice' },
              requestReceivedTimestamp: '2026-09-01T10:00:00.000000Z',
              stageTimestamp: '2026-09-01T10:00:00.000000Z',
            }),
          },
        ],
      }),
    ).toString('base64'),
  },
});

const placeOf = (group: string, env: Record<string, string>, account?: string) => {
  const [read] = readLogs(delivered(group), ofRegion(settings, env, account));
  return read?.kind === 'event' ? [read.event.account, read.event.region, read.event.cluster] : read;
};

describe('a function of another region', () => {
  it('finds tables and the quarantine at home; one at home where it runs', () => {
    expect(atHome(away)).toEqual({ region: 'eu-west-1' });
    expect(atHome({ AWS_REGION: 'eu-west-1' })).toEqual({});
  });

  it('knows the clusters of its region alone, though another has one of the same name', () => {
    expect(placeOf('/aws/eks/prod/cluster', away)).toEqual(['444455556666', 'us-west-2', 'prod']);
    expect(placeOf('/aws/eks/prod/cluster', { AWS_REGION: 'eu-west-1' })).toEqual([
      '111122223333',
      'eu-west-1',
      'prod',
    ]);
  });

  it('takes a cluster for its own account’s where the settings give one of that name to another', () => {
    expect(placeOf('/aws/eks/prod/cluster', away, '444455556666')).toEqual(['444455556666', 'us-west-2', 'prod']);
    expect(placeOf('/aws/eks/prod/cluster', away, '111122223333')).toEqual(['111122223333', 'us-west-2', 'prod']);
  });

  it('counts a cluster that nobody named for its own region', () => {
    expect(placeOf('/aws/eks/new/cluster', away)).toEqual(['111122223333', 'us-west-2', 'new']);
  });
});
