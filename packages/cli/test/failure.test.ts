import { CommanderError } from "commander";
import { CrvError } from "crv";
import { describe, expect, test } from "vitest";
import { EXIT_BY_ACTION, EXIT_UNEXPECTED } from "../src/exit-codes.js";
import { describeFailure } from "../src/failure.js";

describe("describeFailure", () => {
  test("tells an error of crv in two lines, with action and code", () => {
    const failure = describeFailure(new CrvError("UNKNOWN_TABLE", "no table\n\u001b[2Jx"));
    expect(failure.exitCode).toBe(2);
    expect(failure.lines).toEqual([
      "crv: no table\\n\\u001b[2Jx",
      expect.stringMatching(/^hint: .*\(fix-input, UNKNOWN_TABLE\)$/),
    ]);
  });

  test("has its own exit code for every action", () => {
    const codes = Object.values(EXIT_BY_ACTION);
    expect(new Set(codes).size).toBe(codes.length);
    expect(Math.min(...codes)).toBeGreaterThan(EXIT_UNEXPECTED);
  });

  test("calls any other error a defect", () => {
    const failure = describeFailure(new TypeError("x is undefined"));
    expect(failure.exitCode).toBe(1);
    expect(failure.lines[0]).toBe("crv: unexpected: x is undefined");
  });

  test("puts the advice of commander on one line", () => {
    const error = new CommanderError(
      1,
      "commander.unknownOption",
      "error: unknown option '--rot'\n(Did you mean --root?)",
    );
    expect(describeFailure(error)).toMatchObject({
      exitCode: 2,
      lines: [
        expect.stringMatching(/^crv: unknown option '--rot' \(Did you mean --root\?\)$/),
        expect.stringContaining("USAGE"),
      ],
    });
  });
});
