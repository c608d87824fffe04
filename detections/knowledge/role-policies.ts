import { said } from '../../core/cloudtrail/said.ts';
import type { Knowledge } from '../../core/detection.ts';
import { policyScope } from '../../core/state/policy.ts';

/** Attachments outlive the records of them by far; a year covers what is changed at all. */
const kept = 365 * 86_400_000;

/** Which node and controller roles a managed policy was attached to: its versions are changed without naming any role. */
export const knowledge: Knowledge<'cloudtrail'> = {
  id: 'knowledge/role-policies',
  on: 'cloudtrail',
  doc: 'Managed policies of node and controller roles (scope `policy#<arn>`): `node` and `controller`, the roles it was attached to.',
  when: {
    eventSource: 'iam.amazonaws.com',
    eventName: 'AttachRolePolicy',
    fact: { 'iam.role-kind': ['node', 'controller', 'likely-controller'], 'call.outcome': 'succeeded' },
  },
  observe: view => {
    const set = said(view, 'iam.role-kind') === 'node' ? 'node' : 'controller';
    return [
      {
        scope: policyScope(said(view, 'iam.policy')),
        add: { [set]: [said(view, 'iam.role')] },
        cap: 64,
        expires: view.event.time + kept,
      },
    ];
  },
};
