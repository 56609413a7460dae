import { describe, expect, test } from "vitest";
import { textTable } from "../src/format/text-table.js";

describe("textTable", () => {
  test("aligns columns by their width on screen, without lines or trailing blanks", () => {
    const columns = [{ name: "table" }, { name: "rows", align: "right" as const }];
    const rows = [
      ["flights", "3,000"],
      ["東京", "1"],
    ];
    expect(textTable(columns, rows)).toBe(
      ["table     rows", "flights  3,000", "東京         1", ""].join("\n"),
    );
  });

  test("shows control characters as escapes", () => {
    expect(textTable([{ name: "a" }], [["x\u001b[0m\ny"]])).toBe("a\nx\\u001b[0m\\ny\n");
  });

  test("is the heading when there are no rows", () => {
    expect(textTable([{ name: "run" }], [])).toBe("run\n");
  });
});
