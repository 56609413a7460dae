import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RecordBatchReader, Table, tableFromArrays, tableToIPC } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { defineTable, listTables, openRun } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { listFiles, listParts, listSidecars } from "./support/listing.js";
import { lookAt } from "./support/run-state.js";
import { scratchDirectory } from "./support/scratch.js";
import { everything, flights, flightsFrom, later } from "./support/tables.js";
import { runWriter, WriterProcess } from "./support/writer-process.js";

const RUN_ID = "20250101-000000";
const OPERATION_ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
const I64_MAX = 2n ** 63n - 1n;

describe("append", () => {
  test("makes rows visible in one version, and says what it wrote", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID });
    const done = await run.append("identity_edges", [
      { tick: 0, observer_agent_id: "A0", edge_kind: "self_to_object", edge_weight: 0.0 },
    ]);
    expect(done).toEqual({
      version: 1,
      table: "identity_edges",
      runId: RUN_ID,
      rows: 1,
      buckets: [0],
      durability: "full",
      ignoredColumns: [],
      parts: [
        {
          bucketId: 0,
          path: expect.stringMatching(
            /^tables\/identity_edges\/bucket=000000\/part-[0-9a-f]{32}\.parquet$/,
          ),
          rows: 1,
          bytes: expect.any(Number),
          tickMin: 0,
          tickMax: 0,
        },
      ],
    });
    const [part] = done.parts;
    expect(await listParts(run.path)).toEqual([part?.path]);
    expect((await readFile(join(run.path, part?.path ?? ""))).length).toBe(part?.bytes);

    const scan = run.scan("identity_edges", {
      where: { tickMin: 0, tickMax: 120 },
      columns: ["tick", "edge_weight"],
      limit: 10,
    });
    for await (const batch of scan) expect(batch.numRows).toBe(1);
    expect(await scan.toRows()).toEqual([{ tick: 0, edge_weight: 0 }]);
    expect((await run.read("identity_edges", { where: { tickMin: 0 } })).numRows).toBe(1);
    expect(await run.manifest("identity_edges")).toMatchObject({ rows: 1, runVersion: 1 });
    expect(await run.log()).toHaveLength(1);
  });

  test("writes one part for each bucket, its rows in order of tick", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    const rows = flightsFrom(0, 180);
    const shuffled = [...rows].sort((a, b) => ((a.minute * 37) % 181) - ((b.minute * 37) % 181));
    const { parts, buckets } = await run.append("flights", shuffled);
    expect(buckets).toEqual([0, 1, 2]);
    expect(parts.map(({ bucketId, tickMin, tickMax }) => [bucketId, tickMin, tickMax])).toEqual([
      [0, 0, 59],
      [1, 60, 119],
      [2, 120, 179],
    ]);
    expect(await run.scan("flights").toRows()).toEqual(rows);
  });

  test("without rows makes no version and no file, and still checks the table", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    const nothing = { version: 0, rows: 0, parts: [], buckets: [] };
    for (const empty of [[], later([]), new Set<never>()]) {
      expect(await run.append("flights", empty)).toMatchObject(nothing);
    }
    expect(await listFiles(run.path)).toEqual([]);
    expect(await run.scan("flights").toRows()).toEqual([]);
    await refusal(() => run.append("fligths", []), {
      name: "IoSchemaError",
      code: "UNKNOWN_TABLE",
      says: ['did you mean "flights"'],
    });
  });

  test("names its durability, and keeps the rows at either", async () => {
    const root = await scratchDirectory();
    for (const durability of ["process", "full"] as const) {
      await using run = await openRun({ root, runId: durability, tables: [flights], durability });
      expect((await run.append("flights", flightsFrom(0, 3))).durability).toBe(durability);
    }
    for (const runId of ["process", "full"]) {
      await using run = await openRun({ root, runId, mode: "readOnly" });
      expect(await run.scan("flights").count()).toBe(3);
    }
  });

  test("publishes a manifest.json that lists what the log says", async () => {
    const root = await scratchDirectory();
    const run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    for (let hour = 0; hour < 20; hour++) await run.append("flights", flightsFrom(hour * 60, 2));
    const manifest = await run.manifest("flights");
    await run.close();
    const path = join(run.path, "tables", "flights", "manifest.json");
    const view = JSON.parse(await readFile(path, "utf8"));
    expect(view).toMatchObject({ table: "flights", version: 1, run_version: 20 });
    const partitions = Object.values<{ bucket_id: number; row_count: number; parts: unknown[] }>(
      view.partitions,
    );
    expect(partitions.map(({ bucket_id, row_count }) => [bucket_id, row_count])).toEqual(
      manifest?.partitions.map(({ bucketId, rows }) => [bucketId, rows]),
    );
  });

  test("of many callers at once lands every one, each with its own parts", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, index) => run.append("flights", flightsFrom(index, 1))),
    );
    const paths = results.flatMap(({ parts }) => parts.map(({ path }) => path));
    expect(new Set(paths).size).toBe(30);
    expect([...paths].sort()).toEqual(await listParts(run.path));
    const rows = await run.scan("flights", { order: "tick" }).toRows();
    expect(rows.map(({ minute }) => minute)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    const records = await run.log();
    expect(records.length).toBeLessThanOrEqual(30);
    expect(records.flatMap(({ operations }) => operations)).toHaveLength(30);
  });

  test("that is cancelled leaves nothing", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    const controller = new AbortController();
    async function* rows(): AsyncIterable<object> {
      yield* flightsFrom(0, 70_000);
      controller.abort(new Error("enough"));
      yield* flightsFrom(0, 70_000);
    }
    const append = () => run.append("flights", rows() as never, { signal: controller.signal });
    await refusal(append, { name: "IoError", code: "ABORTED", says: ["AbortSignal"] });
    expect(run.version).toBe(0);
    expect(await listFiles(run.path)).toEqual([]);
  });
});

