import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalJson,
  hashContext,
  hashRow,
  hashState,
  NESTING_MAX,
  SchemaError,
} from "../src/index.js";

describe("canonicalJson", () => {
  test.each([
    [{ b: 1, a: [true, null, "x"] }, '{"a":[true,null,"x"],"b":1}'],
    ["ä – 日本", '"ä – 日本"'],
    ['a"b\\c\n\u0007', '"a\\"b\\\\c\\n\\u0007"'],
    [{ a: undefined, b: 2 }, '{"b":2}'],
    [{}, "{}"],
    [[], "[]"],
    [1.0, "1"],
    [-0, "0"],
    [1e21, "1e+21"],
    [0.1, "0.1"],
    ["\ud800", '"\\ud800"'],
  ])("%j is %s", (value, text) => expect(canonicalJson(value)).toBe(text));

  test("writes a bigint with all its digits", () => {
    expect(canonicalJson(123456789012345678901234567890n)).toBe("123456789012345678901234567890");
    expect(canonicalJson(1n)).toBe(canonicalJson(1));
  });

  test("says the same whatever the order of the members", () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(object, fc.infiniteStream(fc.nat()), (value, stream) => {
        const shuffled = Object.entries(value)
          .map(([key, member]) => ({ key, member, at: stream.next().value as number }))
          .sort((a, b) => a.at - b.at);
        const other = Object.fromEntries(shuffled.map(({ key, member }) => [key, member]));
        expect(canonicalJson(other)).toBe(canonicalJson(value));
      }),
    );
  });

  test("is JSON of the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(canonicalJson(plain))).toEqual(plain);
      }),
    );
  });

  test("sorts keys by code point, where UTF-16 would not", () => {
    expect(canonicalJson({ "\u{10000}": 1, "\ue000": 2, a: 3 })).toBe(
      '{"a":3,"\ue000":2,"\u{10000}":1}',
    );
  });

  test("keeps a member named __proto__ as any other", () => {
    const value: unknown = JSON.parse('{"z":1,"__proto__":{"a":1}}');
    expect(canonicalJson(value)).toBe('{"__proto__":{"a":1},"z":1}');
  });

  test("fills the holes of a sparse array with nothing: they are refused", () => {
    // biome-ignore lint/suspicious/noSparseArray: it is the case
    expect(() => canonicalJson([1, , 2])).toThrow("undefined has no JSON form");
  });

  test.each([
    ["NaN", Number.NaN],
    ["an infinity", Number.POSITIVE_INFINITY],
    ["undefined", undefined],
    ["a function", () => 1],
    ["a symbol", Symbol("x")],
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["bytes", new Uint8Array(1)],
    ["an object of a class", new (class Row {})()],
  ])("refuses %s, also deep inside", (_, value) => {
    expect(() => canonicalJson(value)).toThrow(SchemaError);
    expect(() => canonicalJson({ a: [value] })).toThrow(
      expect.objectContaining({ code: "INVALID_VALUE", details: { value } }),
    );
  });

  test("refuses what is nested too deep, and what contains itself", () => {
    const nest = (levels: number): unknown => (levels === 0 ? 1 : [nest(levels - 1)]);
    expect(canonicalJson(nest(NESTING_MAX))).toHaveLength(2 * NESTING_MAX + 1);
    const limit = expect.objectContaining({ code: "LIMIT_EXCEEDED" });
    expect(() => canonicalJson(nest(NESTING_MAX + 1))).toThrow(limit);
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => canonicalJson(cycle)).toThrow(limit);
  });
});

describe("hashes", () => {
  test("are those of the original: the check vector", () => {
    const expected = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
    expect(hashRow({ a: 1 })).toBe(expected);
    expect(hashContext({ a: 1 })).toBe(expected);
    expect(hashState({ a: 1 })).toBe(expected);
  });

  test("are of UTF-8", () => {
    expect(hashRow({ name: "Zoë" })).toBe(
      "6bd0ee7972d372ec1f8a3cc44302e5449751305d73c2b69b5a79c62f88a4ca77",
    );
  });

  test("do not depend on the order of members", () => {
    expect(hashRow({ a: 1, b: { c: 2, d: 3 } })).toBe(hashRow({ b: { d: 3, c: 2 }, a: 1 }));
    expect(hashRow({ a: 1 })).not.toBe(hashRow({ a: 2 }));
  });
});
