import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRun } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { listFiles, listTree } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";
import { runWriter } from "./support/writer-process.js";

const RUN_ID = "run-1";

describe("Run.close", () => {
  test("may be called twice; after it, every call says that the run is closed", async () => {
    const root = await scratchDirectory();
    const run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    await run.append("flights", flightsFrom(0, 3));
    await Promise.all([run.close(), run.close()]);
    await run.close();
    for (const call of [
      () => run.append("flights", flightsFrom(0, 1)),
      () => run.scan("flights").toRows(),
      () => run.tables(),
      () => run.log(),
    ]) {
      await refusal(call, { name: "IoError", code: "CLOSED", says: [RUN_ID, "open it again"] });
    }
  });
});

describe("Run.log", () => {
  test("selects by actor, table and version, the newest first", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    const holding = { tick: 0, agent_id: "A0", token_id: "T1", quantity: 1 };
    await run.append("flights", flightsFrom(0, 1), { actor: "a" });
    await run.append("holdings", [holding], { actor: "b" });
    await run.append("flights", flightsFrom(1, 1), { actor: "b" });
    await run.append("flights", flightsFrom(2, 1), { actor: "a" });
    const versions = async (options: object) =>
      (await run.log(options)).map(({ version }) => version);
    expect(await versions({})).toEqual([4, 3, 2, 1]);
    expect(await versions({ limit: 2 })).toEqual([4, 3]);
    expect(await versions({ actor: "a" })).toEqual([4, 1]);
    expect(await versions({ actor: "b", table: "flights" })).toEqual([3]);
    expect(await versions({ actor: "a", limit: 1 })).toEqual([4]);
    expect(await versions({ from: 2, to: 3 })).toEqual([3, 2]);
    expect(await versions({ from: 2, to: 99, limit: 1 })).toEqual([4]);
    expect(await versions({ actor: "nobody" })).toEqual([]);
    await refusal(() => run.log({ table: "fligths" }), {
      name: "IoSchemaError",
      code: "UNKNOWN_TABLE",
      says: ['"fligths"', "flights, holdings"],
    });
  });

  test.each([[{ limit: -1 }], [{ from: 1.5 }], [{ to: Number.NaN }], [{ actors: "a" }]])(
    "refuses %j",
    async (options) => {
      const root = await scratchDirectory();
      await using run = await openRun({ root, runId: RUN_ID });
      const [name] = Object.keys(options) as [string];
      await refusal(() => run.log(options as object), {
        name: "IoError",
        code: "INVALID_ARGUMENT",
        says: [name],
      });
    },
  );
});

describe("Run.tables", () => {
  test("sums up each table of the newest version", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    const first = await run.append("flights", flightsFrom(30, 60));
    await run.append("holdings", [{ tick: 7, agent_id: "A0", token_id: "T1", quantity: 1 }]);
    const second = await run.append("flights", flightsFrom(0, 5));
    const bytes = [...first.parts, ...second.parts].reduce((sum, part) => sum + part.bytes, 0);
    expect(await run.tables()).toEqual([
      {
        table: "flights",
        version: 2,
        rows: 65,
        bytes,
        parts: 3,
        buckets: 2,
        tickMin: 0,
        tickMax: 89,
      },
      expect.objectContaining({ table: "holdings", version: 1, rows: 1, tickMin: 7, tickMax: 7 }),
    ]);
  });
});

describe("Run.pending", () => {
  test.each([
    ["before-publish", "roll-back", "NoMovement"],
    ["after-publish", "roll-forward", "RolledPastExpected"],
  ])(
    "says what is to be done about a writer that died %s, and does nothing",
    async (...expected) => {
      const [killAt, decision, tableClass] = expected;
      const root = await scratchDirectory();
      await runWriter({ root, runId: RUN_ID, writer: "dies", commits: 1, tables: "both", killAt });
      const before = await listTree(root);
      {
        await using reader = await openRun({ root, runId: RUN_ID, mode: "readOnly" });
        expect(await reader.pending()).toMatchObject([
          {
            decision,
            sidecar: { actor: "dies" },
            tables: [
              { table: "copies", class: tableClass },
              { table: "events", class: tableClass },
            ],
          },
        ]);
      }
      expect(await listTree(root)).toEqual(before);
      await using run = await openRun({ root, runId: RUN_ID });
      expect(await run.pending()).toEqual([]);
    },
  );
});

describe("Run.trimLog", () => {
  test("removes old records and keeps every row, also for a process that opens the run later", async () => {
    const root = await scratchDirectory();
    const rows = flightsFrom(0, 10);
    {
      await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
      for (const row of rows) await run.append("flights", [row]);
      await run.trimLog({ keepVersions: 4 });
      expect((await run.log()).map(({ version }) => version)).toEqual([10, 9, 8, 7]);
      expect(await run.scan("flights", { order: "tick" }).toRows()).toEqual(rows);
    }
    const records = (await listFiles(join(root, "runs", RUN_ID, "_log"))).filter((name) =>
      name.endsWith(".json"),
    );
    expect(records).toHaveLength(4);
    // The hint is only a hint.
    await rm(join(root, "runs", RUN_ID, "_log", "_head"), { force: true });
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    expect(await run.scan("flights", { order: "tick" }).toRows()).toEqual(rows);
    expect((await run.append("flights", flightsFrom(10, 1))).version).toBe(11);
  });
});
