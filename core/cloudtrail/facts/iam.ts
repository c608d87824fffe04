import type { Event } from '../../event.ts';
import type { Facts } from '../../fact.ts';
import { at, list, text } from '../../json.ts';
import type { Settings } from '../../settings.ts';
import { matchesAny } from '../../wildcard.ts';
import { isOurs } from '../own.ts';
import { grantOf, isAdminPolicy, isPermitted, statementsOf, trustRisks } from '../policy.ts';
import { principalOf } from '../principal.ts';
import { exemptAs, lastSegment, roleByName, userByName } from '../roles.ts';

type Record = Event<'cloudtrail'>['record'];

const iam = () => ({ eventSource: ['iam.amazonaws.com'] });

/**
 * The role a call is about. Where IAM left the parameters out (a denied call), its message names the resource: "… is not
 * authorized to perform: iam:AttachRolePolicy on resource: role NAME …".
 */
const roleOf = (record: Record): string => {
  if (record.eventSource !== 'iam.amazonaws.com') return 'none';
  const named = text(record, 'requestParameters', 'roleName');
  if (named !== undefined && named !== '') return lastSegment(named);
  const message = text(record, 'errorMessage') ?? '';
  return /resource: (?:arn:[\w-]+:iam::\d{12}:)?role[ /](?:[\w+=,.@-]+\/)*([\w+=,.@-]+)/.exec(message)?.[1] ?? 'none';
};

/** The user a call is about; keys of one's own are made without saying whose. */
const userOf = (record: Record): string => {
  if (record.eventSource !== 'iam.amazonaws.com') return 'none';
  const named =
    text(record, 'requestParameters', 'userName') ?? text(record, 'responseElements', 'accessKey', 'userName');
  if (named !== undefined && named !== '') return named;
  const message = text(record, 'errorMessage') ?? '';
  return /resource: (?:arn:[\w-]+:iam::\d{12}:)?user[ /](?:[\w+=,.@-]+\/)*([\w+=,.@-]+)/.exec(message)?.[1] ?? 'none';
};

/** What a role of a call or an association is to the provisioning plane. */
const roleKind = (name: string, account: string, settings: Settings): string => {
  if (name === 'none') return 'none';
  return isOurs(name) ? 'pipeline' : roleByName(name, account, settings).kind;
};

/** The same of a role by its ARN, or by its name in the account of the call. */
export const roleKindOf = (role: string, account: string, settings: Settings): string =>
  roleKind(lastSegment(role), role.split(':')[4] || account, settings);

/** From what matters most; `hybrid`: the role of EKS Hybrid Nodes by its usual name. */
const weights = ['controller', 'likely-controller', 'pipeline', 'node', 'hybrid', 'other'];

/** Of several kinds of roles the one that matters most; `none` of none. */
export const weightiest = (kinds: readonly string[]): string => weights.find(kind => kinds.includes(kind)) ?? 'none';

const policyOf = (record: Record): string =>
  (record.eventSource === 'iam.amazonaws.com'
    ? (text(record, 'requestParameters', 'policyArn') ??
      text(record, 'requestParameters', 'permissionsBoundary') ??
      text(record, 'requestParameters', 'policyName'))
    : undefined) ?? 'none';

/** Names that policies which take something away are given. */
const restricts = /deny|boundary|quarantine|revoke|restrict|guardrail/i;

/** Calls that always say what the policy holds. */
const writesDocument: ReadonlySet<string> = new Set(['PutRolePolicy', 'PutUserPolicy', 'CreatePolicyVersion']);

/** How much the policy of a call grants. */
const policyKind = (record: Record, settings: Settings): string => {
  const policy = policyOf(record);
  if (policy === 'none') return 'none';
  const document = text(record, 'requestParameters', 'policyDocument');
  if (document !== undefined || writesDocument.has(record.eventName)) {
    const grant = grantOf(statementsOf(document));
    if (grant === 'unknown') return 'unread';
    return grant === 'admin' ? 'admin' : 'other';
  }
  if (!policy.startsWith('arn:')) return 'other';
  if (isPermitted(policy, settings.nodePolicies)) return 'permitted';
  return isAdminPolicy(policy) ? 'admin' : 'other';
};

const trustOf = ({ record, account }: Event<'cloudtrail'>, settings: Settings): readonly string[] => {
  const document = text(
    record,
    'requestParameters',
    record.eventName === 'CreateRole' ? 'assumeRolePolicyDocument' : 'policyDocument',
  );
  if (document === undefined || record.eventSource !== 'iam.amazonaws.com') return [];
  if (!['CreateRole', 'UpdateAssumeRolePolicy'].includes(record.eventName)) return [];
  return trustRisks(document, [account, ...settings.accounts].filter(Boolean));
};

const profileApis = [
  'CreateInstanceProfile',
  'DeleteInstanceProfile',
  'AddRoleToInstanceProfile',
  'RemoveRoleFromInstanceProfile',
  'TagInstanceProfile',
  'UntagInstanceProfile',
];
const profiles = () => ({ eventSource: ['iam.amazonaws.com'], eventName: profileApis });

const profileOf = (record: Record): string =>
  record.eventSource === 'iam.amazonaws.com' && profileApis.includes(record.eventName)
    ? (text(record, 'requestParameters', 'instanceProfileName') ?? 'unknown')
    : 'none';

/**
 * Whether an instance profile is one that Karpenter makes: named `<cluster>_<hash>`, under its path, or tagged as a node class's
 * (karpenter-provider-aws, pkg/providers/instanceprofile).
 */
