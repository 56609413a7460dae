import type { ColumnType } from "crv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellReader } from "../src/foreign/cell-value.js";
import { microsOf } from "../src/foreign/timestamp-text.js";
import { formatMicros } from "../src/format/figures.js";

const DAY = 86_400_000_000n;

describe("cellReader", () => {
  test.each<[ColumnType, string, unknown]>([
    ["i64", "42", 42],
    ["i64", " +007 ", 7],
    ["i64", "-0", 0],
    ["i64", "9007199254740993", 9007199254740993n],
    ["i64", "-9223372036854775808", -(2n ** 63n)],
    ["i64", "9223372036854775808", undefined],
    ["i64", "1.0", undefined],
    ["i64", "", undefined],
    ["i32", "-2147483648", -2147483648],
    ["i32", "2147483648", undefined],
    ["i32", "x", undefined],
    ["f64", "-0", -0],
    ["f64", "1e-3", 0.001],
    ["f64", ".5", 0.5],
    ["f64", "-Infinity", Number.NEGATIVE_INFINITY],
    ["f64", "nan", Number.NaN],
    ["f64", "-constructor", undefined],
    ["bool", "constructor", undefined],
    ["f64", "1e999", undefined],
    ["f64", "9007199254740993", undefined],
    ["f64", "9007199254740994", 9007199254740994],
    ["f64", "123456789012345680000", 123456789012345680000],
    ["f64", "1,5", undefined],
    ["f64", "0x10", undefined],
    ["bool", "TRUE", true],
    ["bool", "1", undefined],
    ["str", " x ", " x "],
    ["binary", "AQI=", Uint8Array.of(1, 2)],
    ["binary", "AQI", undefined],
    ["struct", '{"a":[1,{"b":null}]}', { a: [1, { b: null }] }],
    ["struct", "[1]", undefined],
    ["struct", '{"a":9007199254740993}', undefined],
    ["list[struct]", '[{"a":1}]', [{ a: 1 }]],
    ["f32[2]", "[1,2.5]", [1, 2.5]],
    ["f32[2]", "[1]", undefined],
    [
      { struct: { n: "i64", t: "timestamp?" } },
      '{"n":9007199254740993}',
      { n: 9007199254740993n, t: null },
    ],
    [{ struct: { n: "i64" } }, '{"n":1,"m":2}', undefined],
  ])("%o of %j is %o", (type, text, value) => {
    expect(cellReader(type)(text)).toEqual(value);
  });

  test("reads every i64 and every f64 as it was printed", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(BigInt(cellReader("i64")(String(value)) as bigint)).toBe(value);
      }),
    );
    fc.assert(
      fc.property(fc.double(), (value) => {
        const text = Object.is(value, -0) ? "-0" : String(value);
        expect(cellReader("f64")(text)).toBe(value);
      }),
    );
  });
});

describe("microsOf", () => {
  test.each([
    ["1970-01-02", DAY],
    ["1970-01-01 00:01", 60_000_000n],
    ["1970-01-01T00:00:00.000001Z", 1n],
    ["1970-01-01T00:00:00,5", 500_000n],
    ["1970-01-01T02:00:00+02:00", 0n],
    ["1969-12-31T19:00:00-0500", 0n],
    ["1970-01-01T00:00:00.000000001Z", undefined],
    ["1970-02-30", undefined],
    ["1970-01-01T24:00:00Z", undefined],
    ["19700101", undefined],
    ["1970-01-01T00:00:00.000000Z and more", undefined],
  ])("%s is %s", (text, micros) => {
    expect(microsOf(text)).toBe(micros);
  });

  test("reads every timestamp as it was printed", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (micros) => {
        expect(microsOf(formatMicros(micros))).toBe(micros);
      }),
    );
  });
});
