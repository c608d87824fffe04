import { nodeCall } from '../../cloudtrail/node-baseline.ts';
import {
  grantOf,
  isAdminPolicy,
  isPermitted,
  type Statement,
  statementsOf,
  trustRisks,
} from '../../cloudtrail/policy.ts';
import { lastSegment, roleByArn } from '../../cloudtrail/roles.ts';
import type { Key, Severity } from '../../detection.ts';
import { list, member } from '../../json.ts';
import type { Settings } from '../../settings.ts';
import { matchesAny } from '../../wildcard.ts';
import type { Found, Role } from '../aws.ts';
import type { Violation } from '../violation.ts';

/** A node or controller role that others may assume, or that may do more than its work. */
export const rolePosture = (one: Role, { account }: Found, settings: Settings): readonly Violation[] => {
  const { kind } = roleByArn(one.arn, settings);
  const what = kind === 'node' ? 'node role' : 'controller role';
  const violation = (code: string, severity: Severity, key: Key, says: string): Violation => ({
    code,
    severity,
    key: { role: one.name, ...key },
    title: `The ${what} ${one.name} ${says}`,
    resources: [one.arn, ...Object.values(key)],
  });
  const trust = trustRisks(one.trust, [account, ...settings.accounts]).map(risk =>
    violation('trust-too-wide', risk === 'anyone' ? 'critical' : 'high', { risk }, `may be assumed by ${trusts[risk]}`),
  );
  const policies = [
    ...one.attached.map(({ arn, document }) => ({ policy: arn, document })),
    ...one.inline.map(({ name, document }) => ({ policy: name, document })),
  ];
  if (kind !== 'node')
    return [
      ...trust,
      ...policies
        .filter(({ document }) => allowed(statementsOf(document) ?? []).some(tagsAnything))
        .map(({ policy }) =>
          violation(
            'controller-tags-anything',
            'high',
            { policy },
            `may tag anything by ${lastSegment(policy)}: what a tag steers, its holder steers`,
          ),
        ),
    ];
  return [
    ...trust,
    ...policies.flatMap(({ policy, document }): readonly Violation[] => {
      if (isPermitted(policy, settings.nodePolicies)) return [];
      const statements = statementsOf(document);
      const grant = document === undefined && isAdminPolicy(policy) ? 'admin' : grantOf(statements);
      const beyond = beyondOf(statements ?? [], one.name);
      const says =
        grant === 'admin'
          ? 'which makes every pod on its nodes an administrator'
          : beyond.length > 0
            ? `which grants what nodes do not need: ${beyond.slice(0, 5).join(', ')}${beyond.length > 5 ? ` and ${beyond.length - 5} more` : ''}`
            : undefined;
      // What is within the baseline is as good as a permitted policy; one that nobody could read is not known to be.
      if (says === undefined && grant !== 'unknown') return [];
      return [
        violation(
          'node-role-policy',
          grant === 'admin' ? 'critical' : 'high',
          { policy },
          `carries ${lastSegment(policy)}, ${says ?? 'which is not among the permitted node policies'}`,
        ),
      ];
    }),
  ];
};

const trusts = {
  anyone: 'anyone',
  'other-account': 'another account',
  'open-web-identity': 'every workload of an identity provider',
  unreadable: 'whom its trust policy names, which could not be read',
} as const;

const words = (statement: Statement, name: string): readonly string[] =>
  list(statement, name).filter(one => typeof one === 'string');
const allowed = (statements: readonly Statement[]): readonly Statement[] =>
  statements.filter(one => one['Effect'] === 'Allow');

/** Allowed actions that are not part of being a node, wildcards as they are written, and all that an Allow does not leave out (`NotAction`). */
export const beyondOf = (statements: readonly Statement[], name: string): readonly string[] => [
  ...new Set(
    allowed(statements).flatMap(statement => {
      const left = words(statement, 'NotAction');
      return [
        ...words(statement, 'Action').filter(action => !isNodes(action, name)),
        ...(left.length === 0 ? [] : [`everything but ${left.join(' and ')}`]),
      ];
    }),
  ),
];

const isNodes = (action: string, name: string): boolean => {
  const [service = '', api = ''] = action.split(':');
  const eventSource = `${service === 'cloudwatch' ? 'monitoring' : service}.amazonaws.com`;
  return nodeCall({ eventSource, eventName: api, eventTime: '', eventID: '' }, name) === 'baseline';
};

const tagsAnything = (statement: Statement): boolean =>
  (words(statement, 'Resource').includes('*') || member(statement, 'NotResource') !== undefined) &&
  member(statement, 'Condition') === undefined &&
  mayTag(statement);

const mayTag = (statement: Statement): boolean => {
  const names = (member: string): readonly string[] => words(statement, member).map(one => one.toLowerCase());
  const tagging = 'ec2:createtags';
  const left = names('NotAction');
  return left.length === 0 ? matchesAny(names('Action'), tagging) : !matchesAny(left, tagging);
};
