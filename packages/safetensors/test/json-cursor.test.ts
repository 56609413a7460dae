/** Goal: what the cursor reads is JSON, and all JSON is read. Method: JSON.parse is the judge. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SafetensorsError } from "../src/index.js";
import { JsonCursor } from "../src/json/json-cursor.js";
import { errorOf } from "./support/error-of.js";

/** The value, built from what the cursor says. */
function parse(text: string): unknown {
  const cursor = new JsonCursor(text, "text", 0);
  const value = read(cursor);
  cursor.end();
  return value;
}

function read(cursor: JsonCursor): unknown {
  const kind = cursor.peek();
  if (kind === "string") return cursor.string();
  if (kind === "number") return cursor.number();
  if (kind === "array") {
    const items: unknown[] = [];
    cursor.array(() => items.push(read(cursor)));
    return items;
  }
  if (kind === "object") {
    const members: [string, unknown][] = [];
    cursor.object((key) => members.push([key, read(cursor)]));
    return Object.fromEntries(members);
  }
  cursor.skip();
  return kind === "null" ? null : kind === "true";
}

const accepts = (call: () => unknown): boolean => {
  try {
    call();
    return true;
  } catch (error) {
    if (error instanceof SafetensorsError || error instanceof SyntaxError) return false;
    throw error;
  }
};

/** What JSON.parse takes, but for numbers that it turns into infinity: the cursor refuses these. */
const parseFinite = (text: string): unknown =>
  JSON.parse(text, (_, value) => {
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
      throw new SyntaxError(`${text} holds a number beyond doubles`);
    }
    return value;
  });

describe("JsonCursor", () => {
  test("reads every JSON value as JSON.parse does", () => {
    const values = fc.json({ maxDepth: 5, stringUnit: "grapheme" });
    fc.assert(
      fc.property(values, (text) => {
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test("takes broken JSON exactly when JSON.parse does, numbers beyond doubles aside", () => {
    const tokens = fc.constantFrom(
      ...[
        '"',
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "0",
        "1",
        "-",
        ".",
        "e",
        "+",
        "\\",
        "\\u00e9",
        " ",
        "\n",
      ],
      ...[
        "\u00a0",
        "\ufeff",
        "\t",
        "null",
        "true",
        "nul",
        '"a"',
        "01",
        "1.5",
        "-0",
        "1e3",
        "\u0001",
        "/",
      ],
    );
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 8 }), (list) => {
        const text = list.join("");
        expect(
          accepts(() => parse(text)),
          text,
        ).toBe(accepts(() => parseFinite(text)));
      }),
      { numRuns: 5000, examples: [[["1e3", "1", "0"]]] },
    );
  });

  test.each([
    ["half of a surrogate pair", '"\\ud83d"'],
    ["halves the wrong way round", '"\\ude00\\ud83d"'],
    ["a number beyond doubles", "1e999"],
  ])("refuses %s, which JSON.parse takes", async (_, text) => {
    expect(accepts(() => JSON.parse(text))).toBe(true);
    expect((await errorOf(() => parse(text))).code).toBe("INVALID_JSON");
  });

  test("reads 127 containers within one another, and not one more", async () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(accepts(() => parse(nested(127)))).toBe(true);
    expect((await errorOf(() => parse(nested(128)))).code).toBe("LIMIT_EXCEEDED");
  });

  test("tells where, in bytes", async () => {
    const { offset, message } = await errorOf(() => parse('{"é😀": x}'));
    expect(offset).toBe(11);
    expect(message).toContain('found "x", at offset 11');
  });

  test.each([
    ["0", 0],
    ["9007199254740991", 2 ** 53 - 1],
    ["9007199254740993", 2n ** 53n + 1n],
    ["18446744073709551615", 2n ** 64n - 1n],
    ["1.0", undefined],
    ["1e0", undefined],
    ["-1", undefined],
    ['"1"', undefined],
  ])("the unsigned integer in %s is %s", (text, expected) => {
    expect(new JsonCursor(text, "text", 0).unsigned()).toBe(expected);
  });
});
