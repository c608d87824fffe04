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

/** {@link inputOptions} as the `usage` of a command says them. */
export const inputUsage = `  --settings FILE  the settings (default tripline.config.ts)
  --account ID, --region NAME, --cluster NAME
                   where records are from, if they do not say so themselves`;

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

/** Counts what was skipped on purpose, by its reason. */
export interface Skips {
  add(skipped: Extract<Read, { kind: 'skipped' }>): void;
  count(): number;
  /** Says why, where there is anything to say. */
  tell(io: Io): void;
}

/** Counts from nothing on. */
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

/** Counts what could not be read, alike in a file as one, and tells of the first few. */
export interface Unreadable {
  add(rejected: Told): void;
  count(): number;
  /** Says it, where there is anything to say. */
  tell(io: Io): void;
}

/** Kinds that are told; what lies in others is counted. */
const told = 5;

/** Counts from nothing on. */
export const unreadable = (): Unreadable => {
  const kinds = new Map<string, { readonly first: Told; count: number }>();
  let total = 0;
  return {
    add: ({ reason, detail, where, count = 1 }) => {
      total += count;
      const kind = JSON.stringify([where.replace(/, byte \d+.*$/, ''), reason, detail]);
      const known = kinds.get(kind);
      if (known !== undefined) known.count += count;
      else if (kinds.size < told) kinds.set(kind, { first: { reason, detail, where, count }, count });
    },
    count: () => total,
    tell: io => {
      if (total === 0) return;
      const lines = [...kinds.values()].map(({ first: { reason, detail, where, count: said = 1 }, count }) => {
        const more = count > said ? ` (and ${grouped(count - said)} more like it)` : '';
        return `  ${shown(where)}: ${reason}: ${shown(detail)}${more}`;
      });
      const others = total - [...kinds.values()].reduce((sum, { count }) => sum + count, 0);
      const rest = others > 0 ? [`  and ${grouped(others)} of other files or reasons`] : [];
      io.stderr.write(`${[`${counted(total, 'record')} could not be read:`, ...lines, ...rest].join('\n')}\n`);
    },
  };
};
