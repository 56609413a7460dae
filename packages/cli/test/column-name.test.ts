import { describe, expect, test } from "vitest";
import { toColumnName } from "../src/foreign/column-name.js";

describe("toColumnName", () => {
  test.each([
    ["origin", "origin"],
    ["Origin Airport", "origin_airport"],
    ["originAirport", "origin_airport"],
    ["__Größe (cm)__", "gro_e_cm"],
    ["Délai", "delai"],
    ["2001", "column_2001"],
    ["bucket", "bucket_column"],
    ["NOT", "not_column"],
  ])("%j becomes %s", (source, name) => {
    expect(toColumnName(source)).toBe(name);
  });

  test("refuses a name of which nothing is left", () => {
    expect(() => toColumnName("東京")).toThrow('"東京"');
  });
});
