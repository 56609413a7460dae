/** Numbers as people read them. `--json` has them whole. */

/** `3,000,000` */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Three significant digits, powers of 1000: `13.5 MB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** power;
  const digits = power === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(value)));
  return `${value.toFixed(digits)} ${UNITS[power]}`;
}

/** `0-1439`; empty for a table without ticks. */
export function formatTicks(tickMin: number | null, tickMax: number | null): string {
  return tickMin === null || tickMax === null ? "" : `${tickMin}-${tickMax}`;
}

/** Microseconds since 1970 as `2001-01-01T00:01:00.000000Z`. */
export function formatMicros(micros: bigint): string {
  // Rounds down, also before 1970.
  const millis = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n);
  const date = new Date(Number(millis));
  // Date ends in the year 275760; Parquet does not.
  if (Number.isNaN(date.getTime())) return `${micros} us`;
  const rest = String(micros - millis * 1000n).padStart(3, "0");
  return date.toISOString().replace("Z", `${rest}Z`);
}
