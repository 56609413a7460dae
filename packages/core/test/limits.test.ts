/** Goal: limits fit together, and docs/format/limits.md lists them all. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  CHECKPOINT_BYTES_MAX,
  COLUMNS_MAX,
  NAME_CHARS_MAX,
  NESTING_MAX,
  RECORD_BYTES_MAX,
  SIDECAR_BYTES_MAX,
  STRUCT_NESTING_MAX,
  TABLES_MAX,
  TICK_MAX,
} from "../src/index.js";

const source = readFileSync(new URL("../src/limits.ts", import.meta.url), "utf8");
const page = readFileSync(new URL("../../../docs/format/limits.md", import.meta.url), "utf8");

describe("limits", () => {
  test("are all on the page, and no others", () => {
    const defined = [...source.matchAll(/^export const (\w+)/gm)].map(([, name]) => name);
    const listed = [...page.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(listed.length).toBeGreaterThan(10);
    expect(listed.sort()).toEqual(defined.sort());
  });

  test("a sidecar can name every table", () => {
    expect(TABLES_MAX * (NAME_CHARS_MAX + 24)).toBeLessThan(SIDECAR_BYTES_MAX);
  });

  test("a record can describe the widest table", () => {
    expect(COLUMNS_MAX * 4 * NAME_CHARS_MAX).toBeLessThan(RECORD_BYTES_MAX);
  });

  test("the JSON of a record can hold the deepest struct", () => {
    // record, tables, table, descriptor, columns, column, type
    expect(7 + 3 * STRUCT_NESTING_MAX).toBeLessThan(NESTING_MAX);
  });

  test("a checkpoint can hold the largest record", () => {
    expect(RECORD_BYTES_MAX).toBeLessThan(CHECKPOINT_BYTES_MAX);
  });

  test("ticks are exact in JavaScript", () => {
    expect(Number.isSafeInteger(TICK_MAX)).toBe(true);
  });
});
