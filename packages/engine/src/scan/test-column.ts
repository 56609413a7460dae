/** Truth of one condition on one column, for all rows at once. */
import { IoSchemaError, type Predicate, show } from "@crv/core";
import { type Data, DataType } from "apache-arrow";
import { columnValues } from "./column-values.js";
import { constantTruth, FALSE, TRUE, type Truths, UNKNOWN } from "./truth.js";
import { type Comparison, constantsOf, kindOf, valueTest } from "./value-test.js";

/** The predicates that look at one column. */
export type ColumnCondition = Extract<Predicate, { column: string }>;

/**
 * @param data The column, undefined when the batch lacks it: then every row is null.
 * @throws IoSchemaError `INVALID_FILTER` for a value that the column's values cannot be compared with.
 */
export function testColumn(
  condition: ColumnCondition,
  data: Data | undefined,
  rows: number,
): Truths {
  if (condition.kind === "isNull") return testNulls(data, rows);
  // A row is equal to none of no values, even if it is null.
  if (constantsOf(condition).length === 0) return constantTruth(rows, FALSE);
  if (data === undefined || DataType.isNull(data.type)) return constantTruth(rows, UNKNOWN);
  return testValues(condition, data);
}

function testNulls(data: Data | undefined, rows: number): Truths {
  if (data === undefined || DataType.isNull(data.type)) return constantTruth(rows, TRUE);
  const truths = DataType.isDictionary(data.type)
    ? spread(data, (values) => testNulls(values, values.length))
    : constantTruth(rows, FALSE);
  return markNulls(truths, data, TRUE);
}

function testValues(condition: Comparison, data: Data): Truths {
  if (DataType.isDictionary(data.type)) {
    // Each distinct value is tested once, not each row.
    return markNulls(
      spread(data, (values) => testValues(condition, values)),
      data,
      UNKNOWN,
    );
  }
  const values = columnValues(data);
  const wrong = constantsOf(condition).find((constant) => kindOf(constant) !== values?.kind);
  if (values === undefined || wrong !== undefined) {
    throw incomparable(condition.column, data.type, wrong ?? constantsOf(condition)[0]);
  }
  const passes = valueTest(condition);
  const truths = new Uint8Array(data.length);
  const hasNulls = data.nullCount > 0;
  for (let row = 0; row < truths.length; row++) {
    if (hasNulls && !data.getValid(row)) truths[row] = UNKNOWN;
    else truths[row] = passes(values.at(row)) ? TRUE : FALSE;
  }
  return truths;
}

/** The truth of each row from that of its value in the dictionary. */
function spread(data: Data, test: (values: Data) => Truths): Truths {
  const byCode = Buffer.concat((data.dictionary?.data ?? []).map(test));
  const codes: ArrayLike<number | bigint> = data.values;
  const truths = new Uint8Array(data.length);
  for (let row = 0; row < truths.length; row++) truths[row] = byCode[Number(codes[row])] ?? FALSE;
  return truths;
}

function markNulls(truths: Truths, data: Data, truth: number): Truths {
  if (data.nullCount === 0) return truths;
  for (let row = 0; row < truths.length; row++) if (!data.getValid(row)) truths[row] = truth;
  return truths;
}

function incomparable(column: string, type: DataType, value: unknown): IoSchemaError {
  return new IoSchemaError(
    "INVALID_FILTER",
    `column ${show(column)} holds ${type}, which cannot be compared with ${show(value)}`,
    { details: { column, type: String(type), value } },
  );
}
