/**
 * The clock of the replay: minutes since 2001-01-01T00:00Z, in which one day is one bucket.
 * Minutes and days count from 0.
 */
const ORIGIN_MS = Date.UTC(2001, 0, 1);
const MINUTE_MS = 60_000;

export const MINUTES_PER_DAY = 1440;
/** Days that have flights: 2001-01-01 to 2001-07-01. */
export const DAYS_ALL = 182;

/** Minute of a time; fractional when the time is not on a whole minute. */
export function minuteOf(timeMs: number): number {
  return (timeMs - ORIGIN_MS) / MINUTE_MS;
}

export function dayOf(minute: number): number {
  return Math.floor(minute / MINUTES_PER_DAY);
}

/** `2001-04-01`, as messages show a day. */
export function formatDay(day: number): string {
  return new Date(ORIGIN_MS + day * MINUTES_PER_DAY * MINUTE_MS).toISOString().slice(0, 10);
}
