import { describe, expect, test } from "vitest";
import {
  formatColumnType,
  isOpenType,
  isStructType,
  parseColumnSpec,
  parseVectorType,
  SchemaError,
} from "../src/index.js";

describe("parseColumnSpec", () => {
  test.each([
    ["i64", { type: "i64", nullable: false }],
    ["i64?", { type: "i64", nullable: true }],
    ["list[struct]?", { type: "list[struct]", nullable: true }],
    ["f32[768]?", { type: "f32[768]", nullable: true }],
    [{ struct: { x: "f64" } }, { type: { struct: { x: "f64" } }, nullable: false }],
    [
      { struct: { x: "f64" }, nullable: true },
      { type: { struct: { x: "f64" } }, nullable: true },
    ],
  ])("splits %j", (spec, expected) => expect(parseColumnSpec("c", spec)).toEqual(expected));

  test.each([null, undefined, 7, "", "?", [], {}, { struct: null }, { struct: "x" }, "__proto__"])(
    "refuses %j, naming the column and what it found",
    (spec) => {
      expect(() => parseColumnSpec("c", spec)).toThrow(SchemaError);
      expect(() => parseColumnSpec("c", spec)).toThrow(
        expect.objectContaining({ code: "INVALID_DESCRIPTOR", details: { column: "c", spec } }),
      );
    },
  );
});

describe("parseVectorType", () => {
  test("splits a vector type", () => {
    expect(parseVectorType("f32[768]")).toEqual({ element: "f32", size: 768 });
    expect(parseVectorType("i64[1048576]")).toEqual({ element: "i64", size: 1_048_576 });
  });

  test.each([
    "f32",
    "f32[0]",
    "f32[01]",
    "f32[1048577]",
    "f32[-1]",
    "f32[1]\n",
    "bool[2]",
    { struct: {} },
  ])("is undefined of %j", (type) => expect(parseVectorType(type as never)).toBeUndefined());
});

describe("kinds of types", () => {
  test("open types are those without declared fields", () => {
    expect([isOpenType("struct"), isOpenType("list[struct]"), isOpenType("str")]).toEqual([
      true,
      true,
      false,
    ]);
    expect(isStructType({ struct: { x: "f64" } })).toBe(true);
    expect(isStructType("struct")).toBe(false);
  });

  test("messages show a type as it is declared", () => {
    expect(formatColumnType("f32[3]")).toBe("f32[3]");
    expect(formatColumnType({ struct: { x: "f64" } })).toBe('{"struct":{"x":"f64"}}');
  });
});
