/** Holds the real run against the model: the log, and the rows of the newest and of older versions. */
import assert from "node:assert/strict";
import { parseKeyFilterKey, parsePartKey, SIDECAR_PREFIX, type TableDescriptor } from "@crv/core";
import type { Dataset } from "@crv/io";
import type { StagedStorage } from "@crv/storage-trait";
import { datasetOver } from "../datasets.js";
import { compareArtifacts, compareChanges, compareFiles } from "./compare-artifacts.js";
import type { ModelRun } from "./model-run.js";
import { compareRows } from "./rows.js";
import type { Handle, RunUnderTest } from "./run-under-test.js";
import { type Row, TABLES } from "./tables.js";

/** After every command: the newest version, one older one, and nothing that should not lie about. */
export async function compareNewest(model: ModelRun, real: RunUnderTest): Promise<void> {
  for (const handle of real.handles) {
    await compareLog(model, real, handle, real.comparedVersion + 1);
    await compareVersion(model, handle, model.head);
  }
  real.comparedVersion = model.head;
  const span = model.head - model.floor + 1;
  if (span > 0)
    await compareVersion(model, real.handles[0], model.floor + (model.ids.length % span));
  checkLitter(real);
  compareFiles(model, real);
}

/** In the end: every version that is retained, and those that are not. */
export async function compareAll(model: ModelRun, real: RunUnderTest): Promise<void> {
  const [handle] = real.handles;
  await compareLog(model, real, handle, model.floor);
  for (let version = model.floor; version <= model.head; version++) {
    await compareVersion(model, handle, version);
  }
  if (model.floor > 1) {
    await assert.rejects(handle.storage.snapshot({ version: model.floor - 1 }), {
      code: "NOT_FOUND",
    });
  }
}

async function compareLog(
  model: ModelRun,
  real: RunUnderTest,
  { name, storage }: Handle,
  from: number,
): Promise<void> {
  let version = Math.max(from, model.floor) - 1;
  for await (const record of storage.commits({ after: version })) {
    assert.equal(record.version, ++version, `${name}: versions have no holes`);
    for (const { add } of record.tables.values()) for (const { path } of add) real.named.add(path);
    const expected = model.at(version) ?? assert.fail(`${name}: version ${version} is too much`);
    const { touched, id, operations } = expected;
    const what = `of version ${version}`;
    assert.deepEqual([...record.tables.keys()].sort(), [...touched].sort(), `tables ${what}`);
    compareChanges(model, real, record);
    const ids = record.recovery === undefined ? record.operations.map((each) => each.id) : [];
    assert.equal(ids.length, operations, `operations ${what}`);
    if (id !== undefined) assert.deepEqual(ids, [id], `operations ${what}`);
  }
  assert.equal(version, model.head, `${name}: the newest version`);
}

async function compareVersion(
  model: ModelRun,
  { name, storage }: Handle,
  version: number,
): Promise<void> {
  await using snapshot = await storage.snapshot({ version });
  const { tables } = model.at(version);
  assert.deepEqual(snapshot.tables(), [...tables.keys()].sort(), `${name}: tables at ${version}`);
  await compareArtifacts(model, { name, storage }, snapshot);
  const run = datasetAt(storage, version);
  for (const table of TABLES) {
    const what = `${name}: ${table.name} at version ${version}`;
    assert.equal(snapshot.tableVersion(table.name), model.tableVersion(table.name, version), what);
    await compareTable(run, table, tables.get(table.name), what);
  }
}

async function compareTable(
  run: Dataset,
  table: TableDescriptor,
  expected: readonly Row[] | undefined,
  what: string,
): Promise<void> {
  const rows = (await run.scan(table).toRows()) as readonly Row[];
  compareRows(rows, expected ?? [], what);
  const { tickColumn, tickBucketSize } = table;
  if (tickColumn !== null) {
    const buckets = rows.map((row) => Math.floor(Number(row[tickColumn]) / (tickBucketSize ?? 1)));
    assert.deepEqual(
      buckets,
      [...buckets].sort((a, b) => a - b),
      `${what}: storage order is by bucket`,
    );
  }
  assert.equal(await run.scan(table).count(), rows.length, `${what}: count`);
  assert.equal(
    (await run.manifest(table))?.rows,
    expected?.length,
    `${what}: rows of the manifest`,
  );
}

/** The run as it was at `version`. */
export function datasetAt(storage: StagedStorage, version: number): Dataset {
  return datasetOver({ ...storage, snapshot: () => storage.snapshot({ version }) }, TABLES);
}

/** I7, I8: no sidecar of a finished operation, and no part or key filter that no record ever named. */
function checkLitter({ disk, named, powerWasLost }: RunUnderTest): void {
  for (const key of disk.objects().keys()) {
    assert.ok(!key.startsWith(SIDECAR_PREFIX), `the sidecar ${key} is left`);
    if (powerWasLost || !(parsePartKey(key) || parseKeyFilterKey(key))) continue;
    assert.ok(named.has(key.replace(/\.keys$/, ".parquet")), `${key} is left, and not named`);
  }
}
