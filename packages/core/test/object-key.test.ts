import { describe, expect, test } from "vitest";
import { GrammarError, parseObjectKey } from "../src/index.js";

describe("parseObjectKey", () => {
  test.each([
    "crv.json",
    "_log/_head",
    "tables/flights/bucket=000001/part-0123456789abcdef0123456789abcdef.parquet",
    "a/.hidden",
    "k".repeat(1024),
  ])("accepts %s as it is", (key) => expect(parseObjectKey(key)).toBe(key));

  test.each([
    ["empty", ""],
    ["absolute", "/a"],
    ["a directory", "a/"],
    ["an empty segment", "a//b"],
    ["the parent", ".."],
    ["the parent inside", "a/../b"],
    ["the parent at the end", "a/.."],
    ["three dots", "a/.../b"],
    ["the directory itself", "a/./b"],
    ["a segment that ends in a dot", "a./b"],
    ["a backslash", "a\\..\\b"],
    ["a drive", "c:/a"],
    ["a space", "a b"],
    ["a newline at the end", "a\n"],
    ["a NUL", "a\u0000b"],
    ["a wildcard", "a*"],
    ["a question mark", "a?"],
    ["a pipe", "a|b"],
    ["a quote", 'a"b'],
    ["angle brackets", "<a>"],
    ["a letter outside ASCII", "ä"],
    ["a delete character", "a\u007f"],
    ["1025 characters", "k".repeat(1025)],
    ["no text", 7],
  ])("refuses %s", (_, key) => {
    expect(() => parseObjectKey(key)).toThrow(GrammarError);
    expect(() => parseObjectKey(key)).toThrow(
      expect.objectContaining({
        code: "INVALID_NAME",
        details: { what: "object key", value: key },
      }),
    );
  });
});
