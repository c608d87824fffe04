import { list } from '../json.ts';
import type { AuditUser } from './record.ts';

/** The IAM ARNs behind a user: present only where the IAM authenticator signed it in. */
export const arnsOf = (user: AuditUser | undefined): readonly string[] => {
  if (!user?.extra) return none;
  return [...list(user, 'extra', 'arn'), ...list(user, 'extra', 'canonicalArn')].filter(arn => typeof arn === 'string');
};

const none: readonly never[] = [];

/** The role as the IAM authenticator writes it, without its path. */
export const pathless = (arn: string): string => arn.replace(/:role\/.*\//, ':role/');

/**
 * Whether a role’s name says by itself which is meant: an account has one of a name, whatever its path, and names of permission sets are
 * IAM Identity Center’s (its User Guide, “Referencing permission sets”: the suffix changes). Of `role/ci/*` the path says it all.
 */
const isNamed = (arn: string): boolean =>
  /:role\/(.+\/[^/*]+|aws-reserved\/sso\.amazonaws\.com\/(.*\/)?AWSReservedSSO_[^/*]+_\*)$/.test(arn);

/** ARNs of a setting, and the same as the IAM authenticator writes them where a name says enough. */
export const signedInArns = (arns: readonly string[]): readonly string[] =>
  arns.flatMap(arn => (isNamed(arn) ? [arn, pathless(arn)] : [arn]));

/**
 * An access entry, or `aws-auth`, may give a user name that reads like another role's session, or another user: an ARN as a name must be
 * the user's own. Of a session the role must be, for its name may be written in two ways (`{{SessionName}}` has no `@`).
 */
export const isOwnName = (name: string, arns: readonly string[]): boolean =>
  !name.startsWith('arn:') || arns.length === 0 || arns.includes(name) || isOwnSession(name, arns);

/** Whether a name is the ARN of a session of the user's role. */
export const isOwnSession = (name: string, arns: readonly string[]): boolean => {
  const role = sessionRole(name);
  return role !== undefined && arns.some(arn => sessionRole(arn) === role);
};

/** The role of a session's ARN, as far as the session's name. */
const sessionRole = (arn: string): string | undefined => /^arn:[\w-]+:sts::\d{12}:assumed-role\/[^/]+\//.exec(arn)?.[0];
