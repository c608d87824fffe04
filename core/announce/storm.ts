import { createHash } from 'node:crypto';
import type { Finding } from '../finding.ts';
import type { Store } from '../state/observation.ts';
import { rows } from '../tables.ts';
import { lineOf, type Notice, noticeSchema } from './notice.ts';

/** The time in which new findings make a storm, in milliseconds. */
export const stormTime = 10 * 60_000;
const day = 24 * 60 * 60_000;
/** Members of one bucket: past them it is a storm in any case. */
const cap = 500;

/**
 * Whether a new finding is one of a storm: more than `most` of one detection by one principal became known within ten minutes.
 * A storm is named by the ten minutes it began in and lasts while the ten minutes before have it too, so that it is said once;
 * a critical finding, or one by nobody in particular, is part of none. Asking again changes nothing.
 * @throws where the store fails
 */
export const stormOf = async (
  store: Pick<Store, 'observe'>,
  finding: Finding,
  most: number,
): Promise<Notice | undefined> => {
  const { due, severity, principals, detection, account, cluster } = finding;
  const [principal] = principals;
  if (due === undefined || principal === undefined || severity === 'critical') return undefined;
  const name = createHash('sha256')
    .update(JSON.stringify([detection, account, cluster, principal]))
    .digest('hex');
  const bucket = Math.floor(due / stormTime);
  const scope = (at: number): string => `${rows.storm}${name.slice(0, 16)}#${at}`;
  const expires = due + day;
  const [answer] = await store.observe([
    { scope: scope(bucket), add: { new: [`${due}#${finding.id}`] }, cap, expires, also: [scope(bucket - 1)] },
  ]);
  const before = answer?.also[0] ?? {};
  const known = [...(answer?.item['new'] ?? []), ...(before['new'] ?? [])].map(member => member.split('#'));
  const recent = new Set(
    known.flatMap(([at, id]) => (Number(at) > due - stormTime && Number(at) <= due && id ? [id] : [])),
  );
  if (recent.size <= most && answer?.full !== true) return undefined;
  const began = answer?.item['storm']?.[0] ?? before['storm']?.[0] ?? new Date(bucket * stormTime).toISOString();
  await store.observe([{ scope: scope(bucket), add: { storm: [began] }, expires }]);
  return {
    schema: noticeSchema,
    id: `storm:${name.slice(0, 16)}:${began}`,
    kind: 'storm',
    severity,
    headline: `Storm: more than ${most} new findings of one detection by one principal in 10 minutes`,
    advice: `Every finding is stored. While this lasts, new findings of this detection by this principal are not announced one by one, except critical ones. List them: tripline findings --detection ${detection}`,
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
