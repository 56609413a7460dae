/** Goal: what a branch changed is taken over, what contradicts is told, and then nothing changes. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  copyRun,
  defineTable,
  type MergeConflict,
  type MergeConflictError,
  openRun,
  type RunMergeOptions,
  verifyRun,
} from "../src/index.js";
import { listFiles } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";

const RUN_ID = "run-1";

const agents = defineTable({
  name: "agents",
  columns: { id: "i64", score: "i64" },
  key: ["id"],
});
const events = defineTable({ name: "events", columns: { what: "str" } });
const visits = defineTable({
  name: "visits",
  columns: { agent: "i64", place: "str" },
  constraints: { references: [{ columns: ["agent"], table: "agents" }] },
});
const tables = [agents, events, visits] as const;

type Scores = Record<number, number>;

async function openPair() {
  const root = await scratchDirectory();
  const open = (branch?: string, options: object = {}) =>
    openRun({ root, runId: RUN_ID, tables, ...(branch && { branch }), ...options });
  const main = await open();
  await main.transaction((tx) =>
    tx.insert("agents", [
      { id: 1, score: 10 },
      { id: 2, score: 20 },
      { id: 3, score: 30 },
    ]),
  );
  await main.append("events", [{ what: "begin" }]);
  await main.createBranch("b");
  const branch = await open("b");
  const close = async () => {
    await branch.close();
    await main.close();
  };
  return { root, main, branch, open, close };
}

type Pair = Awaited<ReturnType<typeof openPair>>;
type Side = Pair["main"];

const put = (run: Side, scores: Scores) =>
  run.transaction((tx) =>
    tx.merge(
      "agents",
      Object.entries(scores).map(([id, score]) => ({ id: Number(id), score })),
    ),
  );
const drop = (run: Side, id: number) => run.transaction((tx) => tx.delete("agents", { id }));
const scoresOf = async (run: Side): Promise<Scores> =>
  Object.fromEntries((await run.scan("agents").toRows()).map(({ id, score }) => [id, score]));
const eventsOf = async (run: Side) =>
  (await run.scan("events").toRows()).map(({ what }) => what).sort();

/** What `merge` is refused for; the run stays as it was. */
async function conflictsOf(run: Side, options: RunMergeOptions): Promise<readonly MergeConflict[]> {
  await run.refresh();
  const { version } = run;
  const before = [await scoresOf(run), await eventsOf(run)];
  const error: MergeConflictError = await run.merge(options).then(
    () => expect.fail("it was merged"),
    (reason) => reason,
  );
  expect(error).toMatchObject({ name: "MergeConflictError", code: "MERGE_CONFLICTS" });
  expect(error.conflictCount).toBe(error.conflicts.length);
  expect([run.version, [await scoresOf(run), await eventsOf(run)]]).toEqual([version, before]);
  return error.conflicts;
}

