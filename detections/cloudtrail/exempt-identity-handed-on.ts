import { serviceLinked } from '../../core/cloudtrail/example.ts';
import { platform } from '../../core/cloudtrail/example-callers.ts';
import { iam } from '../../core/cloudtrail/example-iam.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller, revokeSessions } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';

const trust = (principal: JsonObject) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  });
const ours = trust({ AWS: 'arn:aws:iam::111122223333:role/developer' });
const change = (policyDocument: string, roleName = 'platform-deployer', over = {}) =>
  iam('UpdateAssumeRolePolicy', { roleName, policyDocument }, over);
const identityCenter = 'AWSReservedSSO_Platform_0123456789abcdef';
const identities = {
  platform: { arns: ['arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Platform_*'] },
};
const made = (roleName: string, over = {}) => iam('CreateRole', { roleName, assumeRolePolicyDocument: ours }, over);
const listed = {
  platform: { arns: ['arn:aws:iam::*:user/ops/*', 'arn:aws:sts::111122223333:assumed-role/rollout/*'] },
};
const risks = ['anyone', 'other-account', 'open-web-identity', 'unreadable'];

export const detection = cloudtrail({
  id: 'cloudtrail/exempt-identity-handed-on',
  title: '{principal} gave somebody else access to {resource}, which the settings exempt',
  severity: [
    // Who is exempt already keeps its own role; CI’s trust names repositories by wildcards.
    ['low', { fact: { 'principal.kind': ['platform', 'gitops'] } }],
    ['critical', { fact: { 'iam.trust': risks } }],
    'high',
  ],
  when: {
    fact: { 'call.outcome': 'succeeded', 'iam.exempt': ['platform', 'gitops'] },
    $or: [
      { eventName: ['UpdateAssumeRolePolicy', 'CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile'] },
      // Deleted and made again, a role is what the settings still name.
      { fact: { 'iam.trust': risks } },
      // IAM Identity Center alone names roles so, under a path of its own, which clusters do not show.
      { eventName: 'CreateRole', requestParameters: { roleName: [{ prefix: 'AWSReservedSSO_' }] } },
    ],
  },
  // IAM Identity Center provisions the roles of its permission sets anew, trust policy and all, whenever one is changed.
  unless: [{ fact: { 'principal.kind': 'service' } }],
  by: view => [
    { resource: [said(view, 'iam.role'), said(view, 'iam.user')].find(name => name !== 'none') ?? 'unknown' },
  ],
  attack: ['T1098.001', 'T1098.003', 'T1484.002'],
  why: 'What the settings exempt passes nearly every detection. Whoever may assume the platform’s role, or has a key of its user, changes node pools, clusters and guards without a word.',
  references: [
    'IAM API Reference, UpdateAssumeRolePolicy, CreateAccessKey, CreateLoginProfile',
    'IAM User Guide, "AWS JSON policy elements: Principal"',
    'AWS Managed Policy Reference, AWSSSOServiceRolePolicy (iam:UpdateAssumeRolePolicy on aws-reserved/sso.amazonaws.com)',
  ],
  runbook: [
    confirmCall,
    'See who may now: aws iam get-role --role-name ROLE --query Role.AssumeRolePolicyDocument; aws iam list-access-keys --user-name IAM_USER',
    'Take it back: aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json; aws iam delete-access-key --user-name IAM_USER --access-key-id MADE_KEY; aws iam delete-login-profile --user-name IAM_USER',
    revokeSessions,
    `${revokeCaller}; ${lookAround}`,
  ],
  blind: [
    'Who is exempt is known from the settings alone: without `platform` and `gitops` nobody is.',
    'Roles of IAM Identity Center are handed on in the account that manages it, and provisioned by a service, which is not looked at.',
    'Whoever manages roles beside the platform (an account factory, a pipeline of its own for IAM, a rotation of keys) is reported, critical where CI is let in by a wildcard over repositories: name its role in `platform`, and accounts that may be trusted in `accounts`.',
    'A service that was given the role (a stack of CloudFormation, a function) acts as it: that it was passed is in no record, and what the role trusts is in its policy.',
    'Roles of one name under different paths are taken for one. IAM is recorded in us-east-1 only.',
  ],
  examples: {
    matches: [
      { name: 'a person lets everybody be the platform', event: change(trust({ AWS: '*' })), severity: 'critical' },
      { name: 'a person lets another role be the platform', event: change(ours), severity: 'high' },
      {
        name: 'a role whose sessions the settings list',
        event: change(ours, 'rollout'),
        settings: listed,
        severity: 'high',
      },
      {
        name: 'the platform lets repositories of its CI in',
        event: change(
          JSON.stringify({
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com' },
                Action: 'sts:AssumeRoleWithWebIdentity',
                Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:example/*' } },
              },
            ],
          }),
          'platform-deployer',
          { by: platform },
        ),
        severity: 'low',
      },
      {
        name: 'a person makes a key of the platform’s user',
        event: iam('CreateAccessKey', { userName: 'rollout' }),
        settings: listed,
        severity: 'high',
      },
      {
        name: 'the platform’s role is made again, for another account',
        event: iam('CreateRole', {
          roleName: 'platform-deployer',
          assumeRolePolicyDocument: trust({ AWS: 'arn:aws:iam::444455556666:root' }),
        }),
        severity: 'critical',
      },
      {
        name: 'a person makes a role that is named like a permission set’s',
        event: made('AWSReservedSSO_Platform_x'),
        settings: identities,
        severity: 'high',
      },
      {
        name: 'the role of what applies manifests',
        event: change(ours, 'flux'),
        settings: { gitops: { arns: ['arn:aws:iam::111122223333:role/flux'] } },
        severity: 'high',
      },
    ],
    misses: [
      {
        name: 'IAM Identity Center provisions a permission set anew',
        event: change(ours, identityCenter, {
          by: serviceLinked('sso.amazonaws.com', 'AWSServiceRoleForSSO'),
        }),
        settings: {
          platform: { arns: [`arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/${identityCenter}`] },
        },
      },
      {
        name: 'IAM Identity Center makes one',
        event: made(identityCenter, { by: serviceLinked('sso.amazonaws.com', 'AWSServiceRoleForSSO') }),
        settings: identities,
      },
      {
        name: 'a person makes a role of another such name',
        event: made('AWSReservedSSO_Readers_x'),
        settings: identities,
      },
      {
        name: 'a person describes it anew',
        event: iam('UpdateRole', { roleName: identityCenter, description: 'x' }),
        settings: identities,
      },
      { name: 'a role that nobody exempts', event: change(trust({ AWS: '*' }), 'reporting') },
      { name: 'a key of another user', event: iam('CreateAccessKey', { userName: 'rollout' }) },
      {
        name: 'the platform’s role is made, for itself',
        event: iam('CreateRole', { roleName: 'platform-deployer', assumeRolePolicyDocument: ours }),
      },
      { name: 'its description', event: iam('UpdateRole', { roleName: 'platform-deployer', description: 'x' }) },
      {
        name: 'its permissions, for everybody to read',
        event: iam('PutRolePolicy', { roleName: 'platform-deployer', policyDocument: trust({ AWS: '*' }) }),
      },
      {
        name: 'a refused attempt',
        event: change(ours, 'platform-deployer', { record: { errorCode: 'AccessDenied' } }),
      },
    ],
  },
});
