/** Loads over a storage in memory: what is checked, what is staged, what the result says. */

import { defineTable } from "@crv/core";
import { describe, expect, test } from "vitest";
import { MemoryStorage } from "./memory-storage.js";
import { crvError, flights, openDataset } from "./open-dataset.js";

const airports = defineTable({ name: "airports", columns: { code: "str", city: "str?" } });

const TWO = {
  flights: [{ minute: 1, origin: "SFO" }],
  airports: [{ code: "SFO" }, { code: "OAK" }],
};

async function* streamOf<T>(...items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

/** A stream that gives nothing, and does not end. */
function stuck(): AsyncIterable<never> & { ended: number } {
  const source = {
    ended: 0,
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<never>(() => undefined),
      return: () => {
        source.ended++;
        return new Promise<never>(() => undefined);
      },
    }),
  };
  return source;
}

describe("Dataset.load", () => {
  test("adds the rows of all tables in one version, and says what each got", async () => {
    const { run, storage } = openDataset({ tables: [flights, airports] });
    const result = await run.load({ flights: streamOf(...TWO.flights), airports: TWO.airports });
    expect(result).toMatchObject({ version: 1, runId: "run_1", durability: "full" });
    expect(result.tables).toMatchObject([
      { table: "flights", rows: 1, rowsAdded: 1, rowsRemoved: 0, ignoredColumns: [] },
      { table: "airports", rows: 2, rowsAdded: 2, rowsRemoved: 0, ignoredColumns: [] },
    ]);
    expect(storage.version).toBe(1);
    expect(storage.snapshotsOpen).toBe(0);
  });

  test("passes on who loads and why, in blind mode", async () => {
    const { run, storage } = openDataset({ tables: [flights, airports] });
    await run.load(TWO, { actor: "loader", message: "day 1" });
    expect(storage.intents).toMatchObject([{ mode: "blind", actor: "loader", message: "day 1" }]);
  });

  test("modes may differ by table", async () => {
    const { run } = openDataset({ tables: [flights, airports] });
    await run.load(TWO);
    await run.load(TWO, { mode: { airports: "overwrite" } });
    expect(await run.scan("flights").count()).toBe(2);
    expect(await run.scan("airports").count()).toBe(2);
  });

  test("overwriting with nothing empties the table; appending nothing does nothing", async () => {
    const { run } = openDataset({ tables: [flights, airports] });
    await run.load(TWO);
    const result = await run.load(
      { flights: streamOf(), airports: [] },
      { mode: { airports: "overwrite" } },
    );
    expect(result.tables.map(({ table }) => table)).toEqual(["airports"]);
    expect(await run.scan("flights").count()).toBe(1);
    expect(await run.scan("airports").count()).toBe(0);
  });

  test("takes entries, where a table may be a descriptor", async () => {
    const { run } = openDataset({ tables: [] });
    await run.load(new Map([[airports, TWO.airports]]));
    expect(await run.scan(airports).count()).toBe(2);
  });

  test("rows of known tables are checked by the compiler", async () => {
    const { run } = openDataset({ tables: [flights, airports] });
    // @ts-expect-error minute is a number
    const wrong = run.load({ flights: [{ minute: "1", origin: "SFO" }] });
    await expect(wrong).rejects.toEqual(crvError("INVALID_VALUE", { table: "flights", row: 0 }));
    // @ts-expect-error no such mode
    const mode = run.load(TWO, { mode: "upsert" });
    await expect(mode).rejects.toEqual(crvError("INVALID_ARGUMENT", { value: "upsert" }));
  });

  test("what is in memory is refused before a stream is read or anything is begun", async () => {
    const { run, storage } = openDataset({ tables: [flights, airports] });
    let reads = 0;
    async function* counted() {
      reads++;
      yield { minute: 1, origin: "SFO" };
    }
    const loading = run.load({
      flights: counted(),
      airports: [{ code: "SFO" }, { code: null }] as never,
    });
    await expect(loading).rejects.toEqual(crvError("NULL_VALUE", { table: "airports", row: 1 }));
    expect({ reads, begun: storage.intents.length, version: storage.version }).toEqual({
      reads: 0,
      begun: 0,
      version: 0,
    });
    expect(storage.snapshotsOpen).toBe(0);
  });

  test("the first stream that fails ends the others, also one that is stuck", async () => {
    const { run, storage } = openDataset({ tables: [flights, airports] });
    const never = stuck();
    const bad = streamOf({ code: "SFO" }, { code: 7 }) as never;
    const loading = run.load({ flights: never, airports: bad });
    await expect(loading).rejects.toEqual(crvError("INVALID_VALUE", { table: "airports", row: 1 }));
    expect({ ended: never.ended, version: storage.version, discards: storage.discards }).toEqual({
      ended: 1,
      version: 0,
      discards: 1,
    });
  });

  test("a signal ends it, also while a stream is waited for", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    const stop = new AbortController();
    const loading = run.load({ flights: stuck() }, { signal: stop.signal });
    stop.abort();
    await expect(loading).rejects.toEqual(crvError("ABORTED"));
    expect(storage.version).toBe(0);
    await expect(run.load(TWO as never, { signal: stop.signal })).rejects.toEqual(
      crvError("ABORTED"),
    );
  });

  test("tables that wait at one another's rows need to be staged at once", async () => {
    const { run } = openDataset({ tables: [flights, airports], settings: { stageConcurrency: 2 } });
    let tell = (): void => undefined;
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    async function* first() {
      await told;
      yield TWO.flights;
    }
    async function* second() {
      tell();
      yield TWO.airports;
    }
    await run.load({ flights: first(), airports: second() });
    expect(await run.scan("flights").count()).toBe(1);
  });

  test("validateRows checks rows by the model of their table", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    const edge = {
      tick: 0,
      observer_agent_id: "A",
      object_id: "O",
      edge_kind: "none",
      edge_weight: 0,
    };
    const loading = run.load(
      { flights: TWO.flights, identity_edges: [edge] as never },
      { validateRows: true },
    );
    await expect(loading).rejects.toEqual(crvError("INVALID_ROW", { table: "identity_edges" }));
    expect(storage.version).toBe(0);
  });

  test("an operation id that landed is told again", async () => {
    const { run, storage } = openDataset({ tables: [flights, airports] });
    const options = { operationId: "01ARZ3NDEKTSV4RRFFQ69G5FAV" };
    const first = await run.load(TWO, options);
    const again = await run.load(TWO, options);
    expect([first.version, again.version, storage.version]).toEqual([1, 1, 1]);
  });

  test.each([
    ["nothing", undefined, {}, "load cannot take"],
    ["no entries", [1], {}, "pass { table: rows"],
    [
      "a table twice",
      [
        ["flights", []],
        [flights, []],
      ],
      {},
      '"flights" twice',
    ],
    ["rows of no known form", { flights: 7 }, {}, "append cannot take"],
    ["an unknown option", {}, { modes: "append" }, 'did you mean "mode"'],
    ["a mode of no table", {}, { mode: { flights: "merge" } }, 'table "flights"'],
    ["no mode", {}, { mode: null }, "mode must be"],
    ["no concurrency", {}, { stageConcurrency: 0 }, "from 1 to 64"],
  ])("refuses %s", async (_, input, options, message) => {
    const { run } = openDataset({ tables: [flights] });
    const loading = run.load(input as never, options as never);
    await expect(loading).rejects.toEqual(crvError("INVALID_ARGUMENT", {}, message));
  });

  test("refuses a run that is open for reading, and a table that nobody knows", async () => {
    const { run } = openDataset({ tables: [flights], readOnly: true });
    await expect(run.load({})).rejects.toEqual(crvError("READ_ONLY"));
    const writing = openDataset({ tables: [flights], storage: new MemoryStorage() }).run;
    await expect(writing.load({ flihts: [] })).rejects.toEqual(
      crvError("UNKNOWN_TABLE", { meant: "flights" }),
    );
  });
});
