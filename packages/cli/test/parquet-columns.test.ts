import { type FileMetaData, parquetMetadata, type SchemaElement } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { inferColumns } from "../src/foreign/parquet-columns.js";

function metadataOf(...columnData: ColumnSource[]): FileMetaData {
  return parquetMetadata(parquetWriteBuffer({ columnData }));
}

/** Metadata of one column and no row groups, for types that the writer does not make. */
function metadataWith(element: Omit<SchemaElement, "name">): FileMetaData {
  const root = { name: "root", num_children: 1 };
  const schema = [root, { name: "x", ...element }];
  return { version: 2, schema, num_rows: 0n, row_groups: [], metadata_length: 0 };
}

describe("inferColumns", () => {
  test("gives each native type its own", () => {
    const columns = inferColumns(
      metadataOf(
        { name: "Flag", data: [true], type: "BOOLEAN", nullable: false },
        { name: "small", data: [1], type: "INT32", nullable: false },
        { name: "big", data: [1n], type: "INT64", nullable: false },
        { name: "single", data: [0.5], type: "FLOAT", nullable: false },
        { name: "double", data: [0.5], type: "DOUBLE", nullable: false },
        { name: "text", data: ["a"], type: "STRING", nullable: false },
        { name: "bytes", data: [Uint8Array.of(1)], type: "BYTE_ARRAY", nullable: false },
        { name: "time", data: [new Date(0)], type: "TIMESTAMP", nullable: false },
      ),
    );
    expect(columns.map(({ name, type, nullable }) => [name, type, nullable])).toEqual([
      ["flag", "bool", false],
      ["small", "i32", false],
      ["big", "i64", false],
      ["single", "f32", false],
      ["double", "f64", false],
      ["text", "str", false],
      ["bytes", "binary", false],
      ["time", "timestamp", false],
    ]);
  });

  test("is nullable when the file allows nulls, unless its statistics rule them out", () => {
    const columns = inferColumns(
      metadataOf(
        { name: "none", data: [1n, 2n], type: "INT64", nullable: true },
        { name: "some", data: [1n, null], type: "INT64", nullable: true },
        { name: "unknown", data: [1n, 2n], type: "INT64", nullable: true, statistics: false },
      ),
    );
    expect(columns.map(({ nullable }) => nullable)).toEqual([false, true, true]);
  });

  test.each<[string, Omit<SchemaElement, "name">, string]>([
    ["dates", { type: "INT32", converted_type: "DATE" }, "timestamp"],
    ["Spark's old timestamps", { type: "INT96" }, "timestamp"],
    ["unsigned 32 bits", { type: "INT32", converted_type: "UINT_32" }, "i64"],
    ["bytes of 8 bits", { type: "INT32", converted_type: "INT_8" }, "i32"],
    [
      "UUIDs",
      { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, logical_type: { type: "UUID" } },
      "str",
    ],
  ])("maps %s", (_, element, type) => {
    expect(inferColumns(metadataWith(element))[0]?.type).toBe(type);
  });

  test.each<[string, Omit<SchemaElement, "name">]>([
    ["a decimal", { type: "INT64", converted_type: "DECIMAL", scale: 2 }],
    ["a time of day", { type: "INT64", converted_type: "TIME_MICROS" }],
    ["a repeated value", { type: "INT64", repetition_type: "REPEATED" }],
    ["an interval", { type: "FIXED_LEN_BYTE_ARRAY", converted_type: "INTERVAL" }],
  ])("refuses %s, naming the column", (_, element) => {
    expect(() => inferColumns(metadataWith(element))).toThrow('column "x" is of type');
  });

  test("of a file without rows what its schema says; of ticks and keys never nullable", () => {
    const metadata = metadataWith({ type: "INT64" });
    expect(inferColumns(metadata)[0]?.nullable).toBe(true);
    expect(inferColumns(metadata, { required: ["x"] })[0]?.nullable).toBe(false);
  });

  test("leaves out what was not asked for, even what it would refuse", () => {
    const metadata = metadataOf(
      { name: "keep", data: [1n] },
      { name: "list", data: [[1n]] as unknown[] as ColumnSource["data"] },
    );
    expect(inferColumns(metadata, { only: ["keep"] }).map(({ name }) => name)).toEqual(["keep"]);
    expect(() => inferColumns(metadata, { only: ["lost"] })).toThrow("keep, list");
  });

  test("refuses two columns that would have one name", () => {
    const metadata = metadataOf({ name: "A b", data: [1n] }, { name: "a_b", data: [1n] });
    expect(() => inferColumns(metadata)).toThrow('"A b" and "a_b"');
  });
});
