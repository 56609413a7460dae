import { describe, expect, test } from "vitest";
import { GrammarError, makeRunId, parseRunId, type Random } from "../src/index.js";

const random: Random = {
  bytes: (count) => Uint8Array.from([0x00, 0xab, 0x0c, 0xff].slice(0, count)),
  fraction: () => 0,
};

describe("makeRunId", () => {
  test("is the prefix and six hex digits of the given randomness", () => {
    expect(makeRunId(random)).toBe("run_00ab0c");
    expect(makeRunId(random, "sweep_3")).toBe("sweep_3_00ab0c");
  });

  test("is a run id", () => expect(parseRunId(makeRunId(random))).toBe("run_00ab0c"));

  test.each(["", "Run", "a-b", "../x", "run_", "run\n"])("refuses the prefix %j", (prefix) => {
    expect(() => makeRunId(random, prefix)).toThrow(GrammarError);
    expect(() => makeRunId(random, prefix)).toThrow("run id prefix must be lower_snake");
  });

  test("refuses a prefix that makes the id too long", () => {
    expect(() => makeRunId(random, "a".repeat(122))).toThrow("at most 128 characters");
  });
});
