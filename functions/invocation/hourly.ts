import { sweepMinutes } from '../../core/schedule.ts';

/** Whether a sweep is the first of its hour: what need not be done by each is done by that. @param now milliseconds since 1970 */
export const isFirstOfHour = (now: number): boolean => new Date(now).getUTCMinutes() < sweepMinutes;
