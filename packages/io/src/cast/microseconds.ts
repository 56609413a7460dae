/** Dates as microseconds since 1970, the unit of timestamps. */

/** A number when that is exact; undefined of an invalid date. */
export function microsecondsOf(date: Date): number | bigint | undefined {
  const ms = date.getTime();
  if (Number.isNaN(ms)) return undefined;
  const microseconds = ms * 1000;
  return Number.isSafeInteger(microseconds) ? microseconds : BigInt(ms) * 1000n;
}
