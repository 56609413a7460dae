/**
 * Goal: defects of the Python original that a store on a disk could repeat are not here. Their numbers
 * are those of the table in docs/design/defects-of-the-original.md.
 * Method: runs on the real disk, through the public interface; what goes wrong is done to their files.
 */
import { copyFile, cp, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { adoptRun, CrvError, defineTable, openDataset, openRun, type Run } from "../src/index.js";
import { listFiles, listParts } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

const RUN_ID = "run-1";
/** Written with pyarrow: see foreign-run.test.ts. */
const FOREIGN = fileURLToPath(new URL("fixtures/foreign", import.meta.url));
const FOREIGN_RUN = "20250101-000000";
const EDGE = { tick: 5, observer_agent_id: "A1", edge_kind: "self_to_object", edge_weight: 0.5 };

const SEEN = {
  observer_agent_id: "A0",
  salient_agent_pairs: [],
  exchange_snapshot: {},
  context_hash: "0",
};

const holding = (tick: number) => ({ tick, agent_id: "A0", token_id: "T1", quantity: tick });
const ticksOf = async (run: Run, options = {}): Promise<number[]> =>
  (await run.scan("holdings", options).toRows()).map(({ tick }) => tick);
const viewOf = (run: Run, table = "holdings"): string =>
  join(run.path, "tables", table, "manifest.json");

async function refused(call: () => Promise<unknown>): Promise<CrvError> {
  const error: unknown = await call().then(
    () => expect.fail("was not refused"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CrvError);
  return error as CrvError;
}

describe("defects of the original", () => {
  test("defect 3: an append after manifest.json was lost hides nothing", async () => {
    const root = await scratchDirectory();
    {
      await using run = await openRun({ root, runId: RUN_ID });
      await run.append("holdings", [holding(1), holding(2), holding(150)]);
    }
    await using run = await openRun({ root, runId: RUN_ID, settings: { writeManifestEveryN: 1 } });
    await rm(viewOf(run));
    await run.append("holdings", [holding(3)]);
    expect(await ticksOf(run)).toEqual([1, 2, 3, 150]);
    const view = JSON.parse(await readFile(viewOf(run), "utf8"));
    expect(view.partitions["000000"].row_count + view.partitions["000001"].row_count).toBe(4);
  });

  test("defect 4: an append that fails in its second bucket leaves nothing, and can be repeated", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID });
    await run.append("holdings", [holding(500)]);
    const inTheWay = join(run.path, "tables", "holdings", "bucket=000001");
    await writeFile(inTheWay, "no directory");
    const before = await listFiles(run.path);
    const rows = [holding(1), holding(101), holding(201)];
    await refused(() => run.append("holdings", rows));
    expect(await ticksOf(run)).toEqual([500]);
    expect(await listFiles(run.path)).toEqual(before);
    await rm(inTheWay);
    expect(await run.append("holdings", rows)).toMatchObject({ rows: 3, version: 2 });
    expect(await ticksOf(run)).toEqual([1, 101, 201, 500]);
  });

  test("defect 5: of many appends at once, every one lands", async () => {
    const root = await scratchDirectory();
    await using one = await openRun({ root, runId: RUN_ID, durability: "process" });
    await using other = await openRun({ root, runId: RUN_ID, durability: "process" });
    const ticks = Array.from({ length: 32 }, (_, index) => index * 10);
    await Promise.all(
      ticks.map((tick, index) =>
        (index % 2 === 0 ? one : other).append("holdings", [holding(tick)]),
      ),
    );
    expect(await ticksOf(one, { order: "tick" })).toEqual(ticks);
    expect(JSON.parse(await readFile(viewOf(one), "utf8")).table).toBe("holdings");
  });

  test("defect 7: stray directories of buckets change no view and no row", async () => {
    const root = await scratchDirectory();
    let path: string;
    {
      await using run = await openRun({ root, runId: RUN_ID });
      await run.append("holdings", [holding(1), holding(150)]);
      path = viewOf(run);
      const [part = ""] = await listParts(run.path);
      const stray = join(run.path, "tables", "holdings", "bucket=0");
      await mkdir(stray);
      await copyFile(join(run.path, part), join(stray, "part-x.parquet"));
    }
    await rm(path);
    await using run = await openRun({ root, runId: RUN_ID });
    expect(await ticksOf(run)).toEqual([1, 150]);
    const view = JSON.parse(await readFile(path, "utf8"));
    expect(Object.keys(view.partitions)).toEqual(["000000", "000001"]);
  });

  test("defect 7: parts in strange directories are reported, and the others are taken over", async () => {
    const root = await scratchDirectory();
    await cp(FOREIGN, root, { recursive: true });
    const holdings = join(root, "runs", FOREIGN_RUN, "tables", "holdings");
    await rm(join(holdings, "manifest.json"));
    await rename(join(holdings, "bucket=000001"), join(holdings, "bucket=1"));
    const { tables, skipped } = await adoptRun({ root, runId: FOREIGN_RUN });
    expect(tables).toContainEqual({ table: "holdings", rows: 6, parts: 3 });
    expect(skipped).toMatchObject([{ path: expect.stringContaining("holdings/bucket=1/part-") }]);
  });

  test("defect 8: parts whose input had other nullable columns are read together", async () => {
    await using run = await openRun({ root: await scratchDirectory(), runId: RUN_ID });
    await run.append("identity_edges", [{ ...EDGE, subject_id: "A1" }]);
    await run.append("identity_edges", [{ ...EDGE, tick: 6, edge_sign: -1 }]);
    expect(await run.scan("identity_edges").toRows()).toMatchObject([
      { subject_id: "A1", edge_sign: null, token_id: null },
      { subject_id: null, edge_sign: -1, token_id: null },
    ]);
  });

  test("defect 9: structs with other keys are read together", async () => {
    await using run = await openRun({ root: await scratchDirectory(), runId: RUN_ID });
    const given = [{ a: 1 }, { a: "text", b: { c: null } }, { d: [1, "x", {}] }];
    for (const [tick, exchange_snapshot] of given.entries()) {
      await run.append("scenarios_seen", [{ ...SEEN, tick, exchange_snapshot }]);
    }
    const rows = await run.scan("scenarios_seen").toRows();
    expect(rows.map((row) => row.exchange_snapshot)).toEqual(given);
  });

  test("defect 10: empty objects and empty lists read back as they were", async () => {
    await using run = await openRun({ root: await scratchDirectory(), runId: RUN_ID });
    const pairs = [[], [{}], [{ a: "x" }, { b: [] }]];
    for (const [tick, salient_agent_pairs] of pairs.entries()) {
      await run.append("scenarios_seen", [{ ...SEEN, tick, salient_agent_pairs }]);
    }
    const rows = await run.scan("scenarios_seen").toRows();
    expect(rows.map((row) => row.salient_agent_pairs)).toEqual(pairs);
    expect(rows.map((row) => row.exchange_snapshot)).toEqual([{}, {}, {}]);
  });

  test("defect 11: extra columns of any types leave a lenient table readable", async () => {
    const settings = { rootDir: await scratchDirectory(), strictSchema: false };
    await using dataset = await openDataset(settings, RUN_ID);
    const extras: readonly unknown[] = ["text", 5, { a: 1 }, new Map()];
    for (const [tick, extra] of extras.entries()) {
      const rows = [{ ...holding(tick), extra }];
      expect(await dataset.append("holdings", rows)).toMatchObject({ ignoredColumns: ["extra"] });
    }
    expect(await dataset.scan("holdings").toRows()).toHaveLength(extras.length);
  });

  test("defect 12: a root with the characters of patterns is written and read", async () => {
    const root = join(await scratchDirectory(), "a*[b]{c,d} ?(e)");
    await using run = await openRun({ root, runId: RUN_ID });
    await run.append("holdings", [holding(1)]);
    await using again = await openRun({ root, runId: RUN_ID, mode: "readOnly" });
    expect(await ticksOf(again)).toEqual([1]);
    for (const path of await again.scan("holdings").files()) {
      expect((await stat(path)).size).toBeGreaterThan(0);
    }
  });

  test("defect 13: an empty result has its columns, an empty append makes no version", async () => {
    await using run = await openRun({ root: await scratchDirectory(), runId: RUN_ID });
    expect(await run.append("holdings", [])).toMatchObject({ version: 0, rows: 0 });
    expect(await run.append("holdings", [holding(1)])).toMatchObject({ version: 1 });
    const columns = ["bucket", "tick", "agent_id", "token_id", "quantity"];
    for (const table of [
      await run.read("holdings", { where: { tickMin: 5000 } }),
      await run.read("holdings", { limit: 0 }),
    ]) {
      expect(table.numRows).toBe(0);
      expect(table.schema.fields.map(({ name }) => name)).toEqual(columns);
    }
    expect((await run.read("identity_edges")).schema.fields).toHaveLength(10);
  });

  test("defect 18: a run id or table name cannot leave its directory", async () => {
    const root = join(await scratchDirectory(), "root");
    for (const runId of ["../../evil", "..", "a/b", "run\n", "a:b"]) {
      expect((await refused(() => openRun({ root, runId }))).code).toBe("INVALID_NAME");
    }
    await using run = await openRun({ root, runId: RUN_ID });
    for (const table of ["../../x", "..", "holdings\n"]) {
      expect((await refused(() => run.append(table, [holding(1)] as never))).code).toBe(
        "UNKNOWN_TABLE",
      );
      expect((await refused(async () => run.manifest(table))).code).toBe("UNKNOWN_TABLE");
    }
    expect(await listFiles(join(root, ".."))).toEqual(
      (await listFiles(root)).map((path) => `root/${path}`),
    );
  });

  test("defect 19: a damaged view harms no read and no append; a damaged record is a typed error", async () => {
    const root = await scratchDirectory();
    const settings = { writeManifestEveryN: 1 };
    let path: string;
    {
      await using run = await openRun({ root, runId: RUN_ID, settings });
      await run.append("holdings", [holding(1)]);
      for (const damage of ["", "{", "[]", '{"partitions":3}', "null"]) {
        await writeFile(viewOf(run), damage);
        await run.append("holdings", [holding(1)]);
        expect(JSON.parse(await readFile(viewOf(run), "utf8"))).toMatchObject({ version: 1 });
      }
      expect(await ticksOf(run)).toHaveLength(6);
      await writeFile(viewOf(run), "{");
      path = run.path;
    }
    await using again = await openRun({ root, runId: RUN_ID, settings });
    expect(await ticksOf(again)).toHaveLength(6);
    await again.close();
    const [record = ""] = (await listFiles(join(path, "_log"))).filter((name) =>
      /6\.json$/.test(name),
    );
    await writeFile(join(path, "_log", record), "{}");
    const error = await refused(() => openRun({ root, runId: RUN_ID }));
    expect(error).toMatchObject({ name: "IoManifestError", code: "CORRUPT" });
    expect(error.message).toContain(record);
  });

  test("defect 20: a part that is gone or damaged is an error that names it", async () => {
    await using run = await openRun({ root: await scratchDirectory(), runId: RUN_ID });
    await run.append("holdings", [holding(1)]);
    await run.append("identity_edges", [EDGE]);
    const [path = ""] = await run.scan("holdings").files();
    const part = path.slice(path.lastIndexOf("part-"));
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 1));
    const damaged = await refused(() => run.scan("holdings").toRows());
    expect(damaged).toMatchObject({ name: "IoError", code: "CORRUPT" });
    expect(damaged.message).toContain(part);
    await rm(path);
    const missing = await refused(() => run.scan("holdings").toRows());
    expect(missing).toMatchObject({ name: "IoError", code: "NOT_FOUND" });
    expect(missing.message).toContain(part);
    expect(await run.scan("identity_edges").count()).toBe(1);
  });

  test("defect 20: a damaged part of a run of the original is named, or left aside and reported", async () => {
    const root = await scratchDirectory();
    await cp(FOREIGN, root, { recursive: true });
    const run = join(root, "runs", FOREIGN_RUN);
    const [part = ""] = (await listParts(run)).filter((path) => path.includes("messages"));
    await writeFile(join(run, part), "no Parquet");
    const error = await refused(() => adoptRun({ root, runId: FOREIGN_RUN }));
    expect(error).toMatchObject({ code: "CORRUPT" });
    expect(error.message).toContain(part);
    const report = await adoptRun({ root, runId: FOREIGN_RUN, skipDamaged: true });
    expect(report.tables).toHaveLength(4);
    expect(report.skipped.map(({ path }) => path)).toContain(part);
  });

  test("defect 22: parts are pruned by their ticks, and order and limit do not hang on history", async () => {
    await using run = await openRun({ root: await scratchDirectory(), runId: RUN_ID });
    for (const tick of [250, 60, 10, 130])
      await run.append("holdings", [holding(tick + 1), holding(tick)]);
    expect(
      await run.scan("holdings", { where: { tickMin: 50, tickMax: 99 } }).files(),
    ).toHaveLength(1);
    expect(await ticksOf(run)).toEqual([10, 11, 60, 61, 130, 131, 250, 251]);
    expect(await ticksOf(run, { limit: 3 })).toEqual([10, 11, 60]);
  });

  test("defect 24: a part of another table in the place of a part is found", async () => {
    const columns = { minute: "i64", origin: "str", delay: "i64?" } as const;
    const others = defineTable({ name: "others", columns, tick: "minute", bucketSize: 60 });
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights, others] });
    await run.append("flights", flightsFrom(0, 5));
    await run.append("others", flightsFrom(0, 5));
    const [path = ""] = await run.scan("flights").files();
    const [other = ""] = await run.scan("others").files();
    await copyFile(other, path);
    expect((await refused(() => run.scan("flights").toRows())).code).toBe("CORRUPT");
  });

  test("defect 25: the size of buckets is fixed when a table is made", async () => {
    const root = await scratchDirectory();
    for (const tickBucketSize of [10, 100]) {
      await using run = await openRun({ root, runId: RUN_ID, settings: { tickBucketSize } });
      expect((await run.append("holdings", [holding(55)])).buckets).toEqual([5]);
      expect(JSON.parse(await readFile(viewOf(run), "utf8")).tick_bucket_size).toBe(10);
    }
  });

  test("defect 26: the bundle has the times of the run, the directory that is named, and no leftovers", async () => {
    const settings = { strictSchema: false, valuation: { enabled: true } };
    await using run = await openRun({ root: await scratchDirectory(), runId: RUN_ID, settings });
    await run.append("holdings", [holding(1)]);
    const tidy = join(run.path, "artifacts", "lab", "tidy");
    await mkdir(tidy, { recursive: true });
    await writeFile(join(tidy, "table.csv"), "a\n1\n");
    await writeFile(join(tidy, "table.csv.tmp"), "a");
    const [first] = await run.log();
    const bundle = await run.writeBundle({ sourceDirectory: tidy });
    expect(Date.parse(bundle.run.created_at)).toBe(Date.parse(first?.createdAt ?? ""));
    expect(bundle.run.git.directory).toBe(tidy);
    expect(bundle.artifacts.lab.tidy.map(({ path }) => path)).toEqual([
      "artifacts/lab/tidy/table.csv",
    ]);
    expect(bundle.io).toMatchObject({ strict_schema: false, valuation: { enabled: true } });
    const meta = { when: new Date(0) } as never;
    expect((await refused(() => run.writeBundle({ meta }))).code).toBe("INVALID_ARGUMENT");
  });

  test("defect 27: a view that is made again has its times, and is not written at every append", async () => {
    const root = await scratchDirectory();
    const written = new Set<bigint>();
    let view: string;
    let path: string;
    {
      await using run = await openRun({ root, runId: RUN_ID, durability: "process" });
      path = viewOf(run);
      for (let tick = 0; tick < 40; tick++) {
        await run.append("holdings", [holding(tick)]);
        written.add((await stat(path, { bigint: true })).mtimeNs);
      }
      await run.close();
      view = await readFile(path, "utf8");
    }
    expect(written.size).toBeLessThan(30);
    await rm(path);
    await using _again = await openRun({ root, runId: RUN_ID });
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual(JSON.parse(view));
  });
});
