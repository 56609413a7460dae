import { describe, expect, test } from "vitest";
import { escapeJsonText, escapeLine } from "../src/format/escape-text.js";

describe("escapeLine", () => {
  test.each([
    ["\u001b[31mred", "\\u001b[31mred"],
    ["a\r\nb\tc", "a\\r\\nb\\tc"],
    ["\u009b2J", "\\u009b2J"],
    ["\u202eexe.txt", "\\u202eexe.txt"],
    ["line\u2028break", "line\\u2028break"],
    ["Zürich 東京 👩‍🚀", "Zürich 東京 👩‍🚀"],
  ])("writes %j as %j", (text, escaped) => {
    expect(escapeLine(text)).toBe(escaped);
  });
});

describe("escapeJsonText", () => {
  test("keeps the value", () => {
    const value = "\u001b[31m\u007f\u009b\u202e\u2028";
    const text = escapeJsonText(JSON.stringify(value));
    expect(JSON.parse(text)).toBe(value);
    expect(text).toMatch(/^[\x20-\x7e]*$/);
  });
});
