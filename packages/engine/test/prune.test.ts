/** Invariant: what is skipped holds no row for which the condition is true. */
import {
  type ColumnStatistics,
  type PartEntry,
  type Predicate,
  parseObjectKey,
  type Scalar,
  STATISTICS_CHARS_MAX,
  type StatisticsByColumn,
} from "@crv/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mayMatch, pruneParts, pruneRowGroups } from "../src/scan/prune.js";
import { orderOf } from "../src/scan/scalar-order.js";
import {
  COLUMNS,
  predicateGenerator,
  rowsGenerator,
  type SampleRow,
  truthOf,
} from "./support/filter-samples.js";

/** Statistics as a codec gives them; `forget` leaves bounds out, as any codec may. */
function statisticsOf(rows: readonly SampleRow[], forget: ReadonlySet<string>): StatisticsByColumn {
  return Object.fromEntries(
    COLUMNS.map((column) => {
      const values = rows.map((row) => row[column]).filter((value) => value !== null);
      const nulls = rows.length - values.length;
      const bounds = values.some((value) => Number.isNaN(value)) ? {} : boundsOf(values);
      const { min, max } = bounds;
      const found: ColumnStatistics = {
        ...(min === undefined || forget.has(`${column} min`) ? {} : { min }),
        ...(max === undefined || forget.has(`${column} max`) ? {} : { max }),
        nulls,
      };
      return [column, found];
    }),
  );
}

function boundsOf(values: readonly Scalar[]): { min?: Scalar; max?: Scalar } {
  const sorted = [...values].sort((a, b) => orderOf(a, b) ?? 0);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return {};
  const isLong = typeof max === "string" && max.length > STATISTICS_CHARS_MAX;
  return {
    min: typeof min === "string" ? min.slice(0, STATISTICS_CHARS_MAX) : min,
    ...(isLong ? {} : { max }),
  };
}

const forgetGenerator = fc
  .subarray(COLUMNS.flatMap((column) => [`${column} min`, `${column} max`]))
  .map((names) => new Set(names));

