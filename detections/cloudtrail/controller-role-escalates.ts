import { karpenter, roleSession } from '../../core/cloudtrail/example.ts';
import { clusterApi } from '../../core/cloudtrail/example-callers.ts';
import { denied, iam, other } from '../../core/cloudtrail/example-iam.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { lookAround, revokeSessions, stopProvisioning } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';

export const detection = cloudtrail({
  id: 'cloudtrail/controller-role-escalates',
  title: 'The controller role {role} called {api}, which its controller never does',
  severity: [['low', { fact: { 'principal.kind': 'likely-controller' } }], 'critical'],
  when: {
    $or: [
      {
        eventSource: 'iam.amazonaws.com',
        eventName: [
          'CreateRole',
          'DeleteRole',
          'UpdateRole',
          'AttachRolePolicy',
          'DetachRolePolicy',
          'PutRolePolicy',
          'DeleteRolePolicy',
          'UpdateAssumeRolePolicy',
          'PutRolePermissionsBoundary',
          'DeleteRolePermissionsBoundary',
          'CreatePolicy',
          'CreatePolicyVersion',
          'SetDefaultPolicyVersion',
        ],
        fact: { 'principal.controller': 'karpenter' },
      },
      {
        eventSource: 'iam.amazonaws.com',
        eventName: [
          'CreateUser',
          'DeleteUser',
          'UpdateUser',
          'CreateAccessKey',
          'CreateLoginProfile',
          'UpdateLoginProfile',
          'AttachUserPolicy',
          'PutUserPolicy',
          'AddUserToGroup',
          'CreateGroup',
          'AttachGroupPolicy',
          'PutGroupPolicy',
        ],
        fact: { 'principal.controller': ['karpenter', 'cluster-api'] },
      },
      {
        eventSource: ['organizations.amazonaws.com', 'account.amazonaws.com'],
        fact: { 'principal.controller': ['karpenter', 'cluster-api'] },
      },
    ],
  },
  by: view => [
    { role: said(view, 'principal.id'), api: `${view.record.eventSource.split('.')[0]}:${view.record.eventName}` },
  ],
  attack: ['T1098.003', 'T1136.003', 'T1078.004'],
  why: "Karpenter touches instance profiles and no roles; the Cluster API provider makes roles for its clusters and no users. A controller's role that reaches for either is in somebody else's hands, whether the call succeeded or not.",
  references: [
    'Karpenter, "CloudFormation" reference: controller policies',
    'kubernetes-sigs/cluster-api-provider-aws, cmd/clusterawsadm/cloudformation/bootstrap (controllers policy)',
    'CloudTrail User Guide, "Global service events" (IAM is recorded in us-east-1)',
  ],
  runbook: [
    "Confirm it was not the controller: kubectl logs -n kube-system -l app.kubernetes.io/name=karpenter --since 1h --tail -1 | grep -i iam (Cluster API: kubectl logs -n capa-system deployment/capa-controller-manager --since 1h); compare the record's sourceIPAddress and userAgent with the pod's.",
    revokeSessions,
    stopProvisioning,
    'Undo what succeeded: aws iam list-users, aws iam list-roles, sorted by CreateDate; delete what was made, after aws iam get-user or get-role into the incident.',
    lookAround,
  ],
  blind: [
    'IAM is recorded in us-east-1 only: without its events in the home region nothing is seen.',
    'The Cluster API provider makes and deletes roles where it runs EKS clusters: role calls of its role are not judged here.',
  ],
  examples: {
    matches: [
      {
        name: "Karpenter's role attaches a policy to a role",
        event: iam(
          'AttachRolePolicy',
          { roleName: 'reporting', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
          { by: karpenter },
        ),
        severity: 'critical',
      },
      {
        name: "the Cluster API controllers' role tries to create a user",
        event: iam('CreateUser', null, {
          by: clusterApi,
          record: denied('User is not authorized to perform: iam:CreateUser'),
        }),
        severity: 'critical',
      },
      {
        name: "Karpenter's role creates an access key",
        event: iam('CreateAccessKey', { userName: 'bob' }, { by: karpenter }),
        severity: 'critical',
      },
      {
        name: "the Cluster API controllers' role lists the organization's accounts",
        event: other('organizations', 'ListAccounts', null, { by: clusterApi }),
        severity: 'critical',
      },
      {
        name: "Karpenter's by its usual name only",
        event: iam('CreateUser', { userName: 'bob' }, { by: karpenter }),
        settings: { controllers: [] },
        severity: 'low',
      },
    ],
    misses: [
      {
        name: 'Karpenter puts its role into an instance profile',
        event: iam(
          'AddRoleToInstanceProfile',
          { instanceProfileName: 'prod_9876543210987654321', roleName: 'KarpenterNodeRole-prod' },
          { by: karpenter },
        ),
      },
      {
        name: 'the Cluster API provider makes a role for a cluster',
        event: iam('CreateRole', { roleName: 'fleet-iam-service-role' }, { by: clusterApi }),
      },
      {
        name: 'a person attaches a policy',
        event: iam('AttachRolePolicy', { roleName: 'reporting', policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
      },
      {
        name: 'a person creates a user',
        event: iam('CreateUser', { userName: 'bob' }, { by: roleSession('developer', 'alice') }),
      },
      { name: 'a person lists accounts', event: other('organizations', 'ListAccounts', null) },
      { name: 'Karpenter reads a price', event: other('pricing', 'GetProducts', null, { by: karpenter }) },
      {
        name: "another service's call of the same name",
        event: other('signin', 'CreateRole', null, { by: karpenter }),
      },
      { name: "another service's user", event: other('quicksight', 'CreateUser', null, { by: karpenter }) },
    ],
  },
});
