/** One call that tests the contract of parts.ts. */
import { strict as assert } from "node:assert";
import { type ObjectKey, type PartEntry, parseRunId, type TableDescriptor } from "@crv/core";
import type { RecordBatch } from "apache-arrow";
import type { ObjectStore } from "../object-store.js";
import type { PartReadRequest, PartSource, PartStore, RowSpan } from "../parts.js";
import { FULL, key } from "./sample.js";
import type { ConformanceHarness } from "./subject.js";

/** A codec over a store of its own, both empty. */
export interface PartStoreSubject {
  readonly parts: PartStore;
  readonly store: ObjectStore;
  dispose?(): Promise<void>;
}

export interface PartStoreConformanceOptions {
  readonly name: string;
  readonly harness: ConformanceHarness;
  /** With at least two columns. */
  readonly table: TableDescriptor;
  open(): Promise<PartStoreSubject>;
  /** `rows` rows of `table` in all, with its Arrow schema; the same ones at every call. */
  batches(rows: number): readonly RecordBatch[];
}

const PART = key("tables/t/bucket=000000/part-00000000000000000000000000000000.parquet");
const ROWS = 1000;

type Values = Readonly<Record<string, readonly unknown[]>>;

export function partStoreConformance(options: PartStoreConformanceOptions): void {
  const { name, harness, table } = options;
  const columns = Object.keys(table.columns);

  const test = (title: string, run: (opened: OpenedPart) => Promise<void>): void =>
    harness.test(title, async () => {
      const subject = await options.open();
      try {
        await run(await writePart(options, subject));
      } finally {
        await subject.parts.close();
        await subject.dispose?.();
      }
    });

  harness.describe(`${name} as a part store`, () => {
    test("reads back the rows that were written", async ({ part, read, expected }) => {
      assert.deepEqual(await read(part), expected);
      assert.deepEqual(await read(part, { verify: false }), expected);
    });

    test("describes the part it wrote", async ({ part, subject, expected }) => {
      const stored = await subject.store.stat(PART);
      assert.deepEqual([part.path, part.rows, part.bytes], [PART, ROWS, stored?.sizeBytes]);
      assert.equal(part.bucket, 3);
      for (const column of columns) {
        const nulls = expected[column]?.filter((value) => value === null).length;
        assert.equal(part.columns[column]?.nulls, nulls, column);
      }
    });

    test("answers exists for a part that is there", async ({ subject, part, read, expected }) => {
      const again = await subject.parts.write(writeRequest(options, 10));
      assert.deepEqual(again, { kind: "exists" });
      assert.deepEqual(await read(part), expected);
    });

    test("decodes the columns asked for, in that order", async ({ part, read }) => {
      const asked = [...columns].reverse();
      assert.deepEqual(Object.keys(await read(part, { columns: asked })), asked);
      const [first] = columns as [string];
      assert.deepEqual(Object.keys(await read(part, { columns: [first] })), [first]);
    });

    test("leaves out columns that the part lacks", async ({ part, read }) => {
      const [first, second] = columns as [string, string];
      const found = await read(part, { columns: [second, "not_there", first] });
      assert.deepEqual(Object.keys(found), [second, first]);
    });

    test("decodes the row groups asked for", async ({ part, read, expected }) => {
      const groups = part.rowGroups?.map(({ rows }) => rows) ?? [ROWS];
      assert.equal(
        groups.reduce((sum, rows) => sum + rows, 0),
        ROWS,
      );
      const last = groups.length - 1;
      const found = await read(part, { rowGroups: [last] });
      const [column] = columns as [string];
      assert.deepEqual(found[column], expected[column]?.slice(ROWS - (groups[last] as number)));
      assert.deepEqual(Object.values(await read(part, { rowGroups: [] })).flat(), []);
    });

    test("measures rows that it read as it measured them when it wrote them", async ({
      subject: { parts },
      part,
    }) => {
      const spans: RowSpan[] = [];
      for await (const batch of parts.read(part, options.table)) {
        const middle = batch.numRows >> 1;
        spans.push({ batch, start: 0, end: middle }, { batch, start: middle, end: batch.numRows });
      }
      assert.deepEqual(
        parts.measure(
          options.table,
          spans.filter(({ start, end }) => start < end),
        ),
        part.columns,
      );
    });

    test("reads several parts together, each with the columns asked of it", async ({
      subject: { parts },
      part,
      plant,
      expected,
    }) => {
      const [first, second] = columns as [string, string];
      const copy = await plant("copy", (bytes) => bytes);
      const wanted = [
        { part },
        { part: copy, columns: [second, "not_there", first] },
        { part: copy },
      ];
      const found = await parts.readTogether(wanted, table);
      const chosen = { [second]: expected[second], [first]: expected[first] };
      assert.deepEqual(found.map(valuesOf), [expected, chosen, expected]);
      assert.deepEqual(await parts.readTogether([], table), []);
    });

    test("names the first of several parts that cannot be read", async ({
      subject: { parts },
      part,
      plant,
    }) => {
      const flipped = await plant("flip", (bytes) => bytes.map((byte) => byte ^ 1));
      const gone = { ...part, path: key("tables/t/gone") };
      const wanted = [{ part }, { part: flipped }, { part: gone }];
      await assert.rejects(parts.readTogether(wanted, table), (error: unknown) => {
        const { code, details } = error as { code: string; details: { key: string } };
        assert.deepEqual([code, details.key], ["CORRUPT", flipped.path]);
        return true;
      });
      await assert.rejects(parts.readTogether([{ part: gone }, { part: flipped }], table), {
        code: "NOT_FOUND",
      });
      const signal = AbortSignal.abort();
      await assert.rejects(parts.readTogether([{ part }, { part }], table, { signal }), {
        code: "ABORTED",
      });
    });

    test("finds a flipped byte wherever it is", async ({ part, read, plant }) => {
      const step = Math.max(1, Math.floor(part.bytes / 64));
      for (let at = 0; at < part.bytes; at += step) {
        const flipped = await plant(`flip-${at}`, (bytes) => {
          bytes[at] = (bytes[at] as number) ^ 0x10;
          return bytes;
        });
        await assert.rejects(read(flipped), { code: "CORRUPT" }, `byte ${at}`);
      }
    });

    test("finds a part that is too short or too long", async ({ part, read, plant }) => {
      for (const verify of [true, false]) {
        for (const size of [0, 1, part.bytes >> 1, part.bytes - 1, part.bytes + 1]) {
          const cut = await plant(`size-${size}-${verify}`, (bytes) => {
            const changed = new Uint8Array(size);
            changed.set(bytes.subarray(0, size));
            return changed;
          });
          await assert.rejects(read(cut, { verify }), { code: "CORRUPT" }, `${size} bytes`);
        }
      }
    });

    test("survives a part that is garbage, though unverified", async ({
      part,
      read,
      plant,
      expected,
    }) => {
      const garbage = await plant("garbage", (bytes) => bytes.map((_, i) => (i * 89) % 256));
      await assert.rejects(read(garbage, { verify: false }), { code: "CORRUPT" });
      assert.deepEqual(await read(part), expected);
    });

    test("says that a part is gone", async ({ part, read }) => {
      await assert.rejects(read({ ...part, path: key("tables/t/gone") }), { code: "NOT_FOUND" });
    });

    test("stops when it is told to", async ({ part, read }) => {
      const signal = AbortSignal.abort();
      await assert.rejects(read(part, { signal }), { code: "ABORTED" });
    });
  });
}

