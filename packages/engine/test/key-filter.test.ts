/**
 * Goal: a key that a part holds is never said to be absent, and few others are said to be there.
 * Method: random keys of every type that keys may be of, at the ends of their ranges.
 */
import { readFileSync } from "node:fs";
import { createHash52 } from "@crv/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyBytes } from "../src/keys/key-bytes.js";
import { encodeKeyFilter, KeyFilter } from "../src/keys/key-filter.js";
import { i32Column, i64Column, keyRows, keysOfTypes, TYPED } from "./support/key-samples.js";

const hash = await createHash52();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("bytes of a key", () => {
  test("are those of the page", () => {
    const key = { tick: 2n ** 53n + 1n, small: -1, flag: true, at: -1n, name: "aü😀" };
    const bytes = keyBytes(keyRows([key]), TYPED.key)(0);
    expect(hex(bytes)).toBe(
      "0100000000002000" +
        "ffffffffffffffff" +
        "0100000000000000" +
        "ffffffffffffffff" +
        "07000000" +
        "61c3bcf09f9880",
    );
  });

  test("do not depend on the width of the column", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (value) => {
        const wide = keyBytes(i64Column([BigInt(value)]), ["value"])(0).slice();
        expect(keyBytes(i32Column([value]), ["value"])(0)).toEqual(wide);
      }),
    );
  });

  test("of equal keys are equal, of others differ", () => {
    fc.assert(
      fc.property(keysOfTypes, keysOfTypes, (a, b) => {
        const bytesOf = keyBytes(keyRows([a, b, { ...a }]), TYPED.key);
        const [first, second, third] = [0, 1, 2].map((row) => hex(bytesOf(row)));
        expect(first).toBe(third);
        const isSame = TYPED.key.every(
          (name) => a[name as keyof typeof a] === b[name as keyof typeof b],
        );
        expect(first === second).toBe(isSame);
      }),
    );
  });

  test("of long texts are whole", () => {
    const name = "ü".repeat(5000);
    const key = { tick: 0n, small: 0, flag: false, at: 0n, name };
    expect(keyBytes(keyRows([key]), ["name"])(0).byteLength).toBe(4 + 10_000);
  });
});

describe("key filters", () => {
  test("hold every key that they were made of", () => {
    fc.assert(
      fc.property(fc.array(keysOfTypes, { minLength: 1, maxLength: 300 }), (keys) => {
        const bytesOf = keyBytes(keyRows(keys), TYPED.key);
        const hashes = Float64Array.from(keys, (_, row) => hash(bytesOf(row)));
        const filter = encodeKeyFilter(hashes);
        const decoded = filter && KeyFilter.decode(filter.bytes, filter.keys);
        expect(hashes.every((each) => decoded?.mayHold(each))).toBe(true);
      }),
    );
  });

  test.each([1, 2, 3, 64, 65, 4096, 4097])("of %i keys hold few others", (count) => {
    const hashOf = (value: number) => hash(keyBytes(i64Column([BigInt(value)]), ["value"])(0));
    const hashes = Float64Array.from({ length: count }, (_, i) => hashOf(i));
    const filter = encodeKeyFilter(hashes);
    const decoded = filter && KeyFilter.decode(filter.bytes, filter.keys);
    expect(hashes.every((each) => decoded?.mayHold(each))).toBe(true);
    const others = Float64Array.from({ length: 20_000 }, (_, i) => hashOf(-1 - i));
    expect(others.filter((each) => decoded?.mayHold(each)).length).toBeLessThan(3);
    expect((8 * (filter?.bytes.byteLength ?? 0)) / count).toBeLessThanOrEqual(count < 4 ? 24 : 23);
  });

  test("are the worked example of the page", () => {
    const page = readFileSync(
      new URL("../../../docs/format/key-filter.md", import.meta.url),
      "utf8",
    );
    const [, json = ""] = /^## Worked example$[\s\S]*?^```json\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const example = JSON.parse(json);
    const bytesOf = keyBytes(i64Column([3n, 1n, 2n, 1n]), ["value"]);
    const filter = encodeKeyFilter(Float64Array.from([0, 1, 2, 3], (row) => hash(bytesOf(row))));
    const inline = filter && Buffer.from(filter.bytes).toString("base64");
    expect({ columns: ["id"], keys: filter?.keys, inline }).toEqual(example);
  });

  test("that would be too large to be read whole are not made", () => {
    const hashes = Float64Array.from({ length: 6_000_000 }, (_, i) => i * 2 ** 20);
    expect(encodeKeyFilter(hashes)).toBeUndefined();
  });
});