const isKarpenters = (record: Record): boolean => {
  const paths = [
    text(record, 'requestParameters', 'path'),
    text(record, 'responseElements', 'instanceProfile', 'path'),
  ];
  const keys = [
    ...list(record, 'requestParameters', 'tags').map(tag => text(tag, 'key')),
    ...list(record, 'requestParameters', 'tagKeys'),
  ];
  return (
    /_\d{15,20}$/.test(profileOf(record)) ||
    paths.some(path => path?.startsWith('/karpenter/')) ||
    keys.some(key => typeof key === 'string' && key.startsWith('karpenter.k8s.aws/'))
  );
};

/** Whether Karpenter's role of one cluster touches a profile that bears another cluster's name. */
const isForeign = (record: Record, settings: Settings): boolean => {
  const caller = principalOf(record, settings);
  if (caller.controller !== 'karpenter') return false;
  const clusters = settings.controllers
    .filter(({ kind, roles }) => kind === 'karpenter' && matchesAny(roles ?? [], caller.id))
    .flatMap(({ cluster }) => cluster ?? []);
  return (
    clusters.length > 0 &&
    profileOf(record) !== 'none' &&
    !clusters.some(name => profileOf(record).startsWith(`${name}_`))
  );
};

/** A boolean in the API; tolerated as text. */
const isTrue = (value: unknown): boolean => value === true || value === 'true';

/** What a call does to roles and policies. IAM's records are in us-east-1, whatever region the caller sits in. */
export const iamFacts: Facts<'cloudtrail'> = {
  'iam.role': {
    doc: 'The role an IAM call is about, without its path: `roleName`, or what the message of a denied call names; `none` otherwise.',
    needs: iam,
    read: event => roleOf(event.record),
  },
  'iam.role-kind': {
    doc: 'What that role is: `controller`, `likely-controller`, `node`, `pipeline` (our own), `other`, `none`. Requests hold no path: roles of one name are taken for one.',
    needs: iam,
    read: ({ record, account }, settings) => roleKind(roleOf(record), account, settings),
  },
  'iam.policy': {
    doc: 'The policy an IAM call is about: a managed one by ARN, an inline one by name; `none` otherwise (IAM API Reference).',
    needs: iam,
    read: event => policyOf(event.record),
  },
  'iam.policy-name': {
    doc: 'The same, without account and path.',
    needs: iam,
    read: event => lastSegment(policyOf(event.record)),
  },
  'iam.policy-kind': {
    doc: "How that policy is to be taken: `permitted` (on the settings' `nodePolicies`; a bare name means AWS's own policy), `admin` (grants everything, all of IAM, passing or assuming any role, by its document or its usual name), `unread` (its document could not be read), `other`, `none`.",
    needs: iam,
    read: ({ record }, settings) => policyKind(record, settings),
  },
  'iam.policy-restricts': {
    doc: "Whether the policy's name says that it takes rights away (deny, boundary, quarantine, revoke …): its content is in no record of its removal.",
    needs: iam,
    read: event => restricts.test(lastSegment(policyOf(event.record))),
  },
  'iam.version-in-force': {
    doc: 'Whether the call puts another version of a managed policy in force: SetDefaultPolicyVersion, or CreatePolicyVersion with `setAsDefault`.',
    needs: () => ({
      eventSource: ['iam.amazonaws.com'],
      eventName: ['SetDefaultPolicyVersion', 'CreatePolicyVersion'],
    }),
    read: ({ record }) =>
      record.eventSource === 'iam.amazonaws.com' &&
      (record.eventName === 'SetDefaultPolicyVersion' ||
        (record.eventName === 'CreatePolicyVersion' && isTrue(at(record, 'requestParameters', 'setAsDefault')))),
  },
  'iam.user': {
    doc: 'The user an IAM call is about (`userName`), or what the message of a denied call names; `none` otherwise.',
    needs: iam,
    read: event => userOf(event.record),
  },
  'iam.user-kind': {
    doc: 'What that user is: `controller` where the settings list its ARN under `controllers`, `other`, `none`.',
    needs: iam,
    read: ({ record, account }, settings) => {
      const user = userOf(record);
      if (user === 'none') return 'none';
      return userByName(user, account, settings) ? 'controller' : 'other';
    },
  },
  'iam.exempt': {
    doc: 'As what the settings exempt the role, or else the user, that the call is about: `platform`, `gitops`; `none`. By its bare name, as requests have it.',
    needs: iam,
    read: ({ record, account }, settings) => {
      const [role, user] = [roleOf(record), userOf(record)];
      if (role !== 'none') return exemptAs('role', role, account, settings);
      return user === 'none' ? 'none' : exemptAs('user', user, account, settings);
    },
  },
  'profile.name': {
    doc: 'The instance profile that a call creates, deletes, tags, or puts a role into or takes it from; `none` otherwise.',
    needs: profiles,
    read: event => profileOf(event.record),
  },
  'profile.karpenter': {
    doc: 'Whether that profile is one that Karpenter makes: by its name `<cluster>_<hash>`, its path `/karpenter/…` or a tag `karpenter.k8s.aws/…`.',
    needs: profiles,
    read: event => profileOf(event.record) !== 'none' && isKarpenters(event.record),
  },
  'profile.foreign': {
    doc: "Whether Karpenter's role of a cluster that the settings name touches a profile not named after that cluster.",
    needs: profiles,
    read: ({ record }, settings) => isForeign(record, settings),
  },
  'iam.trust': {
    doc: 'Whom a new trust policy lets in beyond our accounts: `anyone`, `other-account`, `open-web-identity` (no subject, or one with a wildcard), `unreadable`.',
    needs: () => ({ eventSource: ['iam.amazonaws.com'], eventName: ['CreateRole', 'UpdateAssumeRolePolicy'] }),
    read: trustOf,
  },
};
