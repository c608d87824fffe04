import { clustersIn } from '../../core/own-clusters.ts';
import type { Settings } from '../../core/settings.ts';

type Environment = { readonly [name: string]: string | undefined };

/**
 * What an SDK client of tables and the quarantine is made with: they are at home wherever the function runs. The stack sets
 * HOME_REGION on functions of other regions alone.
 */
export const atHome = (env: Environment): { readonly region?: string } =>
  env['HOME_REGION'] === undefined ? {} : { region: env['HOME_REGION'] };

/**
 * The settings as a function sees them that hears the log groups of its own region and account: its region in place of the home one,
 * and the clusters there, because two may each have a cluster of one name. Lambda sets AWS_REGION itself.
 * @param account the function's; undefined: not known
 */
export const ofRegion = (settings: Settings, env: Environment, account: string | undefined): Settings => {
  const region = (env['HOME_REGION'] === undefined ? undefined : env['AWS_REGION']) ?? settings.home;
  return {
    ...settings,
    home: region,
    clusters: clustersIn(settings, account).filter(cluster => (cluster.region ?? settings.home) === region),
  };
};
