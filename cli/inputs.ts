import type { Place, Read, Rejected } from '../core/read/contract.ts';
import type { Settings } from '../core/settings.ts';
import { accountOf, type Io } from './io.ts';
import { counted, grouped } from './progress.ts';
import { shown } from './shown.ts';

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
  account: accountOf(values.account) ?? settings.accounts[0] ?? '',
  region: values.region ?? settings.home,
  cluster: values.cluster ?? '',
});

/** What is told of a rejected record: none of its bytes. */
type Told = Pick<Rejected, 'reason' | 'detail' | 'where' | 'count'>;

/**
 * What could not be read, as many of it as is worth reading.
 * @param first the first rejected records, of `total`
 */
export const unreadableText = (first: readonly Told[], total: number): string =>
  [
    `${counted(total, 'record')} could not be read:`,
    ...first.slice(0, 5).map(one => `  ${shown(one.where)}: ${one.reason}: ${shown(one.detail)}`),
    ...(total > 5 ? [`  and ${grouped(total - 5)} more`] : []),
  ].join('\n');

/** Counts what was skipped on purpose, by its reason. */
export interface Skips {
  add(skipped: Extract<Read, { kind: 'skipped' }>): void;
  count(): number;
  /** Says why, where there is anything to say. */
  tell(io: Io): void;
}

export const skips = (): Skips => {
  const counts = new Map<string, number>();
  return {
    add: ({ why, count }) => void counts.set(why, (counts.get(why) ?? 0) + count),
    count: () => [...counts.values()].reduce((sum, one) => sum + one, 0),
    tell: io => {
      for (const [why, count] of counts) io.stderr.write(`skipped, ${grouped(count)}: ${shown(why)}\n`);
    },
  };
};

/** Counts what could not be read, and keeps as many as {@link unreadableText} tells. */
export interface Unreadable {
  add(rejected: Told): void;
  count(): number;
  /** Says it, where there is anything to say. */
  tell(io: Io): void;
}

export const unreadable = (): Unreadable => {
  const first: Told[] = [];
  let total = 0;
  return {
    add: ({ reason, detail, where, count = 1 }) => {
      total += count;
      if (first.length < 5) first.push({ reason, detail, where });
    },
    count: () => total,
    tell: io => {
      if (total > 0) io.stderr.write(`${unreadableText(first, total)}\n`);
    },
  };
};
