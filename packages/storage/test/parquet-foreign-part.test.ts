/** Parts that other programs wrote, as `stageFiles` and older stores bring them. */
import { readFile } from "node:fs/promises";
import { defineTable, digestOf } from "@crv/core";
import { DataType, type RecordBatch } from "apache-arrow";
import { afterAll, describe, expect, test } from "vitest";
import { createParquetPartStore } from "../src/parquet/part-store.js";
import { memoryObjects, PART, readAligned, valuesOf } from "./parquet-samples.js";

const TABLE = defineTable({
  name: "foreign",
  columns: {
    weight: "f64?",
    tick: "i64?",
    observer: "str?",
    context: "struct?",
    added_later: "i64?",
  },
  tick: null,
});

describe("a foreign part", () => {
  const store = memoryObjects();
  const parts = createParquetPartStore({ store });
  afterAll(() => parts.close());

  async function open(name: string) {
    const bytes = await readFile(new URL(`./fixtures/${name}.parquet`, import.meta.url));
    store.damage(PART, bytes);
    const part = { path: PART, rows: 3, bytes: bytes.length, digest: await digestOf(bytes) };
    const batches: RecordBatch[] = [];
    for await (const batch of parts.read(part, TABLE)) batches.push(batch);
    const [batch] = batches;
    if (batch === undefined) throw new Error("no rows");
    return { part, batch };
  }

  test.each(["polars", "pyarrow", "pyarrow-dictionary", "duckdb"])(
    "written by %s gives the columns of the table that it has, in their order",
    async (name) => {
      const { part, batch } = await open(name);
      expect(batch.schema.names).toEqual(["weight", "tick", "observer", "context"]);
      const rows = await readAligned(parts, part, TABLE, {
        columns: ["weight", "tick", "observer", "added_later"],
      });
      expect(valuesOf(rows)).toMatchObject({
        weight: [0.5, 1.5, null],
        tick: [0n, 1n, 1n],
        observer: ["ada", null, "béla"],
        added_later: [null, null, null],
      });
    },
  );

  test("keeps a native struct where the table has JSON text", async () => {
    const { batch } = await open("pyarrow");
    expect(DataType.isStruct(batch.schema.fields[3]?.type)).toBe(true);
  });
});
