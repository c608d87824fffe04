import { karpenter } from '../../core/cloudtrail/example.ts';
import { platform } from '../../core/cloudtrail/example-callers.ts';
import { iam, other } from '../../core/cloudtrail/example-iam.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller, stopProvisioning } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';
import { recallPolicy } from '../../core/state/policy.ts';

const roleName = 'prod-karpenter';
const policyArn = 'arn:aws:iam::111122223333:policy/launch-extras';
const named = 'arn:aws:iam::111122223333:policy/KarpenterControllerNodeLifecyclePolicy-prod';
const attached = iam(
  'AttachRolePolicy',
  { roleName, policyArn },
  { by: platform, record: { eventTime: '2026-08-01T10:00:00Z' } },
);
const guardrail = { policyId: 'p-examplepolicy', targetId: 'ou-exam-pleid000' };

/** Everything granted, or what nobody can read. */
const grave: readonly string[] = ['admin', 'unread'];
/** What no installation does. */
const unusual = [
  'DeleteRolePermissionsBoundary',
  'DeleteUserPermissionsBoundary',
  'SetDefaultPolicyVersion',
  'CreateAccessKey',
  'CreateLoginProfile',
  'UpdateLoginProfile',
  'RemoveAccountFromOrganization',
  'DisablePolicyType',
] as const;

const withUser = [{ kind: 'cluster-api', cluster: 'fleet', roles: ['arn:aws:iam::111122223333:user/capa'] }] as const;

