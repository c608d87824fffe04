import { nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { denied } from '../../core/cloudtrail/example-iam.ts';
import { fleetRun } from '../../core/cloudtrail/example-launch.ts';
import type { CloudTrailRecord, UserIdentity } from '../../core/cloudtrail/record.ts';
import type { AuditUser } from '../../core/kubernetes/record.ts';

/** Who takes part in campaigns, in both logs' words: documentation values only. */

/** Where intruders sit. */
export const abroad = '192.0.2.66';
/** The command line in an intruder's hands. */
export const away = {
  sourceIPAddress: abroad,
  userAgent: 'Boto3/1.34.11 md/Botocore#1.34.11 ua/2.0 os/linux#5.15.0 md/arch#x86_64 lang/python#3.10.12',
};

/** An IAM user whose key lay where it should not. */
export const user = (userName: string, accessKeyId = 'AKIAEXAMPLE00000007'): UserIdentity => ({
  type: 'IAMUser',
  principalId: 'AIDAEXAMPLEEXAMPLEEX',
  arn: `arn:aws:iam::111122223333:user/${userName}`,
  accountId: '111122223333',
  accessKeyId,
  userName,
});

/** Somebody's session by single sign-on, of a permission set for administrators. */
export const administrator = roleSession('AWSReservedSSO_Admin_0123456789abcdef', 'mallory@example.com', {
  accessKeyId: 'ASIAEXAMPLESSO000001',
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAEXAMPLEEXAMPLESSO',
      arn: 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef',
      accountId: '111122223333',
      userName: 'AWSReservedSSO_Admin_0123456789abcdef',
    },
  },
});

/** The node of the campaigns, its session, and its launch. */
export const victim = { instance: 'i-0aaaabbbbccccdddd', role: 'KarpenterNodeRole-prod', address: '10.0.12.34' };
export const onNode = nodeSession(victim.instance, victim.role);
export const launched = fleetRun({ instance: { launchTime: Date.parse('2026-09-01T08:00:00Z') } });

/** What is refused, as IAM and STS write it. */
export const refusedBy = (who: string, action: string): Partial<CloudTrailRecord> =>
  denied(
    `User: ${who} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
  );

/** Somebody of a cluster that is no EKS, by certificate or OIDC. */
export const person = (username: string, ...groups: readonly string[]): AuditUser => ({
  username,
  groups: [...groups, 'system:authenticated'],
});
