/** Timestamps as text: ISO 8601, in UTC where no zone is named. */

const ISO_TIMESTAMP =
  /^((?:[+-]\d{6}|\d{4})-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:Z| ?([+-])(\d{2}):?(\d{2}))?)?$/;

/** What `crv scan` prints for times beyond the years of Date. */
const MICROS = /^(-?\d{1,19}) us$/;

/** Microseconds since 1970; undefined when it is no timestamp, or finer than a microsecond. */
export function microsOf(text: string): bigint | undefined {
  const match = ISO_TIMESTAMP.exec(text);
  if (match === null) {
    const micros = MICROS.exec(text)?.[1];
    return micros === undefined ? undefined : BigInt(micros);
  }
  const [, date = "", time = "00:00", seconds = "00", fraction = "", sign, hours, minutes] = match;
  const millis = Date.parse(`${date}T${time}:${seconds}Z`);
  // Date would take February 31 for March 3, and 24:00 for the next day.
  if (Number.isNaN(millis) || !new Date(millis).toISOString().startsWith(date)) return undefined;
  const nanos = BigInt(fraction.padEnd(9, "0"));
  if (nanos % 1000n !== 0n) return undefined;
  const offset = BigInt(Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000_000n;
  return BigInt(millis) * 1000n + nanos / 1000n - (sign === "-" ? -offset : offset);
}