interface OpenedPart {
  readonly subject: PartStoreSubject;
  /** A part of all rows, in bucket 3. */
  readonly part: PartEntry;
  readonly expected: Values;
  read(part: PartSource, request?: PartReadRequest): Promise<Values>;
  /** Stores a changed copy of the part under another name; its entry still binds the original. */
  plant(name: string, change: (bytes: Uint8Array) => Uint8Array): Promise<PartSource>;
}

async function writePart(
  options: PartStoreConformanceOptions,
  subject: PartStoreSubject,
): Promise<OpenedPart> {
  const { parts, store } = subject;
  const written = await parts.write(writeRequest(options, ROWS));
  assert.ok(written.kind === "created", written.kind);
  const { part } = written;
  return {
    subject,
    part,
    expected: valuesOf(options.batches(ROWS)),
    async read(source, request) {
      const batches: RecordBatch[] = [];
      for await (const batch of parts.read(source, options.table, request)) batches.push(batch);
      return valuesOf(batches);
    },
    async plant(name, change) {
      const bytes = await store.get(PART, { sizeBytesMax: part.bytes });
      assert.ok(bytes);
      const path = key(`tables/t/${name}`);
      assert.equal((await store.create(path, change(bytes), FULL)).kind, "created");
      return { ...part, path };
    },
  };
}

function writeRequest(
  { table, batches }: PartStoreConformanceOptions,
  rows: number,
): Parameters<PartStore["write"]>[0] {
  const path: ObjectKey = PART;
  const runId = parseRunId("conformance");
  return { key: path, runId, table, bucket: 3, batches: batches(rows), durability: "full" };
}

/** Columns in the order of the batches, with plain values. */
function valuesOf(batches: readonly RecordBatch[]): Values {
  const names = batches[0]?.schema.names.map(String) ?? [];
  return Object.fromEntries(
    names.map((name) => [
      name,
      batches.flatMap((batch) => [...(batch.getChild(name) ?? [])].map((value) => plain(value))),
    ]),
  );
}

/** Arrow gives structs and lists as views of its own; their JSON is what can be compared. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? `${v}n` : v));
}
