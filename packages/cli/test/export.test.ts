/**
 * Goal: what `crv scan --output` writes is read back by `crv import` as the same rows, in every format; and a
 * file is whole or not there.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { defineTable, openRun } from "crv";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runHere } from "./run-here.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 });

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

const text = fc.string({ unit: fc.constantFrom(..."ab\"',;\r\n\t \\é😀\u2028\uFEFF") });
const double = fc.double();
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const object = fc.dictionary(text, fc.oneof(text, double.filter(Number.isFinite), fc.boolean()));

const scalars = {
  tick: fc.nat(100_000),
  label: nullable(text),
  whole: nullable(fc.bigInt(INT64)),
  small: nullable(fc.integer()),
  share: nullable(double),
  single: nullable(fc.float()),
  flag: nullable(fc.boolean()),
  at: nullable(fc.bigInt(INT64)),
  bytes: nullable(fc.uint8Array({ maxLength: 5 })),
  open: nullable(object),
  many: nullable(fc.array(object, { maxLength: 2 })),
};
const nested = {
  vector: nullable(fc.tuple(double, double)),
  place: nullable(fc.record({ n: fc.bigInt(INT64), at: nullable(fc.bigInt(INT64)), s: text })),
};

const scalarColumns = {
  tick: "i64",
  label: "str?",
  whole: "i64?",
  small: "i32?",
  share: "f64?",
  single: "f32?",
  flag: "bool?",
  at: "timestamp?",
  bytes: "binary?",
  open: "struct?",
  many: "list[struct]?",
} as const;
const nestedColumns = {
  vector: "f64[2]?",
  place: { struct: { n: "i64", at: "timestamp?", s: "str" }, nullable: true },
} as const;

let directory: string;
let root: string;
let runs = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "crv-export-"));
  root = join(directory, "store");
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

const crv = (...args: readonly string[]) => runHere("--root", root, ...args);

type Rows = readonly Readonly<Record<string, unknown>>[];

/** Makes a run whose table has these rows. */
async function written(columns: object, rows: Rows): Promise<string> {
  const runId = `r${runs++}`;
  const table = defineTable({ name: "t", columns: columns as never, tick: "tick" });
  await using run = await openRun({ root, runId, tables: [table], durability: "process" });
  await run.append(table, rows as never);
  return runId;
}

async function rowsOf(runId: string) {
  await using run = await openRun({ root, runId, mode: "readOnly" });
  return await run.scan("t").toRows({ int64: "bigint" });
}

describe("crv scan --output", () => {
  test.each([
    ["csv", "rows.csv", true],
    ["csv, gzip", "rows.csv.gz", true],
    ["ndjson", "rows.ndjson", true],
    ["arrow", "rows.arrow", true],
    ["arrow stream", "rows.arrows", true],
    ["parquet", "rows.parquet", false],
  ])("every row comes back through %s", async (_, name, takesNested) => {
    const columns = takesNested ? { ...scalarColumns, ...nestedColumns } : scalarColumns;
    const row = fc.record<Record<string, unknown>>(
      takesNested ? { ...scalars, ...nested } : scalars,
    );
    const file = join(directory, name);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        const from = await written(columns, rows);
        const exported = await crv("--json", "scan", from, "t", "--output", file);
        expect(exported.stderr).toBe("");
        expect(JSON.parse(exported.stdout)).toMatchObject({ file, rows: rows.length });
        const to = await written(columns, rows.slice(0, 1));
        const args = ["--run", to, "--table", "t", "--mode", "overwrite"];
        const { code, stderr } = await crv("import", file, ...args);
        expect({ code, stderr }).toMatchObject({ code: 0 });
        expect(await rowsOf(to)).toEqual(await rowsOf(from));
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });

  test("other readers find the rows, the columns and their types", async () => {
    const rows = [
      { tick: 1, label: "a", at: 1_000_001n, vector: [1, 2.5], place: { n: 7n, at: null, s: "x" } },
      { tick: 2, label: null, at: null, vector: null, place: null },
    ];
    const runId = await written({ ...scalarColumns, ...nestedColumns }, rows);
    const names = ["tick", "label", "at", "vector", "place"];
    const exportTo = async (name: string) => {
      const file = join(directory, name);
      const args = ["--columns", names.join(), "--output", file];
      expect((await crv("scan", runId, "t", ...args)).code).toBe(0);
      return await readFile(file);
    };
    const parquet = await exportTo("seen.parquet");
    const file = parquet.buffer.slice(parquet.byteOffset, parquet.byteOffset + parquet.length);
    expect(await parquetReadObjects({ file })).toEqual([
      {
        tick: 1n,
        label: "a",
        at: new Date(1000),
        vector: [1, 2.5],
        place: { n: 7n, at: null, s: "x" },
      },
      { tick: 2n, label: null, at: null, vector: undefined, place: undefined },
    ]);
    const arrow = tableFromIPC(await exportTo("seen.arrow"));
    expect(arrow.schema.fields.map(({ name }) => name)).toEqual(names);
    expect(arrow.toArray().map((row) => row.label)).toEqual(["a", null]);
    expect((await exportTo("seen.csv")).toString()).toBe(
      `${names.join()}\n1,a,1970-01-01T00:00:01.000001Z,"[1,2.5]","{""n"":7,""at"":null,""s"":""x""}"\n2,,,,\n`,
    );
  });

  test("replaces a file only by a whole one, and leaves nothing else", async () => {
    const runId = await written(scalarColumns, [{ tick: 1 }]);
    const place = join(directory, "whole");
    await mkdir(place);
    const file = join(place, "t.csv");
    await writeFile(file, "as it was");
    const filter = '{"tick":{"gt":"x"}}';
    const failed = await crv("scan", runId, "t", "--output", file, "--filter", filter);
    expect(failed).toMatchObject({ code: 2, stderr: expect.stringContaining("INVALID_FILTER") });
    expect(await readFile(file, "utf8")).toBe("as it was");
    const args = ["--columns", "tick,label", "--output", file];
    expect((await crv("scan", runId, "t", ...args)).stdout).toMatch(
      /^wrote 1 rows to .*t\.csv, 14 B/,
    );
    expect(await readFile(file, "utf8")).toBe("tick,label\n1,\n");
    expect(await readdir(place)).toEqual(["t.csv"]);
  });

  test.each([
    ["a name that tells no format", ["--output", "rows.dat"], "--format"],
    ["a table as a file", ["--output", "rows.csv", "--format", "table"], "for reading"],
    ["a directory that is not there", ["--output", "none/rows.csv"], "none/rows.csv"],
    ["Parquet on a terminal", ["--format", "parquet"], "--output"],
    ["Parquet as gzip", ["--output", "rows.parquet.gz"], "leave out .gz"],
  ])("refuses %s", async (_, args, message) => {
    const runId = await written(scalarColumns, [{ tick: 1 }]);
    const { code, stderr } = await crv("scan", runId, "t", ...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });
});
