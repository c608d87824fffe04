import type { CloudTrailRecord } from './cloudtrail/record.ts';
import { Evidence } from './evidence/record.ts';
import { findingId } from './findings/identity.ts';
import type { AuditRecord } from './kubernetes/record.ts';
import type { Match } from './match.ts';
import type { Settings } from './settings.ts';

/**
 * Something whose way through the pipeline is tried again and again: a region's CloudTrail, or a cluster's audit log. Its name
 * (`region eu-west-1`, `cluster prod`) is the key of its findings and of its rows of state.
 */
export interface Canary {
  readonly kind: 'region' | 'cluster';
  readonly name: string;
  /** The region, or the cluster's name. */
  readonly of: string;
  /** Where the call is made. */
  readonly region: string;
}

/** The canary of a region. */
export const regionCanary = (region: string): Canary => ({
  kind: 'region',
  name: `region ${region}`,
  of: region,
  region,
});
/** The canary of a cluster. @param region in which it is */
export const clusterCanary = (cluster: string, region: string): Canary => ({
  kind: 'cluster',
  name: `cluster ${cluster}`,
  of: cluster,
  region,
});

/** The detections by which a canary comes back, each of one source. */
const returning = { region: 'pipeline/canary-returned', cluster: 'pipeline/audit-canary-returned' } as const;
const lost = 'pipeline/canary-lost';

/** Those by which canaries come back. */
export const canaryDetections: readonly string[] = Object.values(returning);

/** Whether a detection is one by which a canary comes back: no news for anybody. */
export const isCanary = (detection: string): boolean => canaryDetections.includes(detection);

/** Milliseconds that a round may take: CloudTrail takes minutes as a rule and promises nothing (CloudTrail User Guide, "How CloudTrail works"). */
export const patience = 30 * 60_000;

/** What names a canary's call to AWS: the SDK's user agent ends in `tripline-canary/ROUND` (or `#ROUND`, as some of its versions write it). */
export const agentName = 'tripline-canary';
/** What it asks a cluster for: of an API group that nobody can own (RFC 6761, `.invalid`). */
export const apiGroup = 'canary.tripline.invalid';
/** The resource of that group that rounds are names of. */
export const apiResource = 'canaryrounds';

/** The path of a round's request to a cluster. */
export const roundPath = (round: string): string => `/apis/${apiGroup}/v1/${apiResource}/${round}`;

/** Names a round: when it was called, and 64 bits that nobody can guess. @param nonce 16 hex digits */
export const roundOf = (time: number, nonce: string): string =>
  `${new Date(time).toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${nonce}`;

const inAgent = /(?:^|\s)tripline-canary[/#](\d{8}T\d{6}Z-[0-9a-f]{16})(?:\s|$)/;

/** The round that a record carries; '' where it carries none. */
export const roundIn = (record: Pick<CloudTrailRecord, 'userAgent'>): string =>
  inAgent.exec(record.userAgent ?? '')?.[1] ?? '';
/** The round that a cluster's audit event carries; '' where it carries none. */
export const roundAsked = (record: Pick<AuditRecord, 'objectRef'>): string => record.objectRef?.name ?? '';

/** The finding of a canary that came back, and of one that did not. @param account the deployment's */
export const findingsOf = (canary: Canary, account: string): { readonly returned: string; readonly lost: string } => {
  const cluster = canary.kind === 'cluster' ? canary.of : '';
  const key = { canary: canary.name };
  return {
    returned: findingId({ detection: returning[canary.kind], account, cluster, key }),
    lost: findingId({ detection: lost, account, cluster, key }),
  };
};

const day = 24 * 60 * 60_000;
const clock = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');

/**
 * The match of `pipeline/canary-lost`: one a silence, however often it is looked at. None where the settings switch it off.
 * @param since when the first round was called that did not come back
 */
export const lostMatch = (canary: Canary, account: string, since: number, settings: Settings): readonly Match[] => {
  const set = settings.detections[lost];
  if (set?.status === 'off') return [];
  const why = `called at ${clock(since)} UTC and not back in ${patience / 60_000} minutes`;
  return [
    {
      detection: lost,
      version: 'built-in',
      source: canary.kind === 'region' ? 'cloudtrail' : 'kubernetes',
      account,
      cluster: canary.kind === 'cluster' ? canary.of : '',
      region: canary.region,
      eventId: `canary-lost#${canary.name}#${since}`,
      time: since + patience,
      title: `The canary of ${canary.name} did not come back`,
      key: { canary: canary.name },
      window: day,
      severity: set?.severity ?? 'high',
      status: set?.status ?? 'alerting',
      principals: ['tripline canary'], // so that a stage that lost all of them says it once, as a storm
      resources: [canary.of],
      addresses: [],
      notes: [why],
      evidence: new Evidence({ canary: canary.name, why }),
    },
  ];
};
