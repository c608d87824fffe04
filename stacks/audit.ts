import { auditGroup } from '../core/audit-group.ts';
import settings from '../tripline.config.ts';
import { type Grant, type Lambda, lambda } from './function.ts';
import { key } from './key.ts';
import { logical } from './names.ts';
import { type Account, home, inside, type Place, within } from './place.ts';
import { asking, asks } from './posture-reader.ts';
import { deadLetters, type Queue } from './queue.ts';
import { detects, environment, type Storage } from './storage.ts';

/** The log groups of a region that the settings' clusters write their audit logs to. */
export const auditGroups = ({ region }: Place): readonly string[] =>
  settings.clusters
    .filter(cluster => (cluster.region ?? settings.home) === region)
    .flatMap(cluster => auditGroup(cluster) ?? []);

/**
 * Where audit logs are heard: at home, and in every other region that the settings have such a cluster in, because a subscription
 * filter calls functions of its own region only.
 * @throws Error where the account has not enabled a cluster's region
 */
export const auditPlaces = (others: readonly Place[]): readonly Place[] => {
  const enabled = new Set([settings.home, ...others.map(({ region }) => region)]);
  const lost = settings.clusters.filter(
    one => auditGroup(one) !== undefined && !enabled.has(one.region ?? settings.home),
  );
  if (lost.length > 0)
    throw new Error(
      `clusters ${lost.map(({ name, region }) => `${name} (${region})`).join(', ')}: the account has not enabled that region. Correct the cluster's \`region\` in tripline.config.ts, or enable the region.`,
    );
  return [home, ...others.filter(place => auditGroups(place).length > 0)];
};

/** What a function needs beside its own region's key that works on the tables at home. */
export const reachesHome = (
  place: Place,
  account: Account,
): { readonly grants: readonly Grant[]; readonly environment: Readonly<Record<string, string>> } =>
  place === home
    ? { grants: [], environment: {} }
    : {
        grants: [{ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key(home, account).arn] }],
        environment: { HOME_REGION: settings.home },
      };

export interface Audit {
  readonly fn: Lambda;
  readonly dead: Queue;
}

/**
 * CloudWatch Logs invokes it without waiting: Lambda's own retries and its on-failure destination come after that.
 * @param readings where it asks for what the audit log lacks
 */
export const audit = (place: Place, storage: Storage, account: Account, readings: Queue | undefined): Audit => {
  const own = key(place, account);
  const dead = deadLetters('audit', place, own);
  const away = reachesHome(place, account);
  const fn = lambda('audit', {
    file: 'audit',
    does: 'Judges Kubernetes audit events',
    timeout: 60,
    memory: 1024,
    key: own,
    place,
    grants: [
      ...detects(storage),
      { actions: ['sqs:SendMessage'], resources: [dead.arn] },
      ...asks(readings),
      ...away.grants,
    ],
    environment: { ...environment(storage), ...asking(readings), ...away.environment },
  });
  new aws.lambda.FunctionEventInvokeConfig(
    logical(within(place, 'audit invocations')),
    {
      functionName: fn.fn.name,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 6 * 3600,
      destinationConfig: { onFailure: { destination: dead.arn } },
    },
    inside(place),
  );
  new aws.lambda.Permission(
    logical(within(place, 'logs invoke audit')),
    {
      function: fn.fn.name,
      action: 'lambda:InvokeFunction',
      principal: 'logs.amazonaws.com',
      sourceAccount: account.id,
      sourceArn: `arn:${account.partition}:logs:${place.region}:${account.id}:log-group:*:*`,
    },
    inside(place),
  );
  return { fn, dead };
};
