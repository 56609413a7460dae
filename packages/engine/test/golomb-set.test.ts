/** Goal: a coded set decodes to itself, and bytes that are none are refused, whatever they are. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSet, encodeSet } from "../src/keys/golomb-set.js";

const LIMIT = 2 ** 40;
const values = fc
  .array(fc.integer({ min: 0, max: LIMIT - 1 }), { maxLength: 50 })
  .map((list) => Float64Array.from(list).sort());

describe("coded sets", () => {
  test("decode to what was coded", () => {
    fc.assert(
      fc.property(values, (set) => {
        expect(decodeSet(encodeSet(set), set.length, LIMIT)).toEqual(set);
      }),
    );
  });

  test.each([
    ["of one zero", [0], "800000"],
    ["of a remainder", [1], "800008"],
    ["of one multiple", [2 ** 20], "400000"],
    ["of equal values", [5, 5], "80002c000000"],
  ])("have the bytes of the page: %s", (_, list, hex) => {
    expect(Buffer.from(encodeSet(Float64Array.from(list))).toString("hex")).toBe(hex);
  });

  test("any bytes give a set or nothing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(2 ** 31), (bytes, count) => {
        const set = decodeSet(bytes, count, LIMIT);
        if (set === undefined) return;
        expect(set.length).toBe(count);
        expect(set.every((value, i) => value < LIMIT && value >= (set[i - 1] ?? 0))).toBe(true);
      }),
    );
  });

  test("are refused when they are cut, extended, of another count or beyond the limit", () => {
    fc.assert(
      fc.property(
        values.filter((set) => set.length > 0),
        (set) => {
          const bytes = encodeSet(set);
          const last = set[set.length - 1] as number;
          expect(decodeSet(bytes.subarray(0, -1), set.length, LIMIT)).toBeUndefined();
          expect(decodeSet(Buffer.concat([bytes, bytes]), set.length, LIMIT)).toBeUndefined();
          expect(decodeSet(bytes, set.length + 1, LIMIT)).toBeUndefined();
          expect(decodeSet(bytes, set.length, last)).toBeUndefined();
        },
      ),
    );
  });
});
