/**
 * Goal: what is appended reads back equal, for every column type.
 * Method: random rows, some columns left out, appended as objects, read as objects; read as an Arrow
 * table too, which is appended to a second run and read from there.
 * Invariants: rows equal, up to what a type does by its nature (absent is null, f32 rounds, numbers
 * of i64 are BigInt when read so); the order within a tick is kept; both ways give the same.
 */
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { everything, openDataset } from "./open-dataset.js";

type Row = Readonly<Record<string, unknown>>;

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
// A byte order mark is a character like others.
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 6 }),
  fc.string({ unit: fc.constantFrom("\ufeff", "a"), maxLength: 3 }),
);
const key = fc.oneof(fc.constantFrom("__proto__", "constructor", "", "a"), text);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(text, fc.boolean(), fc.constant(null), fc.constant(-0)),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc
    .uniqueArray(fc.tuple(key, tie("value")), { selector: ([name]) => name, maxLength: 3 })
    .map((members) => Object.fromEntries(members)),
}));

function nullable<T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(values, { freq: 5 });
}

const rows: fc.Arbitrary<Row[]> = fc.array(
  fc.record(
    {
      tick: fc.integer({ min: 0, max: 250 }),
      wide: nullable(fc.oneof(fc.maxSafeInteger(), int64)),
      real: nullable(fc.double()),
      name: nullable(text),
      flag: nullable(fc.boolean()),
      small: nullable(fc.integer()),
      ratio: nullable(fc.double({ min: -1e38, max: 1e38 })),
      at: nullable(fc.oneof(fc.date({ noInvalidDate: true }), int64)),
      bytes: nullable(fc.uint8Array({ maxLength: 4 })),
      payload: nullable(json.object),
      items: nullable(fc.array(json.object, { maxLength: 3 })),
      state: nullable(fc.array(fc.float(), { minLength: 3, maxLength: 3 })),
      ids: nullable(fc.bigInt64Array({ minLength: 2, maxLength: 2 })),
      point: nullable(
        fc.record({ x: fc.double(), label: nullable(text) }, { noNullPrototype: true }),
      ),
    },
    { requiredKeys: ["tick"], noNullPrototype: true },
  ),
  { minLength: 1, maxLength: 20 },
);

/** How a column of the row reads back, by its nature. */
const READ_AS: Readonly<Record<string, (value: never) => unknown>> = {
  tick: (value: number) => BigInt(value),
  wide: (value: number | bigint) => BigInt(value),
  ratio: (value: number) => Math.fround(value),
  at: (value: Date | bigint) => (value instanceof Date ? BigInt(value.getTime()) * 1000n : value),
  state: (value: readonly number[]) => Float32Array.from(value),
};

function readRow(row: Row): Row {
  const columns = Object.keys(everything.columns).map((column) => {
    const value = row[column] ?? null;
    const readAs = READ_AS[column];
    return [column, value === null || readAs === undefined ? value : readAs(value as never)];
  });
  return Object.fromEntries(columns) as Row;
}

/** Storage order: buckets follow one another, and rows keep their order within each. */
function inStorageOrder(input: readonly Row[]): Row[] {
  const bucketOf = (row: Row): number => Math.floor((row.tick as number) / 100);
  return input.toSorted((a, b) => bucketOf(a) - bucketOf(b));
}

test("rows read back as they were appended, from objects and from Arrow", async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (input) => {
      const expected = inStorageOrder(input).map(readRow);
      const first = openDataset({ tables: [everything] }).run;
      await first.append("everything", input as never);
      deepStrictEqual(await first.scan("everything", { int64: "bigint" }).toRows(), expected);

      const second = openDataset({ tables: [everything] }).run;
      await second.append("everything", await first.scan("everything").toTable());
      deepStrictEqual(await second.scan("everything", { int64: "bigint" }).toRows(), expected);
    }),
    { numRuns: 300 },
  );
});
