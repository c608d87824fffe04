import { UsageError } from './io.ts';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `30m`, `24h`, `7d`. @throws UsageError naming the flag */
export const durationOf = (flag: string, text: string): number => {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  const length = Number(count) * (units[unit] ?? 0);
  if (length === 0) throw new UsageError(`--${flag} takes a time like 30m, 24h or 7d, not '${text}'`);
  return length;
};

/** A day, or a time of one, as ISO 8601 writes it; with a zone or, as everything here is shown, in UTC. */
const moment = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Milliseconds since 1970 of `2026-09-01`, `2026-09-01T10:00` (UTC unless it says its zone), or of so long ago: `24h`.
 * @throws UsageError naming the flag
 */
export const timeOf = (flag: string, text: string, now: number): number => {
  const [, day = '', clock = '00:00', zone = 'Z'] = moment.exec(text) ?? [];
  const time = Date.parse(`${day}T${clock}${zone}`);
  // Of a day that its month does not have, `Date.parse` makes one of the next.
  if (!Number.isNaN(time) && new Date(`${day}T00:00Z`).toISOString().startsWith(day)) return time;
  if (/^\d+[mhd]$/.test(text)) return now - durationOf(flag, text);
  throw new UsageError(
    `--${flag} takes a time like 2026-09-01T10:00Z (UTC unless it says its zone), or 24h ago as 24h, not '${text}'`,
  );
};
