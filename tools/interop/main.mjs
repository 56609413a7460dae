/**
 * `npm run interop`: writes runs through crv, reads them with DuckDB, and with pyarrow and Polars
 * where Python has them, and compares what each finds with what crv says; and tensor files with the
 * reference library, both ways. The exit code is 0 when
 * everything agrees; a reader that is not there is skipped, and said so.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildToRun } from "../build.mjs";
import { Checks } from "./checks.mjs";
import {
  expectedBuckets,
  expectedManifest,
  expectedRows,
  expectedStatistics,
  expectedTypes,
} from "./expected-facts.mjs";
import { openDuckDb } from "./read-duckdb.mjs";
import {
  readManifestsWithPython,
  readSafetensorsWithPython,
  readWithPython,
} from "./read-python.mjs";

/** @typedef {import("./sample-run.mjs").SampleTable} SampleTable */

const checks = new Checks();
/** @type {Set<string>} */
const skipped = new Set();

/**
 * Compares everything that a reader found in one table.
 * @param {string} reader
 * @param {string} runId
 * @param {SampleTable} table
 * @param {import("./read-python.mjs").TableFacts} facts
 */
function compareTable(reader, runId, table, { parts, buckets }) {
  const where = `${runId}/${table.name}`;
  for (const part of parts) {
    const types = expectedTypes(table, reader);
    checks.equal(reader, "column types", where, { found: part.types, expected: types });
    const expected = {
      crv_schema_version: "0.1@2025-09-20",
      crv_table_name: table.name,
      crv_run_id: runId,
    };
    const found = pick(part.keyValues, expected);
    checks.equal(reader, "key-value metadata", where, { found, expected });
  }
  const rows = parts.flatMap((part) => part.rows);
  checks.equal(reader, "values", where, { found: rows, expected: expectedRows(table) });
  if (parts.every((part) => part.rowGroups !== undefined)) {
    const expected = expectedStatistics(table);
    const found = expected.map((groups, at) =>
      groups.map((bounds, group) => pickBounds(parts[at]?.rowGroups?.[group], bounds)),
    );
    checks.equal(reader, "statistics", where, { found, expected });
  }
  // A directory also holds parts that were replaced, which only the log and the view can tell.
  if (table.name !== "replaced") {
    const expected = expectedBuckets(table);
    checks.equal(reader, "buckets by directory", where, { found: buckets, expected });
  }
}

/** @param {string} root @param {readonly import("./sample-run.mjs").SampleRun[]} runs */
async function compareWithDuckDb(root, runs) {
  const duckdb = await openDuckDb();
  for (const { runId, tables } of runs) {
    for (const table of tables) {
      const parts = await duckdb.readParts(table);
      const buckets = await duckdb.countByBucket(table);
      compareTable(duckdb.name, runId, table, { parts, buckets });
      const found = await duckdb.readManifest(table);
      const expected = expectedManifest(table);
      checks.equal(duckdb.name, "manifest.json", `${runId}/${table.name}`, { found, expected });
    }
  }
  const [run] = runs;
  if (run !== undefined) await comparePolarsFrames(root, run, duckdb);
  duckdb.close();
}

/**
 * @param {string} root
 * @param {import("./sample-run.mjs").SampleRun} run
 * @param {Awaited<ReturnType<typeof openDuckDb>>} duckdb
 */
async function comparePolarsFrames(root, { runId, tables }, duckdb) {
  const { readPolarsFrames } = await import("./read-polars-frames.mjs");
  const reader = await readPolarsFrames({ root, runId, tables }, duckdb);
  if ("skipped" in reader) {
    skipped.add(`${reader.name}: ${reader.skipped}`);
    return;
  }
  for (const [at, table] of tables.entries()) {
    const found = reader.tables[at]?.rows;
    checks.equal(reader.name, "toPolars", table.name, { found, expected: expectedRows(table) });
  }
}

