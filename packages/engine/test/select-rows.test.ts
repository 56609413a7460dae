/** Invariant: selected are exactly the rows of which the predicate is true, row by row. */
import type { Predicate, Scalar } from "@crv/core";
import {
  type Data,
  Field,
  Int16,
  LargeUtf8,
  makeData,
  Null,
  RecordBatch,
  Schema,
  Struct,
  Uint64,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { selectRows } from "../src/scan/select-rows.js";
import {
  batchOfSamples,
  COLUMNS,
  predicateGenerator,
  rowsGenerator,
  type SampleRow,
  truthOf,
} from "./support/filter-samples.js";

const NO_VALUES = Object.fromEntries(COLUMNS.map((column) => [column, null])) as SampleRow;

function rowsWith(column: string, values: readonly (Scalar | null)[]): RecordBatch {
  return batchOfSamples(values.map((value) => ({ ...NO_VALUES, [column]: value })));
}

function selected(batch: RecordBatch, predicate: Predicate): number[] {
  const rows = selectRows(batch, predicate);
  return rows === "all" ? Array.from({ length: batch.numRows }, (_, i) => i) : [...rows];
}

function batchOfColumn(data: Data): RecordBatch {
  const schema = new Schema([new Field("c", data.type, true)]);
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: data.length, children: [data] }),
  );
}

describe("selectRows", () => {
  test("selects what the row-wise meaning of any predicate selects", () => {
    fc.assert(
      fc.property(
        rowsGenerator,
        predicateGenerator,
        fc.subarray([...COLUMNS]),
        fc.nat(5),
        (rows, predicate, absent, cut) => {
          const batch = batchOfSamples(rows, absent).slice(cut);
          const nulls = Object.fromEntries(absent.map((column) => [column, null]));
          const expected = rows
            .slice(cut)
            .flatMap((row, i) => (truthOf(predicate, { ...row, ...nulls }) === true ? [i] : []));
          expect(selected(batch, predicate)).toEqual(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("says all when every row is true", () => {
    const batch = rowsWith("small", [1, 2, 3]);
    const above = (value: number): Predicate => ({
      kind: "compare",
      column: "small",
      op: "gt",
      value,
    });
    expect(selectRows(batch, above(0))).toBe("all");
    expect(selectRows(batch, above(1))).toEqual(Int32Array.of(1, 2));
    expect(selectRows(batch, { kind: "and", of: [] })).toBe("all");
    expect(selectRows(batch, { kind: "or", of: [] })).toEqual(new Int32Array(0));
  });

  test("compares integers exactly with fractions and beyond 2^53", () => {
    const batch = rowsWith("whole", [1n, 2n, 2n ** 53n, 2n ** 53n + 1n]);
    const eq = (value: Scalar): Predicate => ({
      kind: "compare",
      column: "whole",
      op: "eq",
      value,
    });
    expect(selected(batch, { kind: "compare", column: "whole", op: "lt", value: 1.5 })).toEqual([
      0,
    ]);
    expect(selected(batch, eq(1.5))).toEqual([]);
    expect(selected(batch, eq(2 ** 53))).toEqual([2]);
    expect(selected(batch, eq(2n ** 53n + 1n))).toEqual([3]);
    expect(selected(batch, { kind: "in", column: "whole", values: [2, 2n ** 53n + 1n] })).toEqual([
      1, 3,
    ]);
  });

  test("selects neither nulls nor their opposite", () => {
    const batch = rowsWith("text", ["a", null, "b"]);
    const isA: Predicate = { kind: "compare", column: "text", op: "eq", value: "a" };
    expect(selected(batch, isA)).toEqual([0]);
    expect(selected(batch, { kind: "not", of: isA })).toEqual([2]);
    expect(selected(batch, { kind: "isNull", column: "text" })).toEqual([1]);
  });

  test("reads the types that foreign parts bring", () => {
    const eq = (value: Scalar): Predicate => ({ kind: "compare", column: "c", op: "eq", value });
    const columns: [Data | undefined, Scalar][] = [
      [vectorFromArray([1, 2], new Int16()).data[0], 2],
      [vectorFromArray([1n, 2n ** 64n - 1n], new Uint64()).data[0], 2n ** 64n - 1n],
      [vectorFromArray(["a", "b"], new LargeUtf8()).data[0], "b"],
      [vectorFromArray(["a", "b"], new Utf8()).data[0], "b"],
    ];
    for (const [data, value] of columns) {
      if (data === undefined) throw new Error("a column of no chunk");
      expect(selected(batchOfColumn(data), eq(value))).toEqual([1]);
    }
    const nulls = batchOfColumn(makeData({ type: new Null(), length: 2 }));
    expect(selected(nulls, eq(1))).toEqual([]);
    expect(selected(nulls, { kind: "isNull", column: "c" })).toEqual([0, 1]);
  });

  test("refuses a value that the column cannot be compared with, naming both", () => {
    const wrong: [string, Scalar][] = [
      ["whole", "1"],
      ["text", 1],
      ["flag", 0],
      ["real", true],
    ];
    for (const [column, value] of wrong) {
      const batch = rowsWith(column, [null]);
      for (const predicate of [
        { kind: "compare", column, op: "eq", value },
        { kind: "in", column, values: [value] },
      ] as const) {
        expect(() => selectRows(batch, predicate)).toThrow(
          expect.objectContaining({
            code: "INVALID_FILTER",
            message: expect.stringContaining(column),
          }),
        );
      }
    }
  });
});
