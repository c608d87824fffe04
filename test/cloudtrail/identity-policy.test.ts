import { describe, expect, test } from 'vitest';
import { grantOf, isAdminPolicy, isPermitted, statementsOf, trustRisks } from '../../core/cloudtrail/policy.ts';
import type { JsonObject } from '../../core/json.ts';

const own = ['111122223333'];
const provider = 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE';
const sub = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:sub';
const document = (...statements: readonly JsonObject[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (more: JsonObject) => ({ Effect: 'Allow', Action: 'sts:AssumeRole', ...more });
const federated = (condition?: JsonObject) =>
  allow({ Principal: { Federated: provider }, ...(condition === undefined ? {} : { Condition: condition }) });

describe('whom a trust policy lets in', () => {
  const cases: readonly (readonly [string, unknown, readonly string[]])[] = [
    ['a service', document(allow({ Principal: { Service: 'ec2.amazonaws.com' } })), []],
    ['our own account', document(allow({ Principal: { AWS: 'arn:aws:iam::111122223333:root' } })), []],
    ['our own account by its number', document(allow({ Principal: { AWS: ['111122223333'] } })), []],
    ['a deleted principal, known by its id', document(allow({ Principal: { AWS: 'AROAEXAMPLEEXAMPLEEXA' } })), []],
    ['everyone', document(allow({ Principal: '*' })), ['anyone']],
    ['everyone of AWS', document(allow({ Principal: { AWS: '*' } })), ['anyone']],
    ['everyone but one', document(allow({ NotPrincipal: { AWS: '111122223333' } })), ['anyone']],
    [
      'another account among ours',
      document(allow({ Principal: { AWS: ['111122223333', '444455556666'] } })),
      ['other-account'],
    ],
    ['a denial of everyone', document({ Effect: 'Deny', Principal: '*', Action: '*' }), []],
    ['a provider without a subject', document(federated()), ['open-web-identity']],
    [
      'a provider with an audience only',
      document(federated({ StringEquals: { 'x:aud': 'sts.amazonaws.com' } })),
      ['open-web-identity'],
    ],
    ['a subject', document(federated({ StringEquals: { [sub]: 'system:serviceaccount:a:b' } })), []],
    [
      'a subject that is a star, compared as text',
      document(federated({ StringEquals: { [sub]: 'system:serviceaccount:*' } })),
      [],
    ],
    [
      'a subject with a wildcard',
      document(federated({ StringLike: { [sub]: ['system:serviceaccount:a:b', 'system:*'] } })),
      ['open-web-identity'],
    ],
    [
      'a subject with a wildcard, narrowed by another',
      document(federated({ StringLike: { [sub]: 'system:*' }, StringEquals: { [sub]: 'system:serviceaccount:a:b' } })),
      [],
    ],
    [
      'only a subject that is excluded',
      document(federated({ StringNotEquals: { [sub]: 'x' } })),
      ['open-web-identity'],
    ],
    [
      "another account's provider",
      document(
        allow({
          Principal: { Federated: provider.replace('1111', '4444') },
          Condition: { StringEquals: { [sub]: 'x' } },
        }),
      ),
      ['other-account'],
    ],
    [
      'that there is a subject, which says nothing of it',
      document(federated({ Null: { [sub]: 'false' } })),
      ['open-web-identity'],
    ],
    [
      'everybody who has an account of the web’s',
      document(allow({ Principal: { Federated: 'accounts.google.com' } })),
      ['open-web-identity'],
    ],
    [
      'one of the web’s, by its subject',
      document(
        allow({
          Principal: { Federated: 'accounts.google.com' },
          Condition: { StringEquals: { 'accounts.google.com:sub': '1' } },
        }),
      ),
      [],
    ],
    ['a lone statement, not in a list', JSON.stringify({ Statement: allow({ Principal: '*' }) }), ['anyone']],
    ['a URL-encoded document', encodeURIComponent(document(allow({ Principal: '*' }))), ['anyone']],
    ['no JSON', '{"Version":', ['unreadable']],
    ['a broken encoding', '%7B%', ['unreadable']],
    ['nothing', undefined, ['unreadable']],
    ['more than IAM takes', document(allow({ Principal: '*', Sid: 'x'.repeat(140_000) })), ['unreadable']],
    ['statements that are none', JSON.stringify({ Statement: [1, null, 'x'] }), []],
  ];
  test.each(cases)('%s', (_, text, risks) => {
    expect(trustRisks(text, own)).toEqual(risks);
  });
});

test.each([
  ['everything', '*', '*', 'admin'],
  ['everything, spelt out', '*:*', '*', 'admin'],
  ['all of IAM', 'iam:*', '*', 'admin'],
  ['passing any role', ['ec2:RunInstances', 'iam:PassRole'], '*', 'admin'],
  ['passing one role', 'iam:PassRole', 'arn:aws:iam::111122223333:role/x', 'narrow'],
  ['a whole service', 's3:*', '*', 'broad'],
  ['a whole service, on one bucket', 's3:*', 'arn:aws:s3:::x', 'narrow'],
  ['one action', 's3:GetObject', '*', 'narrow'],
  ['passing any role, by a wildcard in the action', 'iam:P*', '*', 'admin'],
  ['passing any role, whatever the case', 'IAM:passrole', '*', 'admin'],
  ['all of IAM, by a question mark', 'i?m:*', '*', 'admin'],
  ['what has a role in its name, of whatever service', '*:*Role*', '*', 'admin'],
  ['keys of any user', 'iam:CreateAccessKey', '*', 'admin'],
  ['passing any role of the account', 'iam:PassRole', 'arn:aws:iam::111122223333:role/*', 'admin'],
  ['passing any role of an account of GovCloud', 'iam:PassRole', 'arn:aws-us-gov:iam::111122223333:role/*', 'admin'],
  ['passing any role of any account', 'iam:PassRole', 'arn:*', 'admin'],
  ['passing roles of one path', 'iam:PassRole', 'arn:aws:iam::111122223333:role/nodes/*', 'narrow'],
  ['reading IAM', 'iam:Get*', '*', 'narrow'],
  ['a whole service, by two stars', 's3:*', '**', 'broad'],
])('%s is %s', (_, Action, Resource, grant) => {
  expect(grantOf(statementsOf(document({ Effect: 'Allow', Action, Resource })))).toBe(grant);
  expect(grantOf(statementsOf(document({ Effect: 'Deny', Action, Resource })))).toBe('narrow');
});

test('what is not named by an allowance of the rest is granted', () => {
  expect(grantOf(statementsOf(document({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' })))).toBe('admin');
  expect(grantOf(undefined)).toBe('unknown');
});

test('a bare name on the list means the policy of AWS', () => {
  expect(isPermitted('arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy', ['AmazonEKS_CNI_Policy'])).toBe(true);
  expect(isPermitted('arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy', ['AmazonEBS*'])).toBe(true);
  expect(isPermitted('arn:aws:iam::111122223333:policy/AmazonEKS_CNI_Policy', ['AmazonEKS_CNI_Policy'])).toBe(false);
  expect(isPermitted('arn:aws:iam::111122223333:policy/x', ['arn:aws:iam::111122223333:policy/x'])).toBe(true);
  expect(isAdminPolicy('arn:aws:iam::aws:policy/AmazonEC2FullAccess')).toBe(true);
  expect(isAdminPolicy('arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess')).toBe(false);
});
