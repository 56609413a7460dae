import { Int64, RecordBatch, Table, tableToIPC } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { Scan } from "../src/index.js";
import { MemoryStorage } from "./memory-storage.js";
import { crvError, everything, flights, openDataset } from "./open-dataset.js";

type Opened = ReturnType<typeof openDataset<readonly [typeof flights, typeof everything]>>;

/** Flights of minutes 0 to 129, in three buckets. */
async function openFlights(): Promise<Opened> {
  const opened = openDataset({ tables: [flights, everything] });
  const rows = Array.from({ length: 130 }, (_, minute) => ({ minute, origin: `A${minute % 3}` }));
  await opened.run.append("flights", rows);
  return opened;
}

describe("Dataset.scan", () => {
  test("reads nothing before it is asked for", async () => {
    const { run, storage } = await openFlights();
    const scan = run.scan("flights", { where: { tickMin: 3 } });
    expect(scan).toBeInstanceOf(Scan);
    expect(storage).toMatchObject({ snapshotsOpen: 0, requests: [] });
  });

  test("bounds of ticks are inclusive, and null leaves them open", async () => {
    const { run } = await openFlights();
    const count = (where: object): Promise<number> => run.scan("flights", { where }).count();
    expect(await count({ tickMin: 5, tickMax: 7 })).toBe(3);
    expect(await count({ tickMin: 5n, tickMax: null })).toBe(125);
    expect(await count({ tickMax: 2n ** 60n })).toBe(130);
    expect(await count({ tickMin: undefined })).toBe(130);
  });

  test.each([
    [{ tick_min: 5 }, "write tickMin"],
    [{ origin: "A" }, "use tickMin and tickMax"],
    [{ tickMin: 1.5 }, "whole number"],
    [{ tickMin: "5" }, "whole number"],
    [{ tickMax: Number.POSITIVE_INFINITY }, "or null for none"],
    [{ tickMin: 7, tickMax: 5 }, "tickMin 7 is above tickMax 5"],
    [[], "an object"],
    [null, "an object"],
  ])("refuses where %o", async (where, message) => {
    const { run } = await openFlights();
    expect(() => run.scan("flights", { where } as never)).toThrow(
      crvError("INVALID_FILTER", {}, message),
    );
  });

  test.each([
    [{ limit: -1 }, "INVALID_ARGUMENT", "at least 0"],
    [{ limit: 1.5 }, "INVALID_ARGUMENT", "whole number"],
    [{ order: "desc" }, "INVALID_ARGUMENT", '"tick" or "storage"'],
    [{ int64: "string" }, "INVALID_ARGUMENT", '"number" or "bigint"'],
    [{ columns: [] }, "INVALID_ARGUMENT", "at least one"],
    [{ columns: "minute" }, "INVALID_ARGUMENT", "array"],
    [{ columns: ["minute", "origin", "minute"] }, "INVALID_ARGUMENT", "names that differ"],
    [{ columns: ["orgin"] }, "INVALID_FILTER", 'did you mean "origin"?'],
    [{ filters: {} }, "INVALID_ARGUMENT", 'did you mean "filter"?'],
    [5, "INVALID_ARGUMENT", "an object"],
  ])("refuses the options %o", async (options, code, message) => {
    const { run } = await openFlights();
    expect(() => run.scan("flights", options as never)).toThrow(crvError(code, {}, message));
  });

  test("checks a table that only the run knows when it is first read", async () => {
    const { storage } = await openFlights();
    const { run } = openDataset({ tables: [], storage });
    const scan = run.scan("flights", { columns: ["orgin"] });
    await expect(scan.toRows()).rejects.toThrow(crvError("INVALID_FILTER"));
    await expect(run.scan("fligths").toRows()).rejects.toThrow(crvError("UNKNOWN_TABLE"));
    expect(storage.snapshotsOpen).toBe(0);
  });

  test("refuses a range of ticks where there are none", async () => {
    const { defineTable } = await import("@crv/core");
    const { run } = openDataset({ tables: [] });
    const timeless = defineTable({ name: "timeless", columns: { n: "i64" } });
    expect(() => run.scan(timeless, { where: { tickMin: 1 } })).toThrow(
      crvError("INVALID_FILTER", { table: "timeless" }),
    );
    expect(() => run.scan(timeless, { where: {} })).not.toThrow();
  });

  test("hands storage the checked request", async () => {
    const { run, storage } = await openFlights();
    await run
      .scan("flights", { where: { tickMin: 1n }, columns: ["origin"], limit: 3, order: "tick" })
      .toRows();
    expect(storage.requests).toEqual([
      { table: "flights", tickMin: 1, columns: ["origin"], limit: 3, order: "tick" },
    ]);
  });

  test("stops when it is cancelled", async () => {
    const { run, storage } = await openFlights();
    const scan = run.scan("flights", { signal: AbortSignal.abort() });
    await expect(scan.toRows()).rejects.toThrow(crvError("ABORTED"));
    const controller = new AbortController();
    const { signal } = controller;
    storage.scan = async function* () {
      controller.abort();
      signal.throwIfAborted();
      yield* [];
    };
    await expect(run.scan("flights", { signal }).toRows()).rejects.toThrow(crvError("ABORTED"));
    expect(storage.snapshotsOpen).toBe(0);
  });
});

