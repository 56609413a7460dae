/**
 * Statistics of parts. Invariant: bounds hold for every value, and are the values' own extremes
 * unless a rule says otherwise; row groups are those of the file.
 */
import { type ColumnStatistics, compareText, defineTable } from "@crv/core";
import fc from "fast-check";
import { parquetMetadata } from "hyparquet";
import { afterAll, describe, expect, test } from "vitest";
import { measurePart } from "../src/parquet/part-statistics.js";
import { createParquetPartStore } from "../src/parquet/part-store.js";
import {
  batchesOfRows,
  batchOfRows,
  EDGES,
  EVERY_TYPE,
  edgeRow,
  everyTypeRow,
  memoryObjects,
  PART,
  type Row,
  rowsOf,
  writeRows,
} from "./parquet-samples.js";

const ONE_OF_EACH = defineTable({
  name: "one_of_each",
  columns: { i: "i64?", f: "f64?", t: "str?", b: "bool?", s: "i32?", g: "f32?", at: "timestamp?" },
  tick: null,
});

function statisticsOf(values: readonly Row[string][], column: string): ColumnStatistics {
  const rows = values.map((value): Row => ({ [column]: value }));
  const measured = measurePart(ONE_OF_EACH, [batchOfRows(ONE_OF_EACH, rows)], 1000);
  const found = measured.columns[column];
  if (found === undefined) throw new Error(`no statistics of ${column}`);
  return found;
}

describe("measurePart", () => {
  test("gives the extremes of each ordered type, and how many are null", () => {
    expect(statisticsOf([3n, null, -5n, 7n], "i")).toEqual({ min: -5n, max: 7n, nulls: 1 });
    expect(statisticsOf([0.5, -1.5, null, null], "f")).toEqual({ min: -1.5, max: 0.5, nulls: 2 });
    expect(statisticsOf(["b", "a", "c"], "t")).toEqual({ min: "a", max: "c", nulls: 0 });
    // A byte order mark is a character of the value.
    expect(statisticsOf(["b", "\ufeffa"], "t")).toEqual({ min: "b", max: "\ufeffa", nulls: 0 });
    expect(statisticsOf([true, true], "b")).toEqual({ min: true, max: true, nulls: 0 });
    expect(statisticsOf([true, null, false], "b")).toEqual({ min: false, max: true, nulls: 1 });
    expect(statisticsOf([9, -9], "s")).toEqual({ min: -9, max: 9, nulls: 0 });
    expect(statisticsOf([0.5, 0.25], "g")).toEqual({ min: 0.25, max: 0.5, nulls: 0 });
    expect(statisticsOf([5n, 4n], "at")).toEqual({ min: 4n, max: 5n, nulls: 0 });
  });

  test("gives no bounds when all is null", () => {
    for (const column of Object.keys(ONE_OF_EACH.columns)) {
      expect(statisticsOf([null, null], column)).toEqual({ nulls: 2 });
    }
  });

  test("gives no bounds of a column that holds NaN", () => {
    expect(statisticsOf([1, Number.NaN, null], "f")).toEqual({ nulls: 1 });
    expect(statisticsOf([1, Number.NaN], "g")).toEqual({ nulls: 0 });
  });

  test("gives no infinite bound, which a record could not hold", () => {
    expect(statisticsOf([1, Number.POSITIVE_INFINITY], "f")).toEqual({ min: 1, nulls: 0 });
    expect(statisticsOf([1, Number.NEGATIVE_INFINITY], "f")).toEqual({ max: 1, nulls: 0 });
  });

  test("takes negative zero for zero", () => {
    expect(Object.is(statisticsOf([-0], "f").min, 0)).toBe(true);
    expect(Object.is(statisticsOf([-0], "f").max, 0)).toBe(true);
  });

  test("tells integers apart beyond 2^53", () => {
    const values = [2n ** 53n + 1n, 2n ** 53n, 2n ** 53n + 3n, 2n ** 53n + 2n];
    expect(statisticsOf(values, "i")).toEqual({ min: 2n ** 53n, max: 2n ** 53n + 3n, nulls: 0 });
    const extremes = { min: -(2n ** 63n), max: 2n ** 63n - 1n, nulls: 0 };
    expect(statisticsOf([2n ** 63n - 2n, 2n ** 63n - 1n, -(2n ** 63n)], "i")).toEqual(extremes);
  });

  test("orders texts by code point", () => {
    expect(statisticsOf(["\u{10000}", "\ue000"], "t")).toMatchObject({
      min: "\ue000",
      max: "\u{10000}",
    });
  });

  test("cuts a long smallest text between code points and leaves a long largest one out", () => {
    const long = "x".repeat(65);
    expect(statisticsOf([long], "t")).toEqual({ min: "x".repeat(64), nulls: 0 });
    expect(statisticsOf(["a", long], "t")).toEqual({ min: "a", nulls: 0 });
    expect(statisticsOf([`${"x".repeat(63)}\u{1f600}`], "t").min).toBe("x".repeat(63));
    expect(statisticsOf(["x".repeat(64)], "t")).toMatchObject({ max: "x".repeat(64) });
  });

  test("counts only nulls of types without order", () => {
    const rows = rowsOf(30, everyTypeRow);
    const { columns } = measurePart(EVERY_TYPE, [batchOfRows(EVERY_TYPE, rows)], 1000);
    for (const column of ["raw", "open", "list", "vector", "point"]) {
      expect(columns[column]).toEqual({ nulls: 10 });
    }
  });

  test("takes tick bounds from the tick column, and null without one", () => {
    const edges = measurePart(EDGES, [batchOfRows(EDGES, rowsOf(100, edgeRow))], 1000);
    expect([edges.tickMin, edges.tickMax, edges.rowGroups]).toEqual([0, 12, undefined]);
    const none = measurePart(ONE_OF_EACH, [batchOfRows(ONE_OF_EACH, [{ i: 1n }])], 1000);
    expect([none.tickMin, none.tickMax]).toEqual([null, null]);
  });

  test("looks only at codes in use, however large the dictionary", () => {
    const batch = batchOfRows(
      ONE_OF_EACH,
      ["a", "m", "z"].map((t): Row => ({ t })),
    );
    const { columns } = measurePart(ONE_OF_EACH, [batch.slice(1, 2)], 1000);
    expect(columns.t).toEqual({ min: "m", max: "m", nulls: 0 });
  });

  test("agrees with the obvious way, for any rows, batches and row groups", () => {
    const row = fc.record({
      i: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      f: fc.option(fc.double()),
      t: fc.option(fc.string({ unit: "binary", maxLength: 8 })),
      b: fc.option(fc.boolean()),
    });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        (rows, batchRows, groupRows) => {
          const batches = batchesOfRows(ONE_OF_EACH, rows, batchRows);
          const measured = measurePart(ONE_OF_EACH, batches, groupRows);
          const groups = measured.rowGroups ?? [measured];
          expect(groups.map((group) => group.rows)).toEqual(groupSizes(rows.length, groupRows));
          for (const column of ["i", "f", "t", "b"] as const) {
            const values = rows.map((r) => r[column]);
            expect(measured.columns[column]).toEqual(obviousStatistics(values));
            for (const [index, group] of groups.entries()) {
              const part = values.slice(index * groupRows, (index + 1) * groupRows);
              expect(group.columns[column]).toEqual(obviousStatistics(part));
            }
          }
        },
      ),
    );
  });
});

