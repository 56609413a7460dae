import {
  type CommitOutcome,
  type Conflict,
  defineTable,
  formatPartKey,
  formatPartPrefix,
  type OperationRef,
  parseOperationId,
} from "@crv/core";
import { Table, tableFromArrays, tableToIPC } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { MemoryStorage } from "./memory-storage.js";
import { crvError, everything, flights, openDataset } from "./open-dataset.js";

const OPERATION_ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

function flightRows(count: number): { minute: number; origin: string }[] {
  return Array.from({ length: count }, (_, minute) => ({ minute, origin: `A${minute % 7}` }));
}

async function* later<T>(items: Iterable<T>): AsyncIterable<T> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

describe("Dataset.append", () => {
  test("says what became visible", async () => {
    const { run } = openDataset({ tables: [flights] });
    const result = await run.append("flights", [
      { minute: 130, origin: "SFO" },
      { minute: 5, origin: "OAK" },
      { minute: 59, origin: "OAK" },
    ]);
    expect(result).toEqual({
      version: 1,
      table: "flights",
      runId: "run_1",
      rows: 3,
      buckets: [0, 2],
      durability: "full",
      ignoredColumns: [],
      parts: [
        expect.objectContaining({ bucketId: 2, rows: 1, tickMin: 130, tickMax: 130 }),
        expect.objectContaining({ bucketId: 0, rows: 2, bytes: 20, tickMin: 5, tickMax: 59 }),
      ],
    });
  });

  test("makes the table with its first rows, in one version", async () => {
    const { run, storage } = openDataset({ tables: [], settings: { tickBucketSize: 10 } });
    await run.append("holdings", [{ tick: 25, agent_id: "a", token_id: "t", quantity: 1 }]);
    expect(storage.version).toBe(1);
    expect((await run.manifest("holdings"))?.descriptor.tickBucketSize).toBe(10);
    const result = await run.append("holdings", [
      { tick: 35, agent_id: "a", token_id: "t", quantity: 2 },
    ]);
    expect(result).toMatchObject({ version: 2, buckets: [3] });
  });

  test("passes on who appends and why, in blind mode", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    const options = { actor: "tester", message: "why", operationId: OPERATION_ID };
    await run.append("flights", flightRows(1), options);
    expect(storage.intents[0]).toMatchObject({ ...options, mode: "blind" });
  });

  test("returns the first result when the operation had landed before", async () => {
    const { run } = openDataset({ tables: [flights] });
    const options = { operationId: OPERATION_ID };
    const first = await run.append("flights", flightRows(3), options);
    await run.append("flights", flightRows(5));
    expect(await run.append("flights", flightRows(9), options)).toEqual(first);
  });

  test("tells the parts of a landed operation from those of others in its group commit", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    const options = { operationId: OPERATION_ID };
    const first = await run.append("flights", flightRows(3), options);
    const [own] = (storage.states[1]?.get(flights.name)?.parts ?? []).map((part) => part.entry);
    const other = { ...own, path: formatPartKey(flights.name, 0, "0".repeat(24), 0) };
    storage.commits = async function* () {
      const tables = new Map([[flights.name, { add: [other, own] }]]);
      yield { operations: [], tables } as never;
    };
    expect(await run.append("flights", flightRows(3), options)).toEqual(first);
  });

  test("tells the rows of a landed operation from those that share its part", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    const options = { operationId: OPERATION_ID };
    await run.append("flights", flightRows(3), options);
    const [own] = (storage.states[1]?.get(flights.name)?.parts ?? []).map((part) => part.entry);
    const leader = parseOperationId("01ARZ3NDEKTSV4RRFFQ69G5FBB");
    const part = { ...own, path: formatPartKey(flights.name, 0, formatPartPrefix(leader), 0) };
    const elsewhere = { ...part, bucket: 7 };
    storage.commits = async function* () {
      const shared = { leader, rows: 2, buckets: [0] };
      const tables = new Map([[flights.name, { add: [part, elsewhere] }]]);
      yield { operations: [{ id: OPERATION_ID, shared }], tables } as never;
    };
    const again = await run.append("flights", flightRows(3), options);
    expect(again).toMatchObject({ rows: 2, buckets: [0], parts: [{ path: part.path, rows: 3 }] });
  });

  test("makes no version for input without rows, which is checked all the same", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    await run.append("flights", flightRows(1));
    const typed = new Table(
      tableFromArrays({ minute: new BigInt64Array(), gate: new Int32Array() }).schema,
    );
    for (const empty of [[], later([]), [[]], new Set<never>()]) {
      const result = await run.append("flights", empty);
      expect(result).toMatchObject({ version: 1, rows: 0, parts: [], buckets: [] });
    }
    await expect(run.append("flights", typed)).rejects.toThrow(crvError("UNEXPECTED_COLUMN"));
    expect(storage.version).toBe(1);
  });

  test("takes rows in every form", async () => {
    const rows = flightRows(4);
    const table = tableFromArrays({
      minute: BigInt64Array.from([0n, 1n, 2n, 3n]),
      origin: ["A0", "A1", "A2", "A3"],
    });
    const forms = [
      rows,
      [rows.slice(0, 1), rows.slice(1)],
      table,
      table.batches[0] as never,
      tableToIPC(table, "stream"),
      Buffer.from(tableToIPC(table, "file")),
      new Set(rows),
      later(rows),
      later([rows.slice(0, 2), [], rows.slice(2)]),
      later([rows[0], table.slice(1, 3), rows.slice(3)] as never[]),
      table.toArray(),
      [...table.batches],
    ];
    for (const form of forms) {
      const { run } = openDataset({ tables: [flights] });
      expect((await run.append("flights", form)).rows).toBe(4);
      expect(await run.scan("flights").toRows()).toEqual(
        rows.map((row) => ({ ...row, delay: null })),
      );
    }
  });

  test.each([
    [{ minute: 1, origin: "SFO" }, "[row] for one row"],
    ["rows", "an array of row objects"],
    [Promise.resolve([]), "await the promise"],
    [new Uint8Array([1, 2, 3]), "Arrow IPC"],
    [[new Uint8Array(3)], "RecordBatchReader"],
    [undefined, "an array of row objects"],
  ])("refuses %s as input", async (input, remedy) => {
    const { run } = openDataset({ tables: [flights] });
    await expect(run.append("flights", input as never)).rejects.toThrow(
      crvError("INVALID_ARGUMENT", {}, remedy),
    );
  });

  test("checks what is in memory whole before anything is staged", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    const rows = [...flightRows(70_000), { minute: -1, origin: "SFO" }];
    await expect(run.append("flights", rows)).rejects.toThrow(
      crvError("INVALID_TICK", { row: 70_000 }),
    );
    expect(storage.intents).toEqual([]);
  });

  test("discards what it staged of a stream when a later row is bad", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    let isClosed = false;
    async function* rows(): AsyncIterable<unknown> {
      try {
        yield flightRows(70_000);
        yield flightRows(70_000);
        yield { minute: 1, origin: 5 };
        yield flightRows(70_000);
      } finally {
        isClosed = true;
      }
    }
    await expect(run.append("flights", rows() as never)).rejects.toThrow(
      crvError("INVALID_VALUE", { column: "origin", row: 140_000, value: 5 }),
    );
    expect(storage).toMatchObject({ version: 0, discards: 1, snapshotsOpen: 0 });
    expect(isClosed).toBe(true);
  });

  test("passes on what the source of a stream failed with", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    const failure = new Error("the sensor broke");
    async function* rows(): AsyncIterable<never> {
      yield* flightRows(70_000) as never[];
      throw failure;
    }
    await expect(run.append("flights", rows())).rejects.toBe(failure);
    expect(storage).toMatchObject({ version: 0, discards: 1 });
  });

  test("stops when it is cancelled", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    const controller = new AbortController();
    async function* rows(): AsyncIterable<{ minute: number; origin: string }[]> {
      yield flightRows(70_000);
      controller.abort(new Error("enough"));
      yield flightRows(70_000);
    }
    const { signal } = controller;
    await expect(run.append("flights", rows(), { signal })).rejects.toThrow(crvError("ABORTED"));
    await expect(run.append("flights", [], { signal })).rejects.toThrow(crvError("ABORTED"));
    expect(storage).toMatchObject({ version: 0, discards: 1, snapshotsOpen: 0 });
  });

  test("refuses options that do not exist, and operation ids that are none", async () => {
    const { run } = openDataset({ tables: [flights] });
    await expect(run.append("flights", [], { acter: "x" } as never)).rejects.toThrow(
      crvError("INVALID_ARGUMENT", { option: "acter" }, 'did you mean "actor"?'),
    );
    const options = { operationId: "mine" };
    await expect(run.append("flights", flightRows(1), options)).rejects.toThrow(
      crvError("INVALID_NAME"),
    );
  });

  test("refuses to write to a run that is open for reading only", async () => {
    const { run } = openDataset({ tables: [flights], readOnly: true });
    await expect(run.append("flights", [])).rejects.toThrow(crvError("READ_ONLY"));
  });
});

