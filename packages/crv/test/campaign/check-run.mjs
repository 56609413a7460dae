/** What must hold of a run once its writers are dead, or have ended, and it was recovered. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { formatPartPrefix, parseOperationId } from "@crv/core";

/** @typedef {import("./history.mjs").History} History */
/** @typedef {import("crv").Run<any>} Run */

/**
 * I1 to I5, I7, I8 and I16 of docs/guarantees.md, by the public interface and what lies on the disk.
 *
 * @param {Run} run opened after the recovery
 * @param {Run} watcher of the same run, open since before
 * @param {History} history
 * @param {readonly import("./writer-process.mjs").WriterProcess[]} writers of this step
 * @param {{ leftovers: boolean }} options whether a stopped writer went on and was killed: a part that
 *   it had under way then appears after its roll-back, and is left to cleanup
 * @returns {Promise<number>} commits that landed without their writer's being told
 */
export async function checkRun(run, watcher, history, writers, { leftovers }) {
  assert.deepEqual(run.recovered.left, [], "I8: recovery was complete");
  assert.deepEqual(
    (await watcher.refresh()).recovered,
    { rolledForward: [], rolledBack: [], left: [] },
    "I8: recovery is idempotent",
  );
  history.follow([...(await run.log({ from: history.version + 1 }))].reverse());
  assert.equal(history.version, run.version);
  const untold = writers.reduce((sum, writer) => sum + history.hear(writer), 0);
  await checkContents(watcher, history);
  await checkObjects(run, history, leftovers);
  await checkViews(run);
  return untold;
}

/** I1, I2, I5: every table holds what the commits of the log make together. */
async function checkContents(/** @type {Run} */ run, /** @type {History} */ { contents }) {
  const tables = (await run.tables()).map(({ table }) => /** @type {string} */ (table));
  assert.deepEqual(tables, [...contents.keys()].sort(), "I2: tables");
  for (const table of tables) {
    const rows = await run.scan(table).toRows();
    const wanted = [...(contents.get(table)?.values() ?? [])];
    assert.deepEqual(canonical(rows), canonical(wanted), `I1, I2: rows of ${table}`);
  }
}

/** @param {readonly object[]} rows */
function canonical(rows) {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
}

/** I7, I8: what was named is there; what is there was named; no sidecar is left. */
async function checkObjects(
  /** @type {Run} */ run,
  /** @type {History} */ { named, recoveries },
  /** @type {boolean} */ leftovers,
) {
  const files = await listFiles(run.path);
  assert.deepEqual(
    files.filter((path) => path.startsWith("_recovery/")),
    [],
    "I8: no sidecar is left",
  );
  const parts = new Set(files.filter((path) => path.endsWith(".parquet")));
  // A filter belongs to its part, and comes and goes with it.
  for (const path of files.filter((name) => name.endsWith(".keys")))
    parts.add(path.replace(/\.keys$/, ".parquet"));
  for (const path of named) assert.ok(parts.has(path), `I7: ${path} is named and missing`);
  const fenced = [...recoveries]
    .filter(([, kind]) => kind === "RolledBack")
    .map(([id]) => formatPartPrefix(parseOperationId(id)));
  for (const path of parts) {
    if (named.has(path)) continue;
    assert.ok(
      leftovers && fenced.some((prefix) => path.includes(`/part-${prefix}`)),
      `I7: ${path} is left, and no version names it`,
    );
    // Known from here on.
    named.add(path);
  }
}

/** I16: every published view shows the newest version of its table. */
async function checkViews(/** @type {Run} */ run) {
  for (const { table, version } of await run.tables()) {
    const view = JSON.parse(
      await readFile(join(run.path, "tables", table, "manifest.json"), "utf8"),
    );
    assert.equal(view.table_version, version, `I16: the view of ${table} lags`);
  }
}

/** @param {string} directory */
async function listFiles(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join("/"));
}
