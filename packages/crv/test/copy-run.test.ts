/** Goal: a copy of a run is the run; an export is plain Parquet; a moved store opens as it is. */
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyRun, exportRun, openRun, type Run, verifyRun } from "../src/index.js";
import { listFiles, listParts } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

async function runOfVersions(root: string): Promise<void> {
  await using run = await openRun({ root, runId: "r", tables: [flights] });
  for (let commit = 0; commit < 6; commit++) {
    await run.append("flights", flightsFrom(commit * 30, 30));
  }
  await run.cleanup({ keepVersions: 4, graceMs: 0 });
  await run.append("flights", flightsFrom(180, 30));
}

async function rowsOf(root: string, runId: string, at?: number) {
  await using run = await openRun({
    root,
    runId,
    mode: "readOnly",
    ...(at !== undefined && { at }),
  });
  return await run.scan("flights", { order: "tick" }).toRows();
}

test("a copy has every kept version, is sound, and can be written", async () => {
  const root = await scratchDirectory();
  const to = join(await scratchDirectory(), "backup");
  await runOfVersions(root);
  const report = await copyRun({ root, runId: "r", to, toRunId: "copy" });
  expect(report).toMatchObject({ version: 7, floor: 3, parts: 7 });
  expect(await rowsOf(to, "copy")).toEqual(await rowsOf(root, "r"));
  expect(await rowsOf(to, "copy", 4)).toEqual(await rowsOf(root, "r", 4));
  await using copy = await openRun({ root: to, runId: "copy", tables: [flights] });
  expect((await copy.verify({ deep: true })).problems).toEqual([]);
  await copy.append("flights", flightsFrom(500, 1));
  expect(copy.version).toBe(8);
  await expect(copyRun({ root, runId: "r", to, toRunId: "copy" })).resolves.toMatchObject({
    version: 7,
  });
});

test("a copy has the tensors and files of every kept version", async () => {
  const root = await scratchDirectory();
  const to = await scratchDirectory();
  const values = Float32Array.from({ length: 6 }, (_, i) => i);
  {
    await using run = await openRun({ root, runId: "r" });
    for (const text of ["one", "two"]) {
      await run.transaction(async (tx) => {
        await tx.putFile("config.json", `"${text}"`);
        await tx.putBatch(7, { layer: { values: { dtype: "F32", shape: [2, 3], data: values } } });
      });
    }
  }
  await copyRun({ root, runId: "r", to });
  await copyRun({ root, runId: "r", to });
  await using copy = await openRun({ root: to, runId: "r", mode: "readOnly" });
  await using before = await copy.at(1);
  expect(Buffer.from((await copy.tensors.getFile("config.json")) ?? []).toString()).toBe('"two"');
  expect(Buffer.from((await before.tensors.getFile("config.json")) ?? []).toString()).toBe('"one"');
  expect(await copy.tensors.getBatch(7)).toMatchObject({ layer: { values: { data: values } } });
});

test("a copy has the branches and tags, with their tensors, also below the oldest kept version", async () => {
  const root = await scratchDirectory();
  const to = await scratchDirectory();
  const textOf = async (run: Run) =>
    Buffer.from((await run.tensors.getFile("config.json")) ?? []).toString();
  {
    await using run = await openRun({ root, runId: "r", tables: [flights] });
    const write = (onto: typeof run, minute: number) =>
      onto.transaction(async (tx) => {
        await tx.insert("flights", flightsFrom(minute, 1));
        await tx.putFile("config.json", `${minute}`);
      });
    for (let minute = 1; minute <= 3; minute++) await write(run, minute);
    await run.createTag("first", { at: 1 });
    await run.createBranch("b", { at: 2 });
    await using branch = await openRun({ root, runId: "r", branch: "b", tables: [flights] });
    expect(await textOf(branch)).toBe("2");
    await write(branch, 102);
    await branch.createBranch("deeper");
    await using deeper = await openRun({ root, runId: "r", branch: "deeper", tables: [flights] });
    await write(deeper, 103);
    for (let minute = 4; minute <= 9; minute++) await write(run, minute);
    expect(await textOf(run)).toBe("9");
    await run.transaction((tx) => tx.overwrite("flights", flightsFrom(10, 1)));
    const { removed } = await run.cleanup({ keepVersions: 3, graceMs: 0 });
    expect(removed.records).toBeGreaterThan(3);
    expect((await run.verify({ deep: true })).problems).toEqual([]);
  }
  const shown = async (place: string, at: string) => {
    await using run = await openRun({ root: place, runId: "r", mode: "readOnly", at });
    const rows = await run.scan("flights", { order: "tick" }).toRows();
    return [rows.map(({ minute }) => minute), await textOf(run)];
  };
  await copyRun({ root, runId: "r", to });
  await copyRun({ root, runId: "r", to });
  for (const place of [root, to]) {
    expect((await verifyRun({ root: place, runId: "r", deep: true })).problems).toEqual([]);
    expect(await shown(place, "main")).toEqual([[10], "9"]);
    expect(await shown(place, "first")).toEqual([[1], "1"]);
    expect(await shown(place, "b@2")).toEqual([[1, 2], "2"]);
    expect(await shown(place, "b")).toEqual([[1, 2, 102], "102"]);
    expect(await shown(place, "deeper")).toEqual([[1, 2, 102, 103], "103"]);
  }
  const plain = await scratchDirectory();
  expect(await exportRun({ root: to, runId: "r", at: "deeper", to: plain })).toMatchObject({
    version: 4,
    parts: 5,
  });
  expect(JSON.parse(await readFile(join(plain, "artifacts", "config.json"), "utf8"))).toBe(103);
});

