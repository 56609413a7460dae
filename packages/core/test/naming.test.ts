import { describe, expect, test } from "vitest";
import { checkLowerSnake, GrammarError, isLowerSnake } from "../src/index.js";

const GOOD = ["a", "0", "a1", "1a", "edge_kind", "2025_01_01", "a_1_b"];
const BAD = [
  "",
  "_",
  "a_",
  "_a",
  "a__b",
  "A",
  "aB",
  "a-b",
  "a b",
  "a.b",
  "ä",
  "a\n",
  "\na",
  "a\r\n",
];

describe("isLowerSnake", () => {
  test.each(GOOD)("accepts %j", (name) => expect(isLowerSnake(name)).toBe(true));
  test.each(BAD)("refuses %j", (name) => expect(isLowerSnake(name)).toBe(false));
  test.each([undefined, null, 1, ["a"], {}])("refuses %j, which is no text", (value) => {
    expect(isLowerSnake(value)).toBe(false);
  });

  test("answers at once for a long name", () => {
    expect(isLowerSnake(`${"a_".repeat(500_000)}!`)).toBe(false);
  });
});

describe("checkLowerSnake", () => {
  test("returns the name", () => expect(checkLowerSnake("edge_kind")).toBe("edge_kind"));

  test("names the thing, the value and the rule", () => {
    expect(() => checkLowerSnake("Edge", "action_type")).toThrow(GrammarError);
    expect(() => checkLowerSnake("Edge", "action_type")).toThrow(
      expect.objectContaining({
        code: "INVALID_NAME",
        message:
          'action_type must be lower_snake (got: "Edge"): use a-z, 0-9 and single underscores',
        details: { what: "action_type", value: "Edge" },
      }),
    );
  });

  test("shows a long or broken value on one line", () => {
    const message = (value: unknown): string => {
      try {
        return checkLowerSnake(value);
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(message("x\n".repeat(1000))).not.toContain("\n");
    expect(message("x\n".repeat(1000)).length).toBeLessThan(200);
  });
});