describe("Scan", () => {
  test("iterates record batches, and lets its snapshot go when it is left early", async () => {
    const { run, storage } = await openFlights();
    for await (const batch of run.scan("flights")) {
      expect(batch).toBeInstanceOf(RecordBatch);
      expect(storage.snapshotsOpen).toBe(1);
      break;
    }
    expect(storage.snapshotsOpen).toBe(0);
  });

  test("toTable gives one batch whose texts share a dictionary", async () => {
    const { run } = await openFlights();
    const table = await run.scan("flights", { columns: ["origin", "minute"] }).toTable();
    expect(table).toBeInstanceOf(Table);
    expect(table.schema.names).toEqual(["origin", "minute"]);
    expect(table.batches).toHaveLength(1);
    expect(table.numRows).toBe(130);
    expect(table.getChild("origin")?.data[0]?.dictionary?.length).toBe(3);
    expect(tableToIPC(table, "file").length).toBeGreaterThan(0);
  });

  test("reads the newest version each time it is asked", async () => {
    const { run } = await openFlights();
    const scan = run.scan("flights", { where: { tickMin: 129 } });
    expect(await scan.toRows()).toHaveLength(1);
    await run.append("flights", [{ minute: 500, origin: "B" }]);
    expect(await scan.toRows()).toHaveLength(2);
  });

  test("counts from the log where that is exact, and otherwise by reading one column", async () => {
    const { run, storage } = await openFlights();
    expect(await run.scan("flights").count()).toBe(130);
    expect(await run.scan("flights", { limit: 7 }).count()).toBe(7);
    expect(storage.requests).toEqual([]);
    expect(await run.scan("flights", { filter: { origin: "A0" }, limit: 9 }).count()).toBe(9);
    expect(storage.requests).toMatchObject([{ columns: ["minute"], limit: 9 }]);
  });

  test("names the files that hold the rows", async () => {
    const { run } = await openFlights();
    expect(await run.scan("flights").files()).toEqual(
      ["000000", "000001", "000002"].map((bucket) =>
        expect.stringMatching(`^memory/tables/flights/bucket=${bucket}/part-[0-9a-f]+[.]parquet$`),
      ),
    );
  });

  test("is empty, with its columns, before the first append", async () => {
    const { run } = openDataset({ tables: [flights] });
    const scan = run.scan("flights", { columns: ["delay", "minute"] });
    expect(await scan.toRows()).toEqual([]);
    expect(await scan.count()).toBe(0);
    expect(await scan.files()).toEqual([]);
    const table = await scan.toTable();
    expect(table.schema.names).toEqual(["delay", "minute"]);
    expect(table.schema.fields[0]?.type).toBeInstanceOf(Int64);
  });
});

