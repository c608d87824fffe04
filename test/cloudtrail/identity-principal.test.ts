import { describe, expect, test } from 'vitest';
import { call, developer, karpenter, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { instanceSession, outcomeOf, principalOf, sourceKind } from '../../core/cloudtrail/principal.ts';
import type { CloudTrailRecord, UserIdentity } from '../../core/cloudtrail/record.ts';
import { roleByName } from '../../core/cloudtrail/roles.ts';
import { cloudtrailSource } from '../../core/cloudtrail/source.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { matchesWildcard } from '../../core/wildcard.ts';

const bare = defineConfig({});
const record = (userIdentity: UserIdentity, over: Partial<CloudTrailRecord> = {}): CloudTrailRecord => ({
  ...call('ec2', 'DescribeInstances').record,
  ...over,
  userIdentity,
});
const provider = 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0123456789';
const linked: UserIdentity = {
  ...roleSession('AWSServiceRoleForAutoScaling', 'AutoScaling'),
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      arn: 'arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
      userName: 'AWSServiceRoleForAutoScaling',
    },
  },
};

describe('who made the call', () => {
  const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
  const cases: readonly (readonly [string, UserIdentity, string, string])[] = [
    ['a controller that the settings name', karpenter, 'controller', role('prod-karpenter')],
    [
      "the fleet's launch on Karpenter's behalf",
      { ...karpenter, invokedBy: 'ec2fleet.amazonaws.com' },
      'controller',
      role('prod-karpenter'),
    ],
    ['a node', nodeSession(), 'node', role('KarpenterNodeRole-prod')],
    ['an instance that is no node', nodeSession('i-0aaaabbbbccccdddd', 'webserver'), 'instance', role('webserver')],
    ['the platform', roleSession('platform-deployer', 'ci'), 'platform', role('platform-deployer')],
    ['a person', developer, 'person', role('developer')],
    ["a name that only looks like a controller's", roleSession('dev-karpenter', 'x'), 'person', role('dev-karpenter')],
    ['a service by itself', { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' }, 'service', 'ec2.amazonaws.com'],
    ['a service-linked role', linked, 'service', linked.sessionContext?.sessionIssuer?.arn ?? ''],
    [
      'a service event without a type',
      { accountId: '111122223333', invokedBy: 'kms.amazonaws.com' },
      'service',
      'kms.amazonaws.com',
    ],
    [
      'the root user',
      { type: 'Root', principalId: '111122223333', arn: 'arn:aws:iam::111122223333:root', accountId: '111122223333' },
      'person',
      'arn:aws:iam::111122223333:root',
    ],
    [
      'an IAM user with a session token, whose issuer is empty',
      {
        type: 'IAMUser',
        arn: 'arn:aws:iam::111122223333:user/bob',
        userName: 'bob',
        sessionContext: { sessionIssuer: {} },
      },
      'person',
      'arn:aws:iam::111122223333:user/bob',
    ],
    [
      'a pod that asks for a role',
      {
        type: 'WebIdentityUser',
        principalId: `${provider}:sts.amazonaws.com:system:serviceaccount:apps:web`,
        userName: 'system:serviceaccount:apps:web',
        identityProvider: provider,
      },
      'unknown',
      `${provider}:sts.amazonaws.com:system:serviceaccount:apps:web`,
    ],
    [
      "a pod's role session that no settings name",
      roleSession('apps-web', '1768825272022703283', {
        sessionContext: { webIdFederationData: { federatedProvider: provider, attributes: {} } },
      }),
      'unknown',
      role('apps-web'),
    ],
    [
      'a person signed in by Identity Center',
      { type: 'IdentityCenterUser', onBehalfOf: { userId: '544894e8-0000-4000-8000-000000000001' } },
      'person',
      '544894e8-0000-4000-8000-000000000001',
    ],
    ['another account', { type: 'AWSAccount', accountId: '444455556666', principalId: 'AIDAX' }, 'unknown', 'AIDAX'],
    ['nobody at all', {}, 'unknown', 'unknown'],
  ];
  test.each(cases)('%s', (_, identity, kind, id) => {
    expect(principalOf(record(identity), exampleSettings)).toMatchObject({ kind, id });
  });

  test('a record without an identity is unknown', () => {
    const { userIdentity: _, ...rest } = call('ec2', 'RunInstances').record;
    expect(principalOf(rest, exampleSettings)).toMatchObject({ kind: 'unknown', id: 'unknown' });
  });

  test('usual names stand in where settings name no controllers, and say that they do', () => {
    expect(principalOf(record(karpenter), bare)).toMatchObject({
      kind: 'likely-controller',
      controller: 'karpenter',
      guessed: true,
    });
    expect(principalOf(record(nodeSession()), bare)).toMatchObject({ kind: 'node', guessed: true });
    expect(cloudtrailSource.describe(call('ec2', 'CreateFleet', { userIdentity: karpenter }), bare).notes).toEqual([
      'prod-karpenter/1768825272022703283 is taken for karpenter by its usual name only: set `controllers` in the settings',
    ]);
    expect(
      cloudtrailSource.describe(call('ec2', 'CreateFleet', { userIdentity: karpenter }), exampleSettings).notes,
    ).toEqual([]);
  });

  test('a role of the same name under another path or in another account is not the controller', () => {
    const elsewhere = (arn: string): UserIdentity => ({
      ...karpenter,
      sessionContext: { sessionIssuer: { type: 'Role', arn } },
    });
    for (const arn of [
      'arn:aws:iam::111122223333:role/team/prod-karpenter',
      'arn:aws:iam::444455556666:role/prod-karpenter',
    ])
      expect(principalOf(record(elsewhere(arn)), exampleSettings).kind).toBe('person');
  });

  test('EKS itself, with a role of any name, is a likely controller; whoever else has the role is not', () => {
    const session = roleSession('shop-control-plane', 'aws-go-sdk-1788256800000000000');
    for (const [identity, kind] of [
      [{ ...session, invokedBy: 'eks.amazonaws.com' }, 'likely-controller'],
      [{ ...session, invokedBy: 'autoscaling.amazonaws.com' }, 'person'],
      [{ ...roleSession('developer', 'alice'), invokedBy: 'eks.amazonaws.com' }, 'person'],
      [session, 'person'],
    ] as const)
      expect(principalOf(record(identity), exampleSettings).kind).toBe(kind);
  });

  test('a role name in a request is compared without its path, in its own account', () => {
    expect(roleByName('prod-karpenter', '111122223333', exampleSettings).kind).toBe('controller');
    expect(roleByName('prod-karpenter', '444455556666', exampleSettings).kind).toBe('other');
    expect(roleByName('KarpenterNodeRole-prod', '111122223333', exampleSettings).kind).toBe('node');
  });

  test('the description names who stood behind the call', () => {
    const event = call('ec2', 'RunInstances', {
      userIdentity: { ...karpenter, invokedBy: 'ec2fleet.amazonaws.com' },
      sourceIPAddress: 'ec2fleet.amazonaws.com',
    });
    expect(cloudtrailSource.describe(event, exampleSettings).principals).toEqual([
      'arn:aws:iam::111122223333:role/prod-karpenter',
      'arn:aws:sts::111122223333:assumed-role/prod-karpenter/1768825272022703283',
      `web identity of ${provider}`,
      'through ec2fleet.amazonaws.com',
    ]);
  });
});

describe('instance sessions', () => {
  test('the instance is in inScopeOf, or in the session name where AWS says that it is an instance session', () => {
    expect(instanceSession(record(nodeSession()))).toEqual({
      instance: 'i-0aaaabbbbccccdddd',
      delivery: '2.0',
      mismatch: false,
    });
    const { inScopeOf: _, ...older } = nodeSession();
    expect(instanceSession(record(older))?.instance).toBe('i-0aaaabbbbccccdddd');
  });
  test('a session name like an instance id alone is no instance session', () => {
    expect(instanceSession(record(roleSession('developer', 'i-0aaaabbbbccccdddd')))).toBeUndefined();
  });
  test("the instance identity role's session is no instance-profile session", () => {
    const identity = roleSession('aws:ec2-instance', 'i-0aaaabbbbccccdddd', {
      sessionContext: { ec2RoleDelivery: '2.0' },
    });
    expect(instanceSession(record(identity))).toBeUndefined();
  });
  test("EC2's own identity, which decrypts an instance's volumes, is EC2's and no instance-profile session", () => {
    const identity = roleSession('aws:ec2-infrastructure', 'i-0aaaabbbbccccdddd', {
      principalId: '111122223333:aws:ec2-infrastructure:i-0aaaabbbbccccdddd',
      invokedBy: 'AWS Internal',
      inScopeOf: {
        issuerType: 'AWS::EC2::Instance',
        credentialsIssuedTo: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0aaaabbbbccccdddd',
      },
    });
    const decrypts = call('kms', 'Decrypt', { userIdentity: identity, sourceIPAddress: 'AWS Internal' });
    expect(instanceSession(decrypts.record)).toBeUndefined();
    expect(principalOf(decrypts.record, exampleSettings).kind).toBe('service');
  });
  test('members that name different instances are a mismatch', () => {
    const identity: UserIdentity = { ...nodeSession(), principalId: 'AROAEXAMPLEEXAMPLEEXA:i-0eeeeffff00001111' };
    expect(instanceSession(record(identity))?.mismatch).toBe(true);
  });
});

test.each([
  [undefined, undefined, 'succeeded'],
  ['Client.UnauthorizedOperation', undefined, 'denied'],
  ['AccessDenied', undefined, 'denied'],
  ['AccessDeniedException', undefined, 'denied'],
  ['Client.DryRunOperation', undefined, 'dry-run'],
  ['Client.InvalidParameterValue', undefined, 'failed'],
  ['Server.InsufficientInstanceCapacity', undefined, 'failed'],
  [undefined, 'Failed authentication', 'failed'],
])('errorCode %s with message %s: %s', (errorCode, errorMessage, outcome) => {
  const { record: plain } = call('ec2', 'RunInstances');
  expect(
    outcomeOf({
      ...plain,
      ...(errorCode === undefined ? {} : { errorCode }),
      ...(errorMessage === undefined ? {} : { errorMessage }),
    }),
  ).toBe(outcome);
});

test.each([
  ['198.51.100.23', 'address'],
  ['2001:db8::1', 'address'],
  ['ec2fleet.amazonaws.com', 'service'],
  ['AWS Internal', 'internal'],
  ['AWS Internal/3', 'internal'],
  ['254.222.242.236x', 'unknown'],
])('source %s is %s', (sourceIPAddress, kind) => {
  expect(sourceKind({ ...call('ec2', 'RunInstances').record, sourceIPAddress })).toBe(kind);
});

test('parameters that CloudTrail left out are told, whichever way the marker is printed', () => {
  const read = (requestParameters: Record<string, string | boolean>) =>
    cloudtrailSource.facts['evidence.omitted']?.read(
      call('ec2', 'CreateFleet', { requestParameters }),
      exampleSettings,
    );
  expect(read({ reason: 'requestParameters too large', omitted: true, originalSize: '149893' })).toBe(true);
  expect(read({ reason: 'requestParameters too large', omitted: 'true' })).toBe(true);
  expect(read({ omitted: false })).toBe(false);
  expect(read({})).toBe(false);
});

test.each([
  ['a*b', 'axxb', true],
  ['a*b', 'axxbc', false],
  ['*', '', true],
  ['a.c', 'abc', false],
  ['*-karpenter', 'prod-karpenter', true],
  ['a**a', 'aa', true],
  [`${'a*'.repeat(30)}b`, 'a'.repeat(2000), false],
])('wildcard %s on %s: %s', (pattern, text, matches) => {
  expect(matchesWildcard(pattern, text)).toBe(matches);
});
