import { call, roleSession } from '../../core/cloudtrail/example.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeSessions } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';

const request = { roleArn: 'arn:aws:iam::111122223333:role/reporting', roleSessionName: 'i-0aaaabbbbccccdddd' };

export const detection = cloudtrail({
  id: 'cloudtrail/role-session-named-like-instance',
  title: '{attempt}{principal} assumed {role} under the name of an instance',
  severity: [['low', { fact: { 'call.outcome': ['denied', 'failed'] } }], 'medium'],
  when: {
    eventSource: 'sts.amazonaws.com',
    eventName: ['AssumeRole', 'AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML'],
    requestParameters: { roleSessionName: [{ matches: '^i-[0-9a-f]{8,17}$' }] },
  },
  // EC2 names its sessions so, and Systems Manager's default host management does: only the services themselves are this type.
  unless: [{ userIdentity: { type: 'AWSService' } }],
  by: view => [{ principal: said(view, 'principal.id'), role: said(view, 'assumed.role') }],
  resources: view => [said(view, 'assumed.role')],
  attack: ['T1036.010', 'T1550.001', 'T1078.004'],
  why: "Whoever assumes a role chooses the session's name, and rules, dashboards and people take `role/i-…` for an instance. A session that is not EC2's own under such a name hides its caller among the nodes.",
  references: [
    'AWS STS API Reference, AssumeRole: RoleSessionName',
    'CloudTrail User Guide, "userIdentity element"',
    'AWS Systems Manager User Guide, "Default Host Management Configuration"',
  ],
  runbook: [
    confirmCall,
    "Find what the session did: aws cloudtrail lookup-events --lookup-attributes AttributeKey=Username,AttributeValue=SESSION --region REGION; its access key is in the AssumeRole record's responseElements.credentials.accessKeyId.",
    revokeSessions,
    'Close the way: require `sts:RoleSessionName` or `sts:SourceIdentity` in the trust policy of the role; tooling that names its sessions so belongs in an exemption with a reason.',
    lookAround,
  ],
  blind: [
    'A denied call holds no parameters: attempts are not seen.',
    'Session names that resemble something else than an instance are not looked at.',
  ],
  examples: {
    matches: [
      { name: 'a person assumes a role as i-…', event: call('sts', 'AssumeRole', { requestParameters: request }) },
      {
        name: 'a person is refused it',
        event: call('sts', 'AssumeRole', { requestParameters: request, errorCode: 'AccessDenied' }),
        severity: 'low',
      },
      {
        name: 'a pod does, with its token',
        event: call('sts', 'AssumeRoleWithWebIdentity', {
          userIdentity: {
            type: 'WebIdentityUser',
            principalId: 'idp:sts.amazonaws.com:web',
            userName: 'system:serviceaccount:apps:web',
          },
          requestParameters: request,
        }),
      },
    ],
    misses: [
      {
        name: 'EC2 makes the credentials of an instance',
        event: call('sts', 'AssumeRole', {
          userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
          sourceIPAddress: 'ec2.amazonaws.com',
          requestParameters: request,
        }),
      },
      {
        name: 'a session with an ordinary name',
        event: call('sts', 'AssumeRole', { requestParameters: { ...request, roleSessionName: 'i-am-alice' } }),
      },
      {
        name: 'the parameters of another call',
        event: call('sts', 'GetFederationToken', {
          requestParameters: request,
          userIdentity: roleSession('developer', 'alice'),
        }),
      },
      { name: "another service's parameters", event: call('example', 'AssumeRole', { requestParameters: request }) },
    ],
  },
});
