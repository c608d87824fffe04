import { clustersIn } from '../core/own-clusters.ts';
import { matchesAny } from '../core/wildcard.ts';
import settings from '../tripline.config.ts';
import { fitting } from './fitting.ts';
import { type Lambda, lambda } from './function.ts';
import type { Key } from './key.ts';
import { type Account, home, type Place } from './place.ts';
import { deadLetters, type Queue } from './queue.ts';
import { schedules } from './schedule.ts';
import { type Storage, writesFindings } from './storage.ts';

const timeout = 120;

/**
 * Calls of our own that must come back. The role may write its rows and findings, and look up where the named clusters are:
 * nothing of EC2, nothing of IAM. That its call is denied is what makes it.
 */
export const canary = (
  storage: Storage,
  places: readonly Place[],
  key: Key,
  { id, partition }: Account,
): { readonly functions: readonly Lambda[]; readonly dead: readonly Queue[] } => {
  const { regions, clusters, minutes } = settings.deployment.canary;
  const watched = clustersIn(settings, id).filter(one => one.kind === 'eks' && matchesAny(clusters, one.name));
  if (!regions && watched.length === 0) return { functions: [], dead: [] };
  const dead = deadLetters('canary', home, key);
  const fn = lambda('canary', {
    file: 'canary',
    does: 'Makes a call in every region that is denied and must come back',
    timeout,
    memory: 256,
    key,
    reserved: 1,
    grants: [
      writesFindings(storage),
      { actions: ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], resources: [storage.state.arn] },
      ...(watched.length === 0
        ? []
        : [
            {
              actions: ['eks:DescribeCluster'],
              resources: fitting(
                watched.map(({ name, region = home.region }) => `arn:${partition}:eks:${region}:${id}:cluster/${name}`),
                `arn:${partition}:eks:*:${id}:cluster/*`,
              ),
            },
          ]),
      { actions: ['sqs:SendMessage'], resources: [dead.arn] },
    ],
    environment: {
      FINDINGS_TABLE: storage.findings.name,
      STATE_TABLE: storage.state.name,
      CANARY_REGIONS: places.map(({ region }) => region).join(','),
    },
  });
  schedules('canary', fn, `rate(${minutes} minutes)`, dead);
  return { functions: [fn], dead: [dead] };
};
