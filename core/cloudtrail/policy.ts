import { isObject, type Json, list, member, text } from '../json.ts';
import { matchesAny, matchesWildcard } from '../wildcard.ts';
import { lastSegment, partitionOf } from './roles.ts';

/** Longest policy document that is parsed: as long as a request may have it, for quotas count no white space (IAM API Reference, PutRolePolicy). */
const longest = 131_072;
/** Statements that are judged; IAM's size limit keeps documents far below. */
const mostStatements = 256;

/** A statement of a policy, its members as the document has them. */
export type Statement = { readonly [member: string]: Json | undefined };

const decoded = (document: string): string => {
  if (!/^\s*%[0-9a-f]{2}/i.test(document)) return document;
  try {
    return decodeURIComponent(document);
  } catch {
    return document;
  }
};

/**
 * The statements of a policy document as requests hold it: a JSON text, now and then URL-encoded. Undefined where it is no such
 * thing: a rule then says so and takes the worse case.
 */
export const statementsOf = (document: unknown): readonly Statement[] | undefined => {
  if (typeof document !== 'string' || document.length > longest) return undefined;
  try {
    const parsed: Json = JSON.parse(decoded(document));
    return isObject(parsed) ? list(parsed, 'Statement').slice(0, mostStatements).filter(isObject) : undefined;
  } catch {
    return undefined;
  }
};

const allows = (statement: Statement): boolean => text(statement, 'Effect') === 'Allow';
const words = (statement: Statement, name: string): readonly string[] =>
  list(statement, name).filter(one => typeof one === 'string');

/**
 * How much a policy grants: `admin` (everything, or whatever lets its holder take everything: all of IAM, passing or assuming any role),
 * `broad` (a whole service on every resource), `narrow`, or `unknown` for a document that could not be read.
 */
export type Grant = 'admin' | 'broad' | 'narrow' | 'unknown';

/** Actions that, on every resource, are as good as everything (IAM User Guide, "Permissions boundaries", privilege escalation). */
const takeovers = [
  'iam:PassRole',
  'iam:AttachRolePolicy',
  'iam:PutRolePolicy',
  'iam:CreatePolicyVersion',
  'iam:SetDefaultPolicyVersion',
  'iam:UpdateAssumeRolePolicy',
  'iam:AttachUserPolicy',
  'iam:PutUserPolicy',
  'iam:AddUserToGroup',
  'iam:CreateAccessKey',
  'iam:UpdateLoginProfile',
  'iam:CreateLoginProfile',
  'iam:AttachGroupPolicy',
  'iam:PutGroupPolicy',
  'iam:DeleteRolePermissionsBoundary',
  'iam:DeleteUserPermissionsBoundary',
  // Whichever role trusts its account: an administrator’s, as a rule.
  'sts:AssumeRole',
];

/** IAM's wildcards, `*` and `?`; actions have no case (IAM User Guide, "IAM JSON policy elements: Action"). */
const covers = (pattern: string, name: string): boolean =>
  matchesWildcard(pattern.toLowerCase(), name.toLowerCase()) ||
  (pattern.includes('?') && matchesWildcard(pattern.toLowerCase().replaceAll('?', '*'), name.toLowerCase()));

/** Whether an action pattern takes one of those in, by whatever wildcard: `iam:P*`, `i?m:*`, `*:*Role*`. */
const takesOver = (action: string): boolean => takeovers.some(name => covers(action, name));

/** Whether a resource pattern takes in any role, user, group or policy of an account: `*`, `arn:aws:iam::111122223333:role/*`. */
const isEverywhere = (resource: string): boolean => {
  const account = /^arn:[^:]*:iam::(\d{12}):/.exec(resource)?.[1] ?? '000000000000';
  return ['role', 'user', 'group', 'policy'].some(kind =>
    covers(resource, `arn:${partitionOf(resource)}:iam::${account}:${kind}/unlike-any-other`),
  );
};

