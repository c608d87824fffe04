import { auditRegions, auditGroups as groups } from '../core/audit-groups.ts';
import settings from '../tripline.config.ts';
import { fitting } from './fitting.ts';
import { type Grant, type Lambda, lambda } from './function.ts';
import { key } from './key.ts';
import { logical } from './names.ts';
import { type Account, home, inside, type Place, within } from './place.ts';
import { asking, asks } from './posture-reader.ts';
import { deadLetters, type Queue } from './queue.ts';
import { detects, environment, type Storage } from './storage.ts';

/** The log groups of a region that the settings' clusters in this account write their audit logs to. */
export const auditGroups = ({ region }: Place, { id }: Account): readonly string[] =>
  groups(settings, id).flatMap(one => (one.region === region ? [one.group] : []));

/** Those of them that are not named as EKS names its own. */
export const ownGroups = (place: Place, account: Account): readonly string[] =>
  [...new Set(auditGroups(place, account))].filter(name => !/^\/aws\/eks\/.+\/cluster$/.test(name));

/**
 * The log groups of a region that audit logs are heard from: those of EKS, and the settings' own. Nobody else's may call the
 * function, whatever it is made to hold; where the settings name more than policies have room for, any of the account may.
 */
export const groupsHeard = (place: Place, account: Account): readonly string[] => {
  const { id, partition } = account;
  const group = (name: string): string => `arn:${partition}:logs:${place.region}:${id}:log-group:${name}`;
  const groups = ['/aws/eks/*/cluster', ...ownGroups(place, account)].map(group);
  // A policy names each with its streams and without.
  return fitting([...groups, ...groups], '').length === 1 ? [group('*')] : groups;
};

/**
 * Where audit logs are heard.
 * @throws Error where the account has not enabled a cluster's region
 */
export const auditPlaces = (others: readonly Place[], { id }: Account): readonly Place[] => {
  const heard = auditRegions(
    settings,
    id,
    others.map(({ region }) => region),
  );
  return [home, ...others.filter(({ region }) => heard.includes(region))];
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
    // A payload is done whole or comes again whole: 5,000 matches that share nothing took 14 s of processor, of which it has six tenths of one.
    timeout: 300,
    memory: 1024,
    key: own,
    place,
    // Whoever may write to a log of ours, or send an API server requests, could take all that the account runs at once. What waits is
    // kept by Lambda for as long as below.
    reserved: 20,
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
  for (const [index, group] of groupsHeard(place, account).entries())
    new aws.lambda.Permission(
      logical(within(place, `logs invoke audit ${index === 0 ? '' : index + 1}`)),
      {
        function: fn.fn.name,
        action: 'lambda:InvokeFunction',
        principal: 'logs.amazonaws.com',
        sourceAccount: account.id,
        sourceArn: `${group}:*`,
      },
      inside(place),
    );
  return { fn, dead };
};
