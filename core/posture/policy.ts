import { grantOf, type Statement, type TrustRisk, trustRisks } from '../cloudtrail/policy.ts';
import { isObject, type Json, list, member, text } from '../json.ts';
import type { Fault } from './fault.ts';

/** Whether a JSON value is an IAM policy document: statements that allow or deny. */
export const isPolicy = (value: Json): boolean => {
  const statements = list(value, 'Statement');
  return statements.length > 0 && statements.every(one => /^(Allow|Deny)$/.test(text(one, 'Effect') ?? ''));
};

const trusts: { readonly [R in TrustRisk]: readonly [severity: Fault['severity'], message: string] } = {
  anyone: ['critical', 'The trust policy lets anyone in any account assume the role.'],
  'other-account': ['high', 'The trust policy lets in an account that the settings do not name as ours.'],
  'open-web-identity': [
    'high',
    'The trust policy lets in every workload of its identity provider: name the subject exactly.',
  ],
  unreadable: ['high', 'The trust policy cannot be read as one.'],
};

/** Judges an IAM policy in a repository, statement by statement. @param own accounts that are ours; none: no account is judged */
export const judgePolicy = (object: Json, own: readonly string[]): readonly Fault[] => {
  const listed = Array.isArray(member(object, 'Statement'));
  return list(object, 'Statement').flatMap((statement, index): readonly Fault[] => {
    if (!isObject(statement)) return [];
    const path = listed ? ['Statement', index] : ['Statement'];
    const isTrust = member(statement, 'Principal') !== undefined || member(statement, 'NotPrincipal') !== undefined;
    if (isTrust) return judgeTrust(statement, path, own);
    const grant = grantOf([statement]);
    if (grant === 'admin')
      return [
        {
          code: 'policy-admin',
          path,
          severity: 'critical',
          message: 'It grants everything, or what lets its holder take everything (all of IAM, passing any role).',
        },
      ];
    if (grant === 'broad')
      return [
        {
          code: 'policy-broad',
          path,
          severity: 'high',
          message: 'It grants every action of a service on every resource.',
        },
      ];
    return [];
  });
};

const judgeTrust = (statement: Statement, path: Fault['path'], own: readonly string[]): readonly Fault[] => {
  if (!list(statement, 'Action').some(one => typeof one === 'string' && /^(sts:|\*)/i.test(one))) return [];
  const risks = trustRisks(JSON.stringify({ Statement: [statement] }), own);
  return risks
    .filter(risk => own.length > 0 || risk !== 'other-account')
    .map(risk => ({ code: `trust-${risk}`, path, severity: trusts[risk][0], message: trusts[risk][1] }));
};
