import { Field, Int64, Struct, TimestampMicrosecond } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { rowPrinter } from "../src/format/printed-row.js";

const at = new Field("at", new TimestampMicrosecond(), true);
const n = new Field("n", new Int64());

describe("rowPrinter", () => {
  test("writes timestamps as text, and leaves whole numbers as they are", () => {
    const print = rowPrinter([n, at]);
    expect(print({ n: 1n, at: 1n })).toEqual({ n: 1n, at: "1970-01-01T00:00:00.000001Z" });
    expect(print({ n: 1n, at: null })).toEqual({ n: 1n, at: null });
  });

  test("finds timestamps within structs", () => {
    const print = rowPrinter([new Field("place", new Struct([n, at]), true)]);
    expect(print({ place: { n: 1n, at: 0n } })).toEqual({
      place: { n: 1n, at: "1970-01-01T00:00:00.000000Z" },
    });
    expect(print({ place: null })).toEqual({ place: null });
  });

  test("keeps the order of the columns, and does not change the row", () => {
    const row = { at: 0n, n: 1n };
    expect(Object.keys(rowPrinter([at, n])(row))).toEqual(["at", "n"]);
    expect(row).toEqual({ at: 0n, n: 1n });
  });
});
