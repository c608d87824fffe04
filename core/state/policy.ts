import { said } from '../cloudtrail/said.ts';
import type { StateRule } from '../detection.ts';

/** Names the item of what is known of a managed policy; `knowledge/role-policies` fills it. */
export const policyScope = (arn: string): string => `policy#${arn.slice(0, 512)}`;

/** How long what is read but never written may be kept: there is nothing to keep. */
const hour = 3_600_000;

const versions = ['CreatePolicyVersion', 'SetDefaultPolicyVersion'];

/**
 * For changes of policies: a call that names a role stands for itself; a new version of a managed policy counts where that policy
 * is known to be attached to a role of the kind, or to be such a role's by its name.
 */
export const recallPolicy = (kind: 'node' | 'controller', byName?: RegExp): StateRule<'cloudtrail'> => ({
  kind: 'recall-policy',
  doc: `A new version of a managed policy counts where the policy was seen attached to a ${kind} role; every other call names the role itself.`,
  observe: view =>
    versions.includes(view.record.eventName)
      ? [{ scope: policyScope(said(view, 'iam.policy')), expires: view.event.time + hour }]
      : [],
  decide: (view, key, [answer]) => {
    const own = { eventId: view.event.id, time: view.event.time };
    if (!versions.includes(view.record.eventName)) return [own];
    const roles = answer?.item[kind] ?? [];
    if (roles.length > 0) return [{ ...own, key: { ...key, role: roles.join(', ') } }];
    return byName?.test(said(view, 'iam.policy-name')) === true
      ? [{ ...own, note: `it is a ${kind}'s policy by its name` }]
      : [];
  },
});
