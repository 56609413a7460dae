/**
 * Goal: a recorder on the real disk: a process that is killed loses no more than the loss window of
 * docs/recorder.md, and what is left is a beginning of what was written, the same in all tables.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { firstBlock } from "../../../tools/readme-example.mjs";
import { defineTable, openRun, type RecorderOptions, type Run } from "../src/index.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const PROGRAM = fileURLToPath(new URL("./programs/recorder.mjs", import.meta.url));
const RUN_ID = "run-1";

export interface LoopOptions {
  readonly root: string;
  readonly runId: string;
  readonly steps: number;
  /** Rows of one step, in each of two tables. */
  readonly stepRows: number;
  readonly recorder: RecorderOptions;
}

/** Runs the loop; kills it when it has said that `killAtRow` rows are written. */
async function runLoop(options: LoopOptions, killAtRow = Number.POSITIVE_INFINITY) {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let written = 0;
  createInterface(child.stdout).on("line", (line) => {
    written = Number(line);
    if (written >= killAtRow) child.kill("SIGKILL");
  });
  const [code, signal] = await once(child, "close");
  return { written, code, signal };
}

/** The rows of a table by the order in which they were written. */
async function numbersOf(run: Run, name: string): Promise<readonly number[]> {
  const table = defineTable({ name, columns: { tick: "i64", n: "i64" } });
  const rows = await run.scan(table).toRows();
  return rows.map(({ n }) => n).sort((a, b) => a - b);
}

const firstNumbers = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, n) => n);

describe("a process that does not close its recorder", () => {
  test.each([1_000, 2_500])("killed in its loop, after %i rows", async (killAtRow) => {
    const root = await scratchDirectory();
    const [flushRows, stepRows] = [400, 20];
    const loop = { root, runId: RUN_ID, steps: 1_000_000, stepRows, recorder: { flushRows } };
    const { written, signal } = await runLoop(loop, killAtRow);
    expect(signal).toBe("SIGKILL");
    await using run = await openRun({ root, runId: RUN_ID });
    const kept = await numbersOf(run, "events");
    expect(kept).toEqual(firstNumbers(kept.length));
    expect(await numbersOf(run, "copies")).toEqual(kept);
    const rowsOfBothTables = 2 * (written - kept.length);
    expect(rowsOfBothTables).toBeLessThanOrEqual(2 * (flushRows + 2 * stepRows));
  });

  test("ends by itself, and keeps what was flushed", async () => {
    const root = await scratchDirectory();
    const recorder = { flushRows: 1_000_000, flushMs: 2 ** 31 - 1 };
    const loop = { root, runId: RUN_ID, steps: 3, stepRows: 2, recorder };
    expect(await runLoop(loop)).toEqual({ written: 6, code: 0, signal: null });
    await using run = await openRun({ root, runId: RUN_ID });
    expect(await run.tables()).toEqual([]);
  });
});

describe("a recorder", () => {
  test("commits all tables of a flush in one record", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    await using recorder = run.recorder({ actor: "sim" });
    const holding = { tick: 1, agent_id: "A0", token_id: "T1", quantity: 3 };
    for (const flight of flightsFrom(0, 10)) {
      recorder.write(flights, flight);
      recorder.write("holdings", holding);
    }
    expect(await recorder.flush()).toBe(1);
    const [record] = await run.log();
    expect([...(record?.tables.keys() ?? [])].sort()).toEqual(["flights", "holdings"]);
    expect(record?.operations.map(({ actor }) => actor)).toEqual(["sim"]);
  });

  test("is rebased on the commits of other writers", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID });
    await using other = await openRun({ root, runId: RUN_ID });
    await using recorder = run.recorder();
    const holding = { tick: 1, agent_id: "A0", token_id: "T1", quantity: 3 };
    await other.append("holdings", [holding]);
    recorder.write("holdings", holding);
    const flushed = recorder.flush();
    await Promise.all([flushed, other.append("holdings", [holding])]);
    expect(await run.scan("holdings").count()).toBe(3);
  });

  test("that is left open is closed with its run", async () => {
    const root = await scratchDirectory();
    {
      await using run = await openRun({ root, runId: RUN_ID });
      run.recorder().write("holdings", { tick: 1, agent_id: "A", token_id: "T", quantity: 3 });
    }
    await using run = await openRun({ root, runId: RUN_ID });
    expect(await run.scan("holdings").count()).toBe(1);
  });

  test("keeps its rows while the disk refuses them", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID });
    await using recorder = run.recorder();
    // A file where the directory of the table belongs.
    const inTheWay = join(run.path, "tables", "holdings");
    await mkdir(join(run.path, "tables"), { recursive: true });
    await writeFile(inTheWay, "no directory");
    recorder.write("holdings", { tick: 1, agent_id: "A", token_id: "T", quantity: 3 });
    await expect(recorder.flush()).rejects.toMatchObject({ action: "retry" });
    await rm(inTheWay);
    await recorder.flush();
    expect(await run.scan("holdings").count()).toBe(1);
  });
});

test("the example of docs/recorder.md runs, and writes what it shows", async () => {
  const directory = await scratchDirectory();
  const { outputText } = ts.transpileModule(firstBlock("docs/recorder.md", "ts"), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  await writeFile(join(directory, "example.mjs"), outputText);
  await mkdir(join(directory, "node_modules"));
  await symlink(PACKAGE, join(directory, "node_modules", "crv"), "junction");
  const program = promisify(execFile)(process.execPath, ["example.mjs"], { cwd: directory });
  expect((await program).stdout).toBe("5000 5000\n");
});
