import type { Filter } from '../../adapters/findings/queries.ts';
import type { FindingsTable } from '../../adapters/findings/table.ts';
import { severities } from '../../core/detection.ts';
import type { Finding, FindingStatus } from '../../core/finding.ts';
import { timeOf } from '../duration.ts';
import { accountOf, oneOf, UsageError } from '../io.ts';

/** Flags that say which findings; the same for listing and for changing many at once. */
export const filterOptions = {
  status: { type: 'string' },
  severity: { type: 'string' },
  detection: { type: 'string' },
  account: { type: 'string' },
  cluster: { type: 'string' },
  principal: { type: 'string' },
  resource: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  limit: { type: 'string' },
} as const;

/** {@link filterOptions} as the `usage` of a command says them. */
export const filterUsage = `  --status open|acknowledged|suppressed|resolved   (resolved needs --since)
  --severity low|medium|high|critical              the lowest to list
  --detection ID  --account ID  --cluster NAME  --principal ARN  --resource ID
  --since TIME  --until TIME                       of a finding's newest event: 2026-09-01T10:00 (UTC unless it names a
                                                   zone), or 24h for 24 hours ago
  --limit N                                        default 100`;

type Values = { readonly [flag in keyof typeof filterOptions]?: string | undefined };

const statuses = ['open', 'acknowledged', 'suppressed', 'resolved'] as const satisfies readonly FindingStatus[];

/** The value of a flag that takes a number. @throws UsageError where it is none, or less than one */
export const countOf = (flag: string, text: string | undefined, usual: number): number => {
  if (text === undefined) return usual;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--${flag} takes a whole number from 1 on, not '${text}'`);
  return count;
};

/** The value of `--limit`. @throws UsageError where it is no whole number from 1 on */
export const limitOf = (text: string | undefined): number => countOf('limit', text, 100);

/** Whether any flag says which findings. */
export const isFiltered = (values: Values): boolean =>
  Object.keys(filterOptions).some(flag => flag !== 'limit' && values[flag as keyof Values] !== undefined);

/** @throws UsageError where a flag's value is none */
export const filterOf = (values: Values): Filter => {
  const status = oneOf('status', values.status, statuses);
  const severity = oneOf('severity', values.severity, severities);
  const now = Date.now();
  const since = values.since === undefined ? undefined : timeOf('since', values.since, now);
  const end = values.until === undefined ? undefined : timeOf('until', values.until, now);
  if (since !== undefined && end !== undefined && since >= end)
    throw new UsageError('--since is not before --until: a date is the beginning of its day, in UTC');
  const until = end ?? (since === undefined ? undefined : now);
  if (status === 'resolved' && since === undefined) throw new UsageError('--status resolved needs --since');
  const said = {
    detection: values.detection,
    account: accountOf(values.account),
    cluster: values.cluster,
    principal: values.principal,
    resource: values.resource,
    since,
    until,
    severity,
  };
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return { ...given, ...(status === undefined ? {} : { statuses: [status] }) };
};

/** Everything a filter finds, up to a limit, and whether there is more. */
export const findAll = async (
  table: FindingsTable,
  filter: Filter,
  limit: number,
): Promise<{ readonly found: readonly Finding[]; readonly more: boolean }> => {
  const found: Finding[] = [];
  let after: string | undefined;
  do {
    const page = await table.list(filter, { limit: limit - found.length, ...(after === undefined ? {} : { after }) });
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined && found.length < limit);
  return { found, more: after !== undefined };
};
