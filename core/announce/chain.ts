import type { Source } from '../event.ts';
import { isObject, type Json, list, text } from '../json.ts';
import type { Line } from './evidence.ts';

type Named = readonly [label: string, value: string | undefined];

const longest = 256;
const session = /^arn:[\w-]+:sts::\d{12}:assumed-role\/([^/]+\/.+)$/;

const lastOf = (value: string | undefined, separator: string): string | undefined =>
  value?.slice(value.lastIndexOf(separator) + 1);

/** `role/session`, from the session's ARN or else from the role's and from `principalId` ("AROA…:session"). */
const sessionName = (identity: Json | undefined): string | undefined => {
  const arn = text(identity, 'arn');
  const [, named] = session.exec(arn ?? '') ?? [];
  if (named !== undefined) return named;
  const role = lastOf(text(identity, 'sessionContext', 'sessionIssuer', 'arn'), '/');
  const id = text(identity, 'principalId');
  return role === undefined || !id?.includes(':') ? arn : `${role}/${id.slice(id.indexOf(':') + 1)}`;
};

/** CloudTrail User Guide, "userIdentity element": who each type of caller is, in a few words. */
const callers: { readonly [type: string]: (identity: Json | undefined) => Named } = {
  AssumedRole: identity => ['role session', sessionName(identity)],
  FederatedUser: identity => ['federated user', lastOf(text(identity, 'arn'), '/')],
  IAMUser: identity => ['user', text(identity, 'userName') ?? text(identity, 'arn')],
  Root: identity => ['root of', text(identity, 'accountId')],
  AWSAccount: identity => ['account', text(identity, 'accountId')],
  WebIdentityUser: identity => ['web identity', text(identity, 'userName') ?? text(identity, 'principalId')],
  SAMLUser: identity => ['SAML user', text(identity, 'userName') ?? text(identity, 'principalId')],
  IdentityCenterUser: identity => ['Identity Center user', text(identity, 'onBehalfOf', 'userId')],
};

/** A role that this very call asks for; whose it becomes is the caller. */
const asked = (record: Json): readonly Named[] => {
  if (text(record, 'eventName')?.startsWith('AssumeRole') !== true) return [];
  const role = lastOf(text(record, 'requestParameters', 'roleArn'), '/');
  const name = text(record, 'requestParameters', 'roleSessionName');
  const label = text(record, 'errorCode') === undefined ? 'role session' : 'role session asked for:';
  return [[label, role === undefined || name === undefined ? role : `${role}/${name}`]];
};

const cloudtrail = (record: Json): readonly Named[] => {
  const said = (...path: readonly string[]) => text(record, 'userIdentity', ...path);
  const type = said('type') ?? '';
  const caller = Object.hasOwn(callers, type) ? callers[type] : undefined;
  const issuer = said('sessionContext', 'sessionIssuer', 'type');
  return [
    ...asked(record),
    ...(caller === undefined ? [] : [caller(isObject(record) ? record.userIdentity : undefined)]),
    // A role session's issuer is its role, which its name begins with.
    [
      'issued by',
      issuer === 'Role' || type === 'AssumedRole' ? undefined : said('sessionContext', 'sessionIssuer', 'arn'),
    ],
    ['issued to', said('inScopeOf', 'credentialsIssuedTo')],
    ['assumed by web identity of', said('sessionContext', 'webIdFederationData', 'federatedProvider')],
    ['of provider', said('identityProvider')],
    ['assumed by source identity', said('sessionContext', 'sourceIdentity')],
    ['on behalf of', type === 'IdentityCenterUser' ? undefined : said('onBehalfOf', 'userId')],
    ['invoked by', said('invokedBy')],
  ];
};

/**
 * kubernetes/apiserver, audit/v1: `user` is who authenticated, `impersonatedUser` whom they act as. Amazon EKS puts the IAM
 * identity behind a user into its `extra`.
 */
const kubernetes = (record: Json): readonly Named[] => {
  const extra = (name: string): string | undefined => {
    const [found] = list(record, 'user', 'extra', name);
    return typeof found === 'string' ? found : undefined;
  };
  return [
    ['acting as', text(record, 'impersonatedUser', 'username')],
    ['user', text(record, 'user', 'username')],
    ['in IAM', extra('arn')],
    ['from pod', extra('authentication.kubernetes.io/pod-name')],
    ['on node', extra('authentication.kubernetes.io/node-name')],
  ];
};

const readers: { readonly [S in Source]: (record: Json) => readonly Named[] } = { cloudtrail, kubernetes };

/**
 * By whom a record's call was made, and by whom in turn that identity was taken on: the acting identity first. What the record
 * doesn't say is left out; empty where there is no more to say than one lasting name. @param record redacted
 */
export const chainOf = (source: Source, record: Json): readonly Line[] => {
  const links = readers[source](record).flatMap(([label, value]) =>
    value === undefined || value === '' ? [] : [{ label, value: value.slice(0, longest).toWellFormed() }],
  );
  return links.length > 1 || links[0]?.label.startsWith('role session') === true ? links : [];
};

/** "role session developer/alice ← invoked by eks.amazonaws.com". @param show escapes one value for its channel */
export const chainText = (chain: readonly Line[], show: (value: string) => string): string =>
  chain.map(({ label, value }) => `${label} ${show(value)}`).join(' ← ');