test("cleanup leaves the segments that an index of artifacts names", async () => {
  const root = await scratchDirectory();
  {
    await using run = await openRun({ root, runId: "r", durability: "process" });
    for (let i = 0; i < 300; i++) {
      await run.transaction((tx) => tx.putFile(`file_${i % 5}.txt`, `${i}`));
    }
    await run.cleanup({ keepVersions: 250, graceMs: 0 });
  }
  const files = await listFiles(join(root, "runs", "r"));
  const indexes = files.filter((file) => file.includes("_checkpoints/indexes/"));
  expect(indexes.length).toBeGreaterThan(0);
  for (const index of indexes) {
    const text = await readFile(join(root, "runs", "r", index), "utf8");
    const named = [...text.matchAll(/"name":"(\d+-[0-9a-f]{32})"/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(1);
    for (const name of named) expect(files).toContain(`_checkpoints/segments/${name}.arrow`);
  }
});

test("a copy that was cut off is completed; a target that holds something else is refused", async () => {
  const root = await scratchDirectory();
  const to = await scratchDirectory();
  await runOfVersions(root);
  const controller = new AbortController();
  const cut = copyRun({
    root,
    runId: "r",
    to,
    signal: controller.signal,
    onProgress: ({ parts }) => parts === 2 && controller.abort(),
  });
  await expect(cut).rejects.toMatchObject({ code: "ABORTED" });
  await expect(rowsOf(to, "r")).rejects.toMatchObject({ code: "UNKNOWN_TABLE" });
  await copyRun({ root, runId: "r", to });
  expect((await verifyRun({ root: to, runId: "r", deep: true })).problems).toEqual([]);
  await using other = await openRun({ root: to, runId: "other" });
  await other.append("holdings", [{ tick: 1, agent_id: "A", token_id: "T", quantity: 1 }]);
  await expect(copyRun({ root: to, runId: "r", to, toRunId: "other" })).rejects.toMatchObject({
    code: "ALREADY_EXISTS",
  });
});

test("a damaged part is not copied", async () => {
  const root = await scratchDirectory();
  const to = await scratchDirectory();
  await runOfVersions(root);
  const run = join(root, "runs", "r");
  const [part] = await listParts(run);
  const bytes = await readFile(join(run, part as string));
  bytes[100] = (bytes[100] as number) ^ 1;
  await writeFile(join(run, part as string), bytes);
  await expect(copyRun({ root, runId: "r", to })).rejects.toMatchObject({ code: "CORRUPT" });
  await expect(rowsOf(to, "r")).rejects.toMatchObject({ code: "UNKNOWN_TABLE" });
});

test("an export has the parts of one version and a manifest", async () => {
  const root = await scratchDirectory();
  const to = join(await scratchDirectory(), "export");
  await runOfVersions(root);
  expect(await exportRun({ root, runId: "r", at: 4, to })).toMatchObject({
    version: 4,
    parts: 4,
  });
  const files = await listFiles(to);
  expect(files.filter((file) => file.endsWith(".parquet"))).toHaveLength(4);
  expect(files).toContain("tables/flights/manifest.json");
  await expect(exportRun({ root, runId: "r", at: 2, to })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("a store that was moved, or copied while nobody wrote, opens as it is", async () => {
  const root = join(await scratchDirectory(), "store");
  await mkdir(root);
  await runOfVersions(root);
  const rows = await rowsOf(root, "r");
  const copied = `${root}-copied`;
  const moved = `${root}-moved`;
  await cp(root, copied, { recursive: true });
  await rename(root, moved);
  for (const place of [copied, moved]) {
    expect(await rowsOf(place, "r")).toEqual(rows);
    expect((await verifyRun({ root: place, runId: "r", deep: true })).problems).toEqual([]);
    await rm(place, { recursive: true });
  }
});
