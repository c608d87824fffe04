import { regionsOfStage } from '../core/partition.ts';
import { reachAll } from '../core/reach.ts';
import settings from '../tripline.config.ts';
import { named } from './names.ts';

/** Where resources of one region are made, and how their ARNs begin. */
export interface Place {
  readonly region: string;
  /** Absent at home: SST's own provider. */
  readonly provider?: aws.Provider;
}

/** The account of this deployment and its partition (`aws`, `aws-cn`, …). */
export interface Account {
  readonly id: string;
  readonly partition: string;
}

export const home: Place = { region: settings.home };

/** Options that put a resource into a place. */
export const inside = (place: Place): { provider?: aws.Provider } =>
  place.provider === undefined ? {} : { provider: place.provider };

/** Words for a logical name of something that may stand in several regions: with the region, but at home. */
export const within = (place: Place, words: string): string => (place === home ? words : `${words} ${place.region}`);

/** Of a role that stands for something in a place: roles are the account's, so that it says the region, but at home. */
export const roleName = (place: Place, part: string): string =>
  named(place === home ? part : `${part}-${place.region}`);

/** Asks AWS whose account this is. */
export const account = async (): Promise<Account> => {
  const [{ accountId }, { partition }] = await Promise.all([aws.getCallerIdentity({}), aws.getPartition({})]);
  return { id: accountId, partition };
};

/**
 * Every region that is enabled for the account, and the one of IAM, home first.
 * @throws Error where one of them lets nothing be made
 */
export const places = async (): Promise<readonly [Place, ...Place[]]> => {
  const { names } = await aws.getRegions({});
  const [, ...regions] = regionsOfStage(settings.home, names);
  const others = new Map(regions.map(region => [region, place(region)]));
  await reachAll(regions, region => aws.cloudwatch.getEventBus({ name: 'default' }, others.get(region)));
  return [home, ...others.values()];
};

const place = (region: string): Place => ({
  region,
  provider: new aws.Provider(`In${region.replaceAll('-', '')}`, {
    region: region as aws.Region, // AWS's own list
    ...(settings.accounts.length > 0 ? { allowedAccountIds: [...settings.accounts] } : {}),
    defaultTags: { tags: { app: $app.name, stage: $app.stage } },
  }),
});
