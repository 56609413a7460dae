/**
 * Goal: the fold accepts exactly the records that follow, and gives the state that the format says.
 */
import {
  type CommitRecord,
  defineTable,
  parseTableKey,
  type TableChange,
  type TableKey,
} from "@crv/core";
import { describe, expect, test } from "vitest";
import {
  applyRecord,
  emptyState,
  fitsTable,
  foldRecord,
  type RunState,
  type TableState,
  tableManifest,
  tableVersionOf,
} from "../src/index.js";
import {
  commitIdOf,
  DELAYS,
  delays,
  FLIGHTS,
  flights,
  operationIdOf,
  operationOf,
  partOf,
  recordOf,
} from "./sample.js";

const one = partOf(operationIdOf(1));
const two = partOf(operationIdOf(2));

/** Versions 1 and 2: flights with two parts. */
function stateOfTwo(): RunState {
  return applyRecord(applyRecord(emptyState(), recordOf(1)), recordOf(2));
}

/** Version 3, with this change to `flights`, or to another table. */
function third(change: Partial<TableChange>, table: TableKey = FLIGHTS): CommitRecord {
  return recordOf(3, {
    tables: new Map([[table, { version: 3, add: [], remove: [], ...change }]]),
  });
}

/** A table with its parts as an array. */
const spread = (table: TableState | undefined) => table && { ...table, parts: [...table.parts] };

describe("applyRecord", () => {
  test("gives the state after the record", () => {
    const state = stateOfTwo();
    expect(state).toMatchObject({
      version: 2,
      commitId: commitIdOf(2),
      createdAt: recordOf(2).createdAt,
    });
    expect(spread(state.tables.get(FLIGHTS))).toEqual({
      key: FLIGHTS,
      descriptor: flights,
      version: 2,
      contentVersion: 2,
      changedAt: 2,
      describedAt: 1,
      createdAt: recordOf(1).createdAt,
      updatedAt: recordOf(2).createdAt,
      parts: [
        { ...one, createdAt: recordOf(1).createdAt },
        { ...two, createdAt: recordOf(2).createdAt },
      ],
    });
    expect(state.ledger.says(operationIdOf(2), 2)).toEqual({ kind: "landed", version: 2 });
    expect([tableVersionOf(state, FLIGHTS), tableVersionOf(state, DELAYS)]).toEqual([2, 0]);
  });

  test("leaves the state before it as it was", () => {
    const before = applyRecord(emptyState(), recordOf(1));
    applyRecord(before, recordOf(2));
    expect(before.version).toBe(1);
    expect(before.tables.get(FLIGHTS)?.parts).toHaveLength(1);
  });

  test("touches only the tables that the record names", () => {
    const change = { version: 1, descriptor: delays, add: [], remove: [] };
    const before = stateOfTwo();
    const state = applyRecord(before, recordOf(3, { tables: new Map([[DELAYS, change]]) }));
    expect(state.tables.get(FLIGHTS)).toBe(before.tables.get(FLIGHTS));
    expect(spread(state.tables.get(DELAYS))).toMatchObject({
      version: 1,
      changedAt: 3,
      describedAt: 3,
      parts: [],
    });
  });

  test("replaces parts, keeping the others in their order", () => {
    const three = partOf(operationIdOf(3));
    const state = applyRecord(stateOfTwo(), third({ add: [three], remove: [one.path] }));
    expect([...(state.tables.get(FLIGHTS)?.parts ?? [])].map((p) => p.path)).toEqual([
      two.path,
      three.path,
    ]);
  });

  test("tells a change of content from one of parts only", () => {
    const three = partOf(operationIdOf(3));
    const change = { add: [three], remove: [one.path, two.path], preserving: true };
    const state = applyRecord(stateOfTwo(), third(change));
    expect(state.tables.get(FLIGHTS)).toMatchObject({
      version: 3,
      contentVersion: 2,
      changedAt: 3,
    });
  });

  test("takes a new descriptor", () => {
    const wider = defineTable({
      name: "flights",
      columns: { minute: "i64", gate: "str?" },
      tick: "minute",
    });
    const state = applyRecord(stateOfTwo(), third({ descriptor: wider }));
    expect(state.tables.get(FLIGHTS)).toMatchObject({ descriptor: wider, describedAt: 3 });
  });

  test.each<[string, CommitRecord, string]>([
    ["a version too high", recordOf(4), "it follows version 2"],
    ["a version again", recordOf(2), "it follows version 2"],
    [
      "a wrong parent",
      recordOf(3, { parents: [commitIdOf(9)] }),
      "its parent is not the commit of version 2",
    ],
    ["no parent", recordOf(3, { parents: [] }), "its parent is not"],
    ["a table version skipped", third({ version: 4 }), "flights goes from version 2 to 4"],
    ["a table version again", third({ version: 2 }), "flights goes from version 2 to 2"],
    [
      "a table that begins at 2",
      third({ version: 2, descriptor: delays }, DELAYS),
      "delays goes from version 0 to 2",
    ],
    [
      "a new table without descriptor",
      third({ version: 1 }, DELAYS),
      "delays has no descriptor of its own",
    ],
    [
      "the descriptor of another table",
      third({ version: 1, descriptor: flights }, DELAYS),
      "no descriptor of its own",
    ],
    [
      "a part of another table",
      third({ add: [partOf(operationIdOf(3), 0, { table: DELAYS })] }),
      "cannot add tables/delays",
    ],
    ["a part that is there", third({ add: [one] }), "cannot add"],
    [
      "a part twice",
      third({ add: [partOf(operationIdOf(3)), partOf(operationIdOf(3))] }),
      "cannot add",
    ],
    [
      "the removal of a part that is not there",
      third({ remove: [partOf(operationIdOf(8)).path] }),
      "removes a part",
    ],
    ["the removal of a part twice", third({ remove: [one.path, one.path] }), "removes a part"],
    [
      "an operation that landed before",
      recordOf(3, { operations: [operationOf(operationIdOf(1))] }),
      "was already landed in version 1",
    ],
  ])("refuses %s, and changes nothing", (_, record, why) => {
    const state = stateOfTwo();
    expect(() => applyRecord(state, record)).toThrow(
      expect.objectContaining({ code: "CORRUPT", message: expect.stringContaining(why) }),
    );
    expect([...state.ledger.settled(99)].map(([id]) => id)).toEqual([
      operationIdOf(1),
      operationIdOf(2),
    ]);
    expect(state.tables.get(FLIGHTS)?.parts).toHaveLength(2);
  });

  test("refuses a first record with a parent", () => {
    expect(() => applyRecord(emptyState(), recordOf(1, { parents: [commitIdOf(0)] }))).toThrow(
      "its parent",
    );
  });
});