describe("Dataset.append: outcomes", () => {
  const table = flights.name;
  const conflicts: readonly [Conflict, string][] = [
    [{ kind: "ExpectedVersionMismatch", tableKey: table, expected: 1, actual: 2 }, "read it again"],
    [{ kind: "SchemaChanged", tableKey: table, at: 4 }, "describe the table as it is now"],
    [{ kind: "PartsReplaced", tableKey: table, at: 4 }, "write again"],
    [{ kind: "Fenced", at: 4 }, "under a new operation id"],
    [{ kind: "BelowFloor", floor: 3 }, "open the run again"],
    [{ kind: "RetryBudgetExhausted", attempts: 5 }, "5 times"],
  ];

  test.each(conflicts)("throws the conflict %o with what to do", async (conflict, advice) => {
    const { run, storage } = openDataset({ tables: [flights] });
    storage.outcome = { kind: "conflict", conflict };
    const append = run.append("flights", flightRows(1));
    await expect(append).rejects.toThrow(crvError("CONFLICT", { conflict }, advice));
    await expect(append).rejects.toHaveProperty("conflict", conflict);
  });

  test("throws an unknown outcome with the operation that settles it", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    const operation = { operationId: OPERATION_ID, branch: "main", base: 0 } as OperationRef;
    storage.outcome = { kind: "unknown", operation, cause: new Error("no answer") };
    const append = run.append("flights", flightRows(1));
    await expect(append).rejects.toThrow(crvError("UNKNOWN_OUTCOME", { operation }, "run.resolve"));
    expect(storage.discards).toBe(0);
  });

  test("gives the current version when nothing had an effect", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    storage.outcome = { kind: "unchanged", version: 7 } satisfies CommitOutcome;
    expect(await run.append("flights", flightRows(1))).toMatchObject({ version: 7, rows: 0 });
  });
});

