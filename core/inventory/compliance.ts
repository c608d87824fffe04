import { roleByArn } from '../cloudtrail/roles.ts';
import type { Settings } from '../settings.ts';
import type { Part } from './aws.ts';
import type { Violation } from './violation.ts';

/** How the node roles of an account stand, of all that it has. */
export interface Compliance {
  readonly nodeRoles: number;
  /** Node roles without any violation: of their policies or of who may assume them. */
  readonly compliant: number;
  /** Policies on node roles that grant more than nodes need, at high or critical. */
  readonly riskyPolicies: number;
}

export const complianceOf = (
  parts: readonly Part[],
  violations: readonly Violation[],
  settings: Settings,
): Compliance => {
  const names = new Set(
    parts.flatMap(part =>
      part.kind === 'roles'
        ? part.roles.filter(({ arn }) => roleByArn(arn, settings).kind === 'node').map(({ name }) => name)
        : [],
    ),
  );
  const about = violations.filter(({ key }) => key['role'] !== undefined && names.has(key['role']));
  const wrong = new Set(about.map(({ key }) => key['role']));
  return {
    nodeRoles: names.size,
    compliant: names.size - wrong.size,
    riskyPolicies: about.filter(({ code }) => code === 'node-role-policy').length,
  };
};
