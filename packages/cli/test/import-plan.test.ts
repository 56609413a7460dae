import { describe, expect, test } from "vitest";
import type { ForeignColumn } from "../src/foreign/foreign-column.js";
import { planImport } from "../src/foreign/import-plan.js";

const column = (name: string, type: ForeignColumn["type"], nullable = false): ForeignColumn => ({
  source: name.toUpperCase(),
  sourceType: "INT64",
  name,
  type,
  nullable,
});
const columns = [column("date", "timestamp"), column("delay", "i64", true), column("n", "i64")];
const unit = "minute";

describe("planImport", () => {
  test("has no tick column unless one is named", () => {
    const { table } = planImport(columns, { table: "flights" });
    expect(table.tickColumn).toBeNull();
    expect(table.required).toEqual(["date", "n"]);
    expect(table.nullable).toEqual(["delay"]);
  });

  test("computes ticks of a timestamp in a column of their own, before the others", () => {
    const plan = planImport(columns, {
      table: "flights",
      tick: { source: "DATE", unit },
      bucketSize: 1440,
    });
    expect(Object.keys(plan.table.columns)).toEqual(["tick", "date", "delay", "n"]);
    expect(plan.table).toMatchObject({ tickColumn: "tick", tickBucketSize: 1440 });
    expect(plan.computedTick).toEqual({ source: columns[0], clock: { unit, originMs: 0 } });
  });

  test("takes whole numbers for ticks as they are", () => {
    const plan = planImport(columns, { table: "flights", tick: { source: "N" } });
    expect(plan.table.tickColumn).toBe("n");
    expect(plan.computedTick).toBeUndefined();
  });

  test.each([
    ["a column that is not there", { source: "NONE" }, "DATE, DELAY, N"],
    ["a timestamp without a unit", { source: "DATE" }, "--tick-unit"],
    ["a unit for whole numbers", { source: "N", unit }, "for timestamps, and N is i64"],
    ["an origin for whole numbers", { source: "N", originMs: 0 }, "for timestamps"],
    ["a column with nulls", { source: "DELAY" }, "required i64"],
  ] as const)("refuses %s", (_, tick, message) => {
    expect(() => planImport(columns, { table: "flights", tick })).toThrow(message);
  });

  test("a key is of columns of the file, which have no nulls", () => {
    const { table } = planImport(columns, { table: "flights", key: ["N", "DATE"] });
    expect(table.key).toEqual(["n", "date"]);
    expect(() => planImport(columns, { table: "flights", key: ["n"] })).toThrow('--key "n" is not');
    expect(() => planImport(columns, { table: "flights", key: ["DELAY"] })).toThrow("required");
  });

  test("refuses to add ticks to a file that has a column of that name", () => {
    const tick = { source: "DATE", unit } as const;
    expect(() =>
      planImport([...columns, column("tick", "i64")], { table: "flights", tick }),
    ).toThrow("--columns");
  });
});
