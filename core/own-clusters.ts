import type { Cluster, Settings } from './settings.ts';

/**
 * The clusters that a stage can reach: settings may be those of several accounts, and a log group calls functions of its own account
 * only (CloudWatch Logs API Reference, PutSubscriptionFilter). One that is given to no account is taken for the stage's own.
 * @param account the stage's; undefined: not known, and all are
 */
export const clustersIn = ({ clusters }: Pick<Settings, 'clusters'>, account: string | undefined): readonly Cluster[] =>
  clusters.filter(one => account === undefined || one.account === undefined || one.account === account);

/** The settings with {@link clustersIn} alone: for what looks around in one account, and not for what detects. */
export const settingsIn = (settings: Settings, account: string | undefined): Settings => ({
  ...settings,
  clusters: clustersIn(settings, account),
});