describe("a merge", () => {
  test("of what was merged, or of what main has, changes nothing", async () => {
    const { main, branch, close } = await openPair();
    expect(await main.merge({ from: "b" })).toMatchObject({ outcome: "upToDate" });
    await put(branch, { 4: 40 });
    expect(await main.merge({ from: "b" })).toMatchObject({ outcome: "fastForward" });
    const { version } = main;
    expect(await main.merge({ from: "b" })).toMatchObject({ outcome: "upToDate", version });
    expect(await branch.merge({ from: "main@2" })).toMatchObject({ outcome: "upToDate" });
    await close();
  });

  test("is one commit with two parents, and takes over parts as they are", async () => {
    const { root, main, branch, close } = await openPair();
    await put(branch, { 4: 40 });
    await branch.append("events", [{ what: "on b" }]);
    await branch.transaction((tx) => tx.insert("visits", [{ agent: 4, place: "X" }]));
    await main.append("events", [{ what: "on main" }]);
    const before = await listFiles(root);
    const report = await main.merge({ from: "b", actor: "ana", message: "it works" });
    expect(report).toMatchObject({
      outcome: "merged",
      from: { branch: "b", version: 5 },
      into: { branch: "main", version: 4 },
      bases: [{ branch: "main", version: 2 }],
      version: 5,
      tables: [
        { table: "agents", rowsAdded: 1, rowsRemoved: 0, partsAdopted: 1, partsWritten: 0 },
        { table: "events", rowsAdded: 1, partsAdopted: 1 },
        { table: "visits", rowsAdded: 1, partsAdopted: 1 },
      ],
      conflictCount: 0,
    });
    expect(await scoresOf(main)).toEqual({ 1: 10, 2: 20, 3: 30, 4: 40 });
    expect(await eventsOf(main)).toEqual(["begin", "on b", "on main"]);
    const [merge, previous] = await main.log();
    const [theirs] = await branch.log();
    expect(merge).toMatchObject({
      kind: "merge",
      parents: [previous?.commitId, theirs?.commitId],
      operations: [{ kind: "merge", actor: "ana", message: "it works" }],
      merged: [{ version: 5, commitId: theirs?.commitId }],
    });
    const added = (await listFiles(root)).filter((path) => !before.includes(path));
    expect(added.filter((path) => path.endsWith(".parquet"))).toEqual([]);
    expect(await branch.merge({ from: "main" })).toMatchObject({ outcome: "fastForward" });
    expect(await eventsOf(branch)).toEqual(["begin", "on b", "on main"]);
    expect((await branch.tags()).length).toBe(0);
    expect((await main.verify({ deep: true })).problems).toEqual([]);
    await close();
  });

  test("of a branch whose base did not move is a fast forward", async () => {
    const { main, open, close } = await openPair();
    await main.createBranch("c", { at: 2 });
    await using c = await open("c");
    await main.createBranch("d", { at: "c" });
    await using d = await open("d");
    await put(d, { 1: 11 });
    await drop(d, 2);
    expect(await c.merge({ from: "d" })).toMatchObject({ outcome: "fastForward" });
    expect(await scoresOf(c)).toEqual({ 1: 11, 3: 30 });
    await close();
  });

  test("keeps what only one of them changed, row by row", async () => {
    const { main, branch, close } = await openPair();
    await put(branch, { 1: 11, 4: 40 });
    await put(main, { 2: 22, 5: 50 });
    await drop(main, 3);
    await main.merge({ from: "b" });
    expect(await scoresOf(main)).toEqual({ 1: 11, 2: 22, 4: 40, 5: 50 });
    await branch.merge({ from: "main" });
    expect(await scoresOf(branch)).toEqual({ 1: 11, 2: 22, 4: 40, 5: 50 });
    // And on from there: the base is what both have now.
    await put(branch, { 1: 10, 2: 23 });
    await put(main, { 5: 51 });
    const { bases } = await main.merge({ from: "b" });
    expect(bases).toMatchObject([{ branch: "main" }]);
    expect(await scoresOf(main)).toEqual({ 1: 10, 2: 23, 4: 40, 5: 51 });
    await close();
  });

  test("takes the same edit on both sides for one", async () => {
    const { main, branch, close } = await openPair();
    for (const run of [main, branch]) {
      await put(run, { 1: 11, 4: 40 });
      await drop(run, 3);
    }
    expect(await main.merge({ from: "b" })).toMatchObject({ conflictCount: 0, tables: [] });
    expect(await scoresOf(main)).toEqual({ 1: 11, 2: 20, 4: 40 });
    await close();
  });

  test("finds rows that were only rewritten where they are now", async () => {
    const { main, branch, close } = await openPair();
    await main.append("agents", [{ id: 7, score: 70 }]);
    await main.optimize();
    await branch.optimize();
    await put(branch, { 2: 21 });
    await main.merge({ from: "b" });
    expect(await scoresOf(main)).toEqual({ 1: 10, 2: 21, 3: 30, 7: 70 });
    await close();
  });
});

