import { isIP } from 'node:net';
import type { Controller, Principals, Settings } from '../settings.ts';
import { matchesArn } from '../wildcard.ts';
import type { CloudTrailRecord, UserIdentity } from './record.ts';
import { isServiceLinked, type KnownRole, lastSegment, roleByArn } from './roles.ts';

export type PrincipalKind =
  | 'controller'
  | 'likely-controller'
  | 'platform'
  | 'gitops'
  | 'node'
  | 'instance'
  | 'service'
  | 'person'
  | 'unknown';

/** Who made a call, as far as its record and the settings tell. */
export interface Principal {
  readonly kind: PrincipalKind;
  /** The most stable name: role ARN (with its path), user ARN, service name, web identity. `unknown` where there is none. */
  readonly id: string;
  readonly controller: Controller['kind'] | 'none';
  /** A short name for titles: `role/session`, a user's name, a service. */
  readonly name: string;
  readonly session: string;
  /** The kind rests on a usual name because settings name no such roles. */
  readonly guessed: boolean;
}

/** An instance-profile session: whose, and how its credentials were handed out. */
export interface InstanceSession {
  /** `i-…`, or `unknown` where no member of the record tells. */
  readonly instance: string;
  /** `1.0` or `2.0`: the IMDS version of the credential set. */
  readonly delivery: string;
  /** The members that name the instance disagree: somebody made the session up. */
  readonly mismatch: boolean;
}

const instanceId = /^i-[0-9a-f]{8,17}$/;

/** Says whether a text is an EC2 instance id. */
export const isInstanceId = (text: string): boolean => instanceId.test(text);

/** The session name: what follows the colon of an assumed role's `principalId` (CloudTrail User Guide, "userIdentity element"). */
const sessionOf = (identity: UserIdentity): string | undefined => {
  const id = text(identity.principalId);
  if (text(identity.type) === 'AssumedRole' && id !== undefined && id.includes(':'))
    return id.slice(id.indexOf(':') + 1);
  const arn = text(identity.arn);
  return arn?.includes(':assumed-role/') ? lastSegment(arn) : undefined;
};

/** A string that says something: records come from outside, so a member's type is not taken on trust. */
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The ARN of the role behind a session. `sessionIssuer.arn` keeps the path; the STS ARN, which drops it, stands in. */
const roleOf = (identity: UserIdentity): string | undefined => {
  const issuer = text(identity.sessionContext?.sessionIssuer?.arn);
  if (issuer !== undefined) return issuer;
  const [, partition, account, role] =
    /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(text(identity.arn) ?? '') ?? [];
  return role === undefined ? undefined : `arn:${partition}:iam::${account}:role/${role}`;
};

/**
 * The instance-profile session of a record, or undefined. A session name that reads like an instance id proves nothing: the caller
 * chooses it. `ec2RoleDelivery` or `inScopeOf` are AWS's own word (CloudTrail User Guide, "userIdentity element").
 */
export const instanceSession = (record: CloudTrailRecord): InstanceSession | undefined => {
  if (lastSession?.record !== record) lastSession = { record, session: sessionOfInstance(record) };
  return lastSession.session;
};

/** Several facts ask whose instance a session is: the answer about the last record is remembered. */
let lastSession: { readonly record: CloudTrailRecord; readonly session: InstanceSession | undefined } | undefined;

/** Versions of the metadata service that records tell. */
const deliveries = ['1.0', '2.0'] as const;

const sessionOfInstance = (record: CloudTrailRecord): InstanceSession | undefined => {
  const identity = record.userIdentity;
  if (identity === undefined || identity === null) return undefined;
  const context = identity.sessionContext;
  const delivery = text(context?.ec2RoleDelivery);
  const scoped = text(identity.inScopeOf?.issuerType) === 'AWS::EC2::Instance';
  if (delivery === undefined && !scoped) return undefined;
  // EC2's own identities for an instance, which no profile handed out: SSM's default host management, and EBS's that reads its keys.
  if (/^aws:ec2-(instance|infrastructure)$/.test(lastSegment(text(context?.sessionIssuer?.arn) ?? '')))
    return undefined;
  const named = [
    scoped
      ? lastSegment(text(identity.inScopeOf?.credentialsIssuedTo) ?? text(identity.inScopeOf?.sourceArn) ?? '')
      : '',
    sessionOf(identity) ?? '',
  ].filter(isInstanceId);
  return {
    instance: named[0] ?? 'unknown',
    delivery: deliveries.find(one => one === delivery) ?? 'unknown',
    mismatch: new Set(named).size > 1,
  };
};

