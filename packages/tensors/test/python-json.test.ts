/** Goal: metadata are read as the original writes them, and what JSON cannot say is never written. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeJson, encodeJson } from "../src/python-json.js";
import type { Json } from "../src/tensor-input.js";

const decode = (text: string): Json => decodeJson("it", new TextEncoder().encode(text));

describe("encodeJson", () => {
  test("gives back what it was given", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const found = decodeJson("it", encodeJson(value as Json));
        expect(found).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("refuses what JSON cannot say", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    const bad = [undefined, Number.NaN, 1n, () => 1, new Map(), new Date(), "\ud800", cyclic];
    for (const value of bad) {
      assert.throws(() => encodeJson({ a: value } as unknown as Json), {
        code: "INVALID_ARGUMENT",
      });
    }
  });
});

describe("decodeJson", () => {
  test("takes the tokens of Python outside of texts, and leaves texts alone", () => {
    expect(decode('{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN, \\" -Infinity"}')).toEqual({
      a: Number.NaN,
      b: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
      c: 'NaN, " -Infinity',
    });
  });

  test.each(["", "{", '{"a": nan}', "{'a': 1}", '{"a": NaN', "\ufeff{}"])("refuses %j", (text) => {
    assert.throws(() => decode(text), { code: "CORRUPT" });
  });

  test("refuses bytes that are no UTF-8", () => {
    assert.throws(() => decodeJson("it", Uint8Array.of(0x22, 0xff, 0x22)), { code: "CORRUPT" });
  });
});
