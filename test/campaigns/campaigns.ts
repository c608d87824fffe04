import { bootstrapToken } from './bootstrap-token.ts';
import type { Campaign } from './campaign.ts';
import { managementCluster } from './management-cluster.ts';
import { mining } from './mining.ts';
import { nodeClass } from './node-class.ts';
import { podRoles } from './pod-roles.ts';
import { podsCredentials } from './pods-credentials.ts';
import { ransom } from './ransom.ts';
import { rbacBuster } from './rbac-buster.ts';
import { redTeam } from './red-team.ts';
import { scarleteel } from './scarleteel.ts';
import { session } from './session.ts';

/** Every campaign. */
export const campaigns: readonly Campaign[] = [
  scarleteel,
  podsCredentials,
  bootstrapToken,
  nodeClass,
  session,
  mining,
  managementCluster,
  podRoles,
  ransom,
  redTeam,
  rbacBuster,
];
