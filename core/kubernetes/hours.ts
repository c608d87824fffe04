import type { Settings } from '../settings.ts';

/** Whether a moment lies in the settings' business hours; `unknown` where settings give none. */
export type Hours = 'inside' | 'outside' | 'unknown';

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Making one costs a hundred times what asking it does; there are as many as time zones. */
const clockOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  clocks.set(timeZone, made);
  return made;
};

/**
 * Judges a moment by the settings' business hours, in their time zone. `to` itself is outside; hours may pass midnight.
 * @param time milliseconds since 1970
 */
export const hoursAt = (time: number, { businessHours }: Settings): Hours => {
  if (businessHours === undefined) return 'unknown';
  const { timeZone, days, from, to, holidays } = businessHours;
  const parts = clockOf(timeZone).formatToParts(time);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find(one => one.type === type)?.value ?? '';
  if (holidays.includes(`${part('year')}-${part('month')}-${part('day')}`)) return 'outside';
  if (!days.includes(weekdays.indexOf(part('weekday')) + 1)) return 'outside';
  const clock = `${part('hour')}:${part('minute')}`;
  const open = from <= to ? from <= clock && clock < to : from <= clock || clock < to;
  return open ? 'inside' : 'outside';
};
