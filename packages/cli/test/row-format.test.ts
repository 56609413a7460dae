import { describe, expect, test } from "vitest";
import {
  formatCsv,
  formatCsvHeading,
  formatNdjson,
  formatRowTable,
} from "../src/format/row-format.js";

const full = {
  tick: 9223372036854775807n,
  at: "2001-01-01T00:01:00.000000Z",
  note: 'a "b",\u001b[2J',
  place: { x: Number.NaN },
  bytes: Uint8Array.of(1, 2),
};
const empty = { tick: 0n, at: null, note: null, place: null, bytes: new Uint8Array() };

describe("formatNdjson", () => {
  test("writes a row per line, exactly", () => {
    expect(formatNdjson([full, empty])).toBe(
      [
        '{"tick":9223372036854775807,"at":"2001-01-01T00:01:00.000000Z",' +
          '"note":"a \\"b\\",\\u001b[2J","place":{"x":"NaN"},"bytes":"AQI="}',
        '{"tick":0,"at":null,"note":null,"place":null,"bytes":""}',
        "",
      ].join("\n"),
    );
  });
});

describe("formatCsv", () => {
  test("quotes what CSV needs quoted, and leaves nulls empty, but not empty values", () => {
    expect(formatCsvHeading(["tick", "at"])).toBe("tick,at\n");
    expect(formatCsv([full, empty], { safely: false })).toBe(
      [
        '9223372036854775807,2001-01-01T00:01:00.000000Z,"a ""b"",\u001b[2J","{""x"":""NaN""}",AQI=',
        '0,,,,""',
        "",
      ].join("\n"),
    );
  });

  test("escapes control characters for a terminal only", () => {
    expect(formatCsv([full], { safely: true })).toContain("\\u001b[2J");
  });
});

describe("formatRowTable", () => {
  test("aligns numbers to the right, shows nulls by name and nested values as JSON", () => {
    const rows = [
      { n: 5n, place: { x: 1 }, at: null },
      { n: null, place: {}, at: "x" },
    ];
    expect(formatRowTable(["n", "place", "at"], rows)).toBe(
      ["   n  place    at", '   5  {"x":1}  null', "null  {}       x", ""].join("\n"),
    );
  });

  test("has its heading without any row", () => {
    expect(formatRowTable(["a", "b"], [])).toBe("a  b\n");
  });
});
