import { describe, expect, test } from "vitest";
import { jsonText } from "../src/format/json-text.js";

describe("jsonText", () => {
  test("writes bigint with all its digits", () => {
    expect(jsonText({ big: 9223372036854775807n })).toBe('{"big":9223372036854775807}');
  });

  test("names the numbers that JSON lacks", () => {
    expect(jsonText([Number.NaN, -Infinity, 0.1])).toBe('["NaN","-Infinity",0.1]');
  });

  test("writes bytes as base64 and typed arrays as arrays", () => {
    expect(jsonText({ bytes: Uint8Array.of(1, 2), vector: Float32Array.of(0.5, 1) })).toBe(
      '{"bytes":"AQI=","vector":[0.5,1]}',
    );
  });

  test("leaves out undefined members and keeps nulls", () => {
    expect(jsonText({ absent: undefined, empty: null })).toBe('{"empty":null}');
  });

  test("indents like JSON.stringify", () => {
    const value = { a: [1, { b: "c" }], empty: [], none: {} };
    expect(jsonText(value, 2)).toBe(JSON.stringify(value, null, 2));
  });

  test("escapes control characters", () => {
    expect(jsonText("\u001b[2J\u009b")).toBe('"\\u001b[2J\\u009b"');
  });
});
