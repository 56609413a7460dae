/** Copies of runs: into another store, or as plain Parquet files. */
import { parseRunId, parseTableKey, type Version } from "@crv/core";
import {
  type CopyOptions,
  type CopyReport,
  copyRun as copyStored,
  exportTables,
} from "@crv/engine";
import { CommitLog } from "@crv/manifest";
import { openDirectoryReader, openDirectoryStore } from "@crv/storage";
import type { ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import { checkKeys } from "./check-options.js";
import { openRoot } from "./open-root.js";
import { systemClock } from "./system-clock.js";
import { systemRandom } from "./system-random.js";

export interface CopyRunOptions extends CopyOptions {
  /** Directory of the store that the run is in. */
  readonly root: string;
  readonly runId: string;
  /** Directory of the store that it is copied to; made when it is missing. */
  readonly to: string;
  /** Default: the same id. */
  readonly toRunId?: string;
}

export interface ExportRunOptions extends CopyOptions {
  readonly root: string;
  readonly runId: string;
  /** Directory that the files are written to; made when it is missing. */
  readonly to: string;
  /** Default: the newest version. */
  readonly version?: Version;
  /** Default: all. */
  readonly tables?: readonly string[];
}

/**
 * Copies a run with all its kept versions into another store, or under another id. Every part's digest is
 * checked. Nothing is written to the source, which may be in use. A copy that was cut off is completed by
 * the same call.
 *
 * @example
 * await copyRun({ root: "out", runId: "r1", to: "/backup" });
 *
 * @throws IoError `NOT_FOUND`, `ALREADY_EXISTS` when the target has something else under that id,
 *   `CORRUPT`, `ABORTED`, `IO`. IoManifestError `CORRUPT`. GrammarError `INVALID_NAME`.
 */
export async function copyRun(options: CopyRunOptions): Promise<CopyReport> {
  checkKeys("copyRun", options, ["root", "runId", "to", "toRunId", "signal", "onProgress"]);
  const { root, runId, to, toRunId = runId, ...how } = options;
  const store = await openRoot(to, true);
  const path = store.runDirectory(parseRunId(toRunId));
  return between(root, runId, path, (source, target) => copyStored(source, target, how));
}

/**
 * Writes the tables of one version as plain Parquet, in the directories that they have in a run, each with
 * its `manifest.json`: for programs that know nothing of crv, and for archives.
 *
 * @example
 * await exportRun({ root: "out", runId: "r1", version: 17, to: "export" });
 *
 * @throws As {@link copyRun}; IoError `NOT_FOUND` for a version that is not kept.
 */
export async function exportRun(options: ExportRunOptions): Promise<CopyReport> {
  const known = ["root", "runId", "to", "version", "tables", "signal", "onProgress"] as const;
  checkKeys("exportRun", options, known);
  const { root, runId, to, version, tables, ...how } = options;
  const chosen = tables?.map((table) => parseTableKey(table));
  return between(root, runId, to, async (source, target) => {
    const log = new CommitLog(source);
    const head = await log.refresh();
    const state = version === undefined ? head : await log.stateAt(version);
    return exportTables(source, target, state, { ...how, ...(chosen && { tables: chosen }) });
  });
}

async function between<T>(
  root: string,
  runId: string,
  targetPath: string,
  work: (source: ObjectReader, target: ObjectStore) => Promise<T>,
): Promise<T> {
  const store = await openRoot(root, false);
  const source = await openDirectoryReader({ path: store.runDirectory(parseRunId(runId)) });
  const clock = systemClock;
  const target = await openDirectoryStore({
    path: targetPath,
    create: true,
    random: systemRandom,
    clock,
    durability: "full",
  });
  try {
    return await work(source, target);
  } finally {
    await target.close();
    await source.close();
  }
}
