import type { Knowledge } from '../../core/detection.ts';
import { text } from '../../core/json.ts';
import { profileScope, roleChange } from '../../core/state/profile.ts';

/** A profile lives as long as its node class: kept for a year after its last change. */
const kept = 365 * 86_400_000;

/** Which role an instance profile carries: no launch record says it, and no PassRole record exists. */
export const knowledge: Knowledge<'cloudtrail'> = {
  id: 'knowledge/instance-profiles',
  on: 'cloudtrail',
  doc: 'Instance profiles (scope `instance-profile#<account>#<name>`): `added` and `removed`, each `<ISO time> <role name>`. IAM records exist in us-east-1 only.',
  when: {
    eventSource: 'iam.amazonaws.com',
    eventName: ['AddRoleToInstanceProfile', 'RemoveRoleFromInstanceProfile'],
    requestParameters: { instanceProfileName: [{ exists: true }], roleName: [{ exists: true }] },
    fact: { 'call.outcome': 'succeeded' },
  },
  observe: ({ event, record }) => {
    const profile = text(record, 'requestParameters', 'instanceProfileName');
    const role = text(record, 'requestParameters', 'roleName');
    if (profile === undefined || role === undefined || profile.length + role.length > 512) return [];
    const set = record.eventName === 'AddRoleToInstanceProfile' ? 'added' : 'removed';
    return [
      {
        scope: profileScope(event.account, profile),
        add: { [set]: [roleChange(event.time, role)] },
        cap: 64,
        expires: event.time + kept,
      },
    ];
  },
};