describe("foldRecord", () => {
  test("does not tell the ledger", () => {
    const state = emptyState();
    expect(foldRecord(state, recordOf(1)).version).toBe(1);
    expect([...state.ledger.settled(1)]).toEqual([]);
  });
});

describe("fitsTable", () => {
  test("wants the descriptor that the table has", () => {
    const table = stateOfTwo().tables.get(FLIGHTS)!;
    expect(fitsTable(table, flights)).toBe(true);
    expect(fitsTable(table, { ...flights, tickBucketSize: 60 })).toBe(false);
  });
});

describe("tableManifest", () => {
  test("is undefined of a table that does not exist", () => {
    expect(tableManifest(stateOfTwo(), parseTableKey("nothing"))).toBeUndefined();
  });

  test("sums up parts by bucket, buckets in order, parts in order of their commits", () => {
    const add = [
      [7, 0],
      [2, 1],
      [7, 2],
    ].map(([bucket = 0, index]) => partOf(operationIdOf(3), index, { bucket }));
    const manifest = tableManifest(applyRecord(stateOfTwo(), third({ add })), FLIGHTS);
    expect(manifest).toMatchObject({
      table: FLIGHTS,
      branch: "main",
      runVersion: 3,
      tableVersion: 3,
      rows: 50,
      bytes: 5003,
      createdAt: recordOf(1).createdAt,
      updatedAt: recordOf(3).createdAt,
    });
    expect(
      manifest?.partitions.map((p) => [p.bucketId, p.rows, p.bytes, p.tickMin, p.tickMax]),
    ).toEqual([
      [0, 20, 2000, 0, 9],
      [2, 10, 1001, 2880, 2889],
      [7, 20, 2002, 10080, 10089],
    ]);
    expect(manifest?.partitions[2]?.parts.map((p) => p.path)).toEqual([add[0]?.path, add[2]?.path]);
  });

  test("has no tick bounds where the table has no ticks", () => {
    const part = {
      ...partOf(operationIdOf(3), 0, { table: DELAYS }),
      tickMin: null,
      tickMax: null,
    };
    const state = applyRecord(
      stateOfTwo(),
      third({ version: 1, descriptor: delays, add: [part] }, DELAYS),
    );
    expect(tableManifest(state, DELAYS)?.partitions).toMatchObject([
      { tickMin: null, tickMax: null, rows: 10 },
    ]);
  });
});
