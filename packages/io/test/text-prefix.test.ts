/** Goal: the range of a prefix holds the texts that begin with it, and no others. */
import { compareText } from "@crv/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { textAfterPrefix } from "../src/read/text-prefix.js";

/** Characters beside the borders: of one unit and two, below and above the halves of pairs, the last. */
const character = fc.constantFrom(
  "a",
  "b",
  "\u{d7ff}",
  "\u{e000}",
  "\u{ffff}",
  "\u{1f600}",
  "\u{10ffff}",
);
const text = fc.array(character, { maxLength: 5 }).map((characters) => characters.join(""));

test("a text is in the range of a prefix if and only if it begins with it", () => {
  fc.assert(
    fc.property(text, text, fc.boolean(), (prefix, rest, begins) => {
      const value = begins ? prefix + rest : rest;
      const end = textAfterPrefix(prefix);
      const isWithin =
        compareText(value, prefix) >= 0 && (end === undefined || compareText(value, end) < 0);
      expect(isWithin).toBe(value.startsWith(prefix));
    }),
    { numRuns: 2000 },
  );
});
