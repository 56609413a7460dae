/** Ticks of a batch, and the order that sorts its rows by them. */
import type { RecordBatch } from "apache-arrow";
import { SchemaError, show } from "../errors.js";
import { readInt64, wordsOf } from "./int64.js";

/** Values of the digits that one pass sorts by. Most batches span fewer ticks: one pass. */
const DIGIT_VALUES = 2 ** 16;

/**
 * The tick of each row as a number.
 *
 * @throws SchemaError `MISSING_COLUMN` when the batch has no integer column of that name.
 */
export function readTicks(batch: RecordBatch, tickColumn: string): Float64Array {
  const index = batch.schema.fields.findIndex((field) => field.name === tickColumn);
  const values: unknown = batch.data.children[index]?.values;
  const ticks = new Float64Array(batch.numRows);
  if (values instanceof BigInt64Array) {
    const words = wordsOf(values);
    for (let row = 0; row < ticks.length; row++) ticks[row] = readInt64(words, row);
  } else if (values instanceof Int32Array) {
    ticks.set(values.subarray(0, ticks.length));
  } else if (ticks.length > 0) {
    throw new SchemaError(
      "MISSING_COLUMN",
      `the batch has no tick column ${show(tickColumn)} of i64 or i32`,
      { details: { column: tickColumn } },
    );
  }
  return ticks;
}

/**
 * The rows in order of their ticks, rows of one tick in their old order; undefined when they are in
 * that order already. Takes linear time. Requires: ticks are safe integers and not null.
 */
export function sortedByTick(batch: RecordBatch, tickColumn: string): Int32Array | undefined {
  const ticks = readTicks(batch, tickColumn);
  let isSorted = true;
  let min = ticks[0] ?? 0;
  let max = min;
  for (let row = 1; row < ticks.length; row++) {
    const tick = ticks[row] as number;
    if (tick < (ticks[row - 1] as number)) isSorted = false;
    if (tick < min) min = tick;
    if (tick > max) max = tick;
  }
  return isSorted ? undefined : radixOrder(ticks, min, max - min);
}

/** Sorts by the lowest digit first; each pass keeps the order of the ones before. */
function radixOrder(ticks: Float64Array, min: number, range: number): Int32Array {
  const digits = new Uint16Array(ticks.length);
  let order = new Int32Array(ticks.length);
  for (let row = 0; row < order.length; row++) order[row] = row;
  let sorted = new Int32Array(ticks.length);
  for (let unit = 1; unit <= range; unit *= DIGIT_VALUES) {
    for (let row = 0; row < digits.length; row++) {
      // The store is modulo 2^16, which leaves the digit; the quotient is exact up to 2^53.
      digits[row] = Math.floor(((ticks[row] as number) - min) / unit);
    }
    sortByDigit(order, sorted, digits);
    [order, sorted] = [sorted, order];
  }
  return order;
}

function sortByDigit(from: Int32Array, to: Int32Array, digits: Uint16Array): void {
  /** First the number of rows of each digit, then where the next of them goes. */
  const places = new Int32Array(DIGIT_VALUES);
  for (const digit of digits) places[digit] = (places[digit] as number) + 1;
  let place = 0;
  for (let digit = 0; digit < DIGIT_VALUES; digit++) {
    const count = places[digit] as number;
    places[digit] = place;
    place += count;
  }
  for (let position = 0; position < from.length; position++) {
    const row = from[position] as number;
    const digit = digits[row] as number;
    const at = places[digit] as number;
    to[at] = row;
    places[digit] = at + 1;
  }
}
