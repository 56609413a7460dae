/** Copies of runs: into another store, or as plain Parquet files. */
import { parseRunId, parseTableKey } from "@crv/core";
import {
  type CopyOptions,
  type CopyReport,
  type CopyTarget,
  copyRun as copyStored,
  exportTables,
} from "@crv/engine";
import { openDirectoryReader, openDirectoryStore } from "@crv/storage";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { checkKeys } from "./check-options.js";
import { openRoot } from "./open-root.js";
import { targetOf, type VersionTarget } from "./run-target.js";
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
  /** A version, time, operation id, tag or branch. Default: the newest version of main. */
  readonly at?: VersionTarget;
  /** Only these, and neither tensors nor files. Default: everything. */
  readonly tables?: readonly string[];
}

/**
 * Copies a run with all its kept versions, branches and tags into another store, or under another id. Every part's digest is
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
 * Writes one version as plain files: its tables as Parquet, in the directories that they have in a run, each
 * with its `manifest.json`; its tensors and files under the names under which the run shows them. For
 * programs that know nothing of crv, and for archives.
 *
 * @example
 * await exportRun({ root: "out", runId: "r1", at: 17, to: "export" });
 *
 * @throws As {@link copyRun}; IoError `NOT_FOUND` for a version that is not kept.
 */
export async function exportRun(options: ExportRunOptions): Promise<CopyReport> {
  const known = ["root", "runId", "to", "at", "tables", "signal", "onProgress"] as const;
  checkKeys("exportRun", options, known);
  const { root, runId, to, at, tables, ...how } = options;
  const chosen = tables?.map((table) => parseTableKey(table));
  return between(root, runId, to, (source, target) =>
    exportTables(source, target, targetOf(at), { ...how, ...(chosen && { tables: chosen }) }),
  );
}

async function between<T>(
  root: string,
  runId: string,
  targetPath: string,
  work: (source: ObjectReader, target: CopyTarget) => Promise<T>,
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
