/** Minutes between two sweeps: the stack schedules them so, and what a sweep does once an hour is done by the hour's first. */
export const sweepMinutes = 5;