/** @param {readonly import("./sample-run.mjs").SampleRun[]} runs */
async function compareWithPython(runs) {
  const tables = runs.flatMap(({ runId, tables }) => tables.map((table) => ({ runId, table })));
  const all = tables.map(({ table }) => table);
  for (const reader of await readWithPython(all)) {
    if ("skipped" in reader) {
      skipped.add(`${reader.name}: ${reader.skipped}`);
      continue;
    }
    for (const [at, { runId, table }] of tables.entries()) {
      compareTable(reader.name, runId, table, /** @type {any} */ (reader.tables[at]));
    }
  }
  const original = await readManifestsWithPython(all);
  if ("skipped" in original) {
    skipped.add(`${original.name}: ${original.skipped}`);
    return;
  }
  for (const [at, { runId, table }] of tables.entries()) {
    const found = original.manifests[at];
    const expected = expectedManifest(table);
    checks.equal(original.name, "manifest.json", `${runId}/${table.name}`, { found, expected });
  }
}

/** Tensor files, both ways: ours read by the reference library, and its own read by us. @param {string} root */
async function compareSafetensors(root) {
  const { byName, encodeSample, factsOf, isTaken, nearlyRightFiles, sampleFiles } = await import(
    "./sample-tensors.mjs"
  );
  const cases = nearlyRightFiles();
  const files = [];
  for (const [at, sample] of sampleFiles.entries()) {
    const path = join(root, `${at}.safetensors`);
    await writeFile(path, encodeSample(sample));
    files.push({ ...sample, path });
  }
  const hexes = cases.map((bytes) => Buffer.from(bytes).toString("hex"));
  const reference = await readSafetensorsWithPython({ files, cases: hexes });
  const { name: reader } = reference;
  if ("skipped" in reference) {
    skipped.add(`${reader}: ${reference.skipped}`);
    return;
  }
  for (const [at, sample] of sampleFiles.entries()) {
    const { found, written } = /** @type {any} */ (reference.files[at]);
    const expected = sample.tensors.toSorted(byName);
    checks.equal(reader, "our tensor files", sample.name, { found, expected });
    if (written === null) continue;
    const theirs = new Uint8Array(Buffer.from(written, "hex"));
    checks.equal(reader, "its tensor files", sample.name, { found: factsOf(theirs), expected });
    const ours = Buffer.from(encodeSample(sample)).toString("hex");
    checks.equal(reader, "bytes of tensor files", sample.name, { found: ours, expected: written });
  }
  for (const [at, bytes] of cases.entries()) {
    const where = JSON.stringify(Buffer.from(bytes.subarray(8, -8)).toString());
    const compared = { found: isTaken(bytes), expected: reference.cases[at] };
    checks.equal(reader, "verdicts on tensor files", where, compared);
  }
}

/** The members of `found` that are expected. @param {any} found @param {object} expected */
function pick(found, expected) {
  return Object.fromEntries(Object.keys(expected).map((key) => [key, found?.[key]]));
}

/** Columns and bounds of a row group that are expected. @param {any} found @param {Record<string, object>} expected */
function pickBounds(found, expected) {
  return Object.fromEntries(
    Object.entries(expected).map(([column, bounds]) => [column, pick(found?.[column], bounds)]),
  );
}

async function interop() {
  const { COMPRESSIONS, writeSampleRun } = await import("./sample-run.mjs");
  const root = await mkdtemp(join(tmpdir(), "crv-interop-"));
  try {
    const runs = [];
    for (const compression of COMPRESSIONS) runs.push(await writeSampleRun(root, compression));
    await compareWithDuckDb(root, runs);
    await compareWithPython(runs);
    await compareSafetensors(root);
  } finally {
    await rm(root, { recursive: true });
  }
  console.log(checks.format());
  for (const line of skipped) console.log(`skipped: ${line}`);
  return checks.hasFailed ? 1 : 0;
}

const isBuilt = (await buildToRun("crv")) && (await buildToRun("@crv/safetensors"));
process.exitCode = isBuilt ? await interop() : 1;
