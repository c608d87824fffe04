import { statementsOf } from '../cloudtrail/policy.ts';
import { roleByArn } from '../cloudtrail/roles.ts';
import type { Settings } from '../settings.ts';
import type { Part, Role } from './aws.ts';
import { beyondOf } from './posture/roles.ts';
import type { Violation } from './violation.ts';

/** How the node roles of an account stand, of all that it has. */
export interface Compliance {
  readonly nodeRoles: number;
  /** Node roles without any violation: of their policies or of who may assume them. */
  readonly compliant: number;
  /** Policies on node roles that grant more than nodes need, at high or critical. */
  readonly riskyPolicies: number;
  /**
   * Actions that these policies allow and nodes do not need, each once a role and policy, wildcards as one. A policy of AWS's that is
   * not permitted counts as one: its document is not read.
   */
  readonly riskyPermissions: number;
}

/** How the node roles of an inventory stand. @param parts what was read, @param violations what was found in it */
export const complianceOf = (
  parts: readonly Part[],
  violations: readonly Violation[],
  settings: Settings,
): Compliance => {
  const roles = parts.flatMap(part =>
    part.kind === 'roles' ? part.roles.filter(({ arn }) => roleByArn(arn, settings).kind === 'node') : [],
  );
  const names = new Set(roles.map(({ name }) => name));
  const about = violations.filter(({ key }) => key['role'] !== undefined && names.has(key['role']));
  const risky = about.filter(({ code }) => code === 'node-role-policy');
  const wrong = new Set(about.map(({ key }) => key['role']));
  return {
    nodeRoles: names.size,
    compliant: names.size - wrong.size,
    riskyPolicies: risky.length,
    riskyPermissions: risky.reduce((sum, { key }) => sum + permissionsOf(key, roles), 0),
  };
};

const permissionsOf = ({ role: name = '', policy = '' }: Violation['key'], roles: readonly Role[]): number => {
  const role = roles.find(one => one.name === name);
  const document =
    role?.attached.find(({ arn }) => arn === policy)?.document ??
    role?.inline.find(one => one.name === policy)?.document;
  return Math.max(1, beyondOf(statementsOf(document) ?? [], name).length);
};
