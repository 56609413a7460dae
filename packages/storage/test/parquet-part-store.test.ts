/**
 * The Parquet part store on sound parts: what is written comes back, and other readers see plain
 * Parquet. Parts that are damaged have a file of their own.
 */
import { defineTable, parseObjectKey, parseRunId } from "@crv/core";
import { partStoreConformance } from "@crv/storage-trait/conformance";
import type { PartStore } from "@crv/storage-trait/parts";
import { DataType } from "apache-arrow";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { afterEach, describe, expect, test } from "vitest";
import { createParquetPartStore, type ParquetPartStoreOptions } from "../src/parquet/part-store.js";
import {
  batchesOfRows,
  batchOfRows,
  EDGES,
  EVERY_TYPE,
  edgeRow,
  everyTypeRow,
  memoryObjects,
  PART,
  readAligned,
  rowsOf,
  valuesOf,
  writeRows,
} from "./parquet-samples.js";

partStoreConformance({
  name: "ParquetPartStore",
  harness: { describe, test },
  table: EVERY_TYPE,
  batches: (rows) => batchesOfRows(EVERY_TYPE, rowsOf(rows, everyTypeRow), 300),
  async open() {
    const store = memoryObjects();
    return { store, parts: createParquetPartStore({ store, rowGroupRows: 400 }) };
  },
});