describe("Dataset: tables", () => {
  test("names the tables that exist when one does not", async () => {
    const { run } = openDataset({ tables: [flights] });
    await expect(run.append("fligths", [])).rejects.toThrow(
      crvError("UNKNOWN_TABLE", { table: "fligths", meant: "flights" }, 'did you mean "flights"?'),
    );
    await expect(run.manifest("nothing_like_it")).rejects.toThrow(
      crvError("UNKNOWN_TABLE", {}, "identity_edges"),
    );
    for (const table of ["../evil", "", 5, null, {}]) {
      expect(() => run.scan(table as never)).toThrow(crvError("UNKNOWN_TABLE"));
    }
  });

  test("uses a table of the run that the program does not describe", async () => {
    const storage = new MemoryStorage();
    const described = openDataset({ tables: [flights], storage });
    await described.run.append("flights", flightRows(2));
    const { run } = openDataset({ tables: [], storage });
    await run.append("flights", [{ minute: 9, origin: "X" }]);
    expect(await run.scan("flights").count()).toBe(3);
    await expect(run.append("flights", [{ minute: "9" }])).rejects.toThrow(
      crvError("INVALID_VALUE"),
    );
  });

  test("takes a descriptor that was not passed at open", async () => {
    const { run } = openDataset({ tables: [] });
    await run.append(flights, flightRows(2));
    expect(await run.scan(flights).count()).toBe(2);
  });

  test.each([
    [{ minute: "i64", origin: "str", delay: "f64?" }, 'column "delay" is f64? here and i64? in'],
    [{ minute: "i64", origin: "str?", delay: "i64?" }, 'column "origin" is str? here and str in'],
    [{ minute: "i64", origin: "str" }, 'also has the column "delay"'],
    [{ minute: "i64", origin: "str", delay: "i64?", gate: "str?" }, 'column "gate" is not in'],
    [{ minute: "i64", delay: "i64?", origin: "str" }, "the order of columns is"],
  ] as const)("names how a descriptor differs from the run's: %o", async (columns, difference) => {
    const storage = new MemoryStorage();
    await openDataset({ tables: [flights], storage }).run.append("flights", flightRows(1));
    const other = defineTable({ name: "flights", columns, tick: "minute" });
    const { run } = openDataset({ tables: [other], storage });
    for (const call of [run.append(other, []), run.scan(other).toRows(), run.manifest("flights")]) {
      await expect(call).rejects.toThrow(
        crvError("DESCRIPTOR_MISMATCH", { table: "flights" }, difference),
      );
    }
  });

  test("names differences beyond columns", async () => {
    const { columns } = { columns: { minute: "i64", origin: "str", delay: "i64?" } } as const;
    const storage = new MemoryStorage();
    await openDataset({ tables: [flights], storage }).run.append("flights", flightRows(1));
    const others = [
      [defineTable({ name: "flights", columns, tick: null }), "the tick column is none here"],
      [
        defineTable({ name: "flights", columns, tick: "minute", bucketSize: 7 }),
        "bucket size is 7",
      ],
      [
        defineTable({ name: "flights", columns, tick: "minute", key: ["origin"] }),
        "the key is origin here",
      ],
    ] as const;
    for (const [other, difference] of others) {
      const { run } = openDataset({ tables: [other], storage });
      await expect(run.manifest("flights")).rejects.toThrow(
        crvError("DESCRIPTOR_MISMATCH", {}, difference),
      );
    }
  });

  test("leaves the bucket size to the run where the program does not say it", async () => {
    const storage = new MemoryStorage();
    const columns = { minute: "i64", origin: "str", delay: "i64?" } as const;
    await openDataset({ tables: [flights], storage }).run.append("flights", flightRows(1));
    const open = defineTable({ name: "flights", columns, tick: "minute" });
    const { run } = openDataset({ tables: [open], storage });
    expect((await run.append("flights", [{ minute: 61, origin: "A" }])).buckets).toEqual([1]);
  });

  test("refuses two descriptors of one name, and another one of a canonical table", () => {
    const other = defineTable({ name: "flights", columns: { minute: "i64" } });
    expect(() => openDataset({ tables: [flights, other] })).toThrow(
      crvError("DESCRIPTOR_MISMATCH", { table: "flights" }),
    );
    const holdings = defineTable({ name: "holdings", columns: { tick: "i64" } });
    expect(() => openDataset({ tables: [holdings] })).toThrow(
      crvError("DESCRIPTOR_MISMATCH", { table: "holdings" }, "is canonical"),
    );
    const { run } = openDataset({ tables: [everything] });
    expect(() => run.scan(holdings)).toThrow(crvError("DESCRIPTOR_MISMATCH"));
  });
});

