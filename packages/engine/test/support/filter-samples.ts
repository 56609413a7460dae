/**
 * Rows, filters and the obvious meaning of both, for the tests of scan/: values are few and at the
 * edges of their types, so that random filters hit them.
 */
import { type CompareOp, compareText, type Predicate, type Scalar } from "@crv/core";
import { batchOf } from "@crv/core/arrow";
import {
  Bool,
  type Data,
  type DataType,
  Dictionary,
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  makeData,
  type RecordBatch,
  Schema,
  TimestampMicrosecond,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";

/** The columns; `text` comes with a dictionary, `plain` without. */
export const COLUMNS = ["whole", "real", "single", "small", "flag", "at", "text", "plain"] as const;
export type Column = (typeof COLUMNS)[number];
export type SampleRow = Readonly<Record<Column, Scalar | null>>;

const TYPES: Readonly<Record<Column, DataType>> = {
  whole: new Int64(),
  real: new Float64(),
  single: new Float32(),
  small: new Int32(),
  flag: new Bool(),
  at: new TimestampMicrosecond("UTC"),
  text: new Dictionary(new Utf8(), new Int32(), 0),
  plain: new Utf8(),
};

const WHOLE = [0n, 1n, -1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n];
const REAL = [0, -0, 1, 1.5, -1, 2 ** 53, 2 ** 60, Infinity, -Infinity, Number.NaN];
const TEXT = ["", "a", "ab", "b", "\ue000", "\u{10000}", "x".repeat(70)];

const VALUES: Readonly<Record<Column, readonly Scalar[]>> = {
  whole: WHOLE,
  real: REAL,
  single: REAL,
  small: [0, 1, -1, 2 ** 31 - 1],
  flag: [true, false],
  at: WHOLE,
  text: TEXT,
  plain: TEXT,
};

const rowGenerator: fc.Arbitrary<SampleRow> = fc.record(
  Object.fromEntries(
    COLUMNS.map((column) => [column, fc.option(fc.constantFrom(...VALUES[column]))]),
  ) as Record<Column, fc.Arbitrary<Scalar | null>>,
);

export const rowsGenerator: fc.Arbitrary<SampleRow[]> = fc.array(rowGenerator, {
  minLength: 1,
  maxLength: 20,
});

/** What a column may be compared with: of numbers, any number. */
function constants(column: Column): fc.Arbitrary<Scalar> {
  if (["flag", "text", "plain"].includes(column)) return fc.constantFrom(...VALUES[column]);
  return fc.constantFrom<Scalar>(...WHOLE, ...REAL, 0.5, -(2 ** 63), 2n ** 70n);
}

const OPS: readonly CompareOp[] = ["eq", "ne", "lt", "le", "gt", "ge"];

const leafGenerator: fc.Arbitrary<Predicate> = fc.constantFrom(...COLUMNS).chain((column) =>
  fc.oneof(
    fc.record({
      kind: fc.constant("compare" as const),
      column: fc.constant(column),
      op: fc.constantFrom(...OPS),
      value: constants(column),
    }),
    fc.record({
      kind: fc.constant("in" as const),
      column: fc.constant(column),
      values: fc.array(constants(column), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant("isNull" as const), column: fc.constant(column) }),
  ),
);

export const predicateGenerator: fc.Arbitrary<Predicate> = fc.letrec<{ any: Predicate }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leafGenerator,
    fc.record({ kind: fc.constant("not" as const), of: tie("any") }),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      of: fc.array(tie("any"), { maxLength: 3 }),
    }),
  ),
})).any;

/** Whether `predicate` is true, false or (undefined) unknown of `row`. */
export function truthOf(predicate: Predicate, row: SampleRow): boolean | undefined {
  switch (predicate.kind) {
    case "and": {
      const truths = predicate.of.map((p) => truthOf(p, row));
      return truths.includes(false) ? false : truths.includes(undefined) ? undefined : true;
    }
    case "or": {
      const truths = predicate.of.map((p) => truthOf(p, row));
      return truths.includes(true) ? true : truths.includes(undefined) ? undefined : false;
    }
    case "not": {
      const truth = truthOf(predicate.of, row);
      return truth === undefined ? undefined : !truth;
    }
  }
  const value = row[predicate.column as Column];
  switch (predicate.kind) {
    case "isNull":
      return value === null;
    case "in":
      if (predicate.values.length === 0) return false;
      return value === null ? undefined : predicate.values.some((v) => compare(value, "eq", v));
    case "compare":
      return value === null ? undefined : compare(value, predicate.op, predicate.value);
  }
}

function compare(value: Scalar, op: CompareOp, constant: Scalar): boolean {
  if (Number.isNaN(value) || Number.isNaN(constant)) return op === "ne";
  const order =
    typeof value === "string"
      ? compareText(value, String(constant))
      : value < constant
        ? -1
        : value > constant
          ? 1
          : 0;
  const passes = { eq: order === 0, ne: order !== 0, lt: order < 0, ge: order >= 0 };
  return { ...passes, le: order <= 0, gt: order > 0 }[op];
}

/** `rows` as a batch without the columns `absent`. */
export function batchOfSamples(
  rows: readonly SampleRow[],
  absent: readonly string[] = [],
): RecordBatch {
  const columns = COLUMNS.filter((column) => !absent.includes(column));
  const schema = new Schema(columns.map((column) => new Field(column, TYPES[column], true)));
  return batchOf(
    schema,
    rows.length,
    columns.map((column) =>
      columnOf(
        column,
        rows.map((row) => row[column]),
      ),
    ),
  );
}

function columnOf(column: Column, values: readonly (Scalar | null)[]): Data {
  if (column !== "at") return chunkOf(vectorFromArray([...values], TYPES[column] as never));
  // Its builder takes milliseconds, which would round.
  const whole = chunkOf(vectorFromArray([...values], new Int64() as never));
  const { length, nullCount, nullBitmap, values: data } = whole;
  const type = TYPES.at as TimestampMicrosecond;
  return makeData({ type, length, nullCount, nullBitmap, data });
}

function chunkOf({ data }: { readonly data: readonly Data[] }): Data {
  const [chunk] = data;
  if (chunk === undefined) throw new Error("a column of no chunk");
  return chunk;
}
