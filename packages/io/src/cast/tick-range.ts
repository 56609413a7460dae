/** Checks the ticks of a whole column. */
import { readInt64, wordsOf } from "@crv/core/arrow";
import type { Data } from "apache-arrow";
import type { InputColumn } from "./input-shape.js";
import { refuseValue } from "./refuse-value.js";

/**
 * Requires: an i64 or i32 column without nulls.
 *
 * @throws IoSchemaError `INVALID_TICK` naming the first row whose tick is negative or too large.
 */
export function checkTicks(column: InputColumn, ticks: Data, firstRow: number): void {
  const { values, length } = ticks;
  const words = values instanceof BigInt64Array ? wordsOf(values) : undefined;
  for (let row = 0; row < length; row++) {
    const tick = words === undefined ? (values[row] as number) : readInt64(words, row);
    // The upper bound of an i32 tick is that of its type.
    if (tick >= 0 && tick <= Number.MAX_SAFE_INTEGER) continue;
    throw refuseValue(column, firstRow + row, values[row]);
  }
}
