import type { Place, Rejected } from '../core/read/contract.ts';
import type { Settings } from '../core/settings.ts';
import { shown } from './table.ts';

/** Flags of the commands that read logs. */
export const inputOptions = {
  settings: { type: 'string' },
  account: { type: 'string' },
  region: { type: 'string' },
  cluster: { type: 'string' },
} as const;

export const inputUsage = `  --settings FILE  a tripline.config.ts
  --account ID, --region NAME, --cluster NAME
                   where records are from that don't say so themselves`;

/** Where records are from that don't say so. */
export const placeOf = (
  values: { account?: string | undefined; region?: string | undefined; cluster?: string | undefined },
  settings: Settings,
): Place => ({
  account: values.account ?? settings.accounts[0] ?? '',
  region: values.region ?? settings.home,
  cluster: values.cluster ?? '',
});

/** Rejected records, one line each, as many as are worth reading. */
export const rejectedLines = (rejected: readonly Omit<Rejected, 'bytes'>[], total: number): string =>
  [
    ...rejected.slice(0, 5).map(one => `  ${shown(one.where)}: ${one.reason}: ${shown(one.detail)}`),
    ...(total > 5 ? [`  and ${total - 5} more`] : []),
  ].join('\n');
