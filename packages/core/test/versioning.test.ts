import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkCompatible,
  formatSchemaVersion,
  isCompatible,
  isSuccessorOf,
  parseSchemaVersion,
  SCHEMA_V,
  SchemaError,
  schemaVersion,
  VersionMismatch,
} from "../src/index.js";

const of = (major: number, minor: number) => schemaVersion(major, minor, "2026-01-01");

describe("SCHEMA_V", () => {
  test("is 0.1 of 2025-09-20", () => {
    expect(SCHEMA_V).toEqual({ major: 0, minor: 1, date: "2025-09-20" });
    expect(formatSchemaVersion(SCHEMA_V)).toBe("0.1@2025-09-20");
    expect(Object.isFrozen(SCHEMA_V)).toBe(true);
  });
});

describe("schemaVersion", () => {
  test.each([
    [-1, 0, "major must be non-negative"],
    [0, -1, "minor must be non-negative"],
    [0.5, 0, "major must be non-negative and whole"],
    [Number.NaN, 0, "major"],
    [0, 2 ** 53, "minor"],
  ])("refuses %d.%d", (major, minor, message) => {
    expect(() => of(major, minor)).toThrow(SchemaError);
    expect(() => of(major, minor)).toThrow(message);
  });

  test.each([
    "20250920",
    "2025-9-20",
    "2025-02-30",
    "2025-13-01",
    "2025-W38-6",
    "",
    "2025-09-20\n",
  ])("refuses the date %j", (date) => {
    expect(() => schemaVersion(0, 1, date)).toThrow("date must be ISO YYYY-MM-DD");
  });

  test("accepts a leap day", () => {
    expect(schemaVersion(1, 0, "2024-02-29").date).toBe("2024-02-29");
  });
});

describe("parseSchemaVersion", () => {
  test("gives back what formatSchemaVersion was given", () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), fc.nat(999_999_999), (major, minor) => {
        const version = of(major, minor);
        expect(parseSchemaVersion(formatSchemaVersion(version))).toEqual(version);
      }),
    );
  });

  test.each([
    "",
    "0.1",
    "0.1@",
    "01.1@2025-09-20",
    "0.1@2025-09-20\n",
    " 0.1@2025-09-20",
    "-1.0@2025-09-20",
  ])("refuses %j", (text) => {
    expect(() => parseSchemaVersion(text)).toThrow('must be "major.minor@YYYY-MM-DD"');
  });
});

describe("isCompatible", () => {
  test.each([
    [0, 0, true],
    [0, 1, true],
    [0, 2, true],
    [1, 0, false],
    [1, 1, false],
  ])("%d.%d: %s", (major, minor, expected) => {
    expect(isCompatible(of(major, minor))).toBe(expected);
  });
});

describe("checkCompatible", () => {
  test("names the thing, both versions and the remedy", () => {
    expect(() => checkCompatible(SCHEMA_V, "part x")).not.toThrow();
    expect(() => checkCompatible(of(2, 0), "part x")).toThrow(VersionMismatch);
    expect(() => checkCompatible(of(2, 0), "part x")).toThrow(
      expect.objectContaining({
        code: "VERSION_MISMATCH",
        message:
          "part x has schema version 2.0@2026-01-01, this release reads major 0: use a release of crv for major 2",
      }),
    );
  });
});

describe("isSuccessorOf", () => {
  test.each([
    [0, 2, true],
    [1, 0, true],
    [0, 1, false],
    [0, 3, false],
    [1, 1, false],
    [2, 0, false],
  ])("%d.%d after 0.1: %s", (major, minor, expected) => {
    expect(isSuccessorOf(of(major, minor), SCHEMA_V)).toBe(expected);
  });
});
