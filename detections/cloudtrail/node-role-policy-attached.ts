import { platform } from '../../core/cloudtrail/example-callers.ts';
import { iam } from '../../core/cloudtrail/example-iam.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { Json } from '../../core/json.ts';
import { recallPolicy } from '../../core/state/policy.ts';

const roleName = 'KarpenterNodeRole-prod';
const aws = (name: string) => `arn:aws:iam::aws:policy/${name}`;
const custom = 'arn:aws:iam::111122223333:policy/node-extras';
const document = (action: Json) =>
  JSON.stringify(
    { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] },
    undefined,
    2,
  );
const attached = iam(
  'AttachRolePolicy',
  { roleName, policyArn: custom },
  { by: platform, record: { eventTime: '2026-08-01T10:00:00Z' } },
);

export const detection = cloudtrail({
  id: 'cloudtrail/node-role-policy-attached',
  title: '{principal} changed what the node role {role} may do: {event} {policy}',
  severity: [
    ['critical', { fact: { 'iam.policy-kind': 'admin' } }],
    // What another boundary lets through is in no record: it may bound less than the one before, or be the first.
    ['medium', { eventName: 'PutRolePermissionsBoundary' }],
    'high',
  ],
  when: {
    fact: { 'call.outcome': 'succeeded' },
    $or: [
      {
        eventName: ['AttachRolePolicy', 'PutRolePolicy'],
        fact: { 'iam.role-kind': 'node', 'iam.policy-kind': ['admin', 'unread', 'other'] },
      },
      { eventName: 'DeleteRolePermissionsBoundary', fact: { 'iam.role-kind': 'node' } },
      { eventName: 'PutRolePermissionsBoundary', fact: { 'iam.role-kind': 'node', 'iam.policy-kind': 'admin' } },
      {
        eventName: 'PutRolePermissionsBoundary',
        fact: { 'iam.role-kind': 'node', 'principal.kind': [{ 'anything-but': ['platform', 'service'] }] },
      },
      {
        eventName: ['DetachRolePolicy', 'DeleteRolePolicy'],
        fact: { 'iam.role-kind': 'node', 'iam.policy-restricts': true },
      },
      { fact: { 'iam.version-in-force': true } },
    ],
  },
  by: view => [{ role: said(view, 'iam.role'), policy: said(view, 'iam.policy') }],
  resources: view => [said(view, 'iam.role'), said(view, 'iam.policy')].filter(name => name !== 'none'),
  state: recallPolicy('node'),
  attack: ['T1098.003', 'T1078.004'],
  why: "What the node role may do, every pod that reaches instance metadata may do, and whoever steals one node's credentials. A policy beyond what nodes need turns one bad pod into the account.",
  references: [
    'EKS User Guide, "Amazon EKS node IAM role"',
    'Hardening AWS EKS security with worker node IAM (AmazonEKSWorkerNodePolicy and AmazonEC2ContainerRegistryReadOnly alone)',
    'IAM API Reference, AttachRolePolicy; PutRolePolicy; CreatePolicyVersion',
  ],
  runbook: [
    confirmCall,
    'See what the role may do now: aws iam list-attached-role-policies --role-name ROLE; aws iam list-role-policies --role-name ROLE; aws iam get-role --role-name ROLE --query Role.PermissionsBoundary.',
    'Take it back: aws iam detach-role-policy --role-name ROLE --policy-arn POLICY, aws iam delete-role-policy --role-name ROLE --policy-name POLICY, or aws iam set-default-policy-version --policy-arn POLICY --version-id FORMER.',
    'A policy that nodes are meant to have belongs in `nodePolicies` of the settings, by ARN.',
    `${revokeCaller}. ${lookAround}`,
  ],
  blind: [
    'IAM is recorded in us-east-1 only: without its events in the home region nothing is seen.',
    'Versions of a policy count where its attachment to a node role was seen since deployment.',
    'The content of a policy that is removed is in no record: a Deny counts where its name says deny, boundary, quarantine, revoke, restrict or guardrail.',
    'A node role made with its policies (CloudFormation, CreateRole and then AttachRolePolicy) fires like any other attachment.',
  ],
  examples: {
    matches: [
      {
        name: 'AdministratorAccess, even by the platform',
        event: iam('AttachRolePolicy', { roleName, policyArn: aws('AdministratorAccess') }, { by: platform }),
        severity: 'critical',
      },
      {
        name: 'S3 in full',
        event: iam('AttachRolePolicy', { roleName, policyArn: aws('AmazonS3FullAccess') }),
        severity: 'critical',
      },
      {
        name: 'a policy that is not on the list',
        event: iam('AttachRolePolicy', { roleName, policyArn: aws('AmazonS3ReadOnlyAccess') }),
        severity: 'high',
      },
      {
        name: "a customer's policy that bears a permitted name",
        event: iam('AttachRolePolicy', {
          roleName,
          policyArn: 'arn:aws:iam::111122223333:policy/AmazonEKS_CNI_Policy',
        }),
        severity: 'high',
      },
      {
        name: 'an inline policy that grants a bucket',
        event: iam('PutRolePolicy', { roleName, policyName: 'logs', policyDocument: document('s3:PutObject') }),
        severity: 'high',
      },
      {
        name: 'an inline policy that grants everything',
        event: iam('PutRolePolicy', { roleName, policyName: 'logs', policyDocument: document(['*']) }),
        severity: 'critical',
      },
      { name: 'its boundary removed', event: iam('DeleteRolePermissionsBoundary', { roleName }), severity: 'high' },
      {
        name: 'a boundary that bounds nothing',
        event: iam('PutRolePermissionsBoundary', { roleName, permissionsBoundary: aws('AdministratorAccess') }),
        severity: 'critical',
      },
      {
        name: 'another boundary, of which nothing is known, by a person',
        event: iam('PutRolePermissionsBoundary', { roleName, permissionsBoundary: custom }),
        severity: 'medium',
      },
      {
        name: 'a boundary that bounds nothing, by the platform',
        event: iam(
          'PutRolePermissionsBoundary',
          { roleName, permissionsBoundary: aws('AdministratorAccess') },
          { by: platform },
        ),
        severity: 'critical',
      },
      {
        name: 'a denying policy deleted',
        event: iam('DeleteRolePolicy', { roleName, policyName: 'deny-off-instance' }),
        severity: 'high',
      },
      {
        name: 'a new version of a policy that was attached to it',
        event: iam('CreatePolicyVersion', { policyArn: custom, policyDocument: document('s3:*'), setAsDefault: true }),
        after: [attached],
        severity: 'high',
      },
      {
        name: 'another version of it put in force',
        event: iam('SetDefaultPolicyVersion', { policyArn: custom, versionId: 'v3' }),
        after: [attached],
        severity: 'high',
      },
    ],
    misses: [
      {
        name: 'a policy that nodes need',
        event: iam('AttachRolePolicy', { roleName, policyArn: aws('AmazonEKS_CNI_Policy') }),
      },
      {
        name: 'a policy that the settings permit',
        event: iam('AttachRolePolicy', { roleName, policyArn: custom }),
        settings: { nodePolicies: [custom] },
      },
      {
        name: 'another role',
        event: iam('AttachRolePolicy', { roleName: 'reporting', policyArn: aws('AdministratorAccess') }),
      },
      { name: "another role's boundary", event: iam('DeleteRolePermissionsBoundary', { roleName: 'reporting' }) },
      {
        name: 'a boundary that the platform sets',
        event: iam('PutRolePermissionsBoundary', { roleName, permissionsBoundary: custom }, { by: platform }),
      },
      {
        name: "another role's boundary that bounds nothing",
        event: iam('PutRolePermissionsBoundary', {
          roleName: 'reporting',
          permissionsBoundary: aws('AdministratorAccess'),
        }),
      },
      {
        name: 'what grants everything detached',
        event: iam('DetachRolePolicy', { roleName, policyArn: aws('AdministratorAccess') }),
      },
      {
        name: 'a granting policy detached',
        event: iam('DetachRolePolicy', { roleName, policyArn: aws('AmazonEKS_CNI_Policy') }),
      },
      {
        name: "another role's denying policy deleted",
        event: iam('DeleteRolePolicy', { roleName: 'reporting', policyName: 'deny-off-instance' }),
      },
      {
        name: 'a refused attempt',
        event: iam(
          'AttachRolePolicy',
          { roleName, policyArn: aws('AdministratorAccess') },
          { record: { errorCode: 'AccessDenied' } },
        ),
      },
      {
        name: 'a new version that is not yet in force',
        event: iam('CreatePolicyVersion', { policyArn: custom, policyDocument: document('s3:*') }),
        after: [attached],
      },
      {
        name: 'a new version of a policy that no node carries',
        event: iam('CreatePolicyVersion', { policyArn: custom, policyDocument: document('s3:*'), setAsDefault: true }),
      },
      { name: 'a node role read', event: iam('GetRole', { roleName }) },
      { name: 'a restricting policy read', event: iam('GetRolePolicy', { roleName, policyName: 'deny-off-instance' }) },
    ],
  },
});