describe("createParquetPartStore", () => {
  const opened: PartStore[] = [];
  afterEach(async () => {
    for (const parts of opened.splice(0)) await parts.close();
  });

  function open(options: Partial<ParquetPartStoreOptions> = {}) {
    const store = memoryObjects();
    const parts = createParquetPartStore({ store, ...options });
    opened.push(parts);
    return { store, parts };
  }

  async function fileOf(store: ReturnType<typeof memoryObjects>): Promise<ArrayBuffer> {
    const bytes = await store.get(PART, { sizeBytesMax: 1 << 30 });
    return new Uint8Array(bytes ?? []).buffer;
  }

  test.each(["zstd", "lz4", "snappy"] as const)(
    "gives every type and its nulls back, written with %s",
    async (compression) => {
      const { parts } = open({ compression, rowGroupRows: 64 });
      const batch = batchOfRows(EVERY_TYPE, rowsOf(200, everyTypeRow));
      const part = await writeRows(parts, { table: EVERY_TYPE, batches: [batch] });
      expect(valuesOf(await readAligned(parts, part, EVERY_TYPE))).toEqual(valuesOf(batch));
    },
  );

  test("gives back values that are easily lost", async () => {
    const table = defineTable({
      name: "edge_values",
      columns: { whole: "i64", real: "f64", single: "f32", text: "str", at: "timestamp" },
    });
    const rows = [
      { whole: 2n ** 63n - 1n, real: -0, single: -0, text: "\u0000", at: -1n },
      { whole: -(2n ** 63n), real: Number.NaN, single: Infinity, text: "", at: 2n ** 60n },
      { whole: 2n ** 53n + 1n, real: 5e-324, single: 1e-45, text: "\u{10ffff}", at: 0n },
    ];
    const { parts } = open();
    const batch = batchOfRows(table, rows);
    const part = await writeRows(parts, { table, batches: [batch] });
    expect(valuesOf(await readAligned(parts, part, table))).toEqual(valuesOf(batch));
  });

  test("writes batches that have other dictionaries, and slices, as the rows they are", async () => {
    const { parts } = open({ rowGroupRows: 50 });
    const rows = rowsOf(120, everyTypeRow);
    const [first, ...rest] = batchesOfRows(EVERY_TYPE, rows, 37);
    if (first === undefined) throw new Error("no batch");
    const batches = [first.slice(0, 5), first.slice(5, 37), ...rest];
    const part = await writeRows(parts, { table: EVERY_TYPE, batches });
    expect(valuesOf(await readAligned(parts, part, EVERY_TYPE))).toEqual(
      valuesOf(batchOfRows(EVERY_TYPE, rows)),
    );
  });

  test("decodes texts of long parts as dictionaries, so that each distinct one is read once", async () => {
    const { parts } = open();
    const batch = batchOfRows(EDGES, rowsOf(5000, edgeRow));
    const part = await writeRows(parts, { table: EDGES, batches: [batch] });
    expect(valuesOf(await readAligned(parts, part, EDGES))).toEqual(valuesOf(batch));
    for await (const { schema, data } of parts.read(part, EDGES)) {
      expect(DataType.isDictionary(schema.fields[1]?.type)).toBe(true);
      expect(data.children[1]?.dictionary?.length).toBe(13);
    }
  });

  test("counts the rows when no column is asked for", async () => {
    const { parts } = open({ rowGroupRows: 30 });
    const batch = batchOfRows(EDGES, rowsOf(100, edgeRow));
    const part = await writeRows(parts, { table: EDGES, batches: [batch] });
    let rows = 0;
    for await (const found of parts.read(part, EDGES, { columns: [], rowGroups: [1, 3] })) {
      expect(found.numCols).toBe(0);
      rows += found.numRows;
    }
    expect(rows).toBe(40);
  });

  test("ignores columns of the part that the table does not have", async () => {
    const { parts } = open();
    const batch = batchOfRows(EDGES, rowsOf(10, edgeRow));
    const part = await writeRows(parts, { table: EDGES, batches: [batch] });
    const narrow = defineTable({ name: "edges", columns: { weight: "f64", tick: "i64" } });
    for await (const { schema } of parts.read(part, narrow)) {
      expect(schema.names).toEqual(["weight", "tick"]);
    }
  });

  test("is a plain Parquet file to another reader", async () => {
    const { store, parts } = open({ rowGroupRows: 40 });
    const rows = rowsOf(100, edgeRow);
    const part = await writeRows(parts, { table: EDGES, batches: [batchOfRows(EDGES, rows)] });
    const file = await fileOf(store);
    const metadata = parquetMetadata(file);
    const keyValues = Object.fromEntries(
      (metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value]),
    );
    expect(keyValues).toEqual({
      crv_schema_version: "0.1@2025-09-20",
      crv_table_name: "edges",
      crv_run_id: "run-1",
      "ARROW:schema": expect.any(String),
    });
    expect(metadata.schema.slice(1).map((e) => [e.name, e.type, e.repetition_type])).toEqual([
      ["tick", "INT64", "REQUIRED"],
      ["observer", "BYTE_ARRAY", "REQUIRED"],
      ["weight", "DOUBLE", "REQUIRED"],
    ]);
    expect(metadata.schema[2]?.logical_type).toEqual({ type: "STRING" });
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([40, 40, 20]);
    expect(part.rowGroups?.map((group) => group.rows)).toEqual([40, 40, 20]);
    expect(await parquetReadObjects({ file, compressors })).toEqual(rows);
  });

  test("reads with a reader alone, and then refuses to write", async () => {
    const { store, parts } = open();
    const batch = batchOfRows(EDGES, rowsOf(10, edgeRow));
    const part = await writeRows(parts, { table: EDGES, batches: [batch] });
    const { create: _, ...reader } = store;
    const readOnly = createParquetPartStore({ store: reader });
    opened.push(readOnly);
    expect((await readAligned(readOnly, part, EDGES)).numRows).toBe(10);
    await expect(writeRows(readOnly, { table: EDGES, batches: [batch] })).rejects.toMatchObject({
      code: "READ_ONLY",
    });
  });

  test("refuses a batch of other columns and a part of no rows as mistakes of the caller", async () => {
    const { parts } = open();
    const wrong = batchOfRows(EVERY_TYPE, rowsOf(3, everyTypeRow));
    await expect(writeRows(parts, { table: EDGES, batches: [wrong] })).rejects.toThrow(TypeError);
    await expect(writeRows(parts, { table: EDGES, batches: [] })).rejects.toThrow(TypeError);
  });

  test("serves ten reads at once", async () => {
    const { parts } = open({ rowGroupRows: 100 });
    const keys = Array.from({ length: 10 }, (_, i) => parseObjectKey(`tables/edges/part-${i}`));
    const batches = keys.map((_, i) => batchOfRows(EDGES, rowsOf(250 + i, edgeRow)));
    const entries = await Promise.all(
      keys.map((key, i) => {
        const batch = batches[i];
        if (batch === undefined) throw new Error("no batch");
        return writeRows(parts, { table: EDGES, batches: [batch], key });
      }),
    );
    const found = await Promise.all(entries.map((part) => readAligned(parts, part, EDGES)));
    expect(found.map(valuesOf)).toEqual(batches.map(valuesOf));
  });

  test("answers CLOSED after close, which may be called twice", async () => {
    const { parts } = open();
    const batch = batchOfRows(EDGES, rowsOf(10, edgeRow));
    const part = await writeRows(parts, { table: EDGES, batches: [batch] });
    await parts.close();
    await parts.close();
    await expect(readAligned(parts, part, EDGES)).rejects.toMatchObject({ code: "CLOSED" });
    await expect(
      parts.write({
        key: PART,
        runId: parseRunId("run-1"),
        table: EDGES,
        bucket: 0,
        batches: [batch],
        durability: "full",
      }),
    ).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("refuses settings that could never work", () => {
    for (const wrong of [{ workers: 0 }, { rowGroupRows: 1.5 }, { decodeTimeoutMs: -1 }]) {
      expect(() => createParquetPartStore({ store: memoryObjects(), ...wrong })).toThrow(
        expect.objectContaining({ code: "INVALID_CONFIG" }),
      );
    }
  });
});