describe("Dataset.manifest", () => {
  test("is undefined before the first append", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    expect(await run.manifest("flights")).toBeUndefined();
    await run.append("flights", flightRows(3));
    expect(await run.manifest("flights")).toMatchObject({ rows: 3, runVersion: 1 });
    expect(storage.snapshotsOpen).toBe(0);
  });
});

describe("Dataset.transaction", () => {
  test("commits several tables in one operation, in the order of the first write to each", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    const result = await run.transaction(
      async (tx) => {
        await tx.insert("flights", flightRows(1));
        await tx.insert("holdings", [{ tick: 0, agent_id: "A", token_id: "T", quantity: 1 }]);
        await tx.insert("flights", flightRows(2));
      },
      { actor: "tester", message: "both" },
    );
    expect(storage.intents).toMatchObject([{ mode: "blind", actor: "tester", message: "both" }]);
    expect(result).toMatchObject({
      version: 1,
      tables: [
        { table: "flights", rows: 3 },
        { table: "holdings", rows: 1 },
      ],
    });
    expect(await run.scan("flights").count()).toBe(3);
  });

  test("makes nothing visible when the work throws, and passes the error on", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    const failure = new Error("mine");
    const work = run.transaction(async (tx) => {
      await tx.insert("flights", flightRows(1));
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(storage.version).toBe(0);
    expect(storage.snapshotsOpen).toBe(0);
  });

  test("fails with the first write that failed, also when nobody awaited it", async () => {
    const { run, storage } = openDataset({ tables: [flights] });
    const work = run.transaction(async (tx) => {
      void tx.insert("flights", [{ minute: -1, origin: "SFO" }]);
      void tx.insert("flights", flightRows(1));
    });
    await expect(work).rejects.toMatchObject({ code: "INVALID_TICK" });
    expect(storage.version).toBe(0);
  });

  test("refuses writes after it has ended", async () => {
    const { run } = openDataset({ tables: [flights] });
    let late: Promise<void> | undefined;
    await run.transaction(async (tx) => {
      setImmediate(() => {
        late = tx.insert("flights", flightRows(1));
        late.catch(() => undefined);
      });
    });
    await new Promise((resolve) => setImmediate(resolve));
    await expect(late).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("overwrites with nothing: an empty table", async () => {
    const { run } = openDataset({ tables: [flights] });
    await run.append("flights", flightRows(2));
    await run.transaction((tx) => tx.overwrite("flights", []));
    expect(await run.scan("flights").count()).toBe(0);
  });
});
