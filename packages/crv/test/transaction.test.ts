import { describe, expect, test } from "vitest";
import { ConflictError, defineTable, openRun, type Run } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { listFiles, listParts, listSidecars } from "./support/listing.js";
import { expectUnchanged } from "./support/run-state.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

const RUN_ID = "run-1";
const OPERATION_ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

const airports = defineTable({
  name: "airports",
  columns: { code: "str", name: "str?", visits: "i64" },
  key: ["code"],
});
const SFO = { code: "SFO", name: "San Francisco", visits: 1 };
const OAK = { code: "OAK", name: null, visits: 2 };
const HOLDING = { tick: 250, agent_id: "A0", token_id: "T1", quantity: 3 };

async function open() {
  const root = await scratchDirectory();
  const run = await openRun({ root, runId: RUN_ID, tables: [flights, airports] });
  return { root, run };
}

/** Parts on the disk are those that the newest version names: nothing was left behind. */
async function expectNoLitter(run: Run, replaced = 0): Promise<void> {
  const named = await Promise.all(
    (await run.tables()).map(async ({ table }) => (await run.scan(table as string).files()).length),
  );
  const count = named.reduce((sum, each) => sum + each, 0);
  expect(await listParts(run.path)).toHaveLength(count + replaced);
  expect(await listSidecars(run.path)).toEqual([]);
}

describe("transaction", () => {
  test("makes changes of three tables visible in one version", async () => {
    const { run } = await open();
    await using _ = run;
    const result = await run.transaction(
      async (tx) => {
        await tx.insert("flights", flightsFrom(0, 90));
        await tx.insert("airports", [SFO, OAK]);
        await tx.insert("holdings", [HOLDING]);
        expect(await run.scan("flights").count()).toBe(0);
        expect(run.version).toBe(0);
      },
      { actor: "importer", message: "first day" },
    );
    expect(result).toMatchObject({
      version: 1,
      runId: RUN_ID,
      durability: "full",
      tables: [
        { table: "flights", rows: 90, buckets: [0, 1] },
        { table: "airports", rows: 2, buckets: [0] },
        { table: "holdings", rows: 1, buckets: [2] },
      ],
    });
    const [record] = await run.log();
    expect(record?.operations).toMatchObject([
      { actor: "importer", message: "first day", kind: "transaction" },
    ]);
    expect([...(record?.tables.keys() ?? [])].sort()).toEqual(["airports", "flights", "holdings"]);
    expect(await run.scan("flights").count()).toBe(90);
    expect(await run.scan("holdings").toRows()).toEqual([{ ...HOLDING, bucket: 2 }]);
    await expectNoLitter(run);
  });

  test("shows none of three tables when the work throws, and passes the error on", async () => {
    const { run } = await open();
    await using _ = run;
    await run.append("flights", flightsFrom(0, 10));
    const failure = new Error("enough");
    await expectUnchanged(run, () =>
      expect(
        run.transaction(async (tx) => {
          await tx.insert("flights", flightsFrom(10, 90));
          await tx.insert("airports", [SFO]);
          await tx.insert("holdings", [HOLDING]);
          throw failure;
        }),
      ).rejects.toBe(failure),
    );
    expect((await run.tables()).map(({ table }) => table)).toEqual(["flights"]);
    await expectNoLitter(run);
  });

  test("waits for writes that were not awaited, and fails with the one that failed", async () => {
    const { run } = await open();
    await using _ = run;
    const { tables } = await run.transaction(async (tx) => {
      void tx.insert("flights", flightsFrom(0, 10));
      void tx.insert("airports", [SFO]);
    });
    expect(tables.map(({ rows }) => rows)).toEqual([10, 1]);
    const work = () =>
      run.transaction(async (tx) => {
        void tx.insert("flights", flightsFrom(0, 10));
        void tx.insert("airports", [{ ...SFO, visits: 0.5 }]);
      });
    await expectUnchanged(run, () =>
      refusal(work, { name: "IoSchemaError", code: "INVALID_VALUE", says: ['"visits"', "0.5"] }),
    );
  });

  test("refuses a write after its end", async () => {
    const { run } = await open();
    await using _ = run;
    let kept: { insert(table: "airports", rows: (typeof SFO)[]): Promise<void> } | undefined;
    await run.transaction(async (tx) => {
      kept = tx;
      await tx.insert("airports", [SFO]);
    });
    await refusal(async () => kept?.insert("airports", [SFO]), {
      name: "IoError",
      code: "CLOSED",
      says: ["has ended", "await"],
    });
    expect(await run.scan("airports").count()).toBe(1);
  });

  test("without effect makes no version", async () => {
    const { run } = await open();
    await using _ = run;
    await run.append("airports", [SFO]);
    const before = await listFiles(run.path);
    for (const work of [
      async () => {},
      async (tx: { insert(table: "airports", rows: never[]): Promise<void> }) =>
        tx.insert("airports", []),
    ]) {
      expect(await run.transaction(work as never)).toMatchObject({ version: 1, tables: [] });
    }
    expect(await listFiles(run.path)).toEqual(before);
  });

  test("under one operation id twice is one commit", async () => {
    const { run } = await open();
    await using _ = run;
    const write = () =>
      run.transaction(
        async (tx) => {
          await tx.insert("flights", flightsFrom(0, 10));
          await tx.insert("airports", [SFO]);
        },
        { operationId: OPERATION_ID },
      );
    const first = await write();
    await run.append("airports", [OAK]);
    const again = await write();
    expect(again.version).toBe(first.version);
    expect(again.tables.map(({ table, rows }) => [table, rows]).sort()).toEqual([
      ["airports", 1],
      ["flights", 10],
    ]);
    expect(await run.scan("flights").count()).toBe(10);
    expect(run.version).toBe(2);
    await expectNoLitter(run);
  });
});

