import { formatPartPrefix, type OperationId } from "@crv/core";
import { describe, expect, test } from "vitest";
import { openRun, type Run } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { listFiles } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

const RUN_ID = "run-1";
const tables = [flights] as const;

async function makeRun() {
  const root = await scratchDirectory();
  const run = await openRun({ root, runId: RUN_ID, tables });
  for (let i = 0; i < 3; i++) await run.append("flights", flightsFrom(10 * i, 1));
  const open = (branch: string, options: object = {}) =>
    openRun({ root, runId: RUN_ID, branch, tables, ...options });
  return { root, run, open };
}

const minutes = async (run: Run<typeof tables>) =>
  (await run.scan("flights").toRows()).map(({ minute }) => minute).sort((a, b) => a - b);

describe("a branch", () => {
  test("begins as any version of any branch, and goes its own way", async () => {
    const { run, open } = await makeRun();
    const made = await run.createBranch("what-if", { at: 2, actor: "ana", message: "try" });
    expect(made).toMatchObject({ name: "what-if", from: { branch: "main", version: 2 } });
    await using branch = await open("what-if");
    expect(branch).toMatchObject({ branch: "what-if", version: 2 });
    expect(await minutes(branch)).toEqual([0, 10]);
    expect(await branch.append("flights", flightsFrom(500, 1))).toMatchObject({ version: 3 });
    await run.append("flights", flightsFrom(30, 1));
    expect(await minutes(branch)).toEqual([0, 10, 500]);
    expect(await minutes(run)).toEqual([0, 10, 20, 30]);
    await branch.createBranch("deeper", { at: 3 });
    await using deeper = await open("deeper");
    await deeper.transaction((tx) => tx.delete("flights", { minute: 0 }));
    expect(await minutes(deeper)).toEqual([10, 500]);
    expect(await minutes(branch)).toEqual([0, 10, 500]);
    expect((await deeper.log()).map(({ version }) => version)).toEqual([4, 3, 2, 1]);
    await using before = await deeper.at(1);
    expect(await minutes(before)).toEqual([0]);
    await using fresh = await open("deeper", { mode: "readOnly" });
    expect(await minutes(fresh)).toEqual([10, 500]);
    expect((await run.branches()).map(({ name, from }) => [name, from])).toEqual([
      ["main", undefined],
      ["deeper", { branch: "what-if", version: 3 }],
      ["what-if", { branch: "main", version: 2 }],
    ]);
    const [newest] = await run.log({ actor: "ana" });
    expect(newest).toMatchObject({ kind: "refs", operations: [{ message: "try" }] });
    await run.close();
  });

  test("is one record, whatever the run holds, and writes to it touch nothing of main", async () => {
    const { root, run, open } = await makeRun();
    const before = await listFiles(root);
    await run.createBranch("b");
    const made = await listFiles(root);
    expect(made.filter((path) => !before.includes(path))).toEqual([
      expect.stringMatching(/_log\/0*4\.json$/),
    ]);
    await using branch = await open("b");
    await branch.append("flights", flightsFrom(500, 1));
    const added = (await listFiles(root)).filter((path) => !made.includes(path));
    expect(added.filter((path) => !/_branches\/|\/bucket=/.test(path))).toEqual([]);
    await run.close();
  });

  test("is deleted, and its name is made again for another", async () => {
    const { run, open } = await makeRun();
    const first = await run.createBranch("b", { at: 1 });
    const old = await open("b");
    await old.append("flights", flightsFrom(500, 1));
    await run.deleteBranch("b");
    await refusal(() => open("b"), { name: "IoError", code: "NOT_FOUND", says: ['"b"', "main"] });
    const second = await run.createBranch("b", { at: 3 });
    expect(second.id).not.toBe(first.id);
    await using fresh = await open("b");
    expect(await minutes(fresh)).toEqual([0, 10, 20]);
    // Who has the first one open writes to nothing that anyone can see.
    await refusal(() => old.append("flights", flightsFrom(600, 1)), {
      name: "ConflictError",
      code: "CONFLICT",
      says: ['branch "b" was deleted'],
    });
    expect(await minutes(fresh)).toEqual([0, 10, 20]);
    await old.close();
    await run.close();
  });

  test("keeps its rows when main rewrites its own, and the other way round", async () => {
    const { run, open } = await makeRun();
    await run.createBranch("b");
    await run.transaction((tx) => tx.overwrite("flights", flightsFrom(900, 1)));
    await using branch = await open("b");
    expect(await minutes(branch)).toEqual([0, 10, 20]);
    await branch.transaction((tx) => tx.overwrite("flights", []));
    expect(await minutes(run)).toEqual([900]);
    expect(await minutes(branch)).toEqual([]);
    await run.close();
  });

  test("is optimized by itself, under part names of its own", async () => {
    const { root, run, open } = await makeRun();
    await run.createBranch("b");
    const before = await listFiles(root);
    await using branch = await open("b");
    const { tables: optimized } = await branch.optimize();
    expect(optimized).toMatchObject([{ table: "flights", partsRemoved: 3, partsAdded: 1 }]);
    expect(await minutes(branch)).toEqual([0, 10, 20]);
    expect(await minutes(run)).toEqual([0, 10, 20]);
    const [newest] = await branch.log();
    expect(newest).toMatchObject({ kind: "optimize" });
    const [branchId] = (await run.branches()).flatMap(({ id }) => id ?? []);
    const prefix = formatPartPrefix(newest?.operations[0]?.id as OperationId, branchId);
    const added = (await listFiles(root)).filter((path) => !before.includes(path));
    expect(added.filter((path) => path.includes(prefix))).toHaveLength(1);
    await run.close();
  });

  test("takes an operation id that main has had since", async () => {
    const { run, open } = await makeRun();
    const operationId = "01ZZZZZZZZZZZZZZZZZZZZZZZZ";
    await run.createBranch("b");
    await run.append("flights", flightsFrom(500, 1), { operationId });
    await using branch = await open("b");
    await branch.append("flights", flightsFrom(600, 1), { operationId });
    await branch.append("flights", flightsFrom(600, 1), { operationId });
    expect(await minutes(run)).toEqual([0, 10, 20, 500]);
    expect(await minutes(branch)).toEqual([0, 10, 20, 600]);
    await run.close();
  });

  test("and a tag that are made of a version from before their branch began survive cleanup", async () => {
    const { run, open } = await makeRun();
    await run.createBranch("b");
    {
      await using b = await open("b");
      await b.createTag("early", { at: 1 });
      await b.createBranch("c", { at: 1 });
      await using c = await open("c");
      await c.append("flights", flightsFrom(500, 1));
    }
    for (let i = 10; i < 14; i++) await run.append("flights", flightsFrom(10 * i, 1));
    await run.cleanup({ keepVersions: 3, graceMs: 0 });
    await using c = await open("c");
    expect(await minutes(c)).toEqual([0, 500]);
    expect(await (await run.at("early")).scan("flights").count()).toBe(1);
    expect((await run.verify({ deep: true })).problems).toEqual([]);
    await run.close();
  });

  test("that is needed, main, and the one that is open cannot be deleted", async () => {
    const { run, open } = await makeRun();
    await run.createBranch("b");
    await using branch = await open("b");
    await branch.append("flights", flightsFrom(500, 1));
    await branch.createBranch("c");
    await branch.createTag("t");
    for (const [of, name, says] of [
      [run, "b", ["c", "t", "delete these first"]],
      [run, "main", ["always exists"]],
      [branch, "b", ["open on it"]],
    ] as const) {
      await refusal(() => of.deleteBranch(name), {
        name: "IoError",
        code: "INVALID_ARGUMENT",
        says: [...says],
      });
    }
    await run.deleteTag("t");
    await run.deleteBranch("c");
    await branch.close();
    await run.deleteBranch("b");
    expect((await run.branches()).map(({ name }) => name)).toEqual(["main"]);
    await refusal(() => run.deleteBranch("b"), { name: "IoError", code: "NOT_FOUND", says: ["b"] });
    await run.close();
  });

  test.each(["", "7", "2001-01-01", "a b", "../x", "-b", ".b", "con"])(
    "cannot be called %j",
    async (name) => {
      const { run } = await makeRun();
      for (const make of [() => run.createBranch(name), () => run.createTag(name)]) {
        await refusal(make, { name: "GrammarError", code: "INVALID_NAME", says: ["name"] });
      }
      await run.close();
    },
  );
});

