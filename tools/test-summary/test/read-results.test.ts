import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { plantTree } from "../../planted-tree.mjs";
import { countResults, forgetResults, readResults } from "../read-results.mjs";

const RESULTS = "packages/io/.results/vitest.json";
const report = {
  success: true,
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
};

describe("countResults", () => {
  test("takes vitest's own numbers", () => {
    expect(countResults({ ...report, success: false, numFailedTests: 2 })).toEqual({
      passed: 3,
      failed: 2,
    });
  });

  test("counts a run that failed without a failed test as one failure", () => {
    expect(countResults({ ...report, success: false })).toMatchObject({ passed: 3, failed: 1 });
  });

  test("mentions tests that were left out", () => {
    expect(countResults({ ...report, numPendingTests: 1 })).toMatchObject({ note: "1 skipped" });
  });
});

describe("readResults", () => {
  test("reads each folder's file", () => {
    using tree = plantTree({ [RESULTS]: JSON.stringify(report) });
    expect(readResults(tree.root, ["packages/io"])).toEqual([
      { folder: "packages/io", passed: 3, failed: 0 },
    ]);
  });

  test("counts a missing file as one failure", () => {
    using tree = plantTree({});
    expect(readResults(tree.root, ["packages/io"])).toEqual([
      { folder: "packages/io", passed: 0, failed: 1, note: "did not run" },
    ]);
  });
});

describe("forgetResults", () => {
  test("removes an earlier result and leaves the sources", () => {
    using tree = plantTree({ [RESULTS]: JSON.stringify(report) });
    forgetResults(tree.root, ["packages/io", "packages/core"]);
    expect(existsSync(join(tree.root, RESULTS))).toBe(false);
    expect(readFileSync(join(tree.root, "packages/io/src/index.ts"), "utf8")).not.toBe("");
  });
});
