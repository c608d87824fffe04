import { clustersIn } from '../core/own-clusters.ts';
import type { Cluster } from '../core/settings.ts';
import { rows } from '../core/tables.ts';
import settings from '../tripline.config.ts';
import { fitting } from './fitting.ts';
import { type Grant, type Lambda, lambda } from './function.ts';
import type { Key } from './key.ts';
import { type Account, home } from './place.ts';
import { deadLetters, polls, type Queue, queue } from './queue.ts';
import { environment, folds, type Storage } from './storage.ts';

/** Ten objects of five seconds each, and their folding. */
const timeout = 90;

/** Clusters that may be read. */
const readable = ({ id }: Account): readonly Cluster[] =>
  clustersIn(settings, id).filter(({ reader }) => reader === true);

/** What a function needs to find the clusters that may be read; what it may read there, the clusters themselves say. */
export const reads = (account: Account): readonly Grant[] => {
  const { id, partition } = account;
  const clusters = readable(account).map(
    ({ name, region = settings.home }) => `arn:${partition}:eks:${region}:${id}:cluster/${name}`,
  );
  return clusters.length === 0
    ? []
    : [
        {
          actions: ['eks:DescribeCluster'],
          resources: fitting(clusters, `arn:${partition}:eks:*:${id}:cluster/*`),
        },
      ];
};

/** Where functions ask for a reading; undefined where the settings give no cluster of the account a reader. */
export const readings = (key: Key, account: Account): { readonly waiting: Queue; readonly dead: Queue } | undefined => {
  if (readable(account).length === 0) return undefined;
  const dead = deadLetters('readings', home, key);
  return { waiting: queue('readings', timeout, dead, key), dead };
};

/** Reads from clusters what was written where the audit log has no body. */
export const postureReader = (waiting: Queue, storage: Storage, key: Key, account: Account): Lambda => {
  const fn = lambda('posture-reader', {
    file: 'posture-reader',
    does: 'Reads what was written where the audit log has no body',
    timeout,
    memory: 512,
    key,
    // An API server is not to feel it.
    reserved: 2,
    callsClusters: true,
    grants: [
      ...folds(storage),
      { actions: ['dynamodb:GetItem'], resources: [storage.state.arn], keys: { like: [`${rows.object}*`] } },
      ...reads(account),
      polls(waiting),
    ],
    environment: environment(storage),
  });
  new aws.lambda.EventSourceMapping('ReadingsMapping', {
    eventSourceArn: waiting.arn,
    functionName: fn.fn.arn,
    batchSize: 10,
    // Writes come in bursts, and one reading answers for all of one object.
    maximumBatchingWindowInSeconds: 5,
    functionResponseTypes: ['ReportBatchItemFailures'],
  });
  return fn;
};

/** What asking for a reading needs, where there is somebody to ask. */
export const asks = (readings: Queue | undefined): readonly Grant[] =>
  readings === undefined ? [] : [{ actions: ['sqs:SendMessage'], resources: [readings.arn] }];
export const asking = (readings: Queue | undefined): Record<string, $util.Input<string>> =>
  readings === undefined ? {} : { READINGS_QUEUE: readings.url };
