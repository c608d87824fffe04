import { mostSubscriptions, type Subscription, type Subscriptions } from '../../adapters/logs.ts';
import { auditGroups } from '../../core/audit-groups.ts';
import type { Match } from '../../core/match.ts';
import type { Settings } from '../../core/settings.ts';
import { warn } from '../invocation/lambda.ts';
import { aboutSource, type Present, resolveSources } from './source-silent.ts';

/** A cluster whose audit log does not reach us, and why. */
export interface Gap {
  readonly cluster: string;
  readonly why: string;
}

/** What became of the log groups. */
export interface Outcome {
  /** Groups whose filter was put or repaired. */
  readonly put: readonly string[];
  readonly gaps: readonly Gap[];
  /** Clusters whose groups all have our filter and are written to. */
  readonly whole: readonly string[];
  /** What failed and may succeed when it is tried again. */
  readonly failed: readonly unknown[];
}

/** EKS names the group of a cluster's control plane so (Amazon EKS User Guide, "Send control plane logs to CloudWatch Logs"). */
const eksGroup = /^\/aws\/eks\/(.+)\/cluster$/;
const auditStreams = 'kube-apiserver-audit-';

/**
 * Why a group never takes the filter, by what AWS answered; undefined where the next try may succeed (throttled, AWS's own fault).
 * A group of the class Infrequent Access takes none (Amazon CloudWatch Logs User Guide, "Log classes"; InvalidOperationException).
 */
const lasting = (group: string, error: unknown): string | undefined => {
  if (!(error instanceof Error) || !('$fault' in error) || error.$fault !== 'client') return undefined;
  if (/Throttl|TooManyRequests|OperationAborted|ServiceUnavailable/.test(error.name)) return undefined;
  return error.name === 'InvalidOperationException'
    ? `${group} takes no subscription filter (${error.name}): its log class is not Standard; make the group anew, or send the log to S3`
    : `${group} can’t be subscribed (${error.name}): look at the log of the function subscribe`;
};

/**
 * Gives every audit log group our subscription filter: those that EKS made, and those that settings name. A filter of ours that
 * was changed is put again; somebody else's is never touched. A group that fails keeps no other from its filter.
 */
export const subscribeAll = async (logs: Subscriptions, wanted: Subscription, settings: Settings): Promise<Outcome> => {
  const found = (await logs.groups('/aws/eks/')).filter(name => eksGroup.test(name));
  const named = auditGroups(settings, undefined); // those of its own account and region already
  const put: string[] = [];
  const gaps: Gap[] = [];
  const failed: unknown[] = [];
  const tried = new Set<string>();
  const amiss = new Set<string>();
  const subscribe = async (group: string, cluster: string): Promise<void> => {
    const filters = await logs.of(group);
    if (filters === undefined) {
      gaps.push({ cluster, why: `the log group ${group} does not exist: audit logging is off` });
      return;
    }
    if (eksGroup.test(group) && !(await logs.hasStream(group, auditStreams)))
      gaps.push({ cluster, why: `${group} has no ${auditStreams}* stream: audit logging is off` });
    const verdict = verdictOf(filters, wanted);
    if (verdict === 'full')
      gaps.push({
        cluster,
        why: `${group} has ${mostSubscriptions} subscription filters of others (${filters.map(({ name }) => name).join(', ')}): remove one, or let one of them (Firehose, a Kinesis stream) write the log into a bucket too, and name that in the cluster’s \`audit\``,
      });
    if (verdict !== 'put') return;
    await logs.put(group, wanted);
    put.push(group);
  };
  for (const group of new Set([...named.map(one => one.group), ...found])) {
    const cluster = named.find(one => one.group === group)?.cluster ?? eksGroup.exec(group)?.[1] ?? group;
    tried.add(cluster);
    await subscribe(group, cluster).catch((error: unknown) => {
      amiss.add(cluster);
      const why = lasting(group, error);
      if (why === undefined) failed.push(error);
      else gaps.push({ cluster, why });
      warn('subscribe', group, error);
    });
  }
  for (const { cluster } of gaps) amiss.add(cluster);
  return { put, gaps, whole: [...tried].filter(cluster => !amiss.has(cluster)), failed };
};

const verdictOf = (filters: readonly Subscription[], wanted: Subscription): 'kept' | 'put' | 'full' => {
  const ours = filters.find(({ name }) => name === wanted.name);
  if (ours === undefined) return filters.length < mostSubscriptions ? 'put' : 'full';
  return ours.pattern === wanted.pattern && ours.destination === wanted.destination ? 'kept' : 'put';
};

const day = 24 * 60 * 60 * 1_000;

/** Where the log groups are that were looked at. */
export interface Here {
  /** Those of the region and the account. */
  readonly settings: Settings;
  /** The function's own; undefined: not known. */
  readonly account: string | undefined;
}

/** A cluster's audit log as the findings of gaps call it. */
const gapOf = (cluster: string, { settings, account }: Here): Omit<Present, 'at'> => ({
  account: settings.clusters.find(({ name }) => name === cluster)?.account ?? account ?? settings.accounts[0] ?? '',
  cluster,
  name: `audit log of ${cluster}`,
});

/** Resolves the findings of gaps that are closed. @returns how many */
export const closeGaps = (whole: readonly string[], here: Here, now: number): Promise<number> =>
  resolveSources(
    whole.map(cluster => ({ ...gapOf(cluster, here), at: now })),
    'tripline subscribe',
    'its log group is written to, and subscribed',
  );

/** A gap as a match of `pipeline/source-silent`: one a day and cluster, whatever the function is called. */
export const matchesOf = ({ cluster, why }: Gap, here: Here, now: number): readonly Match[] => {
  const start = now - (now % day);
  return aboutSource(here.settings, {
    source: 'kubernetes',
    ...gapOf(cluster, here),
    eventId: `audit-gap#${cluster}#${new Date(start).toISOString().slice(0, 10)}`,
    time: now,
    title: `The audit log of ${cluster} does not reach Tripline`,
    why,
  });
};
