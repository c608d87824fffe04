import type { StateRule, Verdict } from '../detection.ts';
import type { View } from '../fact.ts';
import { list } from '../json.ts';
import { instanceScope } from '../state/instance.ts';
import type { Item } from '../state/observation.ts';
import { texts } from './said.ts';

const hour = 3_600_000;

/** What the IAM authenticator says of a node's session: its access key and session name, `''` where it says nothing. */
const sessionOf = ({ record }: View<'kubernetes'>): { readonly key: string; readonly instance: string } => {
  const first = (name: string): string => {
    const value = list(record.user, 'extra', name)[0];
    return typeof value === 'string' && value.length <= 128 ? value : '';
  };
  return { key: first('accessKeyId'), instance: first('sessionName') };
};

/** The address that EC2 names a node after (EC2 User Guide, "Instance hostname types"): `ip-10-0-1-17.…`; '' for other names. */
const addressOf = ({ record }: View<'kubernetes'>): string => {
  const digits = /^system:node:ip-(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})\./.exec(record.user?.username ?? '');
  return digits === null ? '' : digits.slice(1).join('.');
};

const words: { readonly [anomaly: string]: string } = {
  'outside-address': "from outside the cluster's ranges",
  'foreign-role': 'with a role that is no node role',
  'foreign-instance': "with a session that is not the node's",
};

/** What stored knowledge says against a session: its key was issued to another instance, or its instance never had the node's address. */
const against = (view: View<'kubernetes'>, key: Item, known: Item): string | undefined => {
  const { instance } = sessionOf(view);
  const issued = key['instance'] ?? [];
  if (issued.length > 0 && !issued.includes(instance)) return `with an access key that was issued to ${issued[0]}`;
  const addresses = known['privateIp'] ?? [];
  const address = addressOf(view);
  if (address !== '' && addresses.length > 0 && !addresses.includes(address))
    return `by ${instance}, which is not the instance of that name`;
  return undefined;
};

/**
 * A node identity that one event shows to be out of place fires at once; one that looks right is compared with what CloudTrail told
 * of its access key and its instance (`knowledge/access-keys`, `knowledge/instances`). What is not known says nothing.
 */
export const nodeOffNode: StateRule<'kubernetes'> = {
  kind: 'recall-instance',
  doc: "Fires on an address outside the ranges, a role that is no node role, or a session of another instance; otherwise compares the session's access key and instance with what CloudTrail recorded about them.",
  observe: view => {
    const { key, instance } = sessionOf(view);
    if (texts(view, 'node.anomalies').length > 0 || key === '') return [];
    const { account, time } = view.event;
    // A key is issued once, and an instance keeps the address that it is named after.
    return [{ scope: `key#${key}`, expires: time + hour, also: [instanceScope(account, instance)], stale: hour }];
  },
  decide: (view, _key, [answer]) => {
    const own = { eventId: view.event.id, time: view.event.time };
    const verdict = (note: string): readonly Verdict[] => [{ ...own, note }];
    const anomalies = texts(view, 'node.anomalies');
    if (anomalies.length > 0) return verdict(anomalies.map(one => words[one] ?? one).join(', '));
    const note = answer === undefined ? undefined : against(view, answer.item, answer.also[0] ?? {});
    return note === undefined ? [] : verdict(note);
  },
};