describe("append: input", () => {
  const rows = flightsFrom(0, 90);
  const table = tableFromArrays({
    minute: BigInt64Array.from(rows, ({ minute }) => BigInt(minute)),
    origin: rows.map(({ origin }) => origin),
    delay: rows.map(({ delay }) => delay),
  });
  const forms: Readonly<Record<string, () => unknown>> = {
    "an array of rows": () => rows,
    "an Arrow table": () => table,
    "an Arrow record batch": () => table.batches[0],
    "the bytes of an IPC stream": () => tableToIPC(table, "stream"),
    "the bytes of an IPC file": () => tableToIPC(table, "file"),
    "an IPC reader": () => RecordBatchReader.from(tableToIPC(table, "stream")),
    "a set of rows": () => new Set(rows),
    "an async iterable of rows": () => later(rows),
    "an async iterable of arrays": () => later([rows.slice(0, 7), [], rows.slice(7)]),
    "an async iterable of batches": () => later(table.batches),
    "an async iterable of all of these": () =>
      later([rows.slice(0, 5), table.slice(5, 50), ...rows.slice(50)]),
  };

  test.each(Object.keys(forms))("takes %s", async (form) => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    const result = await run.append("flights", forms[form]?.() as never);
    expect(result).toMatchObject({ version: 1, rows: 90, buckets: [0, 1] });
    expect(await run.scan("flights").toRows()).toEqual(rows);
  });

  test("takes what another run reads, batch by batch", async () => {
    const root = await scratchDirectory();
    await using source = await openRun({ root, runId: "source", tables: [flights] });
    await source.append("flights", rows);
    await using target = await openRun({ root, runId: "target", tables: [flights] });
    await target.append("flights", source.scan("flights"));
    await target.append("flights", await source.read("flights", { where: { tickMin: 60 } }));
    expect(await target.scan("flights").count()).toBe(120);
  });
});

