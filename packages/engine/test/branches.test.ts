/**
 * Goal: a writer that dies anywhere while it writes to a branch leaves the branch and main whole, and
 * whoever opens either settles it; names are given once; what a name needs is never taken for garbage.
 */
import { type BranchName, formatBranchPrefix } from "@crv/core";
import { LEASE_MS } from "@crv/recovery";
import { seededRandom } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import {
  appendToBranch,
  BRANCH,
  checkBoth,
  crashBranchWriter,
  crashWithIdOfMain,
  dieAt,
  nameWhileTrimmed,
  runWithBranch,
  writeToDeleted,
} from "./support/branch-proofs.js";
import { commitRows, LEFT, openProcess } from "./support/universe.js";

describe("a writer to a branch that dies", () => {
  test("at any call leaves all or nothing, and whoever opens main settles it", async () => {
    expect(await crashBranchWriter()).toEqual(new Set([false, true]));
  });

  test("with the power leaves all or nothing", async () => {
    for (let at = 1; ; at += 3) {
      const wreck = await runWithBranch();
      const died = await dieAt(wreck, at, appendToBranch);
      wreck.clock.advance(LEASE_MS);
      for (const disk of wreck.powerLossStates({ max: 3, random: seededRandom(at) })) {
        await checkBoth(disk, { leftovers: true });
      }
      if (!died) break;
    }
  });

  test("takes nothing of main with it that has the same operation id", crashWithIdOfMain);

  test("whose branch was deleted is told that nothing was committed", writeToDeleted);
});

describe("names", () => {
  test("two who want one name: one gets it, the other is told", async () => {
    const disk = await runWithBranch();
    const opened = await Promise.all(["a", "b", "c"].map((name) => openProcess(disk, name)));
    const told = await Promise.allSettled(
      opened.map(({ storage }) => storage.createBranch("wanted" as BranchName, {}, {})),
    );
    const made = told.filter(({ status }) => status === "fulfilled");
    const codes = told.flatMap((one) => (one.status === "rejected" ? [one.reason.code] : []));
    expect([made.length, codes]).toEqual([1, ["ALREADY_EXISTS", "ALREADY_EXISTS"]]);
  });

  test("a deletion never hits a branch that got the name meanwhile", async () => {
    const disk = await runWithBranch();
    const [one, other] = [await openProcess(disk, "one"), await openProcess(disk, "other")];
    // The other deletes and makes it anew between what the first reads and what it publishes.
    let met = false;
    const again = async () => {
      await other.storage.deleteBranch(BRANCH, {});
      return other.storage.createBranch(BRANCH, {}, {});
    };
    let made: ReturnType<typeof again> | undefined;
    const create = one.store.create.bind(one.store);
    one.store.create = async (key, body, options) => {
      if (!met) {
        met = true;
        made = again();
        await made;
      }
      return create(key, body, options);
    };
    const deletion = one.storage.deleteBranch(BRANCH, {});
    await expect(deletion).rejects.toMatchObject({ code: "NOT_FOUND" });
    const { branches } = await one.storage.refs();
    expect(branches.find(({ name }) => name === BRANCH)?.id).toBe((await made)?.id);
  });

  test("a version that is trimmed while it is named is kept, or its name withdrawn", async () => {
    expect(await nameWhileTrimmed()).toEqual(new Set(["made", "NOT_FOUND"]));
  });

  test("the directory of a branch is made by its first commit", async () => {
    const disk = await runWithBranch();
    const inBranch = () => [...disk.objects().keys()].filter((key) => key.startsWith("_branches/"));
    expect(inBranch()).toEqual([]);
    const { storage } = await openProcess(disk, "writer", { branch: BRANCH });
    await commitRows(storage, [{ table: LEFT, values: [9] }]);
    const { branches } = await storage.refs();
    const id = branches.find(({ name }) => name === BRANCH)?.id;
    expect(inBranch()).toEqual([`${id && formatBranchPrefix(id)}_log/00000000000000000002.json`]);
  });
});
