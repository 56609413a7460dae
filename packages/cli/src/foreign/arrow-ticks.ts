/** Ticks of an Arrow column of timestamps or dates. */

import {
  type Data,
  DataType,
  DateUnit,
  Field,
  Int64,
  makeData,
  type Timestamp,
  TimeUnit,
} from "apache-arrow";
import { IoSchemaError } from "crv";
import { type ImportPlan, TICK_COLUMN } from "./import-plan.js";
import { tickOf } from "./tick-clock.js";

const MICROS_PER_UNIT: Readonly<Record<TimeUnit, bigint>> = {
  [TimeUnit.SECOND]: 1_000_000n,
  [TimeUnit.MILLISECOND]: 1_000n,
  [TimeUnit.MICROSECOND]: 1n,
  // Divided instead.
  [TimeUnit.NANOSECOND]: 0n,
};

/**
 * @param firstRow Index of the first row in the file, for messages.
 * @throws IoSchemaError `NULL_VALUE` naming the row that has no time.
 */
export function arrowTicks(
  data: Data | undefined,
  { source: { source }, clock }: NonNullable<ImportPlan["computedTick"]>,
  firstRow: number,
): { field: Field; data: Data } {
  const length = data?.length ?? 0;
  const ticks = new BigInt64Array(length);
  for (let row = 0; row < length; row++) {
    if (data === undefined || !data.getValid(row)) {
      throw new IoSchemaError(
        "NULL_VALUE",
        `row ${firstRow + row} has no time in column ${JSON.stringify(source)}: ticks are never null; fill it, or remove the row`,
        { details: { row: firstRow + row, column: source } },
      );
    }
    ticks[row] = tickOf(microsOf(data, row), clock);
  }
  const field = new Field(TICK_COLUMN, new Int64(), false);
  return { field, data: makeData({ type: new Int64(), length, nullCount: 0, data: ticks }) };
}

/** Rounded down, as ticks are; a finer time is refused where it is stored. */
function microsOf({ type, values }: Data, row: number): bigint {
  const value = BigInt(values[row] as number | bigint);
  if (DataType.isDate(type)) return value * (type.unit === DateUnit.DAY ? 86_400_000_000n : 1_000n);
  const { unit } = type as Timestamp;
  if (unit !== TimeUnit.NANOSECOND) return value * MICROS_PER_UNIT[unit];
  return value / 1000n - (value % 1000n < 0n ? 1n : 0n);
}