describe("branches that live long", () => {
  test("say what helps when all that they have in common was of a deleted one", async () => {
    const { main, branch, open, close } = await openPair();
    await main.createBranch("shared");
    await using shared = await open("shared");
    await put(shared, { 1: 11 });
    await shared.close();
    for (const run of [main, branch]) await run.merge({ from: "shared" });
    // Taken back since: an older base would bring it again.
    await put(branch, { 1: 10 });
    await main.createTag("keep", { at: "shared" });
    await expect(main.deleteBranch("shared")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await main.deleteTag("keep");
    await main.deleteBranch("shared");
    await expect(main.merge({ from: "b" })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringMatching(/was deleted.*write what is missing.*make the other one anew/),
    });
    await put(main, { 1: 10 });
    await branch.close();
    await main.deleteBranch("b");
    await main.createBranch("b");
    await using anew = await open("b");
    await put(anew, { 2: 22 });
    await main.merge({ from: "b" });
    expect(await scoresOf(main)).toEqual({ 1: 10, 2: 22, 3: 30 });
    await close();
  });

  test("go on when one that both had merged is deleted", async () => {
    const { root, main, branch, open, close } = await openPair();
    await put(branch, { 4: 40 });
    await put(main, { 1: 11 });
    await main.merge({ from: "b" });
    await main.createBranch("c");
    await using c = await open("c");
    await branch.close();
    await main.deleteBranch("b");
    await main.cleanup({ keepVersions: 3, graceMs: 0 });
    await put(c, { 2: 22 });
    await put(main, { 3: 33 });
    expect(await main.merge({ from: "c" })).toMatchObject({ bases: [{ branch: "main" }] });
    expect(await c.merge({ from: "main" })).toMatchObject({ outcome: "fastForward" });
    for (const run of [main, c]) {
      expect(await scoresOf(run)).toEqual({ 1: 11, 2: 22, 3: 33, 4: 40 });
    }
    expect((await verifyRun({ root, runId: RUN_ID, deep: true })).problems).toEqual([]);
    await close();
  });

  test("are merged to and fro while main is cleaned up", async () => {
    const { root, main, branch, close } = await openPair();
    for (let round = 1; round <= 3; round++) {
      await put(main, { 1: 100 + round });
      await put(branch, { 2: 200 + round });
      await branch.merge({ from: "main" });
      for (let i = 0; i < 4; i++) await put(main, { 10: 10 * round + i });
      const { removed } = await main.cleanup({ keepVersions: 3, graceMs: 0 });
      expect(removed.records).toBeGreaterThan(0);
      expect((await main.verify({ deep: true })).problems).toEqual([]);
    }
    await put(branch, { 1: 1 });
    await main.merge({ from: "b" });
    expect(await scoresOf(main)).toEqual({ 1: 1, 2: 203, 3: 30, 10: 33 });
    await branch.close();
    await main.deleteBranch("b");
    await main.cleanup({ keepVersions: 3, graceMs: 0 });
    expect((await verifyRun({ root, runId: RUN_ID, deep: true })).problems).toEqual([]);
    expect(await scoresOf(main)).toEqual({ 1: 1, 2: 203, 3: 30, 10: 33 });
    await close();
  });

  test("keep their copies mergeable", async () => {
    const { root, main, branch, close } = await openPair();
    await put(branch, { 2: 21 });
    await branch.merge({ from: "main" });
    for (let i = 0; i < 5; i++) await put(main, { 1: i });
    await main.cleanup({ keepVersions: 3, graceMs: 0 });
    await close();
    const to = await scratchDirectory();
    await copyRun({ root, runId: RUN_ID, to });
    await using copy = await openRun({ root: to, runId: RUN_ID, tables });
    await copy.merge({ from: "b" });
    expect(await scoresOf(copy)).toEqual({ 1: 4, 2: 21, 3: 30 });
  });

  test("are merged into any other one, and read-only runs into none", async () => {
    const { main, branch, open, close } = await openPair();
    await main.createBranch("c");
    await put(branch, { 2: 21 });
    expect(await main.merge({ from: "b", into: "c" })).toMatchObject({ into: { branch: "c" } });
    await using c = await open("c", { mode: "readOnly" });
    expect(await scoresOf(c)).toEqual({ 1: 10, 2: 21, 3: 30 });
    expect(await scoresOf(main)).toEqual({ 1: 10, 2: 20, 3: 30 });
    await using view = await main.at("b");
    for (const [run, options, code] of [
      [c, { from: "b" }, "READ_ONLY"],
      [c, { from: "b", into: "main" }, "READ_ONLY"],
      [view, { from: "c", into: "main" }, "READ_ONLY"],
      [main, { from: "main@1" }, "INVALID_ARGUMENT"],
      [main, { from: "nothing" }, "NOT_FOUND"],
      [main, { from: "b", strategy: "mine" }, "INVALID_ARGUMENT"],
    ] as const) {
      await expect(run.merge(options as RunMergeOptions)).rejects.toMatchObject({ code });
    }
    await close();
  });

  test("that were merged into each other at once take what both agree on", async () => {
    const { main, branch, close } = await openPair();
    await put(main, { 1: 11 });
    await put(branch, { 2: 22 });
    await main.createTag("before");
    await main.merge({ from: "b" });
    await branch.merge({ from: "before" });
    // Taken back on one side: by the one base a change of ours alone, by the other one of theirs.
    await put(branch, { 2: 20, 4: 40 });
    expect(await conflictsOf(main, { from: "b" })).toEqual([
      { kind: "DivergentUpdate", table: "agents", key: [2] },
    ]);
    const { bases } = await main.merge({ from: "b", strategy: "theirs" });
    expect(bases).toHaveLength(2);
    expect(await scoresOf(main)).toEqual({ 1: 11, 2: 20, 3: 30, 4: 40 });
    await close();
  });
});

