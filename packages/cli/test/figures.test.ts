import { describe, expect, test } from "vitest";
import { formatBytes, formatMicros, formatTicks } from "../src/format/figures.js";

describe("formatBytes", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.00 kB"],
    [13_493_022, "13.5 MB"],
    [123_456_789, "123 MB"],
    [5e15, "5000 TB"],
  ])("%d is %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe("formatMicros", () => {
  test.each([
    [0n, "1970-01-01T00:00:00.000000Z"],
    [978_307_260_000_001n, "2001-01-01T00:01:00.000001Z"],
    [-1n, "1969-12-31T23:59:59.999999Z"],
    [-1000n, "1969-12-31T23:59:59.999000Z"],
    [2n ** 63n - 1n, "9223372036854775807 us"],
  ])("%d is %s", (micros, text) => {
    expect(formatMicros(micros)).toBe(text);
  });
});

describe("formatTicks", () => {
  test("is empty for a table without ticks", () => {
    expect(formatTicks(null, null)).toBe("");
    expect(formatTicks(0, 1439)).toBe("0-1439");
  });
});
