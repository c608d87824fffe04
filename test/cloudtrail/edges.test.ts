import { describe, expect, test } from 'vitest';
import { call, nodeSession } from '../../core/cloudtrail/example.ts';
import { other } from '../../core/cloudtrail/example-iam.ts';
import { principalFacts } from '../../core/cloudtrail/facts/principal.ts';
import { nodeCall } from '../../core/cloudtrail/node-baseline.ts';
import { agentFamily, listOf, networkOf, placeOf } from '../../core/cloudtrail/place.ts';
import { grantOf, isPermitted, statementsOf, trustRisks } from '../../core/cloudtrail/policy.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { compilePattern } from '../../core/pattern/compile.ts';
import { loadPattern } from '../../core/pattern/load.ts';

const document = (...statements: readonly Json[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const everything = { Effect: 'Allow', Action: '*', Resource: '*' };

describe('a policy document', () => {
  const padded = (length: number) => {
    const bare = document(everything);
    return `${bare}${' '.repeat(length - bare.length)}`;
  };
  test.each<[string, unknown, string]>([
    ['as long as a request may have it is read', padded(131_072), 'admin'],
    ['longer than that is not', padded(131_073), 'unknown'],
    [
      'encoded as in an address is read, whatever stands before it',
      ` ${encodeURIComponent(document(everything))}`,
      'admin',
    ],
    [
      'in small letters so, too',
      encodeURIComponent(document(everything)).toLowerCase().replace('effect', 'Effect'),
      'narrow',
    ],
    ['that only holds such text is read as it is', document({ ...everything, Sid: '%7B%' }), 'admin'],
    ['with what is no statement is read beside it', document(7, null, 'x', everything), 'admin'],
    [
      'of more statements than it can hold is read as far as those go',
      document(...Array(256).fill({}), everything),
      'narrow',
    ],
    ['of as many is', document(...Array(255).fill({}), everything), 'admin'],
    ['of what is no object is none', '[]', 'unknown'],
    ['that is no text is none', { Statement: [everything] }, 'unknown'],
  ])('%s', (_, text, grant) => expect(grantOf(statementsOf(text))).toBe(grant));

  test.each<[string, JsonObject, string]>([
    ['all but some resources', { Action: 'iam:PassRole', NotResource: 'x' }, 'admin'],
    ['a service on all but some', { Action: 's3:*', NotResource: 'x' }, 'broad'],
    ['a service among other calls', { Action: ['sqs:SendMessage', 's3:*'], Resource: ['x', '*'] }, 'broad'],
    ['what is no service', { Action: ['a:b:*', ':*', 's3:*x'], Resource: '*' }, 'narrow'],
    ['what is no text', { Action: [7, null], Resource: [7] }, 'narrow'],
    ['one resource', { Action: '*', Resource: [7, 'arn:aws:s3:::x'] }, 'narrow'],
    ['every role beside a resource', { Action: 'iam:PassRole', Resource: ['arn:aws:s3:::x', '*'] }, 'admin'],
    ['a service on what begins so', { Action: 's3:*', Resource: 'arn:aws:s3:::x/*' }, 'narrow'],
    ['a service on what ends so', { Action: 's3:*', Resource: '*/x' }, 'narrow'],
    ['a service on everything, said twice', { Action: 's3:*', Resource: '**' }, 'broad'],
  ])('that allows %s', (_, more, grant) => {
    expect(grantOf(statementsOf(document({ Effect: 'Allow', ...more })))).toBe(grant);
  });

  const own = ['111122223333'];
  const provider = 'arn:aws:iam::111122223333:oidc-provider/x';
  const federated = (Condition: JsonObject) => ({ Effect: 'Allow', Principal: { Federated: provider }, Condition });
  test.each<[string, JsonObject, readonly string[]]>([
    ['ours by a session', { Principal: { AWS: 'arn:aws:sts::111122223333:assumed-role/x/y' } }, []],
    [
      'another account by a session',
      { Principal: { AWS: 'arn:aws-cn:sts::444455556666:assumed-role/x/y' } },
      ['other-account'],
    ],
    ['nobody by a longer number', { Principal: { AWS: ['1111222233334', '4444555566667'] } }, []],
    ['nobody by what holds an ARN', { Principal: { AWS: 'x arn:aws:iam::444455556666:root' } }, []],
    ['nobody by what is no text', { Principal: { AWS: [7], Federated: [7] } }, []],
    ['anyone and another account', { Principal: { AWS: ['*', '444455556666'] } }, ['anyone', 'other-account']],
    ['whom a provider for people lets in', { Principal: { Federated: provider.replace('oidc', 'saml') } }, []],
  ])('that lets in %s', (_, more, risks) => {
    expect(trustRisks(document({ Effect: 'Allow', ...more }), own)).toEqual(risks);
  });

  test.each<[string, JsonObject, boolean]>([
    ['its subject', { StringEquals: { 'x:sub': 'a' } }, false],
    ['what only begins so', { StringEquals: { 'x:subject': 'a' } }, true],
    ['a subject like one with a star', { StringLike: { 'x:SUB': 'a*' } }, true],
    ['a subject like one with a question mark', { StringLike: { 'x:sub': 'a?' } }, true],
    ['a subject like itself', { StringLike: { 'x:sub': 'a' } }, false],
    ['a subject that is no text', { StringEquals: { 'x:sub': [7] } }, true],
    ['nothing that is a condition', { StringEquals: 'x:sub' }, true],
  ])('that asks for %s', (_, condition, isOpen) => {
    expect(trustRisks(document(federated(condition)), own)).toEqual(isOpen ? ['open-web-identity'] : []);
  });

  test('and of AWS’s own the ARN is AWS’s, from its beginning', () => {
    expect(isPermitted('x:arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy', ['AmazonEKS_CNI_Policy'])).toBe(false);
  });
});

describe('a place', () => {
  const at = (over: object) =>
    placeOf(call('s3', 'ListBuckets', { sourceIPAddress: '10.0.1.2', ...over }).record, exampleSettings);
  test.each([
    [
      'by an endpoint of another account is its',
      { vpcEndpointId: 'vpce-1', vpcEndpointAccountId: '444455556666' },
      'foreign',
    ],
    [
      'by one of what is no account is unclear',
      { vpcEndpointId: 'vpce-1', vpcEndpointAccountId: '4444555566667' },
      'unclear',
    ],
    ['by one of AWS’s own, too', { vpcEndpointId: 'vpce-1', vpcEndpointAccountId: 'AWS Internal' }, 'unclear'],
    ['by what is no endpoint, too', { vpcEndpointId: 7 }, 'unclear'],
  ])('%s', (_, over, place) => expect(at(over)).toBe(place));

  test.each([
    ['::1', '0:0:0::/48'],
    ['::1:2:3:4:5:6:7', '0:1:2::/48'],
    ['2001:DB8:A::', '2001:db8:a::/48'],
    ['FE80:0:0:1::', 'fe80:0:0::/48'],
  ])('%s is of the network %s', (sourceIPAddress, network) => {
    expect(networkOf(call('s3', 'ListBuckets', { sourceIPAddress }).record)).toBe(network);
  });

  test('of a range is none whose length is not a number alone', () => {
    for (const range of ['10.0.0.0/8 ', '10.0.0.0/1e1', '10.0.0.0/-8', '10.0.0.0/0008'])
      expect(listOf([range]).check('10.0.0.1', 'ipv4'), range).toBe(false);
  });

  test.each([
    ['x (Boto3)', 'boto3'],
    ['[S3Console/0.4]', 's3console'],
    ['1 unknown', 'none'],
    ['-curl', 'curl'],
    ['[unknown/1]', '[unknown'],
  ])('%s is of the family %s', (userAgent, family) => {
    expect(agentFamily(call('s3', 'X', { userAgent }).record, exampleSettings)).toBe(family);
  });
});

describe('a node', () => {
  const worker = 'KarpenterNodeRole-prod';
  const secret = { secretId: 'aws.cluster.x-k8s.io/5f0e' };
  const parameter = { name: '/cluster.x-k8s.io/5f0e/0' };
  test.each<[string, string, JsonObject | null, string, string]>([
    ['secretsmanager', 'DeleteSecret', secret, worker, 'baseline'],
    ['secretsmanager', 'BatchGetSecretValue', secret, worker, 'sensitive'],
    ['secretsmanager', 'GetSecretValueX', secret, worker, 'sensitive'],
    ['secretsmanager', 'GetSecretValue', {}, worker, 'sensitive'],
    ['x', 'GetSecretValue', secret, worker, 'other'],
    ['ssm', 'DeleteParameter', parameter, worker, 'baseline'],
    ['ssm', 'GetParameterHistory', parameter, worker, 'sensitive'],
    ['ssm', 'XGetParameter', parameter, worker, 'other'],
    ['ssm', 'GetParameter', { name: '/shop/cluster.x-k8s.io/5f0e' }, worker, 'sensitive'],
    ['ssm', 'GetParameter', {}, worker, 'sensitive'],
    ['x', 'GetParameter', parameter, worker, 'other'],
    ['ssmmessages', 'OpenDataChannel', null, worker, 'baseline'],
    ['ec2messages', 'GetMessages', null, worker, 'baseline'],
    ['kms', 'Decrypt', null, worker, 'sensitive'],
    ['kms', 'DescribeKey', null, worker, 'other'],
    ['kms', 'DescribeKey', null, 'shop-controlplane', 'baseline'],
    ['kms', 'DescribeKey', null, 'shop-Control-Plane', 'baseline'],
    ['sqs', 'ListQueues', null, 'shop-control-plane', 'other'],
    ['toString', 'call', null, 'shop-control-plane', 'other'],
  ])('that calls %s:%s %j with %s: %s', (service, api, request, role, kind) => {
    expect(nodeCall(other(service, api, request, { by: nodeSession() }).record, role)).toBe(kind);
  });
  test('calls a service by its name', () => {
    const { record } = call('ecr', 'PutImage');
    expect(nodeCall({ ...record, eventSource: 'ssmmessages.amazonaws.com.example' }, worker)).toBe('other');
    expect(nodeCall({ ...record, eventSource: 'ssmmessages' }, worker)).toBe('baseline');
  });

  const signs = principalFacts['node.call']?.signs;
  const shown = (service: string, api: string): boolean =>
    (signs?.(exampleSettings, value => value === 'other', undefined) ?? []).some(
      sign => compilePattern(loadPattern(sign))({ record: call(service, api).record as unknown as JsonObject }), // a record is JSON
    );
  test('shows by its call that it is beyond what nodes do', () => {
    for (const [service, api] of [
      ['ssmmessages', 'OpenDataChannel'],
      ['ec2messages', 'GetMessages'],
      ['ecr', 'BatchGetImage'],
      ['sts', 'GetCallerIdentity'],
    ] as const)
      expect(shown(service, api), api).toBe(false);
    for (const [service, api] of [
      ['ecr', 'PutImage'],
      ['sqs', 'ListQueues'],
      ['sts', 'AssumeRole'],
      ['ec2', 'BatchGetImage'],
    ] as const)
      expect(shown(service, api), api).toBe(true);
    expect(signs?.(exampleSettings, () => false, undefined)).toEqual([]);
  });
});

test('where settings name no cluster no address is a pod’s', () => {
  const bare = defineConfig({});
  expect(placeOf(call('s3', 'X', { sourceIPAddress: '100.64.1.1' }).record, bare)).toBe('unclear');
});