describe("a tag", () => {
  test("refuses for tags the names that merges give", async () => {
    await using run = await openRun({ root: await scratchDirectory(), runId: RUN_ID });
    const name = "merge-01JGFJJZ5VTXYZ0123456789AB";
    await refusal(() => run.createTag(name), {
      name: "IoError",
      code: "INVALID_ARGUMENT",
      says: [name, "choose another name"],
    });
    await run.createTag("merge-2");
    expect((await run.tags()).map((tag) => tag.name)).toEqual(["merge-2"]);
  });

  test("names a version of any branch, and shares its names with branches", async () => {
    const { run, open } = await makeRun();
    await run.createTag("baseline", { at: 1 });
    await run.createBranch("b", { at: "baseline" });
    await using branch = await open("b");
    await branch.append("flights", flightsFrom(500, 1));
    await branch.createTag("tried");
    expect(await run.tags()).toMatchObject([
      { name: "baseline", branch: "main", version: 1 },
      { name: "tried", branch: "b", version: 2 },
    ]);
    const shown = async (at: string) => {
      await using view = await run.at(at);
      return [view.branch, view.version, await minutes(view)];
    };
    expect(await shown("baseline")).toEqual(["main", 1, [0]]);
    expect(await shown("tried")).toEqual(["b", 2, [0, 500]]);
    expect(await shown("b")).toEqual(["b", 2, [0, 500]]);
    expect(await shown("b@1")).toEqual(["b", 1, [0]]);
    expect(await shown("main@2")).toEqual(["main", 2, [0, 10]]);
    for (const make of [
      () => run.createTag("b"),
      () => run.createBranch("tried"),
      () => run.createTag("main"),
      () => run.createBranch("main"),
    ]) {
      await refusal(make, { name: "IoError", code: "ALREADY_EXISTS", says: ["choose another"] });
    }
    await refusal(() => run.at("nothing"), {
      name: "IoError",
      code: "NOT_FOUND",
      says: ["nothing", "baseline"],
    });
    await run.close();
  });

  test("and a branch keep their versions when the log is trimmed", async () => {
    const { root, run, open } = await makeRun();
    await run.createTag("first", { at: 1 });
    await run.createBranch("b", { at: 2 });
    for (let i = 0; i < 6; i++) await run.append("flights", flightsFrom(100 + i, 1));
    const { floor } = await run.trimLog({ keepVersions: 3 });
    expect(floor).toBe(run.version - 2);
    await run.close();
    await using later = await openRun({ root, runId: RUN_ID, tables });
    await using first = await later.at("first");
    expect(await minutes(first)).toEqual([0]);
    await using branch = await open("b");
    expect(await minutes(branch)).toEqual([0, 10]);
    await branch.append("flights", flightsFrom(500, 1));
    await using again = await open("b", { mode: "readOnly" });
    expect(await minutes(again)).toEqual([0, 10, 500]);
    await refusal(() => later.at(3), { name: "IoError", code: "NOT_FOUND", says: ["cleaned up"] });
    await refusal(() => later.createTag("late", { at: 3 }), {
      name: "IoError",
      code: "NOT_FOUND",
      says: ["cleaned up"],
    });
    await refusal(() => branch.trimLog({ keepVersions: 3 }), {
      name: "IoError",
      code: "INVALID_ARGUMENT",
      says: ["main"],
    });
  });
});
