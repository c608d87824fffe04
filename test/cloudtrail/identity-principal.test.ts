import { describe, expect, test } from 'vitest';
import { call, developer, karpenter, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { instanceSession, outcomeOf, principalOf, sourceKind } from '../../core/cloudtrail/principal.ts';
import type { CloudTrailRecord, UserIdentity } from '../../core/cloudtrail/record.ts';
import { exemptAs, roleByName, userByName } from '../../core/cloudtrail/roles.ts';
import { cloudtrailSource } from '../../core/cloudtrail/source.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';
import { compilePattern } from '../../core/pattern/compile.ts';
import { loadPattern } from '../../core/pattern/load.ts';

const bare = defineConfig({});
const own = '111122223333';
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

test("a user's path that reads like a role makes it nobody's role, whatever account settings leave open", () => {
  const settings = defineConfig({
    controllers: [{ kind: 'karpenter', roles: ['arn:aws:iam::*:role/prod-karpenter'] }],
    platform: { arns: ['arn:aws:iam::*:role/deployer'] },
    secretReaders: { arns: ['arn:aws:iam::*:role/backup'] },
  });
  const kind = (identity: UserIdentity) => principalOf(record(identity), settings).kind;
  const user = (name: string): UserIdentity => ({
    type: 'IAMUser',
    arn: `arn:aws:iam::111122223333:user/x:role/${name}`,
    userName: name,
  });
  expect(['prod-karpenter', 'deployer'].map(name => kind(roleSession(name, 'x')))).toEqual(['controller', 'platform']);
  expect(['prod-karpenter', 'deployer'].map(name => kind(user(name)))).toEqual(['person', 'person']);
  const reads = (identity: UserIdentity) =>
    cloudtrailSource.facts['principal.reader']?.read(
      call('secretsmanager', 'GetSecretValue', { userIdentity: identity }),
      settings,
    );
  expect([reads(roleSession('backup', 'x')), reads(user('backup'))]).toEqual([true, false]);
});

test('a user with keys of its own is a controller where settings name that user, alone or beside roles', () => {
  const user: UserIdentity = { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/tools/capa', userName: 'capa' };
  const role = 'arn:aws:iam::111122223333:role/prod-karpenter';
  const fact = cloudtrailSource.facts['principal.controller'];
  const told = (identity: UserIdentity, ...roles: readonly string[]) => {
    const settings = { ...exampleSettings, controllers: [{ kind: 'cluster-api' as const, roles }] };
    const event = call('ec2', 'RunInstances', { userIdentity: identity });
    const needs = compilePattern(loadPattern(fact?.needs(settings)));
    return [fact?.read(event, settings), needs({ record: event.record as unknown as JsonObject })]; // a record is JSON
  };
  for (const named of ['arn:aws:iam::111122223333:user/tools/capa', 'arn:aws:iam::*:user/*/capa']) {
    expect(told(user, named)).toEqual(['cluster-api', true]);
    expect(told(user, role, named)).toEqual(['cluster-api', true]);
    expect(told(karpenter, role, named)).toEqual(['cluster-api', true]);
    expect(told(karpenter, named)).toEqual(['none', false]);
  }
  expect(told(user, role)).toEqual(['none', false]);
  expect(told({ ...user, type: 'AssumedRole' }, 'arn:aws:iam::*:user/*')).toEqual(['none', true]);
});

test('another account that acts under an identity of ours has none of what settings allow that identity', () => {
  const settings = {
    ...exampleSettings,
    secretReaders: { arns: ['arn:aws:iam::111122223333:role/platform-deployer'] },
  };
  const by = (identity: UserIdentity, accountId: string) => {
    const event = call('secretsmanager', 'GetSecretValue', {
      userIdentity: { ...identity, invokedByDelegate: { accountId } },
    });
    const { kind, controller, name, id } = principalOf(event.record, settings);
    const reader = cloudtrailSource.facts['principal.reader']?.read(event, settings);
    return [kind, controller, name, id, reader];
  };
  const platform = roleSession('platform-deployer', 'ci');
  const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
  const name = 'platform-deployer/ci for account 444455556666';
  expect(by(platform, '444455556666')).toEqual(['person', 'none', name, role('platform-deployer'), false]);
  expect(by(karpenter, '444455556666').slice(0, 2)).toEqual(['person', 'none']);
  expect(by(platform, own)).toEqual(['platform', 'none', 'platform-deployer/ci', role('platform-deployer'), true]);
});

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
    [
      'a role whose path reads like a service-linked one’s, which anybody may choose',
      roleSession('y', 'x', {
        sessionContext: { sessionIssuer: { type: 'Role', arn: role('x:role/aws-service-role/ec2.amazonaws.com/y') } },
      }),
      'person',
      role('x:role/aws-service-role/ec2.amazonaws.com/y'),
    ],
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

  const session = 'arn:aws-us-gov:sts::111122223333:assumed-role/worker/alice';
  const described: readonly (readonly [string, UserIdentity, Partial<CloudTrailRecord>, object])[] = [
    [
      'a session without its issuer by its own ARN',
      { type: 'AssumedRole', principalId: 'AROAX:alice', arn: session },
      {},
      { kind: 'person', id: 'arn:aws-us-gov:iam::111122223333:role/worker', name: 'worker/alice', session: 'alice' },
    ],
    [
      'a session whose type nobody says by its ARN',
      { arn: session, principalId: 'x:bob' },
      {},
      { kind: 'unknown', name: 'worker/alice', session: 'alice' },
    ],
    [
      'a session without a name',
      roleSession('worker', 'x', { principalId: 'AROAX', arn: 'arn:aws:iam::111122223333:role/worker' }),
      {},
      { name: 'worker/?', session: 'none' },
    ],
    [
      'no session where its ARN is of another form',
      { type: 'AssumedRole', arn: `x${session}`, principalId: 'AROAX' },
      {},
      { id: `x${session}` },
    ],
    [
      'nor where its account is none',
      { type: 'AssumedRole', arn: session.replace('1111', '') },
      {},
      { id: session.replace('1111', '') },
    ],
    [
      'a service event without a type or a service',
      {},
      { eventType: 'AwsServiceEvent', eventSource: 'kms.amazonaws.com' },
      { kind: 'service', id: 'kms.amazonaws.com', name: 'kms.amazonaws.com', session: 'none', controller: 'none' },
    ],
    [
      'a user through a service as the user',
      { type: 'IAMUser', userName: 'bob', invokedBy: 'x' },
      {},
      { kind: 'person', name: 'bob' },
    ],
    ['the root of an account', { type: 'Root', accountId: '111122223333' }, {}, { name: 'root of 111122223333' }],
    ['the root of nobody', { type: 'Root' }, {}, { name: 'root of an unknown account', kind: 'person' }],
    [
      'an account',
      { type: 'AWSAccount', accountId: '444455556666', principalId: 'AIDAX' },
      {},
      { name: 'account 444455556666' },
    ],
    ['an account by what else it says', { type: 'AWSAccount', principalId: 'AIDAX' }, {}, { name: 'account AIDAX' }],
    [
      'a user by the end of its ARN',
      { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/path/bob' },
      {},
      { name: 'bob', session: 'none', guessed: false },
    ],
    [
      'whoever signed in by SAML by their own id rather than by an ARN',
      { type: 'SAMLUser', principalId: 'saml:x', userName: 'x', arn: session },
      {},
      { kind: 'person', name: 'worker/alice' },
    ],
    [
      'a pod by its id, its name or its ARN, in that order',
      { type: 'WebIdentityUser', userName: 'system:serviceaccount:apps:web', arn: 'arn:x' },
      {},
      { kind: 'unknown', id: 'system:serviceaccount:apps:web' },
    ],
    [
      'somebody of Identity Center by user, name or credential',
      { type: 'IdentityCenterUser', userName: 'alice', credentialId: 'c', principalId: 'p', accountId: 'a' },
      {},
      { id: 'alice' },
    ],
    ['and by their credential', { type: 'IdentityCenterUser', credentialId: 'c', principalId: 'p' }, {}, { id: 'c' }],
    [
      'a function’s session as nobody',
      roleSession('worker', 'x', { inScopeOf: { issuerType: 'AWS::Lambda::Function' } }),
      {},
      { kind: 'unknown' },
    ],
    [
      'a job’s session by SAML as a person',
      roleSession('worker', 'x', {
        sessionContext: { webIdFederationData: { federatedProvider: 'arn:aws:iam::1:saml-provider/x' } },
      }),
      {},
      { kind: 'person' },
    ],
    [
      'the instance identity role’s session as an instance',
      roleSession('aws:ec2-instance', 'i-0aaaabbbbccccdddd'),
      {},
      { kind: 'instance' },
    ],
  ];
  test.each(described)('tells %s', (_, identity, over, expected) => {
    expect(principalOf(record(identity, over), exampleSettings)).toMatchObject(expected);
  });

  test('a role is a controller by its own ARN alone, and who deploys by GitOps is told from the platform', () => {
    const sts = 'arn:aws:sts::111122223333:assumed-role/flux/x';
    const settings = defineConfig({
      controllers: [{ kind: 'karpenter', roles: ['arn:aws:iam::111122223333:role/prod-karpenter'] }],
      gitops: { arns: [sts, 'arn:aws:iam::111122223333:role/argo'] },
    });
    const of = (identity: UserIdentity) => principalOf(record(identity), settings);
    const { sessionContext: _, ...bareSession } = karpenter;
    expect(of(bareSession)).toMatchObject({ kind: 'person', controller: 'none' });
    expect(of({ ...roleSession('flux', 'x'), arn: sts }).kind).toBe('gitops');
    expect(of(roleSession('argo', 'x')).kind).toBe('gitops');
    // The same record under other settings is judged anew.
    const one = record(karpenter);
    expect([exampleSettings, bare, exampleSettings].map(each => principalOf(one, each).kind)).toEqual([
      'controller',
      'likely-controller',
      'controller',
    ]);
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
    // Service accounts alone say nothing of roles.
    const account = 'system:serviceaccount:kube-system:karpenter';
    const accounts = defineConfig({ controllers: [{ kind: 'karpenter', serviceAccounts: [account] }] });
    expect(principalOf(record(karpenter), accounts)).toMatchObject({ kind: 'likely-controller', guessed: true });
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
    expect(
      ['prod-karpenter', 'KarpenterNodeRole-prod', 'web'].map(name => roleByName(name, own, exampleSettings)),
    ).toEqual([
      { kind: 'controller', controller: 'karpenter', guessed: false },
      { kind: 'node', controller: 'none', guessed: false },
      { kind: 'other', controller: 'none', guessed: false },
    ]);
    expect(['prod-karpenter', 'KarpenterNodeRole-prod'].map(name => roleByName(name, own, bare))).toEqual([
      { kind: 'likely-controller', controller: 'karpenter', guessed: true },
      { kind: 'node', controller: 'none', guessed: true },
    ]);
  });

  test('a role name is a node’s by whatever pattern settings have of it', () => {
    const isNamed = (pattern: string, account = own, home = 'eu-west-1') =>
      roleByName('x', account, defineConfig({ home, nodeRoles: [pattern] })).kind === 'node';
    for (const pattern of [
      'x*',
      `arn:aws:iam::${own}:role/team/x`,
      `arn:aws:iam::${own}:*`,
      `arn:*:iam::${own}:*`,
      'arn:aws:iam::*:role/x',
    ])
      expect([pattern, isNamed(pattern)]).toEqual([pattern, true]);
    for (const pattern of ['y*', 'arn:aws:iam::444455556666:role/x', 'arn:aws:iam::444455556666:*'])
      expect([pattern, isNamed(pattern)]).toEqual([pattern, false]);
    expect(isNamed(`arn:aws-cn:iam::${own}:*`, own, 'cn-north-1')).toBe(true);
    // Where a record says no account, the name decides.
    expect(isNamed('arn:aws:iam::444455556666:role/x', '')).toBe(true);
  });

  test('whom settings exempt, and users among controllers, are told by their bare names in their accounts', () => {
    const settings = defineConfig({
      controllers: [
        { kind: 'karpenter', roles: [`arn:aws:iam::${own}:role/prod-karpenter`] },
        { kind: 'cluster-api', roles: [`arn:aws:iam::${own}:user/tools/capa`] },
      ],
      platform: {
        arns: [
          `arn:aws:iam::${own}:role/team/deployer`,
          `arn:aws:sts::${own}:assumed-role/ops/alice`,
          `arn:aws:iam::${own}:user/alice`,
        ],
      },
      gitops: { arns: ['arn:aws:iam::*:role/flux'] },
    });
    const role = (name: string, account = own) => exemptAs('role', name, account, settings);
    expect([role('deployer'), role('ops'), role('flux', '444455556666')]).toEqual(['platform', 'platform', 'gitops']);
    expect([role('deployer', ''), role('deployer', '444455556666'), role('alice'), role('team')]).toEqual([
      'platform',
      ...['none', 'none', 'none'],
    ]);
    expect(['alice', 'deployer'].map(name => exemptAs('user', name, own, settings))).toEqual(['platform', 'none']);
    const user = (name: string, account = own) => userByName(name, account, settings);
    expect([user('capa'), user('capa', '444455556666'), user('prod-karpenter')]).toEqual([true, false, false]);
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
  test.each<[string, UserIdentity, object | undefined]>([
    [
      'one that names none',
      { sessionContext: { ec2RoleDelivery: '1.0' } },
      { instance: 'unknown', delivery: '1.0', mismatch: false },
    ],
    [
      'one of a version that nobody knows',
      {
        inScopeOf: {
          issuerType: 'AWS::EC2::Instance',
          sourceArn: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0aaaabbb',
        },
      },
      { instance: 'i-0aaaabbb', delivery: 'unknown', mismatch: false },
    ],
    [
      'no other issuer’s',
      { inScopeOf: { issuerType: 'AWS::Lambda::Function', sourceArn: 'arn:x/i-0aaaabbb' } },
      undefined,
    ],
    [
      'whose session name is no id',
      { type: 'AssumedRole', principalId: 'AROAX:i-xyz', sessionContext: { ec2RoleDelivery: '3.0' } },
      { instance: 'unknown', delivery: 'unknown', mismatch: false },
    ],
  ])('of %s', (_, identity, expected) => expect(instanceSession(record(identity))).toEqual(expected));
  test('are of no record whose identity is null', () => {
    expect(instanceSession({ ...record({}), userIdentity: null } as unknown as CloudTrailRecord)).toBeUndefined();
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