/** How much statements grant. @param statements undefined: the document could not be read */
export const grantOf = (statements: readonly Statement[] | undefined): Grant => {
  if (statements === undefined) return 'unknown';
  const granted = statements.filter(allows).map(statement => {
    const resources = words(statement, 'Resource');
    const unbound = member(statement, 'NotResource') !== undefined;
    const actions = words(statement, 'Action');
    const takes = member(statement, 'NotAction') !== undefined || actions.some(takesOver);
    if (takes && (unbound || resources.some(isEverywhere))) return 'admin';
    if (!unbound && !resources.some(one => /^\*+$/.test(one))) return 'narrow';
    return actions.some(action => /^[^:]+:\*$/.test(action)) ? 'broad' : 'narrow';
  });
  if (granted.includes('admin')) return 'admin';
  return granted.includes('broad') ? 'broad' : 'narrow';
};

/** Whom a trust policy lets in beyond the account: `anyone`, `other-account`, `open-web-identity`; `unreadable` where it can't be read. */
export type TrustRisk = 'anyone' | 'other-account' | 'open-web-identity' | 'unreadable';

/** Whether every subject of a web identity provider that a statement names is meant: no subject condition, or one with a wildcard. */
const openSubject = (statement: Statement): boolean => {
  const condition = member(statement, 'Condition');
  const subjects = isObject(condition)
    ? Object.entries(condition).flatMap(([operator, tests]) =>
        isObject(tests)
          ? Object.entries(tests)
              .filter(([key]) => /:sub$/i.test(key))
              .map(([, values]) => ({ operator, values: Array.isArray(values) ? values : [values] }))
          : [],
      )
    : [];
  // Only a comparison of texts says which subject: that there is one (`Null`) says nothing.
  const positive = subjects.filter(({ operator }) => /String(Equals|Like)/i.test(operator));
  if (positive.length === 0) return true;
  return positive.every(({ operator, values }) =>
    values.some(value => typeof value !== 'string' || (/Like/i.test(operator) && /[*?]/.test(value))),
  );
};

const accountOf = (principal: string): string | undefined =>
  /^\d{12}$/.test(principal) ? principal : /^arn:[\w-]+:(?:iam|sts)::(\d{12}):/.exec(principal)?.[1];

/** @param own accounts that are ours */
export const trustRisks = (document: unknown, own: readonly string[]): readonly TrustRisk[] => {
  const statements = statementsOf(document);
  if (statements === undefined) return ['unreadable'];
  const risks = statements.filter(allows).flatMap((statement): readonly TrustRisk[] => {
    const principal = member(statement, 'Principal');
    if (principal === '*' || member(statement, 'NotPrincipal') !== undefined) return ['anyone'];
    const aws = list(principal, 'AWS').filter(one => typeof one === 'string');
    const found: TrustRisk[] = [];
    if (aws.includes('*')) found.push('anyone');
    if (aws.some(one => one !== '*' && !own.includes(accountOf(one) ?? own[0] ?? ''))) found.push('other-account');
    const providers = list(principal, 'Federated').filter(one => typeof one === 'string');
    // Providers of the web's (`accounts.google.com`, `cognito-identity.amazonaws.com`) are named, and have no ARN.
    if (providers.some(one => one.includes(':oidc-provider/') || !one.startsWith('arn:')) && openSubject(statement))
      found.push('open-web-identity');
    if (providers.some(one => !own.includes(accountOf(one) ?? own[0] ?? ''))) found.push('other-account');
    return found;
  });
  return [...new Set(risks)].sort();
};

/** Managed policies that hand over the account, or most of it. */
const adminPolicies = [
  'AdministratorAccess',
  'AdministratorAccess-*',
  '*FullAccess',
  'PowerUserAccess',
  'IAMFullAccess',
];

/** Whether a managed policy's name says that it grants (nearly) everything of something. */
export const isAdminPolicy = (arn: string): boolean => matchesAny(adminPolicies, lastSegment(arn));

/**
 * Whether a managed policy is on a list of names and ARNs (wildcards). A bare name means AWS's own policy of that name: a
 * customer's policy may bear any name and hold anything.
 */
export const isPermitted = (arn: string, permitted: readonly string[]): boolean =>
  permitted.some(pattern =>
    pattern.startsWith('arn:')
      ? matchesAny([pattern], arn)
      : /^arn:[\w-]+:iam::aws:policy\//.test(arn) && matchesAny([pattern], lastSegment(arn)),
  );
