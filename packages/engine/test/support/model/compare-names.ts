/** Holds what tags and the branch show against the model, and what cleanup leaves against what is named. */
import assert from "node:assert/strict";
import { parsePartKey } from "@crv/core";
import type { StagedStorage } from "@crv/storage-trait";
import { datasetOver } from "../datasets.js";
import type { ModelTables } from "./model-draft.js";
import { BRANCH } from "./model-names.js";
import type { ModelRun } from "./model-run.js";
import { compareRows } from "./rows.js";
import type { RunUnderTest } from "./run-under-test.js";
import { type Row, TABLES } from "./tables.js";

export async function compareNames({ names }: ModelRun, { handles }: RunUnderTest): Promise<void> {
  for (const { storage } of handles) {
    const { branches, tags } = await storage.refs();
    assert.deepEqual(
      branches.map(({ name }) => name),
      names.branch ? ["main", BRANCH] : ["main"],
      "branches",
    );
    assert.deepEqual(tags.map(({ name }) => name).sort(), [...names.tags.keys()].sort(), "tags");
  }
  const [{ storage }] = handles;
  for (const [name, tables] of names.tags) await compareTables(storage, name, tables);
  if (names.branch) await compareTables(storage, BRANCH, names.branch.tables);
}

async function compareTables(storage: StagedStorage, name: string, tables: ModelTables) {
  await using view = await storage.at({ name });
  const run = datasetOver(view, TABLES);
  for (const table of TABLES) {
    const rows = (await run.scan(table).toRows()) as readonly Row[];
    compareRows(rows, tables.get(table.name) ?? [], `${table.name} of ${name}`);
  }
}

/** I12: after a cleanup there is no part that no kept version, tag or version of the branch names. */
export async function compareParts(
  model: ModelRun,
  { disk, handles }: RunUnderTest,
): Promise<void> {
  const [{ storage }] = handles;
  const named = new Set<string>();
  const note = async (view: StagedStorage): Promise<void> => {
    await using snapshot = await view.snapshot();
    for (const table of snapshot.tables()) {
      for (const { path } of (await view.plan(snapshot, { table })).parts) named.add(path);
    }
  };
  for (let version = model.floor; version <= model.head; version++) {
    await using view = await storage.at({ version });
    await note(view);
  }
  for (const name of model.names.tags.keys()) {
    await using view = await storage.at({ name });
    await note(view);
  }
  const found = [...disk.objects().keys()].filter((key) => parsePartKey(key) !== undefined);
  // A branch keeps what any of its versions names.
  const left = found.filter((key) => !named.has(key));
  if (model.names.branch === undefined) assert.deepEqual(left, [], "parts that nothing names");
  for (const path of named) assert.ok(found.includes(path as (typeof found)[0]), `${path} is gone`);
}