export const detection = cloudtrail({
  id: 'cloudtrail/controller-role-policy-changed',
  title: '{principal} changed what a controller may do ({role}): {event} {policy|iam.policy}',
  severity: [
    ['high', { fact: { 'iam.policy-kind': [...grave] } }],
    ['low', { fact: { 'iam.role-kind': 'likely-controller' } }],
    // A fence taken away, an older version, a key or a password: no installation, upgrade or landing zone does that.
    ['high', { eventName: [...unusual] }],
    ['high', { eventName: ['DetachRolePolicy', 'DeleteRolePolicy'], fact: { 'iam.policy-restricts': true } }],
    // Whoever installs a controller, and gives it another version, writes its policies; a landing zone, those of accounts.
    ['medium', { fact: { 'principal.kind': 'platform' } }],
    'high',
  ],
  when: {
    fact: { 'call.outcome': 'succeeded' },
    $or: [
      {
        eventName: [
          'AttachRolePolicy',
          'DetachRolePolicy',
          'PutRolePolicy',
          'DeleteRolePolicy',
          'PutRolePermissionsBoundary',
          'DeleteRolePermissionsBoundary',
        ],
        fact: { 'iam.role-kind': ['controller', 'likely-controller'] },
      },
      // A controller with keys of its own: its user, and another key of the same.
      {
        eventName: [
          'AttachUserPolicy',
          'DetachUserPolicy',
          'PutUserPolicy',
          'DeleteUserPolicy',
          'PutUserPermissionsBoundary',
          'DeleteUserPermissionsBoundary',
          'AddUserToGroup',
          'CreateAccessKey',
          'CreateLoginProfile',
          'UpdateLoginProfile',
        ],
        fact: { 'iam.user-kind': 'controller' },
      },
      { fact: { 'iam.version-in-force': true } },
      {
        eventSource: 'organizations.amazonaws.com',
        eventName: [
          'DetachPolicy',
          'UpdatePolicy',
          'DeletePolicy',
          'DisablePolicyType',
          // From under the policies of a unit, or of the whole organization.
          'MoveAccount',
          'RemoveAccountFromOrganization',
        ],
      },
    ],
  },
  // An installation attaches six policies in a row, an upgrade writes versions of them: one finding a role, where it is known.
  by: view => {
    const { requestParameters } = view.record;
    const policy = text(requestParameters, 'policyId') ?? text(requestParameters, 'accountId') ?? 'unknown';
    if (view.record.eventSource === 'organizations.amazonaws.com')
      return [{ role: 'every role of the accounts under it', policy }];
    const [role] = [said(view, 'iam.role'), said(view, 'iam.user')].filter(name => name !== 'none');
    const of = { role: role ?? `whose policy is ${said(view, 'iam.policy-name')}` };
    // What grants everything is not lost among others.
    return [grave.includes(said(view, 'iam.policy-kind')) ? { ...of, policy: said(view, 'iam.policy-name') } : of];
  },
  resources: view => [said(view, 'iam.role'), said(view, 'iam.policy')].filter(name => name !== 'none'),
  // The six policies of Karpenter's CloudFormation template, and the Cluster API provider's.
  state: recallPolicy(
    'controller',
    /^KarpenterController.*Policy-|^controllers\.cluster-api-provider-aws\.sigs\.k8s\.io$/,
  ),
  attack: ['T1098.003', 'T1484.001'],
  why: "A controller's policy is the fence around the machine that makes machines: which clusters it may touch, which roles it may hand out. A hole in it, or a service control policy taken away, is worth more than any one node.",
  references: [
    'Karpenter, "CloudFormation" reference: controller policies',
    'IAM API Reference, PutRolePolicy; CreatePolicyVersion',
    'AWS Organizations API Reference, DetachPolicy',
  ],
  runbook: [
    confirmCall,
    'Compare with version control: aws iam list-attached-role-policies --role-name ROLE; aws iam get-policy-version --policy-arn POLICY --version-id VERSION; aws organizations list-policies-for-target --target-id ACCOUNT --filter SERVICE_CONTROL_POLICY.',
    'Take it back: aws iam set-default-policy-version --policy-arn POLICY --version-id FORMER, aws iam detach-role-policy --role-name ROLE --policy-arn POLICY, or aws organizations attach-policy --policy-id POLICY --target-id TARGET.',
    stopProvisioning,
    `${revokeCaller}. ${lookAround}`,
  ],
  blind: [
    "IAM is recorded in us-east-1 only; service control policies only in the organization's management account.",
    "Versions of a policy count where its attachment was seen since deployment, or where its name is that of a controller's policy.",
    "The platform's own installations and upgrades of a controller are told too, at medium; what a policy allows is looked at only as far as it allows everything, and where the call has its document: what a managed policy holds that is attached is not in the record.",
  ],
  examples: {
    matches: [
      {
        name: "a person puts an inline policy on Karpenter's role",
        event: iam('PutRolePolicy', { roleName, policyName: 'more', policyDocument: '{}' }),
        severity: 'high',
      },
      {
        name: 'the platform does',
        event: iam('PutRolePolicy', { roleName, policyName: 'more', policyDocument: '{}' }, { by: platform }),
        severity: 'medium',
      },
      {
        name: 'the platform removes its boundary',
        event: iam('DeleteRolePermissionsBoundary', { roleName }, { by: platform }),
        severity: 'high',
      },
      {
        name: 'the platform gives its user another key',
        event: iam('CreateAccessKey', { userName: 'capa' }, { by: platform }),
        settings: { controllers: withUser },
        severity: 'high',
      },
      {
        name: 'the platform lets it do everything',
        event: iam(
          'AttachRolePolicy',
          { roleName, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
          { by: platform },
        ),
        severity: 'high',
      },
      {
        name: 'the platform lets it assume every role',
        event: iam(
          'PutRolePolicy',
          {
            roleName,
            policyName: 'more',
            policyDocument: '{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}',
          },
          { by: platform },
        ),
        severity: 'high',
      },
      {
        name: 'the platform writes what is no document',
        event: iam('PutRolePolicy', { roleName, policyName: 'more', policyDocument: '{' }, { by: platform }),
        severity: 'high',
      },
      {
        name: 'the platform takes a denying policy from it',
        event: iam('DeleteRolePolicy', { roleName, policyName: 'AWSRevokeOlderSessions' }, { by: platform }),
        severity: 'high',
      },
      {
        name: 'the platform takes another policy from it',
        event: iam('DeleteRolePolicy', { roleName, policyName: 'more' }, { by: platform }),
        severity: 'medium',
      },
      {
        name: 'the platform detaches a service control policy',
        event: other('organizations', 'DetachPolicy', guardrail, { by: platform }),
        severity: 'medium',
      },
      { name: 'its boundary is removed', event: iam('DeleteRolePermissionsBoundary', { roleName }), severity: 'high' },
      {
        name: 'a new version of a policy that was attached to it',
        event: iam('CreatePolicyVersion', { policyArn, policyDocument: '{}', setAsDefault: true }),
        after: [attached],
        severity: 'high',
      },
      {
        name: "another version of Karpenter's policy by its name",
        event: iam('SetDefaultPolicyVersion', { policyArn: named, versionId: 'v2' }),
        severity: 'high',
      },
      {
        name: 'a service control policy is detached',
        event: other('organizations', 'DetachPolicy', guardrail),
        severity: 'high',
      },
      {
        name: 'an account is moved from under the policies of its unit',
        event: other('organizations', 'MoveAccount', {
          accountId: '111122223333',
          sourceParentId: 'ou-exam-pleid000',
          destinationParentId: 'r-exam',
        }),
        severity: 'high',
      },
      {
        name: 'another key is made for the user of the Cluster API provider',
        event: iam('CreateAccessKey', { userName: 'capa' }),
        settings: { controllers: withUser },
        severity: 'high',
      },
      {
        name: 'a role that is Karpenter by its usual name only',
        event: iam('PutRolePolicy', { roleName, policyName: 'more', policyDocument: '{}' }),
        settings: { controllers: [] },
        severity: 'low',
      },
      {
        name: 'such a role that is let do everything',
        event: iam('AttachRolePolicy', { roleName, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
        settings: { controllers: [] },
        severity: 'high',
      },
    ],
    misses: [
      {
        name: 'another role',
        event: iam('PutRolePolicy', { roleName: 'reporting', policyName: 'more', policyDocument: '{}' }),
      },
      {
        name: 'a refused attempt',
        event: iam(
          'PutRolePolicy',
          { roleName, policyName: 'more', policyDocument: '{}' },
          { record: { errorCode: 'AccessDenied' } },
        ),
      },
      {
        name: 'a version that is not yet in force',
        event: iam('CreatePolicyVersion', { policyArn, policyDocument: '{}', setAsDefault: false }),
        after: [attached],
      },
      {
        name: 'a version of a policy that no controller carries',
        event: iam('CreatePolicyVersion', { policyArn, policyDocument: '{}', setAsDefault: true }),
      },
      { name: "Karpenter's role read", event: iam('GetRole', { roleName }) },
      { name: 'a service control policy attached', event: other('organizations', 'AttachPolicy', guardrail) },
      { name: "another service's policy detached", event: other('iot', 'DetachPolicy', guardrail, { by: karpenter }) },
      {
        name: 'another key is made for another user',
        event: iam('CreateAccessKey', { userName: 'alice' }),
        settings: { controllers: withUser },
      },
      {
        name: 'the user of the Cluster API provider is read',
        event: iam('GetUser', { userName: 'capa' }),
        settings: { controllers: withUser },
      },
      {
        name: "another service's policy version",
        event: other('iot', 'SetDefaultPolicyVersion', { policyArn: named, versionId: 'v2' }),
      },
      {
        name: "another service's new policy version",
        event: other('iot', 'CreatePolicyVersion', { policyArn: named, setAsDefault: true }),
      },
    ],
  },
});