describe("mayMatch", () => {
  test("is true whenever some row is, for any predicate and bounds", () => {
    fc.assert(
      fc.property(rowsGenerator, predicateGenerator, forgetGenerator, (rows, predicate, forget) => {
        if (!rows.some((row) => truthOf(predicate, row) === true)) return;
        expect(mayMatch(predicate, statisticsOf(rows, forget), rows.length)).toBe(true);
        expect(mayMatch(predicate, {}, rows.length)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  test("is true whenever some row is, where the part lacks columns", () => {
    fc.assert(
      fc.property(
        rowsGenerator,
        predicateGenerator,
        fc.subarray([...COLUMNS], { maxLength: COLUMNS.length - 1 }),
        (rows, predicate, absent) => {
          const nulls = Object.fromEntries(absent.map((column) => [column, null]));
          const known = rows.map((row): SampleRow => ({ ...row, ...nulls }));
          if (!known.some((row) => truthOf(predicate, row) === true)) return;
          const statistics = Object.fromEntries(
            Object.entries(statisticsOf(rows, new Set())).filter(
              ([column]) => !(absent as string[]).includes(column),
            ),
          );
          expect(mayMatch(predicate, statistics, rows.length)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  const statistics: StatisticsByColumn = {
    n: { min: 10n, max: 20n, nulls: 0 },
    t: { min: "b", max: "d", nulls: 2 },
    none: { nulls: 5 },
    same: { min: 7, max: 7, nulls: 0 },
    open: { min: "x", nulls: 0 },
  };
  const compare = (column: string, op: "eq" | "ne" | "lt" | "le" | "gt" | "ge", value: Scalar) =>
    ({ kind: "compare", column, op, value }) as const satisfies Predicate;

  test.each<[string, Predicate]>([
    ["below the least", compare("n", "lt", 10)],
    ["below the least, by a fraction", compare("n", "le", 9.5)],
    ["above the greatest", compare("n", "gt", 20n)],
    ["equal to none", compare("t", "eq", "e")],
    ["unequal to the only value", compare("same", "ne", 7n)],
    ["among none", { kind: "in", column: "n", values: [1, 9n, 21] }],
    ["among no values", { kind: "in", column: "n", values: [] }],
    ["null where there is none", { kind: "isNull", column: "n" }],
    ["not null where all is null", { kind: "not", of: { kind: "isNull", column: "none" } }],
    ["compared where all is null", compare("none", "ne", 1)],
    ["compared in a column that the part lacks", compare("added_later", "eq", 1)],
    ["not in a range that holds all", { kind: "not", of: compare("n", "ge", 10) }],
    ["below a bound that is only a prefix", compare("open", "lt", "x")],
    [
      "one of two that both fail",
      { kind: "or", of: [compare("n", "lt", 1), compare("t", "gt", "z")] },
    ],
    ["equal to NaN", compare("n", "eq", Number.NaN)],
  ])("proves that no row is %s", (_, predicate) => {
    expect(mayMatch(predicate, statistics, 5)).toBe(false);
  });

  test.each<[string, Predicate]>([
    ["within the bounds", compare("n", "eq", 15)],
    ["null where some are", { kind: "isNull", column: "t" }],
    ["null in a column that the part lacks", { kind: "isNull", column: "added_later" }],
    ["above a bound that is absent", compare("open", "gt", "zzz")],
    ["different from NaN", compare("n", "ne", Number.NaN)],
    ["compared with another kind of value", compare("n", "eq", "15")],
  ])("proves nothing of rows that are %s", (_, predicate) => {
    expect(mayMatch(predicate, statistics, 5)).toBe(true);
  });
});

function partOf(bounds: readonly (readonly [number, number])[]): PartEntry {
  const groups = bounds.map(([min, max]) => ({
    rows: 10,
    columns: { tick: { min, max, nulls: 0 } },
  }));
  const tickMin = Math.min(...bounds.map(([min]) => min));
  const tickMax = Math.max(...bounds.map(([, max]) => max));
  return {
    path: parseObjectKey("tables/t/part"),
    rows: 10 * groups.length,
    bytes: 1,
    digest: "",
    bucket: 0,
    tickMin,
    tickMax,
    columns: { tick: { min: tickMin, max: tickMax, nulls: 0 } },
    ...(groups.length > 1 ? { rowGroups: groups } : {}),
  };
}

describe("pruneParts", () => {
  const parts = [partOf([[0, 9]]), partOf([[10, 19]]), partOf([[20, 29]])];

  test("keeps parts whose ticks overlap the inclusive range, in order", () => {
    expect(pruneParts(parts, { tickMin: 9, tickMax: 10 })).toEqual(parts.slice(0, 2));
    expect(pruneParts(parts, { tickMin: 20 })).toEqual(parts.slice(2));
    expect(pruneParts(parts, { tickMax: -1 })).toEqual([]);
    expect(pruneParts(parts, {})).toEqual(parts);
  });

  test("keeps parts of a table without ticks", () => {
    const part = { ...partOf([[0, 1]]), tickMin: null, tickMax: null };
    expect(pruneParts([part], { tickMin: 5 })).toEqual([part]);
  });

  test("applies the filter too", () => {
    const filter = { kind: "compare", column: "tick", op: "gt", value: 12 } as const;
    expect(pruneParts(parts, { tickMax: 25, filter })).toEqual(parts.slice(1));
  });
});

describe("pruneRowGroups", () => {
  const part = partOf([
    [0, 9],
    [10, 19],
    [20, 29],
  ]);
  const filter = { kind: "compare", column: "tick", op: "gt", value: 12 } as const;

  test("names the row groups that may hold rows", () => {
    expect(pruneRowGroups(part, { filter })).toEqual([1, 2]);
    expect(pruneRowGroups(part, { tickMin: 5, tickMax: 12 }, "tick")).toEqual([0, 1]);
    expect(pruneRowGroups(part, { tickMax: 19, filter }, "tick")).toEqual([1]);
    expect(pruneRowGroups(part, { tickMin: 30 }, "tick")).toEqual([]);
  });

  test("is undefined when none is skipped, or there is only one", () => {
    expect(pruneRowGroups(part, {}, "tick")).toBeUndefined();
    expect(pruneRowGroups(part, { tickMin: 0 }, "tick")).toBeUndefined();
    expect(pruneRowGroups(partOf([[0, 9]]), { filter })).toBeUndefined();
  });
});
