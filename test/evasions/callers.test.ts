import { describe, expect, test } from 'vitest';
import { developer } from '../../core/cloudtrail/example.ts';
import type { AnyEvent } from '../../core/event.ts';
import type { JsonObject } from '../../core/json.ts';
import { serviceAccount, users } from '../../core/kubernetes/example.ts';
import { type Form, findingsOf, isSeen } from './form.ts';
import { families } from './forms.ts';

/** Somebody else, or by another way, in a record. */
type Caller = (record: JsonObject) => JsonObject;

const account = '111122223333';
const as = (userIdentity: object): Caller => {
  const identity = userIdentity as JsonObject; // an identity is a JSON object
  return record => ({ ...record, userIdentity: identity });
};
/** The developer's session with other texts in it. */
const like = (...changes: readonly (readonly [from: string, to: string])[]): Caller =>
  as(JSON.parse(changes.reduce((text, [from, to]) => text.replaceAll(from, to), JSON.stringify(developer))) as object);
const through =
  (service: string): Caller =>
  record => ({
    ...record,
    userIdentity: { ...(record['userIdentity'] as JsonObject), invokedBy: service },
    sourceIPAddress: service,
    userAgent: service,
  });

const inAws: readonly (readonly [string, Caller])[] = [
  [
    'the root user',
    as({ type: 'Root', principalId: account, arn: `arn:aws:iam::${account}:root`, accountId: account }),
  ],
  [
    'an IAM user',
    as({
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLEEXAMPLEEX',
      arn: `arn:aws:iam::${account}:user/mallory`,
      accountId: account,
      userName: 'mallory',
      accessKeyId: 'AKIAEXAMPLE00000001',
    }),
  ],
  [
    'a federated user',
    as({
      type: 'FederatedUser',
      principalId: `${account}:mallory`,
      arn: `arn:aws:sts::${account}:federated-user/mallory`,
      accountId: account,
      sessionContext: {
        sessionIssuer: {
          type: 'IAMUser',
          principalId: 'AIDAEXAMPLEEXAMPLEEX',
          arn: `arn:aws:iam::${account}:user/mallory`,
          accountId: account,
          userName: 'mallory',
        },
        attributes: {},
      },
    }),
  ],
  ['a session of another account', like([account, '999999999999'])],
  [
    'a session by single sign-on',
    like(
      [':role/developer', ':role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef'],
      ['assumed-role/developer', 'assumed-role/AWSReservedSSO_Admin_0123456789abcdef'],
      ['"userName":"developer"', '"userName":"AWSReservedSSO_Admin_0123456789abcdef"'],
    ),
  ],
  ['a session named like an instance', like(['/alice', '/i-0aaaabbbbccccdddd'], [':alice', ':i-0aaaabbbbccccdddd'])],
  ['a session named like Karpenter’s', like(['/alice', '/1768825272022703283'], [':alice', ':1768825272022703283'])],
  [
    'a role called like EKS’s own',
    like(
      [':role/developer', ':role/AWSServiceRoleForAmazonEKS'],
      ['assumed-role/developer', 'assumed-role/AWSServiceRoleForAmazonEKS'],
      ['"userName":"developer"', '"userName":"AWSServiceRoleForAmazonEKS"'],
    ),
  ],
  [
    'a role called like Karpenter’s under another path',
    like(
      [':role/developer', ':role/other/prod-karpenter'],
      ['assumed-role/developer', 'assumed-role/prod-karpenter'],
      ['"userName":"developer"', '"userName":"prod-karpenter"'],
    ),
  ],
  ['through CloudFormation', through('cloudformation.amazonaws.com')],
  ['through Auto Scaling', through('autoscaling.amazonaws.com')],
  ['inside AWS', record => ({ ...record, sourceIPAddress: 'AWS Internal', userAgent: 'AWS Internal' })],
  ['without a user agent', record => ({ ...record, userAgent: null })],
];

const user =
  (username: string, ...groups: readonly string[]): Caller =>
  record => ({ ...record, user: { username, groups: [...groups, 'system:authenticated'] } });
const workload =
  (name: string, namespace: string): Caller =>
  record => ({ ...record, user: serviceAccount(name, namespace) as unknown as JsonObject }); // a user is a JSON object

const inClusters: readonly (readonly [string, Caller])[] = [
  ['a certificate', user('mallory')],
  ['kubeadm’s administrator', user('kubernetes-admin', 'system:masters')],
  ['an OIDC provider', user('oidc:mallory@example.com', 'oidc:developers')],
  ['the user agent of Karpenter', record => ({ ...record, userAgent: 'karpenter/1.8.0' })],
];
const programs: readonly (readonly [string, Caller])[] = [
  ['a workload', workload('tool', 'team-a')],
  ['an account called like Karpenter’s elsewhere', workload('karpenter', 'team-a')],
  ['an account called like Cluster API’s elsewhere', workload('capi-manager', 'team-a')],
  ['an account called like one of the controller manager’s elsewhere', workload('generic-garbage-collector', 'team-a')],
];
/** What these say of people, and of programs less or nothing: `docs/evasions.md`. */
const ofPeople: ReadonlySet<string> = new Set([
  'kubernetes/admission-guard-tampered',
  'kubernetes/bootstrap-secret-read',
  'kubernetes/controller-pod-entered',
  'kubernetes/foreign-address-taken',
  'kubernetes/node-label-or-taint-tampered',
  'kubernetes/provisioning-changed-by-unexpected',
]);

const own = { cloudtrail: ['userIdentity', developer], kubernetes: ['user', users.developer] } as const;

/** Seen forms that a person does of whom nothing is known. */
const byPerson = (source: keyof typeof own) =>
  families
    .flatMap(({ forms }) => forms)
    .filter(isSeen)
    .filter(({ event }) => {
      const [member, identity] = own[source];
      const record = event.record as unknown as JsonObject; // a record is a JSON object
      return event.source === source && JSON.stringify(record[member]) === JSON.stringify(identity);
    });

/** Those of some forms that are said no more, or less, where somebody else does them: as what they were said by. */
const lost = async (forms: ReturnType<typeof byPerson>, caller: Caller): Promise<readonly string[]> => {
  const said: string[] = [];
  for (const form of forms) {
    const record = caller(form.event.record as unknown as JsonObject); // a record is a JSON object
    const other: Form = { ...form, event: { ...form.event, record } as unknown as AnyEvent }; // the same kind of record
    const found = await findingsOf(other);
    if (!found.includes(`${form.seen[0]} (${form.seen[1]})`)) said.push(`${form.seen[0]}: ${form.form}`);
  }
  return said;
};

describe('whoever does it, it is said', () => {
  test.each(inAws)(
    'in AWS: %s',
    async (_, caller) => {
      const forms = byPerson('cloudtrail');
      expect(forms.length).toBeGreaterThan(100);
      expect(await lost(forms, caller)).toEqual([]);
    },
    60_000,
  );

  test.each(inClusters)(
    'in a cluster: %s',
    async (_, caller) => {
      const forms = byPerson('kubernetes');
      expect(forms.length).toBeGreaterThan(120);
      expect(await lost(forms, caller)).toEqual([]);
    },
    60_000,
  );

  test.each(programs)(
    'in a cluster, but for what programs do all day: %s',
    async (_, caller) => {
      const gone = await lost(byPerson('kubernetes'), caller);
      expect(gone.filter(one => !ofPeople.has(one.split(':')[0] ?? ''))).toEqual([]);
      expect(gone.length).toBeLessThan(21);
    },
    60_000,
  );
});
