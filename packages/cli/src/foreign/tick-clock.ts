/** How timestamps become ticks: whole units since an origin, rounded down. */

const MICROS_PER_UNIT = {
  microsecond: 1n,
  millisecond: 1_000n,
  second: 1_000_000n,
  minute: 60_000_000n,
  hour: 3_600_000_000n,
  day: 86_400_000_000n,
} as const;

export type TickUnit = keyof typeof MICROS_PER_UNIT;

export const TICK_UNITS = Object.keys(MICROS_PER_UNIT) as readonly TickUnit[];

export interface TickClock {
  readonly unit: TickUnit;
  /** Milliseconds since 1970. */
  readonly originMs: number;
}

/** Negative before the origin, which the table then refuses, naming the row. */
export function tickOf(micros: bigint, { unit, originMs }: TickClock): bigint {
  const length = MICROS_PER_UNIT[unit];
  const since = micros - BigInt(originMs) * 1000n;
  const tick = since / length;
  return since % length < 0n ? tick - 1n : tick;
}
