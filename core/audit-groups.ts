import { clustersIn } from './own-clusters.ts';
import type { Cluster, Settings } from './settings.ts';

/** A log group that a cluster writes its audit log to. */
export interface AuditGroup {
  readonly group: string;
  readonly region: string;
  readonly cluster: string;
}

/** Where a cluster's audit log is, if it is in CloudWatch Logs: EKS's own group, unless the settings say another place. */
const groupOf = ({ name, kind, audit }: Cluster): string | undefined => {
  if (audit !== undefined) return 'logGroup' in audit ? audit.logGroup : undefined;
  return kind === 'eks' ? `/aws/eks/${name}/cluster` : undefined;
};

/** The log group of a cluster's audit log by its name; undefined where that is no log group. One that settings do not name is taken for EKS's. */
export const auditGroupOf = ({ clusters }: Pick<Settings, 'clusters'>, name: string): string | undefined =>
  groupOf(clusters.find(one => one.name === name) ?? { name, kind: 'eks', role: 'workload' });

/** The log groups of the settings' clusters, each with its region. @param account as of {@link clustersIn} */
export const auditGroups = (settings: Settings, account: string | undefined): readonly AuditGroup[] =>
  clustersIn(settings, account).flatMap(cluster => {
    const group = groupOf(cluster);
    return group === undefined ? [] : [{ group, region: cluster.region ?? settings.home, cluster: cluster.name }];
  });

/**
 * The regions in which audit logs are heard: home, and every other that a cluster's log group is in, because a subscription filter
 * calls functions of its own region only.
 * @param enabled the account's regions
 * @throws Error where the account has not enabled a cluster's region
 */
export const auditRegions = (settings: Settings, account: string, enabled: readonly string[]): readonly string[] => {
  const groups = auditGroups(settings, account);
  const lost = groups.filter(({ region }) => region !== settings.home && !enabled.includes(region));
  if (lost.length > 0)
    throw new Error(
      `clusters ${lost.map(({ cluster, region }) => `${cluster} (${region})`).join(', ')}: the account has not enabled that region. Correct the cluster's \`region\` in tripline.config.ts, name its \`account\` if it is of another one, or enable the region.`,
    );
  return [...new Set([settings.home, ...groups.map(({ region }) => region)])];
};
