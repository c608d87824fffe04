import { list } from '../json.ts';
import { rememberedText } from '../remembered.ts';
import type { Item } from '../state/observation.ts';
import type { AuditRecord } from './record.ts';

/** What the IAM authenticator says of a caller: one value of `user.extra`, '' for none. */
export const extraOf = (record: AuditRecord, name: string): string => {
  const [value] = list(record.user, 'extra', name);
  return typeof value === 'string' && value.length <= 2_048 ? value : '';
};

/** The role of a session or role ARN: `assumed-role/NAME/SESSION` and `role/PATH/NAME` name it; '' for others. */
export const roleNameOf = rememberedText((arn): string => {
  const [kind, ...rest] = arn.split(':').at(-1)?.split('/') ?? [];
  if (kind === 'assumed-role') return rest[0] ?? '';
  return kind === 'role' ? (rest.at(-1) ?? '') : '';
});

const isNode = (username: string): boolean => username.startsWith('system:node:');

/**
 * What in a Kubernetes identity can't come from the access key that it signed in with: `knowledge/access-keys` says to whom EC2, EKS
 * Pod Identity or a web identity issued the key. Undefined where nothing contradicts, or the key's origin is not known.
 */
export const contradiction = (record: AuditRecord, key: Item): string | undefined => {
  const username = record.user?.username ?? '';
  const instances = key['instance'] ?? [];
  const subjects = key['subject'] ?? [];
  const roles = (key['role'] ?? []).map(roleNameOf).filter(name => name !== '');
  if (instances.length + subjects.length === 0) return undefined;
  if (subjects.length > 0 && isNode(username)) return `the key was issued to the pod ${subjects[0]}, not to a node`;
  const session = extraOf(record, 'sessionName');
  if (instances.length > 0 && session !== '' && !instances.includes(session))
    return `the key was issued to ${instances[0]}, and the session says ${session}`;
  if (instances.length > 0 && !isNode(username))
    return `the key was issued to the node ${instances[0]}, not to ${username}`;
  const role = roleNameOf(extraOf(record, 'arn'));
  if (role !== '' && roles.length > 0 && !roles.includes(role))
    return `the key was issued for the role ${roles[0]}, and the session says ${role}`;
  return undefined;
};