describe("row groups of a written part", () => {
  const store = memoryObjects();
  const parts = createParquetPartStore({ store, rowGroupRows: 1000 });
  afterAll(() => parts.close());

  test("are those of the file, with the statistics that the file has", async () => {
    const batches = batchesOfRows(EDGES, rowsOf(4321, edgeRow), 777);
    const part = await writeRows(parts, { table: EDGES, batches });
    const bytes = (await store.get(PART, { sizeBytesMax: 1 << 30 })) ?? new Uint8Array();
    const groups = parquetMetadata(new Uint8Array(bytes).buffer).row_groups;
    expect(part.rowGroups?.map(({ rows }) => rows)).toEqual(groups.map((g) => Number(g.num_rows)));
    for (const [index, group] of groups.entries()) {
      for (const [position, name] of Object.keys(EDGES.columns).entries()) {
        const found = group.columns[position]?.meta_data?.statistics;
        expect(part.rowGroups?.[index]?.columns[name]).toEqual({
          min: found?.min_value,
          max: found?.max_value,
          nulls: Number(found?.null_count),
        });
      }
    }
  });
});

function groupSizes(rows: number, groupRows: number): number[] {
  const starts = Array.from({ length: Math.ceil(rows / groupRows) }, (_, i) => i * groupRows);
  return starts.map((start) => Math.min(groupRows, rows - start));
}

type Cell = bigint | number | string | boolean | null;

/** Of short texts only: sorts all values and takes the ends. */
function obviousStatistics(values: readonly Cell[]): unknown {
  const present = values.filter((value) => value !== null);
  const nulls = values.length - present.length;
  if (present.some((value) => Number.isNaN(value))) return { nulls };
  const sorted = present.sort((a, b) => {
    if (typeof a === "string" && typeof b === "string") return compareText(a, b);
    return a < b ? -1 : a > b ? 1 : 0;
  });
  const [min, max] = [sorted[0], sorted.at(-1)].map((value) => (value === 0 ? 0 : value));
  const isBound = (value: unknown): boolean =>
    value !== undefined && (typeof value !== "number" || Number.isFinite(value));
  return { ...(isBound(min) ? { min } : {}), ...(isBound(max) ? { max } : {}), nulls };
}