describe("Scan.toRows", () => {
  test("gives int64 as asked, the call before the scan", async () => {
    const { run } = await openFlights();
    const scan = run.scan("flights", { limit: 1, columns: ["minute"], int64: "bigint" });
    expect(await scan.toRows()).toEqual([{ minute: 0n }]);
    expect(await scan.toRows({ int64: "number" })).toEqual([{ minute: 0 }]);
  });

  test("names column and row of an integer that a number cannot hold", async () => {
    const { run } = openDataset({ tables: [everything] });
    const wide = 2n ** 53n;
    await run.append("everything", [
      { tick: 0, wide: wide - 1n },
      { tick: 1, wide: -wide },
    ]);
    await expect(run.scan("everything").toRows()).rejects.toThrow(
      crvError("UNSAFE_INTEGER", { column: "wide", row: 1, value: -wide }, 'int64: "bigint"'),
    );
    expect(await run.scan("everything", { columns: ["wide"], int64: "bigint" }).toRows()).toEqual([
      { wide: wide - 1n },
      { wide: -wide },
    ]);
  });

  test("names column and row of a time that a Date cannot hold", async () => {
    for (const at of [1001n, 2n ** 63n - 1n]) {
      const { run } = openDataset({ tables: [everything] });
      await run.append("everything", [
        { tick: 0, at: 1000n },
        { tick: 1, at },
      ]);
      await expect(run.scan("everything").toRows()).rejects.toThrow(
        crvError("UNSAFE_INTEGER", { column: "at", row: 1, value: at }, 'int64: "bigint"'),
      );
    }
  });

  test("counts rows over all batches in its errors", async () => {
    const { run } = openDataset({ tables: [everything] });
    await run.append("everything", [{ tick: 0 }, { tick: 100, wide: 2n ** 60n }]);
    await expect(run.scan("everything").toRows()).rejects.toThrow(
      crvError("UNSAFE_INTEGER", { row: 1 }),
    );
  });

  test("gives values of their own, not views of a batch", async () => {
    const storage = new MemoryStorage();
    const { run } = openDataset({ tables: [everything], storage });
    const values = { bytes: new Uint8Array([1, 2]), state: new Float32Array([1, 2, 3]) };
    await run.append("everything", [{ tick: 0, ...values }]);
    const [first] = await run.scan("everything").toRows();
    first?.bytes?.fill(9);
    first?.state?.fill(9);
    expect((await run.scan("everything").toRows())[0]).toMatchObject(values);
  });

  test("refuses options that do not exist", async () => {
    const { run } = await openFlights();
    await expect(run.scan("flights").toRows({ int46: "bigint" } as never)).rejects.toThrow(
      crvError("INVALID_ARGUMENT"),
    );
  });
});

describe("Scan.rows", () => {
  test("gives the rows of toRows one by one, with int64 as asked", async () => {
    const { run, storage } = await openFlights();
    const scan = run.scan("flights", { where: { tickMin: 58 }, columns: ["minute", "origin"] });
    expect(await collect(scan.rows())).toEqual(await scan.toRows());
    expect(await collect(scan.rows({ int64: "bigint" }))).toEqual(
      await scan.toRows({ int64: "bigint" }),
    );
    expect(storage.snapshotsOpen).toBe(0);
  });

  test("reads nothing before the first row is asked for, and one batch at a time", async () => {
    const { run, storage } = await openFlights();
    const rows = run.scan("flights").rows();
    expect(storage).toMatchObject({ snapshotsOpen: 0, requests: [] });
    const batchesRead = countBatches(storage);
    expect((await rows.next()).value).toMatchObject({ minute: 0 });
    expect(batchesRead()).toBe(1);
    for (let minute = 1; minute < 60; minute++) await rows.next();
    expect(batchesRead()).toBe(1);
    expect((await rows.next()).value).toMatchObject({ minute: 60 });
    expect(batchesRead()).toBe(2);
    await rows.return();
  });

  test("lets its snapshot go when it is left early, and when it fails", async () => {
    const { run, storage } = await openFlights();
    for await (const { minute } of run.scan("flights").rows()) {
      expect({ minute, snapshotsOpen: storage.snapshotsOpen }).toEqual({
        minute: 0,
        snapshotsOpen: 1,
      });
      break;
    }
    expect(storage.snapshotsOpen).toBe(0);
    await run.append("everything", [{ tick: 0 }, { tick: 100, wide: 2n ** 60n }]);
    const rows = run.scan("everything").rows();
    expect((await rows.next()).value).toMatchObject({ tick: 0 });
    await expect(rows.next()).rejects.toThrow(
      crvError("UNSAFE_INTEGER", { column: "wide", row: 1, value: 2n ** 60n }),
    );
    expect(storage.snapshotsOpen).toBe(0);
  });

  test("refuses options that do not exist, at once", async () => {
    const { run } = await openFlights();
    expect(() => run.scan("flights").rows({ int46: "bigint" } as never)).toThrow(
      crvError("INVALID_ARGUMENT"),
    );
    expect(() => run.scan("flights").rows({ int64: "text" } as never)).toThrow(
      crvError("INVALID_ARGUMENT"),
    );
  });
});

async function collect<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** Tells how many batches `storage` has handed out from now on. */
function countBatches(storage: MemoryStorage): () => number {
  let count = 0;
  const scan = storage.scan.bind(storage);
  storage.scan = async function* (snapshot, request) {
    for await (const batch of scan(snapshot, request)) {
      count++;
      yield batch;
    }
  };
  return () => count;
}
