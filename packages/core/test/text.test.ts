import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareText } from "../src/index.js";

const text = fc.string({ unit: "binary", maxLength: 12 });

describe("compareText", () => {
  test.each([
    ["", "", 0],
    ["", "a", -1],
    ["a", "b", -1],
    ["a", "aa", -1],
    ["B", "a", -1],
    ["z", "\u{10000}", -1],
    ["\ue000", "\u{10000}", -1],
    ["\uffff", "\u{10ffff}", -1],
    ["\ud7ff", "\ue000", -1],
  ])("%j and %j: %d", (a, b, order) => {
    expect(compareText(a, b)).toBe(order);
    expect(compareText(b, a)).toBe(order === 0 ? 0 : -order);
  });

  test("is the order of UTF-8 bytes", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(compareText(a, b)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 1000 },
    );
  });
});
