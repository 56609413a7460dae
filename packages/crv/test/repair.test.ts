/**
 * Goal: a repair tells what it would do and changes nothing; when it is asked to do it, the run opens,
 * verification finds what was told to be left, and nothing is lost but what was told to be.
 * Method: a run of every kind of file is damaged, one kind at a time.
 */
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  defineTable,
  openRun,
  openStore,
  type RepairReport,
  repairRun,
  verifyRun,
} from "../src/index.js";
import { listFiles } from "./support/listing.js";

const COMMITS = 139;
const row = (tick: number) => ({ tick, agent_id: "A", token_id: `T${tick}`, quantity: tick });
const points = defineTable({
  name: "points",
  columns: { tick: "i64", id: "str" },
  bucketSize: 1000,
  key: ["id"],
});
/** As many as need a key filter that is a file. */
const POINTS = Array.from({ length: 120 }, (_, i) => ({ tick: 1, id: `id-${i}` }));

let home: string;
let root: string;
let path: string;

/** Versions 1 to 142: an append each, tensors, a branch. The floor is 129, the checkpoint of 128 there. */
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "crv-repair-"));
  await using run = await openRun({
    root: join(home, "made"),
    runId: "r",
    tables: [points],
    durability: "process",
    parameters: { seed: 7 },
    settings: { writeManifestEveryN: 1 },
  });
  await run.append("points", POINTS);
  for (let tick = 1; tick <= COMMITS; tick++) await run.append("holdings", [row(tick)]);
  await run.transaction(async (tx) => {
    await tx.putFile("config.json", "{}");
  });
  await run.createBranch("what_if");
  await run.trimLog({ keepVersions: 14 });
  await using branch = await openRun({
    root: join(home, "made"),
    runId: "r",
    branch: "what_if",
    durability: "process",
  });
  await branch.append("holdings", [row(1000)]);
  await branch.append("holdings", [row(1001)]);
}, 120_000);

afterAll(() => rm(home, { recursive: true }));

beforeEach(async () => {
  root = await mkdtemp(join(home, "copy-"));
  path = join(root, "runs", "r");
  await cp(join(home, "made"), root, { recursive: true });
});

const repair = (options = {}): Promise<RepairReport> =>
  repairRun({ root, runId: "r", deep: true, ...options });

async function filesLike(pattern: RegExp): Promise<readonly string[]> {
  return (await listFiles(path)).filter((file) => pattern.test(file)).sort();
}

async function newest(pattern: RegExp): Promise<string> {
  return (await filesLike(pattern)).at(-1) as string;
}

async function bytesByFile(directory: string): Promise<readonly (readonly [string, string])[]> {
  return Promise.all(
    (await listFiles(directory)).map(
      async (file) => [file, (await readFile(join(directory, file))).toString("base64")] as const,
    ),
  );
}

async function flipBit(file: string): Promise<void> {
  const bytes = await readFile(join(path, file));
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] as number) ^ 4;
  await writeFile(join(path, file), bytes);
}

async function ticks(options: { readonly branch?: string } = {}): Promise<readonly number[]> {
  await using run = await openRun({ root, runId: "r", mode: "readOnly", ...options });
  const rows = await run.scan("holdings").toRows();
  return [...new Set(rows.map(({ tick }) => Number(tick)))].sort((a, b) => a - b);
}

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
const RECORDS = /^_log\/\d+\.json$/;

