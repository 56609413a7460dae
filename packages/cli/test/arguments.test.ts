import { describe, expect, test } from "vitest";
import { isoTime, jsonObject, nameList, wholeNumber } from "../src/commands/arguments.js";

describe("wholeNumber", () => {
  test.each(["1.5", "x", "", "-1", "1e3", "9007199254740993"])("refuses %j", (text) => {
    expect(() => wholeNumber(0)(text)).toThrow("whole number, at least 0");
  });

  test("reads a number at the bound", () => {
    expect(wholeNumber(0)("0")).toBe(0);
  });
});

describe("nameList", () => {
  test("splits at commas", () => {
    expect(nameList("a, b")).toEqual(["a", "b"]);
    expect(() => nameList("a,,b")).toThrow("commas");
  });
});

describe("jsonObject", () => {
  test("says why a text is not one", () => {
    expect(jsonObject('{"a":{"gt":1}}')).toEqual({ a: { gt: 1 } });
    expect(() => jsonObject("[1]")).toThrow("JSON object");
    expect(() => jsonObject("{")).toThrow("not JSON");
  });
});

describe("isoTime", () => {
  test("takes UTC when the text names no zone", () => {
    expect(isoTime("2001-01-01")).toBe(Date.UTC(2001, 0, 1));
    expect(isoTime("2001-01-01T00:30")).toBe(Date.UTC(2001, 0, 1, 0, 30));
    expect(isoTime("2001-01-01T01:30+01:00")).toBe(Date.UTC(2001, 0, 1, 0, 30));
  });

  test.each([
    "2001",
    "2001-13-01",
    "2001-02-31",
    "2001-01-01T25:00",
    "1 Jan 2001",
    "2001-01-01 00:00",
  ])("refuses %j", (text) => {
    expect(() => isoTime(text)).toThrow("ISO 8601");
  });
});
