import type { Context } from 'aws-lambda';

/** Whether so many milliseconds are left until the time-out, at which Lambda ends the process. Outside of Lambda there always are. */
export const hasTime = (context: Context, ms: number): boolean => (context.getRemainingTimeInMillis?.() ?? ms) >= ms;
