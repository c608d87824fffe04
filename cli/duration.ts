import { UsageError } from './io.ts';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `30m`, `24h`, `7d`. @throws UsageError naming the flag */
export const durationOf = (flag: string, text: string): number => {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  const length = Number(count) * (units[unit] ?? 0);
  if (length === 0) throw new UsageError(`--${flag} takes a time like 30m, 24h or 7d, not '${text}'`);
  return length;
};

/** A span in its largest fitting unit: `45m`, `7h`, `3d`. */
export const spanText = (ms: number): string => {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 120) return `${minutes}m`;
  const hours = Math.round(minutes / 60);
  return hours < 72 ? `${hours}h` : `${Math.round(hours / 24)}d`;
};
