import { bad, type Check, good, unknown, weak } from './check.ts';

/** Rules of one default bus. */
export interface RuleCount {
  readonly rules: number;
  readonly wildcards: number;
}

/** Invocations at once; undefined where Lambda did not say. */
export interface Concurrency {
  readonly all: number | undefined;
  readonly unreserved: number | undefined;
}

/** Share of a quota from which on it is near. */
const near = 0.8;
/** Amazon EventBridge User Guide, "Quotas": rules per bus (adjustable), and of them rules with wildcards. */
const mostRules = 300;
const fewerRules: ReadonlySet<string> = new Set(['af-south-1', 'eu-south-1']);
const mostWildcards = 30;

/** Rules of a bus against the default quotas: what is full takes no rule of ours at the next deployment. */
export const rulesQuota = (region: string, { rules, wildcards }: RuleCount): Check => {
  const name = `quota of rules ${region}`;
  const most = fewerRules.has(region) ? 100 : mostRules;
  const says = `${rules} of ${most} rules and ${wildcards} of ${mostWildcards} rules with wildcards are on the default bus (by AWS's default quotas).`;
  return rules >= near * most || wildcards >= near * mostWildcards
    ? weak(
        name,
        says,
        'Ask for a higher quota (Service Quotas, Amazon EventBridge), or remove rules that nobody needs.',
      )
    : good(name, says);
};

/** What the pollers (20 for CloudTrail) and the announcer need at once, beside what the other functions reserve, the audit log's among them. */
const needed = 50;

/** Whether functions find room to run: a new account may have no more than ten invocations at once. */
export const concurrencyQuota = ({ all, unreserved }: Concurrency): Check => {
  const name = 'quota of concurrency';
  if (all === undefined || unreserved === undefined)
    return unknown(name, 'Lambda did not say how many invocations may run at once.', 'Try again.');
  const says = `${all} invocations may run at once, ${unreserved} of them unreserved.`;
  if (unreserved >= needed) return good(name, says);
  return (unreserved < 20 ? bad : weak)(
    name,
    `${says} A burst of events needs up to ${needed}.`,
    'Ask for a higher quota of concurrent executions (Service Quotas, AWS Lambda), or take reservations from other functions.',
  );
};
