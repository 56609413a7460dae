import type { RecordBatch } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arrowSchema, batchOf, builderForType, readTicks, sortedByTick } from "../../src/arrow.js";
import { defineTable } from "../../src/index.js";

function ticksBatch(ticks: readonly number[], type: "i64" | "i32" = "i64"): RecordBatch {
  const schema = arrowSchema(defineTable({ name: "t", columns: { tick: type } }));
  const builder = builderForType(schema.fields[0]?.type);
  for (const tick of ticks) builder.appendValue(tick);
  return batchOf(schema, ticks.length, [builder.finish()]);
}

const tickLists = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 20 })),
  fc.array(fc.integer({ min: 0, max: 2 ** 20 })),
  fc.array(fc.maxSafeNat()),
);

describe("sortedByTick", () => {
  test("orders rows by tick and keeps the order within one tick", () => {
    fc.assert(
      fc.property(tickLists, (ticks) => {
        const order = sortedByTick(ticksBatch(ticks), "tick");
        const rows = ticks.map((_, row) => row);
        const expected = rows.toSorted((a, b) => (ticks[a] as number) - (ticks[b] as number));
        expect(Array.from(order ?? rows)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test("is undefined when the rows are in order already", () => {
    expect(sortedByTick(ticksBatch([0, 0, 5, 9]), "tick")).toBeUndefined();
    expect(sortedByTick(ticksBatch([]), "tick")).toBeUndefined();
  });
});

describe("readTicks", () => {
  test("reads i64 and i32, also of a slice", () => {
    const ticks = [3, 2 ** 53 - 1, 0];
    expect([...readTicks(ticksBatch(ticks), "tick")]).toEqual(ticks);
    expect([...readTicks(ticksBatch(ticks).slice(1), "tick")]).toEqual(ticks.slice(1));
    expect([...readTicks(ticksBatch([7, 8], "i32"), "tick")]).toEqual([7, 8]);
  });

  test("refuses a batch without the column", () => {
    expect(() => readTicks(ticksBatch([1]), "minute")).toThrow(
      expect.objectContaining({ code: "MISSING_COLUMN" }),
    );
  });
});
