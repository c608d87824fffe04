import type { Event } from '../../event.ts';
import type { Facts } from '../../fact.ts';
import { text } from '../../json.ts';
import type { Settings } from '../../settings.ts';
import { isOurs } from '../own.ts';
import { grantOf, isAdminPolicy, isPermitted, statementsOf, trustRisks } from '../policy.ts';
import { lastSegment, roleByName } from '../roles.ts';

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

/** What a role of a call or an association is to the provisioning plane. */
export const roleKind = (name: string, account: string, settings: Settings): string => {
  if (name === 'none') return 'none';
  return isOurs(name) ? 'pipeline' : roleByName(name, account, settings).kind;
};

const policyOf = (record: Record): string =>
  text(record, 'requestParameters', 'policyArn') ??
  text(record, 'requestParameters', 'permissionsBoundary') ??
  text(record, 'requestParameters', 'policyName') ??
  'none';

/** Names that policies which take something away are given. */
const restricts = /deny|boundary|quarantine|revoke|restrict|guardrail/i;

/** How much the policy of a call grants. */
const policyKind = (record: Record, settings: Settings): string => {
  const policy = policyOf(record);
  if (policy === 'none') return 'none';
  const document = text(record, 'requestParameters', 'policyDocument');
  if (document !== undefined) {
    const grant = grantOf(statementsOf(document));
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
  if (document === undefined || !['CreateRole', 'UpdateAssumeRolePolicy'].includes(record.eventName)) return [];
  return trustRisks(document, [account, ...settings.accounts].filter(Boolean));
};

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
    doc: "How that policy is to be taken: `permitted` (on the settings' `nodePolicies`; a bare name means AWS's own policy), `admin` (grants everything, all of IAM or passing any role, by its document or its usual name), `other`, `none`.",
    needs: iam,
    read: ({ record }, settings) => policyKind(record, settings),
  },
  'iam.policy-restricts': {
    doc: "Whether the policy's name says that it takes rights away (deny, boundary, quarantine, revoke …): its content is in no record of its removal.",
    needs: iam,
    read: event => restricts.test(lastSegment(policyOf(event.record))),
  },
  'iam.trust': {
    doc: 'Whom a new trust policy lets in beyond our accounts: `anyone`, `other-account`, `open-web-identity` (no subject, or one with a wildcard), `unreadable`.',
    needs: () => ({ eventSource: ['iam.amazonaws.com'], eventName: ['CreateRole', 'UpdateAssumeRolePolicy'] }),
    read: trustOf,
  },
};