describe("transaction: overwrite", () => {
  test("replaces all rows of a table, beside an insert into another", async () => {
    const { run } = await open();
    await using _ = run;
    await run.append("flights", flightsFrom(0, 130));
    await run.transaction(async (tx) => {
      await tx.overwrite("flights", flightsFrom(60, 5));
      await tx.insert("airports", [SFO]);
    });
    expect(await run.scan("flights").toRows()).toEqual(flightsFrom(60, 5));
    expect(await run.scan("airports").count()).toBe(1);
    expect(run.version).toBe(2);
  });

  test("by nothing leaves a table without rows, which keeps its columns", async () => {
    const { run } = await open();
    await using _ = run;
    await run.append("flights", flightsFrom(0, 130));
    const { version, tables } = await run.transaction((tx) => tx.overwrite("flights", []));
    expect({ version, rows: tables[0]?.rows }).toEqual({ version: 2, rows: 0 });
    expect(await run.scan("flights").toRows()).toEqual([]);
    expect(await run.tables()).toMatchObject([{ table: "flights", version: 2, rows: 0, parts: 0 }]);
    expect((await run.read("flights")).schema.names).toEqual(["minute", "origin", "delay"]);
    await run.append("flights", flightsFrom(0, 1));
    expect(await run.scan("flights").count()).toBe(1);
  });

  test("forgets what the transaction wrote to the table before", async () => {
    const { run } = await open();
    await using _ = run;
    await run.transaction(async (tx) => {
      await tx.insert("flights", flightsFrom(0, 5));
      await tx.overwrite("flights", flightsFrom(5, 5));
      await tx.overwrite("flights", flightsFrom(10, 5));
      await tx.insert("flights", flightsFrom(15, 5));
    });
    expect(await run.scan("flights", { order: "tick" }).toRows()).toEqual([
      ...flightsFrom(10, 5),
      ...flightsFrom(15, 5),
    ]);
    await expectNoLitter(run);
  });

  test("conflicts with a commit to the same table, and changes nothing", async () => {
    const { root, run } = await open();
    await using _ = run;
    await using other = await openRun({ root, runId: RUN_ID, tables: [flights] });
    await run.append("flights", flightsFrom(0, 10));
    const overwrite = () =>
      run.transaction(async (tx) => {
        await tx.overwrite("flights", flightsFrom(0, 1));
        await tx.insert("airports", [SFO]);
        await other.append("flights", flightsFrom(10, 10));
      });
    const error = await refusal(overwrite, {
      name: "ConflictError",
      code: "CONFLICT",
      says: ['"flights"', "from version 1 to 2", "read it again"],
    });
    expect((error as ConflictError).conflict).toEqual({
      kind: "ExpectedVersionMismatch",
      tableKey: "flights",
      expected: 1,
      actual: 2,
    });
    expect(await run.scan("flights").count()).toBe(20);
    expect(await run.scan("airports").count()).toBe(0);
    await expectNoLitter(run);
  });

  test("does not conflict with commits to other tables", async () => {
    const { root, run } = await open();
    await using _ = run;
    await using other = await openRun({ root, runId: RUN_ID, tables: [airports] });
    await run.append("flights", flightsFrom(0, 10));
    const { version } = await run.transaction(async (tx) => {
      await tx.overwrite("flights", flightsFrom(0, 1));
      await other.append("airports", [SFO]);
    });
    expect(version).toBe(3);
    expect(await run.scan("flights").count()).toBe(1);
    expect(await run.scan("airports").count()).toBe(1);
  });
});

describe("transaction: changes of rows", () => {
  test("merges by key, updates and deletes, each seeing the ones before it", async () => {
    const { run } = await open();
    await using _ = run;
    await run.append("airports", [SFO, OAK]);
    await run.transaction(async (tx) => {
      await tx.merge("airports", [
        { ...OAK, visits: 20 },
        { code: "SJC", visits: 3 },
      ]);
      expect(await tx.scan("airports").count()).toBe(3);
      await tx.update("airports", { visits: { ge: 3 } }, { name: "busy" });
      await tx.delete("airports", { code: "SFO" });
      expect(await tx.scan("airports", { filter: { name: "busy" } }).count()).toBe(2);
      expect(await run.scan("airports").toRows()).toEqual([SFO, OAK]);
    });
    const rows = await run.scan("airports").toRows();
    expect(rows.sort((a, b) => (a.code < b.code ? -1 : 1))).toEqual([
      { code: "OAK", name: "busy", visits: 20 },
      { code: "SJC", name: "busy", visits: 3 },
    ]);
    expect(run.version).toBe(2);
    expect(await run.log()).toHaveLength(2);
  });

  test("of two that read one table and change it, one commits", async () => {
    const { root, run } = await open();
    await using _ = run;
    await using other = await openRun({ root, runId: RUN_ID, tables: [airports] });
    await run.append("airports", [SFO]);
    const visit = (by: typeof run | typeof other, meanwhile: () => Promise<unknown>) =>
      by.transaction(async (tx) => {
        const [row] = await tx.scan("airports").toRows();
        await meanwhile();
        await tx.update("airports", { code: "SFO" }, { visits: (row?.visits ?? 0) + 1 });
      });
    const both = visit(run, () => visit(other, async () => {}));
    await expect(both).rejects.toBeInstanceOf(ConflictError);
    expect(await run.scan("airports").toRows()).toEqual([{ ...SFO, visits: 2 }]);
  });
});