const allows = (principals: Principals, ...names: readonly (string | undefined)[]): boolean =>
  names.some(name => name !== undefined && matchesArn(principals.arns ?? [], name));

const nobody: KnownRole = { kind: 'other', controller: 'none', guessed: false };

/** Tells who made a call. Total: what it cannot tell is `unknown`. */
export const principalOf = (record: CloudTrailRecord, settings: Settings): Principal => {
  if (last === undefined || last.record !== record || last.settings !== settings)
    last = { record, settings, principal: identify(record, settings) };
  return last.principal;
};

/** Most facts ask who called: the answer about the last record is remembered. */
let last: { readonly record: CloudTrailRecord; readonly settings: Settings; readonly principal: Principal } | undefined;

const identify = (record: CloudTrailRecord, settings: Settings): Principal => {
  const identity = record.userIdentity ?? {};
  const type = text(identity.type);
  const service = text(identity.invokedBy);
  if (
    type === 'AWSService' ||
    (type === undefined && (service !== undefined || record.eventType === 'AwsServiceEvent'))
  )
    return plain('service', service ?? text(record.eventSource) ?? 'unknown');

  const role = roleOf(identity);
  const arn = text(identity.arn);
  const id = role ?? nameOf(identity, type);
  const session = sessionOf(identity);
  const called = role === undefined ? shortName(identity, type, id) : `${lastSegment(role)}/${session ?? '?'}`;
  const delegate = delegateOf(identity, settings);
  const name = delegate === undefined ? called : `${called} for account ${delegate}`;
  // A user may be a controller too (static credentials); a role's kind needs its own ARN, path and all.
  const known = text(identity.sessionContext?.sessionIssuer?.arn) ?? (type === 'IAMUser' ? arn : undefined);
  const kinds = known === undefined ? nobody : roleByArn(known, settings);
  const of = (kind: PrincipalKind, guessed = false): Principal => ({
    kind,
    id,
    controller: kind === 'controller' || kind === 'likely-controller' ? kinds.controller : 'none',
    name,
    session: session ?? 'none',
    guessed,
  });

  if (delegate !== undefined) return of('person');
  if (kinds.kind === 'controller') return of('controller');
  // Only the service itself can assume a service-linked role (IAM User Guide, "Service-linked roles").
  if (role !== undefined && isServiceLinked(role)) return of('service');
  // EC2 decrypts an instance's volumes by this identity, from "AWS Internal" (KMS Developer Guide, "How Amazon EBS uses AWS KMS").
  if (role !== undefined && lastSegment(role) === 'aws:ec2-infrastructure') return of('service');
  if (allows(settings.platform, id, arn)) return of('platform');
  if (allows(settings.gitops, id, arn)) return of('gitops');
  if (type === 'AssumedRole' && kinds.kind === 'node') return of('node', kinds.guessed);
  if (instanceSession(record) !== undefined || lastSegment(role ?? '') === 'aws:ec2-instance') return of('instance');
  if (type === 'AssumedRole' && kinds.kind === 'likely-controller') return of('likely-controller', true);
  // Who called is AWS's word and no name: EKS itself, which launches so for Auto Mode, whatever the cluster's role is called.
  if (type === 'AssumedRole' && service === 'eks.amazonaws.com' && sdkSession.test(session ?? ''))
    return of('likely-controller', true);
  return of(type !== undefined && people.has(type) && !isWorkload(identity) ? 'person' : 'unknown');
};

/**
 * The account of others that acts under an identity of ours, which accepted that for hours (IAM User Guide, "Temporary delegation",
 * CloudTrail). Nothing else in such a record differs from the identity's own.
 */
