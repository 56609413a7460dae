import { describe, expect, test } from "vitest";
import { KILL_POINTS, parseKillPoint } from "../src/kill-point.js";
import { parseOptions } from "../src/options.js";

describe("parseOptions", () => {
  test("kills before the record is published, in the middle of the replay, by default", () => {
    expect(parseOptions([])).toEqual({
      killAt: { phase: "publish", when: "before" },
      killDay: 91,
      days: 182,
      out: "out",
      fresh: false,
    });
  });

  test("is undefined when help is asked for", () => {
    expect(parseOptions(["--help"])).toBeUndefined();
  });

  test.each([
    [["--kill-at", "lunch"], "--kill-at"],
    [["--day", "0"], "1 to 182"],
    [["--days", "3", "--day", "4"], "1 to 3"],
    [["--days", "1.5"], "whole number"],
    [["--dya", "3"], "--dya"],
    [["extra"], "extra"],
  ])("refuses %j", (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});

describe("parseKillPoint", () => {
  test("reads every point that the usage names", () => {
    expect(KILL_POINTS).toHaveLength(11);
    for (const point of KILL_POINTS) expect(parseKillPoint(point)).toBeDefined();
  });

  test("takes a bare phase for the moment before it", () => {
    expect(parseKillPoint("views")).toEqual({ phase: "views", when: "before" });
  });
});