describe("tensors and files", () => {
  const textOf = async (run: Side, name: string) => {
    const bytes = await run.tensors.getFile(name).catch(() => undefined);
    return bytes && Buffer.from(bytes).toString();
  };

  test("are taken over where one side changed them, and told where both did", async () => {
    const { root, main, branch, close } = await openPair();
    for (const name of ["a", "b", "c", "d"]) await main.tensors.putFile(name, "base");
    await branch.merge({ from: "main" });
    const data = Float32Array.of(1, 2);
    await branch.tensors.putBatch(7, { layer: { values: { dtype: "F32", shape: [2], data } } });
    await branch.tensors.putFile("a", "theirs");
    await branch.tensors.putFile("b", "theirs");
    await branch.tensors.deleteFile("c");
    await branch.tensors.putFile("e", "same");
    await main.tensors.putFile("e", "same");
    await main.tensors.putFile("b", "ours");
    await main.tensors.putFile("d", "ours");
    const conflict = { kind: "DivergentUpdate", artifact: "files/b" };
    expect(await conflictsOf(main, { from: "b" })).toEqual([conflict]);
    const { artifacts } = await main.merge({ from: "b", strategy: "theirs" });
    expect(artifacts).toEqual([
      { artifact: "files/a", isRemoved: false },
      { artifact: "files/b", isRemoved: false },
      { artifact: "files/c", isRemoved: true },
      { artifact: "layers/7", isRemoved: false },
    ]);
    const texts = await Promise.all(["a", "b", "c", "d", "e"].map((name) => textOf(main, name)));
    expect(texts).toEqual(["theirs", "theirs", undefined, "ours", "same"]);
    expect(await main.tensors.getBatch(7)).toMatchObject({ layer: { values: { data } } });
    expect(await readFile(join(root, "runs", RUN_ID, "artifacts", "a"), "utf8")).toBe("theirs");
    expect((await main.verify({ deep: true })).problems).toEqual([]);
    await close();
  });

  test.each([
    { ours: ["a"], theirs: ["a/b/c"], conflicts: [["a/b/c", "a"]] },
    { ours: ["a/b", "a/c/d"], theirs: ["a"], conflicts: [["a", "a/b"]] },
    {
      ours: ["a"],
      theirs: ["a/b", "a/c", "e"],
      conflicts: [
        ["a/b", "a"],
        ["a/c", "a"],
      ],
    },
  ])("of $ours and $theirs cannot be shown together: either side is chosen", async (sample) => {
    const filesOf = async (run: Side) => (await run.tensors.listFiles()).map(({ path }) => path);
    for (const choice of ["ours", "theirs"] as const) {
      const { main, branch, close } = await openPair();
      for (const name of sample.ours) await main.tensors.putFile(name, "ours");
      for (const name of sample.theirs) await branch.tensors.putFile(name, "theirs");
      const { version } = main;
      const found = await conflictsOf(main, { from: "b" });
      expect(found).toEqual(
        sample.conflicts.map(([name, other]) => ({
          kind: "PathClash",
          artifact: `files/${name}`,
          other: `files/${other}`,
        })),
      );
      expect([main.version, await filesOf(main)]).toEqual([version, sample.ours]);
      await main.merge({ from: "b", strategy: choice });
      const rest = sample.theirs.filter((name) => !sample.conflicts.some(([of]) => of === name));
      const expected = choice === "theirs" ? sample.theirs : [...sample.ours, ...rest];
      expect(await filesOf(main)).toEqual(expected);
      expect((await main.verify({ deep: true })).problems).toEqual([]);
      await close();
    }
  });

  test("may take the place of a file that the same merge removes", async () => {
    const { main, branch, close } = await openPair();
    await main.tensors.putFile("a", "base");
    await branch.merge({ from: "main" });
    await branch.tensors.deleteFile("a");
    await branch.tensors.putFile("a/b", "theirs");
    await main.merge({ from: "b" });
    expect([await textOf(main, "a"), await textOf(main, "a/b")]).toEqual([undefined, "theirs"]);
    await close();
  });
});

