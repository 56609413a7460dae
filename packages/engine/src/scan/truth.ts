/**
 * Three-valued truth of many rows, one byte a row. As numbers, false < unknown < true: then `and`
 * is the lesser, `or` the greater, and `not` counts from the other end.
 */

export const FALSE = 0;
export const UNKNOWN = 1;
export const TRUE = 2;

/** Truth of each row. */
export type Truths = Uint8Array;

export function constantTruth(rows: number, truth: number): Truths {
  return new Uint8Array(rows).fill(truth);
}

/** Of no conditions: true. The first operand is reused for the result. */
export function allOf(rows: number, operands: readonly Truths[]): Truths {
  const [result = constantTruth(rows, TRUE), ...rest] = operands;
  for (const operand of rest) {
    for (let row = 0; row < rows; row++) {
      if ((operand[row] as number) < (result[row] as number)) result[row] = operand[row] as number;
    }
  }
  return result;
}

/** Of no conditions: false. The first operand is reused for the result. */
export function anyOf(rows: number, operands: readonly Truths[]): Truths {
  const [result = constantTruth(rows, FALSE), ...rest] = operands;
  for (const operand of rest) {
    for (let row = 0; row < rows; row++) {
      if ((operand[row] as number) > (result[row] as number)) result[row] = operand[row] as number;
    }
  }
  return result;
}

/** In place. */
export function negate(operand: Truths): Truths {
  for (let row = 0; row < operand.length; row++) operand[row] = TRUE - (operand[row] as number);
  return operand;
}

/** Indexes of the rows that are true, ascending; "all" when every row is. */
export function trueRows(truths: Truths): Int32Array | "all" {
  let count = 0;
  for (let row = 0; row < truths.length; row++) if (truths[row] === TRUE) count += 1;
  if (count === truths.length) return "all";
  const rows = new Int32Array(count);
  let position = 0;
  for (let row = 0; row < truths.length; row++) if (truths[row] === TRUE) rows[position++] = row;
  return rows;
}
