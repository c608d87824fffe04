import { isCanary } from '../canary.ts';
import { type Severity, severities } from '../detection.ts';
import { rank } from '../findings/best.ts';
import type { Routing } from '../settings.ts';
import { matchesAny } from '../wildcard.ts';
import type { Message } from './message.ts';
import type { Notice } from './notice.ts';

/** What routing looks at. */
interface Routed {
  readonly severity: Severity;
  readonly account: string;
  readonly cluster: string;
  readonly detection: string;
}

const within = (wildcards: readonly string[] | undefined, value: string): boolean =>
  wildcards === undefined || matchesAny(wildcards, value);

const fits = ({ minimum, accounts, clusters, detections }: Routing, about: Routed): boolean =>
  (minimum === undefined || rank(about.severity) >= rank(minimum)) &&
  within(accounts, about.account) &&
  within(clusters, about.cluster) &&
  within(detections, about.detection) &&
  (!isCanary(about.detection) || wantsCanaries(detections));

/** That a canary came back is heard only where a routing names its detection whole: `pipeline/*` is about the rest. */
const wantsCanaries = (detections: Routing['detections']): boolean => detections?.some(isCanary) === true;

/** Whether a channel hears an announcement. */
export const hears = (routing: Routing, { finding }: Message): boolean => fits(routing, finding);

/** Whether a channel hears a notice: a storm like its findings; the digest only where the channel is about everything. */
export const hearsNotice = (routing: Routing, notice: Notice): boolean => fits(routing, notice);

/**
 * The same as an SNS filter policy over message attributes, which may admit more, never less: the function behind the queue
 * decides. Undefined where it would say nothing. Amazon SNS Developer Guide, "Subscription filter policies": exact, `prefix` and
 * `exists` conditions; an attribute that is absent fails all but the last.
 */
export const filterPolicy = (routing: Routing): FilterPolicy | undefined => {
  const { minimum, accounts, clusters, detections } = routing;
  const policy: FilterPolicy = {
    ...(minimum === undefined ? {} : { severity: severities.slice(rank(minimum)) }),
    ...conditions('account', accounts),
    ...conditions('cluster', clusters),
    ...conditions('detection', detections),
    ...(wantsCanaries(detections) ? {} : { canary: [{ exists: false }] }),
  };
  return Object.keys(policy).length === 0 ? undefined : policy;
};

type FilterPolicy = {
  readonly [attribute: string]: readonly (string | { readonly prefix: string } | { readonly exists: boolean })[];
};

/** A wildcard becomes the prefix before its first star; one that begins with a star admits everything, and then nothing is said. */
const conditions = (attribute: string, wildcards: readonly string[] | undefined): FilterPolicy => {
  if (wildcards === undefined || wildcards.some(one => one.startsWith('*'))) return {};
  return { [attribute]: wildcards.map(one => (one.includes('*') ? { prefix: one.slice(0, one.indexOf('*')) } : one)) };
};
