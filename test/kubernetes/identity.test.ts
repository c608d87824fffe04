import { describe, expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import { audit, component, iamSession, joiner, node, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { callers } from '../../core/kubernetes/identity.ts';
import type { AuditUser } from '../../core/kubernetes/record.ts';
import { kubernetesSource } from '../../core/kubernetes/source.ts';
import type { Settings } from '../../core/settings.ts';

const nobody: Settings = { ...exampleSettings, controllers: [] };
const who = (user: AuditUser, settings = exampleSettings, cluster = 'prod') =>
  callers(audit('get', 'pods', { user, cluster }), settings).real.kind;
const eks = (account: string): AuditUser => ({
  username: 'eks:addon-manager',
  extra: { arn: [`arn:aws:sts::${account}:assumed-role/AddonManager/x`] },
});

test('a role that settings name with its path is known without it, where its name says enough', () => {
  const sso = 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Platform_*';
  const kind = (pattern: string, role: string) =>
    who(iamSession(role, 'alice'), { ...exampleSettings, platform: { arns: [pattern] } });
  expect(kind(sso, 'AWSReservedSSO_Platform_0123456789abcdef')).toBe('platform');
  expect(kind(sso, 'AWSReservedSSO_Developer_0123456789abcdef')).toBe('person');
  expect(kind('arn:aws:iam::111122223333:role/ci/deployer', 'deployer')).toBe('platform');
  expect(kind('arn:aws:iam::111122223333:role/ci/*', 'deployer')).toBe('person');
  expect(kind('arn:aws:iam::111122223333:role/ci/deploy*', 'deployer')).toBe('person');
  expect(kind('arn:aws:iam::111122223333:role/x/AWSReservedSSO_Platform_*', 'AWSReservedSSO_Platform_0')).toBe(
    'person',
  );
});

test('of a cluster that is not EKS’s, a certificate may carry a name of EKS’s', () => {
  expect(who({ username: 'eks:addon-manager' })).toBe('service');
  expect(who({ username: 'eks:addon-manager' }, exampleSettings, 'fleet')).toBe('person');
  expect(who({ username: 'eks:addon-manager' }, exampleSettings, 'another')).toBe('service');
});

describe('who calls', () => {
  const table: readonly (readonly [string, AuditUser, string])[] = [
    ['Karpenter', users.karpenter, 'controller'],
    ['a component with a certificate', component('kube-controller-manager'), 'service'],
    ['a controller inside the controller manager', users.replicasets, 'service'],
    ['EKS, from an account of its own', eks('999999999999'), 'service'],
    ['EKS, with its service-linked role', iamSession('AWSServiceRoleForAmazonEKS', 'aws-go-sdk-1'), 'service'],
    [
      'EKS, with its service-linked role under a name of its own',
      { ...iamSession('AWSServiceRoleForAmazonEKS', 'aws-go-sdk-1'), username: 'eks:managed' },
      'service',
    ],
    [
      'a role of another account that is called like it',
      {
        username: 'arn:aws:sts::999999999999:assumed-role/AWSServiceRoleForAmazonEKS/x',
        extra: { arn: ['arn:aws:sts::999999999999:assumed-role/AWSServiceRoleForAmazonEKS/x'] },
      },
      'person',
    ],
    [
      'an access entry that names a developer like it',
      { ...users.developer, username: 'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAmazonEKS/x' },
      'person',
    ],
    [
      'such a name that no authenticator vouches for',
      { username: 'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAmazonEKS/x' },
      'person',
    ],
    ['a role of ours under a name of EKS', eks('111122223333'), 'person'],
    ['a node', node(), 'node'],
    ['a machine that joins', joiner('abc123'), 'bootstrap'],
    ['a workload', users.workload, 'service-account'],
    ['a built-in name outside kube-system', serviceAccount('team-a', 'replicaset-controller'), 'service-account'],
    ['the platform by its session', users.platform, 'platform'],
    ['the platform by its group', { username: 'bob', groups: ['platform-admins'] }, 'platform'],
    ['GitOps', users.gitops, 'gitops'],
    ['a person', users.developer, 'person'],
    ['a person by certificate', users.admin, 'person'],
    ['nobody signed in', users.anonymous, 'anonymous'],
    ['no user at all', {}, 'unknown'],
    [
      'an IAM role that aws-auth maps to Karpenter’s name',
      { ...users.developer, username: users.karpenter.username ?? '' },
      'person',
    ],
    [
      'an IAM role that aws-auth maps to a component’s name',
      { ...users.developer, username: 'system:kube-controller-manager' },
      'person',
    ],
    [
      'an access entry whose name reads like the platform’s session',
      { ...users.developer, username: users.platform.username ?? '' },
      'person',
    ],
  ];
  test.each(table)('%s', (_, user, kind) => expect(who(user)).toBe(kind));
});

test('a controller bound to a cluster is none in another, and a likely one where the cluster is not known', () => {
  expect(who(users.karpenter, exampleSettings, 'fleet')).toBe('service-account');
  expect(who(users.karpenter, exampleSettings, '')).toBe('likely-controller');
});

test("EKS Auto Mode acts with the cluster's role: a controller where the settings name it, a likely one by its usual name", () => {
  const session = iamSession('shop-cluster', 'aws-go-sdk-1');
  const auto = (roles: readonly string[], cluster?: string): Settings => ({
    ...exampleSettings,
    controllers: [{ kind: 'eks', roles, ...(cluster === undefined ? {} : { cluster }) }],
  });
  expect(who(session, auto(['arn:aws:iam::111122223333:role/eks/shop-cluster']))).toBe('controller');
  expect(who(session, auto(['shop-*']))).toBe('controller');
  expect(who(session, auto(['arn:aws:iam::999999999999:role/shop-cluster']))).toBe('person');
  expect(who(session, auto(['shop-*'], 'prod'))).toBe('controller');
  expect(who(session, auto(['shop-*'], 'fleet'))).toBe('person');
  expect(who(session)).toBe('person');
  expect(who({ ...users.developer, username: session.username ?? '' }, auto(['shop-*']))).toBe('person');
  expect(who(iamSession('AmazonEKSAutoClusterRole', 'aws-go-sdk-1'), nobody)).toBe('likely-controller');
  expect(who(iamSession('AmazonEKSAutoClusterRole', 'aws-go-sdk-1'))).toBe('person');
});

test("an ARN as a name is the user's own, whole, or its role's session", () => {
  const arn = (rest: string) => `arn:aws:${rest}`;
  const alice = arn('iam::111122223333:user/alice');
  const deployer = users.platform.username ?? '';
  const settings = { ...exampleSettings, platform: { users: [alice, deployer] } };
  const named = (username: string, own: string): AuditUser => ({
    username,
    extra: { arn: [own], canonicalArn: [own] },
  });
  expect(who(named(alice, alice), settings)).toBe('platform');
  expect(who(named(alice, arn('iam::111122223333:user/mallory')), settings)).toBe('person');
  expect(who(users.platform, settings)).toBe('platform');
  expect(who({ ...users.developer, username: deployer }, settings)).toBe('person');
  const roles = { ...exampleSettings, platform: { users: [arn('iam::111122223333:role/deployer')] } };
  expect(who(named(arn('iam::111122223333:role/deployer'), arn('iam::111122223333:role/mallory')), roles)).toBe(
    'person',
  );
});

test("EKS's own role is EKS by the names that EKS gives it, and nobody's by another", () => {
  const own = iamSession('AWSServiceRoleForAmazonEKS', 'eks');
  expect(who(own)).toBe('service');
  expect(who({ ...own, username: 'eks:cluster-insights' })).toBe('service');
  for (const username of ['alice', 'system:kube-scheduler', users.karpenter.username ?? ''])
    expect(who({ ...own, username })).toBe('person');
});

test("a user's path that reads like a role makes it nobody's role", () => {
  const user = (name: string): AuditUser => {
    const arn = `arn:aws:iam::111122223333:user/x:role/${name}`;
    return { username: name, extra: { arn: [arn], canonicalArn: [arn] } };
  };
  const settings = { ...exampleSettings, platform: { arns: ['arn:aws:iam::*:role/deployer'] } };
  expect(who(iamSession('deployer', 'x'), settings)).toBe('platform');
  expect(who(user('deployer'), settings)).toBe('person');
  expect(who(user('AmazonEKSAutoClusterRole'), nobody)).toBe('person');
});

test('usual names stand in only while settings name no account, and never for a look-alike', () => {
  expect(who(users.karpenter, nobody)).toBe('likely-controller');
  expect(who(serviceAccount('karpenter', 'karpenter'))).toBe('service-account');
  expect(who(serviceAccount('capi-system', 'other'), nobody)).toBe('service-account');
});

test('an exemption rests on what the real and the effective user share', () => {
  const standing = (user: AuditUser, impersonatedUser?: AuditUser) =>
    kubernetesSource.facts['principal.standing']?.read(
      audit('get', 'pods', { user, ...(impersonatedUser ? { impersonatedUser } : {}) }),
      exampleSettings,
    );
  expect(standing(users.platform)).toBe('platform');
  expect(standing(users.platform, users.developer)).toBe('mixed');
  expect(standing(users.developer, users.platform)).toBe('mixed');
  expect(standing(users.platform, iamSession('platform-deployer', 'other'))).toBe('platform');
});

test('a description names the real user first, the last address first, and says what is weak about it', () => {
  const event = audit('get', 'secrets', {
    user: users.karpenter,
    impersonatedUser: users.developer,
    sourceIPs: ['192.0.2.1', '10.0.0.9'],
    objectRef: { namespace: 'a', name: 'b' },
    annotations: { 'audit.k8s.io/truncated': 'true' },
  });
  const { principals, addresses, notes, holes } = kubernetesSource.describe(event, nobody);
  expect(principals[0]).toBe('system:serviceaccount:kube-system:karpenter');
  expect(principals).toContain(users.developer.username);
  expect(addresses).toEqual(['10.0.0.9', '192.0.2.1']);
  expect(holes).toEqual({
    principal: 'kube-system/karpenter as developer/alice',
    event: 'get secrets a/b',
    source: '10.0.0.9',
  });
  expect(notes.join('\n')).toMatch(/usual name[\s\S]*acted as[\s\S]*only 10\.0\.0\.9[\s\S]*truncated/);
});