describe("repair", () => {
  test("finds nothing to do in a sound run, and writes nothing", async () => {
    const before = await bytesByFile(path);
    for (const apply of [false, true]) {
      expect(await repair({ apply })).toEqual({
        applied: apply,
        acts: [],
        unrepaired: [],
        problemCount: 0,
        problemsLeft: 0,
        quarantine: undefined,
      });
    }
    expect(await bytesByFile(path)).toEqual(before);
  });

  const derived: Readonly<Record<string, RegExp>> = {
    view: /manifest\.json$/,
    hint: /^_log\/_head$/,
    "whole checkpoint": /^_checkpoints\/\d+\.json$/,
    "checkpoint index": /^_checkpoints\/indexes\//,
    segment: /^_checkpoints\/segments\//,
    "key filter": /\.keys$/,
  };

  test.each(Object.entries(derived))("makes a %s anew, and loses nothing", async (_, pattern) => {
    await flipBit(await newest(pattern));
    const before = await bytesByFile(path);
    const told = await repair();
    expect(told).toMatchObject({ applied: false, unrepaired: [] });
    expect(told.acts.map(({ lost }) => lost)).toEqual(told.acts.map(() => "nothing"));
    expect(await bytesByFile(path)).toEqual(before);

    const done = await repair({ apply: true });
    expect(done).toMatchObject({ applied: true, problemsLeft: 0, unrepaired: [] });
    expect(await filesLike(/^_quarantine\//)).not.toEqual([]);
    expect(await ticks()).toEqual(upTo(COMMITS));
    expect(await ticks({ branch: "what_if" })).toEqual([...upTo(COMMITS), 1000, 1001]);
    await using run = await openRun({ root, runId: "r" });
    await run.append("holdings", [row(200)]);
    await run.trimLog({ keepVersions: 3 });
    expect((await verifyRun({ root, runId: "r", deep: true })).problems).toEqual([]);
  });

  test("goes on before a zeroed newest record, and keeps its bytes", async () => {
    const record = await newest(RECORDS);
    const { length } = await readFile(join(path, record));
    await writeFile(join(path, record), Buffer.alloc(length));
    await expect(openRun({ root, runId: "r" })).rejects.toThrow(/"crv repair <run>"/);

    const told = await repair();
    // The branch was named by that record.
    expect(told.acts).toEqual([
      expect.objectContaining({ kind: "end-log", version: 141, paths: [record] }),
    ]);
    expect(told.acts[0]?.lost).toContain("version 142");
    const done = await repair({ apply: true });
    expect(done).toMatchObject({ problemsLeft: 0 });
    expect(await readFile(join(path, done.quarantine as string, record))).toEqual(
      Buffer.alloc(length),
    );
    await using run = await openRun({ root, runId: "r" });
    expect(await run.scan("holdings").count()).toBe(COMMITS);
    const [last] = await run.log({ limit: 1 });
    expect(last).toMatchObject({ version: 142, operations: [{ actor: "crv:repair" }] });
    expect(last?.operations[0]?.message).toContain("version 142");
    expect(await run.branches()).toMatchObject([{ name: "main" }]);
  });

  test("ends the log before a hole, and says which versions are lost", async () => {
    const records = await filesLike(RECORDS);
    await rm(join(path, records.at(-5) as string));
    const told = await repair();
    expect(told.acts.find(({ kind }) => kind === "end-log")).toMatchObject({
      version: 137,
      paths: records.slice(-4).reverse(),
    });
    expect(await repair({ apply: true })).toMatchObject({ problemsLeft: 0 });
    expect(await ticks()).toEqual(upTo(136));
    await using run = await openRun({ root, runId: "r" });
    await run.append("holdings", [row(300)]);
    expect(await ticks()).toEqual([...upTo(136), 300]);
  });

  test("settles what leans on records whose files are gone", async () => {
    for (const record of (await filesLike(RECORDS)).slice(-3)) await rm(join(path, record));
    await expect(openRun({ root, runId: "r" })).rejects.toMatchObject({ code: "RECOVERY_BLOCKED" });
    const done = await repair({ apply: true });
    expect(done).toMatchObject({ problemsLeft: 0 });
    expect(done.acts.map(({ kind }) => kind)).toEqual(["publish-view"]);
    expect(await ticks()).toEqual(upTo(138));
  });

  test("ends the log of a branch, and not that of main", async () => {
    await flipBit(await newest(/^_branches\/.*\/_log\/\d+\.json$/));
    const told = await repair();
    expect(told.acts).toEqual([
      expect.objectContaining({ kind: "end-log", branch: "what_if", version: 142 }),
    ]);
    expect(await repair({ apply: true })).toMatchObject({ problemsLeft: 0 });
    expect(await ticks({ branch: "what_if" })).toEqual([...upTo(COMMITS), 1000]);
    expect(await ticks()).toEqual(upTo(COMMITS));
  });

  test("gives up versions before a damaged record that a checkpoint stands in for", async () => {
    await using run = await openRun({
      root,
      runId: "r",
      durability: "process",
      settings: { writeManifestEveryN: 1000 },
    });
    while ((await filesLike(/^_checkpoints\/indexes\//)).length < 2) {
      await run.append("holdings", [row(run.version + 100)]);
    }
    const head = run.version;
    await run.close();
    await flipBit((await filesLike(RECORDS))[4] as string);
    // The branch begins at a version that only the damaged record leads to.
    const held = await repair();
    expect(held.acts).toEqual([]);
    expect(held.unrepaired[0]?.remedy).toContain("delete what_if");
    await using deleting = await openRun({ root, runId: "r" });
    await deleting.deleteBranch("what_if");
    await deleting.close();
    const told = await repair();
    expect(told.acts.map(({ kind }) => kind)).toContain("raise-floor");
    const { version = 0 } = told.acts.find(({ kind }) => kind === "raise-floor") ?? {};
    expect(version).toBeGreaterThan(head - 10);
    expect(await repair({ apply: true })).toMatchObject({ problemsLeft: 0 });
    expect((await ticks()).length).toBe(COMMITS + head - 142);
    await using after = await openRun({ root, runId: "r" });
    await expect(after.at(version - 1)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await after.log()).at(0)?.operations[0]?.actor).toBe("crv:repair");
  });

  test("gives up no version at which the next merge of a branch begins", async () => {
    await using run = await openRun({
      root,
      runId: "r",
      durability: "process",
      settings: { writeManifestEveryN: 1000 },
    });
    await run.createBranch("early", { at: 129 });
    await run.deleteBranch("what_if");
    await using early = await openRun({ root, runId: "r", branch: "early", durability: "process" });
    await early.merge({ from: "main@140" });
    while ((await filesLike(/^_checkpoints\/indexes\//)).length < 2) {
      await run.append("holdings", [row(run.version + 100)]);
    }
    await early.close();
    await run.close();
    const damaged = (await filesLike(RECORDS))[4] as string;
    const sound = await readFile(join(path, damaged));
    await flipBit(damaged);
    const before = await bytesByFile(path);
    const held = await repair({ apply: true });
    expect(held.acts).toEqual([]);
    expect(held.unrepaired).toMatchObject([
      { problem: { path: damaged }, remedy: expect.stringContaining("delete early") },
    ]);
    expect(await bytesByFile(path)).toEqual(before);

    // What was set aside, or came from a backup, makes the branch whole again.
    await writeFile(join(path, damaged), sound);
    await using merging = await openRun({ root, runId: "r", branch: "early" });
    await merging.merge({ from: "main" });
    await merging.close();
    await flipBit(damaged);
    expect(await repair({ apply: true })).toMatchObject({ unrepaired: [], problemsLeft: 0 });
    await using after = await openRun({ root, runId: "r", branch: "early" });
    await after.append("holdings", [row(5000)]);
    await using main = await openRun({ root, runId: "r" });
    expect(await main.merge({ from: "early" })).toMatchObject({ conflictCount: 0 });
    expect(await ticks()).toContain(5000);
  });

  test("takes a part whose rows are lost out of its table, in each branch", async () => {
    await truncate(join(path, await newest(/points.*\.parquet$/)), 100);
    const told = await repair();
    expect(told.acts.map(({ kind, branch, rows }) => [kind, branch, rows])).toEqual([
      ["remove-part", "main", 120],
      ["remove-part", "what_if", 120],
    ]);
    const done = await repair({ apply: true });
    // Older versions still name it.
    expect(done.problemsLeft).toBe(1);
    expect(await ticks()).toEqual(upTo(COMMITS));
    expect(await repair()).toMatchObject({
      acts: [],
      unrepaired: [{ remedy: expect.stringContaining("crv cleanup") }],
    });
    await using run = await openRun({ root, runId: "r", mode: "readOnly" });
    const [last] = await run.log({ limit: 1 });
    expect(last?.operations[0]?.message).toBe("lost: 120 rows of points");
    expect(await run.scan("points").count()).toBe(0);
  });

  test("removes a file whose bytes are lost", async () => {
    await flipBit(await newest(/^files\//));
    expect(await repair({ apply: true })).toMatchObject({
      acts: [{ kind: "remove-artifact", branch: "main" }, { branch: "what_if" }],
      problemsLeft: 1,
    });
    await using run = await openRun({ root, runId: "r", mode: "readOnly" });
    expect(await run.tensors.listFiles()).toEqual([]);
  });

  test("sets records aside only when nobody else may write", async () => {
    const writer = await openRun({ root, runId: "r" });
    await flipBit(await newest(RECORDS));
    const before = (await filesLike(/./)).join();
    await expect(repair({ apply: true })).rejects.toMatchObject({ code: "IN_USE" });
    expect((await filesLike(/./)).join()).toBe(before);
    await writer.close();
    expect(await repair({ apply: true })).toMatchObject({ applied: true, problemsLeft: 0 });
  });

  test("leaves a run alone whose log has no sound beginning", async () => {
    const store = await openStore(root);
    for (const file of await readdir(join(path, "_checkpoints"))) {
      if (file.endsWith(".json")) await writeFile(join(path, "_checkpoints", file), "{}");
    }
    for (const index of await filesLike(/^_checkpoints\/indexes\//)) await rm(join(path, index));
    const before = await bytesByFile(path);
    const report = await store.repairRun("r");
    expect(report).toMatchObject({ acts: [] });
    expect(report.unrepaired[0]?.remedy).toContain("backup");
    await store.repairRun("r", { apply: true });
    expect(await bytesByFile(path)).toEqual(before);
  });
});