describe("conflicts", () => {
  test.each([
    ["DivergentInsert", { ours: { 4: 40 }, theirs: { 4: 41 } }, 4],
    ["DivergentUpdate", { ours: { 1: 11 }, theirs: { 1: 12 } }, 1],
    ["DeleteVsUpdate", { ours: { 1: null }, theirs: { 1: 12 } }, 1],
    ["DeleteVsUpdate", { ours: { 1: 11 }, theirs: { 1: null } }, 1],
  ] as const)("%s of %j is told, and decided either way", async (kind, { ours, theirs }, id) => {
    const apply = async (run: Side, scores: Record<number, number | null>) => {
      for (const [key, score] of Object.entries(scores)) {
        if (score === null) await drop(run, Number(key));
        else await put(run, { [key]: score });
      }
    };
    const { main, branch, open, close } = await openPair();
    await apply(main, ours);
    await apply(branch, theirs);
    await put(branch, { 9: 90 });
    const conflict = { kind, table: "agents", key: [id] };
    expect(await conflictsOf(main, { from: "b" })).toEqual([conflict]);
    const dry = await main.merge({ from: "b", dryRun: true });
    expect(dry).toMatchObject({ conflicts: [conflict], conflictCount: 1, undecidedCount: 1 });
    const base: Record<number, number | null> = { 1: 10, 2: 20, 3: 30, 9: 90 };
    for (const [strategy, side] of [
      ["ours", ours],
      ["theirs", theirs],
    ] as const) {
      const from = `${strategy}_side`;
      await main.createBranch(from);
      await using copy = await open(from);
      const report = await copy.merge({ from: "b", strategy });
      expect(report.conflicts).toEqual([{ ...conflict, choice: strategy }]);
      const expected = Object.entries({ ...base, ...side }).filter(([, score]) => score !== null);
      expect(await scoresOf(copy)).toEqual(Object.fromEntries(expected));
    }
    await close();
  });

  test("are decided one by one, and those that are not refuse the merge", async () => {
    const { main, branch, close } = await openPair();
    await put(main, { 1: 11, 2: 21, 3: 31 });
    await put(branch, { 1: 12, 2: 22, 3: 32 });
    const choose = async ({ key }: MergeConflict) => {
      if (key?.[0] === 1) return "theirs" as const;
      return key?.[0] === 2 ? ("ours" as const) : undefined;
    };
    const left = await conflictsOf(main, { from: "b", onConflict: choose });
    expect(left).toEqual([{ kind: "DivergentUpdate", table: "agents", key: [3] }]);
    await main.merge({ from: "b", onConflict: choose, strategy: "ours" });
    expect(await scoresOf(main)).toEqual({ 1: 12, 2: 21, 3: 31 });
    await close();
  });

  test("a row that refers to one that the other branch deleted", async () => {
    const { main, branch, close } = await openPair();
    await branch.append("visits", [{ agent: 3, place: "X" }]);
    await drop(main, 3);
    const orphan = [{ kind: "OrphanedReference", table: "visits", key: [3] }];
    expect(await conflictsOf(main, { from: "b", strategy: "theirs" })).toEqual(orphan);
    const dry = await main.merge({ from: "b", dryRun: true });
    expect(dry).toMatchObject({ conflicts: orphan, undecidedCount: 1 });
    await close();
  });

  test("rows without a key that both deleted, while one also added some", async () => {
    const { main, branch, close } = await openPair();
    await main.transaction((tx) => tx.update("events", { what: "begin" }, { what: "ours" }));
    await branch.transaction((tx) => tx.update("events", { what: "begin" }, { what: "theirs" }));
    await branch.append("events", [{ what: "more" }]);
    const conflict = { kind: "DivergentUpdate", table: "events" };
    expect(await conflictsOf(main, { from: "b" })).toEqual([conflict]);
    await main.merge({ from: "b", strategy: "theirs" });
    expect(await eventsOf(main)).toEqual(["more", "theirs"]);
    await close();
  });

  test("columns that both changed", async () => {
    const { main, branch, close } = await openPair();
    await main.evolve("agents", { add: { a: "i64?" } });
    await branch.evolve("agents", { add: { b: "i64?" } });
    const expected = [{ kind: "DivergentSchema", table: "agents" }];
    expect(await conflictsOf(main, { from: "b", strategy: "ours" })).toEqual(expected);
    await close();
  });
});

