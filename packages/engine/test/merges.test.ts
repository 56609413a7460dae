/**
 * Goal: a merge is what a simple one over rows in memory is; whoever works beside it, or dies in it, leaves
 * all of it or nothing.
 */
import { describe, expect, test } from "vitest";
import {
  crashMerge,
  mergeAgainstModel,
  mergeBeside,
  mergeWhileCleanedUp,
} from "./support/merge-proofs.js";
import { proofSize } from "./support/proof-size.js";

describe("a merge", () => {
  test("of random branches is that of rows in memory", async () => {
    const outcomes = await mergeAgainstModel(proofSize(40, 3_000), 1);
    console.log(JSON.stringify(Object.fromEntries(outcomes)));
    for (const what of ["merged", "fastForward", "up to date", "conflict", "decided: theirs"]) {
      expect(outcomes.get(what) ?? 0, what).toBeGreaterThan(2);
    }
    expect(outcomes.get("of several bases") ?? 0).toBeGreaterThan(0);
  }, 600_000);

  test("of a branch that is deleted and cleaned up meanwhile lands before that, or not", async () => {
    const outcomes = await mergeBeside("deletes the branch");
    expect([...outcomes]).toEqual(expect.arrayContaining(["CONFLICT", "merged"]));
  });

  test("beside another one that was taken back does not bring it again", async () => {
    const outcomes = await mergeBeside("merges the branch and takes it back");
    expect([...outcomes]).toEqual(expect.arrayContaining(["CONFLICT", "upToDate"]));
  });

  test("keeps what it takes over from a cleanup", async () => {
    expect([...(await mergeWhileCleanedUp())]).toEqual(expect.arrayContaining(["merged"]));
  });

  test("into a branch that dies at any call leaves all or nothing", async () => {
    expect(await crashMerge()).toEqual(new Set([false, true]));
  });
});
