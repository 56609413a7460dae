/** Goal: what docs/runs.md says of parameters, labels, status, deletion and reads over several runs. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeRunInfo } from "@crv/manifest";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defineTable, openRun, openStore, type RunSummary } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { listFiles } from "./support/listing.js";
import { runPage } from "./support/page-example.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

async function newStore() {
  return openStore(await scratchDirectory(), { create: true });
}

type Opened = Awaited<ReturnType<typeof newStore>>;

async function summaryOf(store: Opened, runId: string): Promise<RunSummary> {
  const found = (await store.runs()).find((run) => run.runId === runId);
  if (found === undefined || "error" in found) throw new Error(`no sound run ${runId}`);
  return found;
}

async function addFlights(store: Opened, runId: string, first: number, count: number) {
  await using run = await store.openRun({ runId, tables: [flights] });
  await run.append("flights", flightsFrom(first, count));
}

describe("parameters", () => {
  test("are fixed by the first who gives any", async () => {
    const store = await newStore();
    const parameters = { seed: 7, model: { name: "m", layers: [1, 2] } };
    await (await store.openRun({ runId: "a", parameters })).close();
    await (await store.openRun({ runId: "a", parameters: structuredClone(parameters) })).close();
    await (await store.openRun({ runId: "a" })).close();
    await refusal(() => store.openRun({ runId: "a", parameters: { seed: 8 } }), {
      name: "IoError",
      code: "ALREADY_EXISTS",
      says: ['"seed":8', "another id"],
    });
    expect(await summaryOf(store, "a")).toMatchObject({ parameters, status: "finished" });
    await using run = await openRun({ root: store.root, runId: "a", mode: "readOnly" });
    expect(await run.info()).toMatchObject({ parameters, labels: [] });
  });

  test.each([
    ["a list", [1]],
    ["text", "seed=7"],
    ["null", null],
  ])("that are %s are refused, and no run is made", async (_, parameters) => {
    const store = await newStore();
    await refusal(() => store.openRun({ runId: "a", parameters: parameters as never }), {
      name: "IoError",
      code: "INVALID_ARGUMENT",
      says: ["parameters", "seed"],
    });
    expect(await store.runs()).toEqual([]);
  });

  test("that are too large are refused, and the run can be opened without them", async () => {
    const store = await newStore();
    await refusal(() => store.openRun({ runId: "a", parameters: { text: "x".repeat(2 ** 20) } }), {
      name: "IoError",
      code: "LIMIT_EXCEEDED",
      says: ["table"],
    });
    await (await store.openRun({ runId: "a" })).close();
    expect(await summaryOf(store, "a")).toMatchObject({ parameters: {}, status: "finished" });
  });

  test("need a run that is open for writing", async () => {
    const store = await newStore();
    await (await store.openRun({ runId: "a" })).close();
    await refusal(() => store.openRun({ runId: "a", mode: "readOnly", labels: ["x"] }), {
      name: "IoError",
      code: "INVALID_ARGUMENT",
      says: ["readWrite"],
    });
  });
});

describe("labels", () => {
  test("end as a set would, whatever is added and removed", async () => {
    const label = fc.constantFrom("a", "b", "c", "dd");
    const change = fc.record({ add: fc.array(label), remove: fc.array(label) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 6 }), async (changes) => {
        const store = await newStore();
        await (await store.openRun({ runId: "r", labels: ["a"] })).close();
        const expected = new Set(["a"]);
        for (const { add, remove } of changes) {
          for (const each of add) expected.add(each);
          for (const each of remove) expected.delete(each);
          await store.labelRun("r", { add, remove });
        }
        expect((await summaryOf(store, "r")).labels).toEqual([...expected].sort());
      }),
      { numRuns: 15 },
    );
  });

  test("that are added at once all count, also while the run is written", async () => {
    const store = await newStore();
    await using run = await store.openRun({ runId: "r", tables: [flights] });
    const labels = Array.from({ length: 12 }, (_, n) => `label-${String(n).padStart(2, "0")}`);
    await Promise.all([
      run.append("flights", flightsFrom(0, 3)),
      ...labels.map((label) => store.labelRun("r", { add: [label] })),
    ]);
    expect(await summaryOf(store, "r")).toMatchObject({ labels, status: "running", rows: 3 });
  });

  test("choose among runs", async () => {
    const store = await newStore();
    for (const [runId, labels] of [
      ["a", ["x"]],
      ["b", ["x", "y"]],
      ["c", []],
    ] as const) {
      await (await store.openRun({ runId, labels })).close();
    }
    const idsOf = async (label: string) => (await store.runs({ label })).map((run) => run.runId);
    expect([await idsOf("x"), await idsOf("y"), await idsOf("z")]).toEqual([["a", "b"], ["b"], []]);
  });

  test("of a run that does not exist are refused, and nothing is made", async () => {
    const store = await newStore();
    await refusal(() => store.labelRun("none", { add: ["x"] }), {
      name: "IoError",
      code: "NOT_FOUND",
      says: ["none"],
    });
    expect(await store.runs()).toEqual([]);
  });

  test("that are damaged make that run unreadable, not the list", async () => {
    const store = await newStore();
    await (await store.openRun({ runId: "bad", labels: ["x"] })).close();
    await (await store.openRun({ runId: "good", labels: ["x"] })).close();
    const info = { createdAt: "2025-01-01T00:00:00.000Z", parameters: {}, labels: ["forged"] };
    const bytes = await encodeRunInfo(9, info);
    await writeFile(
      join(store.root, "runs", "bad", "_info", `${"2".padStart(20, "0")}.json`),
      bytes,
    );
    const [bad, good] = await store.runs();
    expect(bad).toMatchObject({ runId: "bad", error: { code: "CORRUPT" } });
    expect(good).toMatchObject({ runId: "good", labels: ["x"] });
  });
});

describe("deleteRun", () => {
  test("removes the run and nothing else", async () => {
    const store = await newStore();
    await addFlights(store, "a", 0, 5);
    await addFlights(store, "b", 0, 5);
    const others = (await listFiles(store.root)).filter((path) => !path.startsWith("runs/a/"));
    await store.deleteRun("a");
    expect(await listFiles(store.root)).toEqual(others);
    expect(await readdir(join(store.root, "runs"))).toEqual(["b"]);
    await refusal(() => store.deleteRun("a"), {
      name: "IoError",
      code: "NOT_FOUND",
      says: ["a"],
    });
    await addFlights(store, "a", 0, 1);
    expect(await summaryOf(store, "a")).toMatchObject({ version: 1, rows: 1 });
  });

  test("refuses a run that is open for writing, and leaves it as it is", async () => {
    const store = await newStore();
    await using run = await store.openRun({ runId: "a", tables: [flights] });
    await run.append("flights", flightsFrom(0, 5));
    for (const force of [false, true]) {
      await refusal(() => store.deleteRun("a", { force }), {
        name: "IoError",
        code: "IN_USE",
        says: ["open for writing", "close it"],
      });
    }
    await run.append("flights", flightsFrom(5, 5));
    expect(await run.scan("flights").count()).toBe(10);
  });

  test("takes what a removal that crashed has left", async () => {
    const store = await newStore();
    await addFlights(store, "a", 0, 1);
    await addFlights(store, "b", 0, 1);
    await mkdir(join(store.root, "runs", ".removed-01JGFJJZ00ABCDEFGHJKMNPQRS", "_log"), {
      recursive: true,
    });
    expect((await store.runs()).map(({ runId }) => runId)).toEqual(["a", "b"]);
    await store.deleteRun("a");
    expect(await readdir(join(store.root, "runs"))).toEqual(["b"]);
  });
});

describe("store.scan", () => {
  test("gives the rows of each run, after the run's id", async () => {
    const store = await newStore();
    await addFlights(store, "a", 0, 3);
    await addFlights(store, "b", 60, 2);
    await (await store.openRun({ runId: "none" })).close();
    const rowsOf = (runId: string, first: number, count: number) =>
      flightsFrom(first, count).map((flight) => ({ run_id: runId, ...flight }));
    const [a, b] = [rowsOf("a", 0, 3), rowsOf("b", 60, 2)];
    expect(await store.scan("flights").toRows()).toEqual([...a, ...b]);
    expect(await store.scan("flights", { runs: ["b", "a"] }).toRows()).toEqual([...b, ...a]);
    expect(await store.scan("flights", { limit: 4 }).toRows()).toEqual([...a, b[0]]);
    expect(await store.scan("flights", { limit: 0 }).toRows()).toEqual([]);
    expect(await store.scan("flights", { where: { tickMin: 60 } }).count()).toBe(2);
    expect(await store.scan("flights").count()).toBe(5);
    const table = await store.scan("flights", { columns: ["origin"], limit: 4 }).toTable();
    expect(table.schema.fields.map(({ name }) => name)).toEqual(["run_id", "origin"]);
    expect(table.toArray().map((row) => row.toJSON())).toEqual(
      [...a, ...b].slice(0, 4).map(({ run_id, origin }) => ({ run_id, origin })),
    );
  });

  test("an empty result keeps its schema", async () => {
    const store = await newStore();
    await addFlights(store, "a", 0, 3);
    const table = await store.scan("flights", { filter: { delay: { gt: 9999 } } }).toTable();
    expect(table.numRows).toBe(0);
    expect(table.schema.fields.map(({ name }) => name)).toEqual([
      "run_id",
      ...Object.keys(flights.columns),
    ]);
  });

  test("opens no run before it is its turn, and leaves none open", async () => {
    const store = await newStore();
    const ids = Array.from({ length: 12 }, (_, n) => `r${String(n).padStart(2, "0")}`);
    for (const [n, runId] of ids.entries()) await addFlights(store, runId, n, 1);
    // The ones that are read ahead of the first rows are sound; the last one is never looked at.
    await writeFile(join(store.root, "runs", "r11", "_log", `${"1".padStart(20, "0")}.json`), "x");
    const seen: string[] = [];
    for await (const { run_id } of store.scan("flights").rows()) {
      seen.push(run_id);
      if (seen.length === 5) break;
    }
    expect(seen).toEqual(ids.slice(0, 5));
    await refusal(() => store.scan("flights", { runs: ["r11"] }).toRows(), {
      name: "IoManifestError",
      code: "CORRUPT",
      says: ["damaged"],
    });
  });

  test("refuses a table that is not the same in all runs, unless columns are named", async () => {
    const store = await newStore();
    await addFlights(store, "a", 0, 2);
    const other = defineTable({
      name: "flights",
      columns: { minute: "i64", origin: "str", gate: "str?" },
      tick: "minute",
    });
    await using run = await store.openRun({ runId: "b", tables: [other] });
    await run.append("flights", [{ minute: 9, origin: "SFO", gate: null }]);
    await refusal(() => store.scan("flights").toTable(), {
      name: "IoSchemaError",
      code: "DESCRIPTOR_MISMATCH",
      says: ["run a", "run b", "columns"],
    });
    const named = await store.scan("flights", { columns: ["minute"] }).toRows();
    expect(named.map(({ minute }) => minute)).toEqual([0, 1, 9]);
  });

  test.each([
    ["a table that no run has", "nothing", {}, "IoSchemaError", "UNKNOWN_TABLE"],
    ["a run that does not exist", "flights", { runs: ["gone"] }, "IoError", "NOT_FOUND"],
    ["what is no run id", "flights", { runs: ["../a"] }, "GrammarError", "INVALID_NAME"],
    ["an option that is none", "flights", { run: ["a"] }, "IoError", "INVALID_ARGUMENT"],
  ])("refuses %s", async (_, table, options, name, code) => {
    const store = await newStore();
    await addFlights(store, "a", 0, 2);
    await refusal(async () => store.scan(table, options as never).toRows(), {
      name,
      code,
      says: [],
    });
  });
});

test("the example of docs/runs.md runs, and prints what it shows", async () => {
  const { stdout, shown } = await runPage("docs/runs.md", await scratchDirectory());
  expect(stdout).toBe(shown);
});
