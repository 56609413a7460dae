import { describe, expect, test } from "vitest";
import { arrowSchema, arrowType, equalTypes } from "../../src/arrow.js";
import { defineTable, IDENTITY_EDGES_DESC, listTables } from "../../src/index.js";
import { sampleSchema } from "./sample-rows.js";

describe("arrowType", () => {
  test("refuses what is not a column type", () => {
    expect(() => arrowType("i128" as never)).toThrow(
      expect.objectContaining({ code: "INVALID_DESCRIPTOR" }),
    );
  });
});

describe("arrowSchema", () => {
  test("maps every column type", () => {
    expect(sampleSchema.fields.map((field) => String(field.type))).toEqual([
      "Int64",
      "Float64",
      "Dictionary<Int32, Utf8>",
      "Bool",
      "Int32",
      "Float32",
      "Timestamp<MICROSECOND, UTC>",
      "Binary",
      "Utf8",
      "Utf8",
      "FixedSizeList[3]<Float32>",
      "FixedSizeList[2]<Int64>",
      "Struct<{x:Float64, label:Dictionary<Int32, Utf8>}>",
    ]);
  });

  test("keeps the order and the nullability of the descriptor", () => {
    const fields = arrowSchema(IDENTITY_EDGES_DESC).fields;
    expect(fields.map((field) => field.name)).toEqual(Object.keys(IDENTITY_EDGES_DESC.columns));
    expect(fields.filter((field) => field.nullable).map((field) => field.name)).toEqual(
      IDENTITY_EDGES_DESC.nullable,
    );
  });

  test("marks open structs, and only those, as JSON", () => {
    const table = defineTable({ name: "t", columns: { a: "struct", b: "str" } });
    const [open, text] = arrowSchema(table).fields;
    expect(open?.metadata.get("ARROW:extension:name")).toBe("arrow.json");
    expect(open?.metadata.get("ARROW:extension:metadata")).toBe("");
    expect(text?.metadata.size).toBe(0);
  });

  test("gives each dictionary an id of its own, the same each time", () => {
    for (const table of listTables()) {
      const idsOf = (): number[] => [...arrowSchema(table).dictionaries.keys()];
      expect(new Set(idsOf()).size).toBe(idsOf().length);
      expect(idsOf()).toEqual(idsOf());
    }
  });
});

describe("equalTypes", () => {
  test("tells every column type from every other", () => {
    const distinct = sampleSchema.fields.filter((field) => field.name !== "items");
    for (const a of distinct) {
      for (const b of distinct) expect(equalTypes(a.type, b.type)).toBe(a === b);
    }
  });
});