describe("append: types", () => {
  const rows = [
    {
      tick: 0,
      wide: I64_MAX,
      real: Math.PI,
      name: 'Zürich 🚀 \0 \n "quoted"',
      flag: true,
      small: -(2 ** 31),
      ratio: Math.fround(0.1),
      at: -1n,
      bytes: new Uint8Array([0, 255, 10]),
      payload: { deep: [1, "two", null, { three: 3.5 }], empty: {} },
      items: [{ a: 1 }, { b: "two" }, {}],
      state: new Float32Array([1, -0, Number.POSITIVE_INFINITY]),
      ids: new BigInt64Array([I64_MAX, -I64_MAX - 1n]),
      point: { x: -0, label: null },
      code: 1,
    },
    {
      tick: 1,
      wide: -I64_MAX - 1n,
      real: Number.NaN,
      name: "",
      flag: false,
      small: 2 ** 31 - 1,
      ratio: Number.NEGATIVE_INFINITY,
      at: 1_700_000_000_123_456n,
      bytes: new Uint8Array(0),
      payload: {},
      items: [],
      state: new Float32Array([0, Number.NaN, 1e-45]),
      ids: new BigInt64Array(2),
      point: { x: 5e-324, label: "here" },
      code: 2,
    },
    {
      ...Object.fromEntries(Object.keys(everything.columns).map((column) => [column, null])),
      tick: 150,
      code: 3,
    },
  ];
  const stored = rows.map((row) => ({
    ...row,
    tick: BigInt(row.tick),
  }));

  test.each(["zstd", "lz4", "snappy"] as const)(
    "of every column reads back equal from %s parts, in a run that was opened again",
    async (compression) => {
      const root = await scratchDirectory();
      {
        await using run = await openRun({
          root,
          runId: RUN_ID,
          tables: [everything],
          settings: { compression, rowGroupSize: 1 },
        });
        await run.append("everything", rows as never);
      }
      // The table is described by the run alone.
      await using run = await openRun({ root, runId: RUN_ID, mode: "readOnly" });
      expect(await run.scan("everything").toRows({ int64: "bigint" })).toEqual(stored);
      const descriptor = (await run.manifest("everything"))?.descriptor;
      expect(descriptor?.columns).toEqual(everything.columns);
      expect((await run.read("everything")).schema.fields.map(({ type }) => `${type}`)).toEqual([
        "Int64",
        "Int64",
        "Float64",
        "Dictionary<Int32, Utf8>",
        "Bool",
        "Int32",
        "Float32",
        "Timestamp<MICROSECOND, UTC>",
        "Binary",
        "Utf8",
        "Utf8",
        "FixedSizeList[3]<Float32>",
        "FixedSizeList[2]<Int64>",
        "Struct<{x:Float64, label:Dictionary<Int32, Utf8>}>",
        "Int32",
      ]);
    },
  );

  test("of Arrow tables that were read can be written again", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [everything] });
    await run.append("everything", rows as never);
    const copied = new Table((await run.read("everything")).batches);
    await using copy = await openRun({ root, runId: "copy", tables: [everything] });
    await copy.append("everything", copied);
    expect(await copy.scan("everything").toRows({ int64: "bigint" })).toEqual(stored);
  });

  test("of the canonical tables are written with the fewest columns and with all", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID });
    const values: Readonly<Record<string, unknown>> = {
      i64: 7,
      f64: 0.5,
      str: "text",
      struct: { free: ["form", 1] },
      "list[struct]": [{ a: 1 }, { b: {} }],
    };
    for (const { name, columns, required, nullable } of listTables()) {
      const rowOf = (names: readonly string[]) =>
        Object.fromEntries(
          names
            .filter((column) => column !== "bucket")
            .map((column) => [column, values[columns[column] as string]]),
        );
      const fewest = { ...rowOf(required), tick: 250 };
      const all = { ...rowOf([...required, ...nullable]), tick: 251 };
      await run.append(name, [fewest, all] as never);
      const nulls = Object.fromEntries(nullable.map((column) => [column, null]));
      expect(await run.scan(name as string).toRows(), name).toEqual([
        { ...nulls, ...fewest, bucket: 2 },
        { ...all, bucket: 2 },
      ]);
    }
    expect(await run.tables()).toHaveLength(8);
  });

  test("of a table without a tick column are all of one bucket", async () => {
    const root = await scratchDirectory();
    const labels = defineTable({
      name: "labels",
      columns: { id: "str", text: "str?" },
      key: ["id"],
    });
    await using run = await openRun({ root, runId: RUN_ID, tables: [labels] });
    const result = await run.append("labels", [{ id: "a" }, { id: "b", text: "B" }]);
    expect(result.parts).toMatchObject([{ bucketId: 0, rows: 2, tickMin: null, tickMax: null }]);
    expect(await run.scan("labels").toRows()).toEqual([
      { id: "a", text: null },
      { id: "b", text: "B" },
    ]);
  });
});

describe("append: operationId", () => {
  test("twice is one commit, in the same process", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    const write = { operationId: OPERATION_ID };
    const first = await run.append("flights", flightsFrom(0, 90), write);
    await run.append("flights", flightsFrom(90, 1));
    const before = await lookAt(run);
    expect(await run.append("flights", flightsFrom(0, 90), write)).toEqual(first);
    expect(await lookAt(run)).toEqual(before);
    expect(await listSidecars(run.path)).toEqual([]);
  });

  test("twice is one commit, from processes one after the other", async () => {
    const root = await scratchDirectory();
    const options = {
      root,
      runId: RUN_ID,
      commits: 1,
      tables: "both",
      operationId: OPERATION_ID,
    } as const;
    const first = await runWriter({ ...options, writer: "first" });
    expect(await runWriter({ ...options, writer: "second" })).toEqual(first);
    await using run = await openRun({ root, runId: RUN_ID });
    expect(await run.scan("events").toRows()).toEqual([{ tick: 0, writer: "first", n: 0 }]);
    expect(run.version).toBe(1);
  });

  test("is free again for nobody once its writer died: it is settled, not repeated", async () => {
    const root = await scratchDirectory();
    const options = {
      root,
      runId: RUN_ID,
      commits: 1,
      tables: "both",
      operationId: OPERATION_ID,
    } as const;
    await new WriterProcess({ ...options, writer: "dies", killAt: "before-publish" }).go().end();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    expect(run.recovered.rolledBack).toMatchObject([{ operationId: OPERATION_ID }]);
    await refusal(() => run.append("flights", flightsFrom(0, 1), { operationId: OPERATION_ID }), {
      name: "ConflictError",
      code: "CONFLICT",
      says: ["aborted", "a new operation id"],
    });
    expect(
      await run.resolve({ operationId: OPERATION_ID, branch: "main", base: 0 } as never),
    ).toEqual({ kind: "aborted", version: 1 });
    expect(await run.tables()).toEqual([]);
  });

  test("must be a ULID", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    const operationId = randomUUID();
    await refusal(() => run.append("flights", flightsFrom(0, 1), { operationId }), {
      name: "GrammarError",
      code: "INVALID_NAME",
      says: ["operation id", operationId, "ULID"],
    });
  });
});
