import { example } from '../../core/cloudtrail/example.ts';
import { platform } from '../../core/cloudtrail/example-callers.ts';
import { iam } from '../../core/cloudtrail/example-iam.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller, revokeSessions } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';

const provider = `arn:aws:iam::${example.account}:oidc-provider/oidc.eks.${example.region}.amazonaws.com/id/EXAMPLE0123456789`;
const document = (statement: JsonObject) =>
  JSON.stringify(
    { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', ...statement }] },
    undefined,
    2,
  );
const byToken = (subject: string, operator = 'StringLike') => ({
  Action: 'sts:AssumeRoleWithWebIdentity',
  Principal: { Federated: provider },
  Condition: { [operator]: { 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0123456789:sub': subject } },
});
const change = (statement: JsonObject, roleName = 'prod-karpenter') =>
  iam('UpdateAssumeRolePolicy', { roleName, policyDocument: document(statement) }, { by: platform });
const pods = { Principal: { Service: 'pods.eks.amazonaws.com' } };
const risks = ['anyone', 'other-account', 'open-web-identity', 'unreadable'];

export const detection = cloudtrail({
  id: 'cloudtrail/node-or-controller-trust-changed',
  title: '{principal} changed who may assume {role}',
  severity: [
    ['medium', { fact: { 'iam.role-kind': 'likely-controller', 'iam.trust': risks } }],
    ['low', { fact: { 'iam.role-kind': 'likely-controller' } }],
    ['critical', { fact: { 'iam.trust': risks } }],
    'high',
  ],
  when: {
    // Deleted and made again, a role is what its policies and profiles still name.
    $or: [{ eventName: 'UpdateAssumeRolePolicy' }, { fact: { 'iam.trust': risks } }],
    fact: { 'iam.role-kind': ['node', 'controller', 'likely-controller'], 'call.outcome': 'succeeded' },
  },
  by: view => [{ role: said(view, 'iam.role') }],
  resources: view => [said(view, 'iam.role')],
  attack: ['T1098.003', 'T1484.002'],
  why: 'The trust policy says who gets the role. Opened to another account, to everyone or to every service account of a cluster, it is a way back in that outlives every key and session.',
  references: [
    'IAM API Reference, UpdateAssumeRolePolicy',
    'EKS User Guide, "IAM roles for service accounts": the subject condition',
    'IAM User Guide, "AWS JSON policy elements: Principal"',
  ],
  runbook: [
    confirmCall,
    'See who may now: aws iam get-role --role-name ROLE --query Role.AssumeRolePolicyDocument.',
    'Restore it from version control: aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json.',
    revokeSessions,
    `${revokeCaller}. ${lookAround}`,
  ],
  blind: [
    'IAM is recorded in us-east-1 only: without its events in the home region nothing is seen.',
    'Roles of one name under different paths are taken for one.',
    'Conditions other than the subject of a web identity are not weighed: `*` with an organization condition counts as everyone.',
  ],
  examples: {
    matches: [
      {
        name: "everyone may assume Karpenter's role",
        event: change({ Principal: { AWS: '*' } }),
        severity: 'critical',
      },
      { name: 'everyone, without a type', event: change({ Principal: '*' }), severity: 'critical' },
      {
        name: 'another account may assume the node role',
        event: change({ Principal: { AWS: 'arn:aws:iam::444455556666:root' } }, 'KarpenterNodeRole-prod'),
        severity: 'critical',
      },
      {
        name: 'every service account of the cluster may',
        event: change(byToken('system:serviceaccount:*')),
        severity: 'critical',
      },
      {
        name: 'whoever has a token of the provider may',
        event: change({ Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: provider } }),
        severity: 'critical',
      },
      {
        name: 'a document that cannot be read',
        event: iam('UpdateAssumeRolePolicy', { roleName: 'prod-karpenter', policyDocument: '{"Version":' }),
        severity: 'critical',
      },
      { name: 'a service of AWS may', event: change(pods), severity: 'high' },
      {
        name: 'one service account may, with a star that is only a star',
        event: change(byToken('system:serviceaccount:kube-system:karpenter', 'StringEquals')),
        severity: 'high',
      },
      {
        name: 'a URL-encoded document of an account of ours',
        event: iam('UpdateAssumeRolePolicy', {
          roleName: 'prod-karpenter',
          policyDocument: encodeURIComponent(document({ Principal: { AWS: '111122223333' } })),
        }),
        severity: 'high',
      },
      {
        name: 'a role that is Karpenter by its usual name only, for everyone',
        event: change({ Principal: '*' }),
        settings: { controllers: [] },
        severity: 'medium',
      },
      {
        name: 'a role that is Karpenter by its usual name only, for a service',
        event: change(pods),
        settings: { controllers: [] },
        severity: 'low',
      },
      {
        name: "Karpenter's role made again, for everyone",
        event: iam('CreateRole', {
          roleName: 'prod-karpenter',
          assumeRolePolicyDocument: document({ Principal: { AWS: '*' } }),
        }),
        severity: 'critical',
      },
    ],
    misses: [
      {
        name: "Karpenter's role is made",
        event: iam(
          'CreateRole',
          { roleName: 'prod-karpenter', assumeRolePolicyDocument: document(pods) },
          { by: platform },
        ),
      },
      { name: 'another role', event: change({ Principal: '*' }, 'reporting') },
      {
        name: 'a refused attempt',
        event: iam(
          'UpdateAssumeRolePolicy',
          { roleName: 'prod-karpenter', policyDocument: document(pods) },
          { record: { errorCode: 'MalformedPolicyDocumentException' } },
        ),
      },
      { name: "the role's description", event: iam('UpdateRole', { roleName: 'prod-karpenter', description: 'x' }) },
    ],
  },
});
