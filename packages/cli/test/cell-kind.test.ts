import { describe, expect, test } from "vitest";
import { joinKinds, kindOfJson, kindOfText } from "../src/foreign/cell-kind.js";
import { parseNumbersAsText } from "../src/foreign/json-parse.js";

describe("kindOfText", () => {
  test.each([
    ["12", "i64"],
    [" -3 ", "i64"],
    ["9223372036854775807", "i64"],
    ["9223372036854775808", "str"],
    ["007", "str"],
    ["+1", "str"],
    ["-0", "f64"],
    ["1.0", "f64"],
    ["1e3", "f64"],
    [".5", "f64"],
    [".", "str"],
    ["-", "str"],
    ["NaN", "f64"],
    ["-inf", "f64"],
    ["True", "bool"],
    ["2001-01-01", "timestamp"],
    ["2001-01-01 10:00:00", "timestamp"],
    ["2001-13-01", "str"],
    ["555-1234", "str"],
    ["", "str"],
  ])("%j speaks for %s", (text, kind) => {
    expect(kindOfText(text)).toBe(kind);
  });
});

describe("kindOfJson", () => {
  test.each([
    ["1", "i64"],
    ["1.0", "f64"],
    ["9223372036854775808", "str"],
    ['"1"', "str"],
    ['"NaN"', "f64"],
    ['"2001-01-01T00:00:00Z"', "timestamp"],
    ["true", "bool"],
    ["{}", "struct"],
    ["[]", "list[struct]"],
    ['[{"a":1}]', "list[struct]"],
    ["[1]", "list"],
    ["null", undefined],
  ])("%s speaks for %s", (json, kind) => {
    expect(kindOfJson(parseNumbersAsText(json))).toBe(kind);
  });
});

describe("joinKinds", () => {
  test.each([
    [undefined, "i64", "i64"],
    ["i64", undefined, "i64"],
    ["i64", "f64", "f64"],
    ["f64", "bool", "str"],
    ["timestamp", "i64", "str"],
    ["struct", "struct", "struct"],
    ["struct", "str", undefined],
    ["list", "list[struct]", undefined],
  ] as const)("%s and %s are %s", (one, other, both) => {
    expect(joinKinds(one, other)).toBe(both);
    expect(joinKinds(other, one)).toBe(both);
  });
});
