import { createHash } from 'node:crypto';
import type { Finding } from '../finding.ts';
import { handOf } from '../hand.ts';
import type { Store } from '../state/observation.ts';
import { rows } from '../tables.ts';
import { lineOf, type Notice, noticeSchema } from './notice.ts';

/** The time in which new findings make a storm, in milliseconds. */
export const stormTime = 10 * 60_000;
const hour = 60 * 60_000;
const day = 24 * hour;
/** Members of one bucket: past them it is a storm in any case. */
const cap = 500;
/** Critical findings of an hour are announced one by one up to so many times as many. */
const criticals = 3;

/** What counts as a storm: more than so many in a time. Critical findings are counted apart. */
interface Bound {
  readonly isCritical: boolean;
  readonly most: number;
  /** Milliseconds. */
  readonly span: number;
}

/** Of critical findings no more than an item counts. */
const boundOf = ({ severity }: Finding, most: number): Bound =>
  severity === 'critical'
    ? { isCritical: true, most: Math.min(criticals * most, cap - 1), span: hour }
    : { isCritical: false, most, span: stormTime };

const headlineOf = ({ isCritical, most }: Bound): string =>
  isCritical
    ? `Storm: more than ${most} new critical findings of one detection by one principal in an hour`
    : `Storm: more than ${most} new findings of one detection by one principal in 10 minutes`;

/**
 * Whether a new finding is one of a storm: more than `most` of one detection by one hand became known within ten minutes.
 * A storm is named by the ten minutes it began in and lasts while the ten minutes before have it too, so that it is said once.
 * Of critical findings three times as many within an hour make one, which is said every hour, and again each time that it has doubled.
 * A finding by nobody in particular is part of none. Asking again changes nothing.
 * @throws where the store fails
 */
export const stormOf = async (
  store: Pick<Store, 'observe'>,
  finding: Finding,
  most: number,
): Promise<Notice | undefined> => {
  const { due, severity, principals, detection, account, cluster } = finding;
  const principal = handOf(principals);
  if (due === undefined || principal === undefined) return undefined;
  const bound = boundOf(finding, most);
  const named = [detection, account, cluster, principal, ...(bound.isCritical ? [severity] : [])];
  const name = createHash('sha256').update(JSON.stringify(named)).digest('hex').slice(0, 16);
  const bucket = Math.floor(due / bound.span);
  const scope = (at: number): string => `${rows.storm}${name}#${at}`;
  const expires = due + day;
  const [answer] = await store.observe([
    { scope: scope(bucket), add: { new: [`${due}#${finding.id}`] }, cap, expires, also: [scope(bucket - 1)] },
  ]);
  const before = answer?.also[0] ?? {};
  const known = [...(answer?.item['new'] ?? []), ...(before['new'] ?? [])].map(member => member.split('#'));
  const recent = new Set(
    known.flatMap(([at, id]) => (Number(at) > due - bound.span && Number(at) <= due && id ? [id] : [])),
  );
  if (recent.size <= bound.most && answer?.full !== true) return undefined;
  const start = new Date(bucket * bound.span).toISOString();
  const began = bound.isCritical ? start : (answer?.item['storm']?.[0] ?? before['storm']?.[0] ?? start);
  if (!bound.isCritical) await store.observe([{ scope: scope(bucket), add: { storm: [began] }, expires }]);
  return {
    schema: noticeSchema,
    id: `storm:${name}:${began}${bound.isCritical ? doublings(recent.size, bound.most) : ''}`,
    kind: 'storm',
    severity,
    headline: headlineOf(bound),
    advice: `Every finding is stored. While this lasts, ${advice[bound.isCritical ? 'critical' : 'lesser']} List them: tripline findings --detection ${detection}`,
    at: new Date(due).toISOString(),
    detection,
    account,
    cluster,
    principal,
    total: recent.size,
    exact: false,
    counts: [],
    findings: [lineOf(finding)],
  };
};

/** `:2`, `:4` …: how many times as many there are as make a storm, by powers of two; '' below twice. */
const doublings = (count: number, most: number): string => {
  const times = 2 ** Math.floor(Math.log2(Math.max(1, count / most)));
  return times === 1 ? '' : `:${times}`;
};

const advice = {
  critical:
    'further critical findings of this detection by this principal, under whatever session or address, are told together: every hour, and each time there are twice as many. Contain the principal first.',
  lesser: 'new findings of this detection by this principal are not announced one by one, except critical ones.',
} as const;