export const delegateOf = (identity: UserIdentity, settings: Settings): string | undefined => {
  const account = text(identity.invokedByDelegate?.accountId);
  return account === undefined || settings.accounts.includes(account) ? undefined : account;
};

/** How EKS's controllers name sessions of a cluster's role, by the SDK for Go (recorded calls: load balancers, Auto Mode's profiles). */
const sdkSession = /^(aws-go-sdk-)?\d{19}$/;

const people = new Set([
  'Root',
  'IAMUser',
  'AssumedRole',
  'FederatedUser',
  'IdentityCenterUser',
  'SAMLUser',
  'Directory',
]);

/** A pod's role session (IRSA), a CI job's by OIDC, a function's: no person, though nothing says whose. */
const isWorkload = (identity: UserIdentity): boolean =>
  text(identity.sessionContext?.webIdFederationData?.federatedProvider)?.includes(':oidc-provider/') === true ||
  text(identity.inScopeOf?.issuerType)?.startsWith('AWS::Lambda::') === true;

const plain = (kind: PrincipalKind, id: string): Principal => ({
  kind,
  id,
  controller: 'none',
  name: id,
  session: 'none',
  guessed: false,
});

/** The stable name of an identity that is no role session. */
const nameOf = (identity: UserIdentity, type: string | undefined): string => {
  const { arn, principalId, userName, accountId, credentialId } = identity;
  const onBehalfOf = text(identity.onBehalfOf?.userId);
  const candidates =
    type === 'IdentityCenterUser'
      ? [onBehalfOf, userName, credentialId, principalId, accountId]
      : type === 'WebIdentityUser' || type === 'SAMLUser'
        ? [principalId, userName, arn]
        : [arn, principalId, userName, accountId, identity.invokedBy];
  return candidates.map(text).find(candidate => candidate !== undefined) ?? 'unknown';
};

const shortName = (identity: UserIdentity, type: string | undefined, id: string): string => {
  if (type === 'Root') return `root of ${text(identity.accountId) ?? 'an unknown account'}`;
  if (type === 'AWSAccount') return `account ${text(identity.accountId) ?? id}`;
  return text(identity.userName) ?? (id.startsWith('arn:') ? lastSegment(id) : id);
};

/** `address`: an IP address; `service`: an AWS service's DNS name; `internal`: "AWS Internal"; no other value is a location. */
export type SourceKind = 'address' | 'service' | 'internal' | 'unknown';

/** What `sourceIPAddress` holds. Only an address says where a caller is (CloudTrail User Guide, "Record contents"). */
export const sourceKind = (record: CloudTrailRecord): SourceKind => {
  const source = text(record.sourceIPAddress);
  return source === undefined ? 'unknown' : kindOfSource(source);
};

const kindOfSource = (source: string): SourceKind => {
  if (source.startsWith('AWS Internal')) return 'internal';
  if (/\.amazonaws\.com(\.cn)?$|\.amazonaws\.eu$|\.aws\.internal$/.test(source)) return 'service';
  return isIP(source) === 0 ? 'unknown' : 'address'; // last: what is no IPv4 address takes the longest
};

/** What became of a call: `dry-run` was allowed, and did nothing. */
export type Outcome = 'succeeded' | 'denied' | 'dry-run' | 'failed';

/**
 * How a call ended. EC2 says `Client.UnauthorizedOperation` where others say `AccessDenied` or `AccessDeniedException`; a permitted
 * dry run is an error too, `Client.DryRunOperation`, and did nothing (EC2 API Reference, "Error codes").
 */
export const outcomeOf = (record: CloudTrailRecord): Outcome => {
  const code = text(record.errorCode);
  if (code === undefined) return text(record.errorMessage) === undefined ? 'succeeded' : 'failed';
  if (/(^|\.)DryRunOperation$/i.test(code)) return 'dry-run';
  if (/(^|\.)(AccessDenied(Exception)?|UnauthorizedOperation|UnauthorizedAccess|NotAuthorized)/i.test(code))
    return 'denied';
  return 'failed';
};
