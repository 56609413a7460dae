import { describe, expect, test } from "vitest";
import { parseOptions } from "../options.mjs";

describe("options of npm run campaign", () => {
  test("are 1,000 kills of seed 1, if nothing is said", () => {
    expect(parseOptions([])).toEqual({ seed: 1, kills: 1000, minutes: Number.POSITIVE_INFINITY });
  });

  test("minutes end the campaign in the place of kills, unless both are said", () => {
    expect(parseOptions(["--minutes", "2", "--seed", "7"])).toEqual({
      seed: 7,
      kills: Number.POSITIVE_INFINITY,
      minutes: 2,
    });
    expect(parseOptions(["--minutes", "2", "--kills", "5"])).toMatchObject({
      kills: 5,
      minutes: 2,
    });
  });

  test.each([
    ["--kills", "many"],
    ["--seed", ""],
    ["--minutes", "-1"],
  ])("refuse %s %j", (name, value) => {
    expect(() => parseOptions([`${name}=${value}`])).toThrow(RangeError);
  });

  test("refuse what they do not know", () => {
    expect(() => parseOptions(["--killz", "5"])).toThrow(/killz/);
  });
});