describe("a column that was dropped and added again", () => {
  const notes = defineTable({
    name: "notes",
    columns: { id: "i64", d: "str?", c: "str?" },
    key: ["id"],
  });
  const openNotes = async () => {
    const root = await scratchDirectory();
    const open = (branch?: string) =>
      openRun({ root, runId: RUN_ID, tables: [notes], ...(branch && { branch }) });
    const main = await open();
    const row = (id: number) => ({ id, c: `old ${id}`, d: "kept" });
    await main.transaction((tx) => tx.insert("notes", [row(1), row(2)]));
    await main.transaction((tx) => tx.insert("notes", [row(9)]));
    await main.createBranch("b");
    const branch = await open("b");
    const close = async () => {
      await branch.close();
      await main.close();
    };
    return { main, branch, close };
  };
  type Notes = Awaited<ReturnType<typeof openNotes>>["main"];
  const removeColumn = (run: Notes) => run.evolve("notes", { drop: ["c"] });
  const renew = async (run: Notes) => {
    await removeColumn(run);
    await run.evolve("notes", { add: { c: "str?" } });
  };
  const insert = (run: Notes, id: number, c: string) =>
    run.transaction((tx) => tx.insert("notes", [{ id, c, d: null }]));
  const valuesOf = async (run: Notes) =>
    Object.fromEntries((await run.scan("notes").toRows()).map(({ id, c }) => [id, c]));

  test.each(["alone", "beside rows of ours"])("by theirs keeps its new values, %s", async (how) => {
    const { main, branch, close } = await openNotes();
    await renew(branch);
    await insert(branch, 3, "new");
    const isBeside = how !== "alone";
    if (isBeside) await insert(main, 4, "of the one that went");
    await main.merge({ from: "b" });
    const added = isBeside ? { 3: "new", 4: null } : { 3: "new" };
    expect(await valuesOf(main)).toEqual({ 1: null, 2: null, 9: null, ...added });
    expect((await main.verify({ deep: true })).problems).toEqual([]);
    await close();
  });

  test("by ours keeps its new values in parts that are written again", async () => {
    const { main, branch, close } = await openNotes();
    await renew(main);
    await main.transaction((tx) => tx.merge("notes", [{ id: 2, c: "new", d: "kept" }]));
    await insert(branch, 4, "of the one that went");
    await branch.transaction((tx) => tx.delete("notes", { id: 1 }));
    await main.merge({ from: "b" });
    expect(await valuesOf(main)).toEqual({ 2: "new", 4: null, 9: null });
    expect((await main.verify({ deep: true })).problems).toEqual([]);
    await close();
  });

  test.each([
    ["both", renew, renew],
    ["ours, and dropped by theirs", renew, removeColumn],
    ["theirs, and dropped by ours", removeColumn, renew],
  ])("by %s cannot be told", async (_, ours, theirs) => {
    const { main, branch, close } = await openNotes();
    await ours(main);
    await theirs(branch);
    if (ours === renew) await insert(main, 3, "of ours");
    if (theirs === renew) await insert(branch, 4, "of theirs");
    await expect(main.merge({ from: "b", strategy: "ours" })).rejects.toMatchObject({
      code: "MERGE_CONFLICTS",
      conflicts: [{ kind: "DivergentSchema", table: "notes" }],
    });
    await close();
  });
});
