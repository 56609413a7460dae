/** A store: the runs of one directory. */
import { IoError, parseRunId, show } from "@crv/core";
import type { RepairReport } from "@crv/engine";
import type { ColumnOf, DescriptorOf, Descriptors, Int64Mode, TableArgument } from "@crv/io";
import { changeRunInfo, type RunInfo } from "@crv/manifest";
import type { RunStatus } from "@crv/recovery";
import { openDirectoryStore, type StoreRoot } from "@crv/storage";
import pMap from "p-map";
import { checkChoice, checkKeys } from "./check-options.js";
import { listUnmarkedRuns, openRoot } from "./open-root.js";
import { type OpenRunOptions, openRun } from "./open-run.js";
import { type RepairRunOptions, repairRun } from "./repair-run.js";
import type { Run } from "./run.js";
import { checkLabels, type LabelChange, labelledInfo } from "./run-info-change.js";
import {
  type ListedStatus,
  type RunSummary,
  statusOf,
  summarizeRun,
  type UnreadableRun,
} from "./run-summary.js";
import { checkRunsScan, RunsScan, type RunsScanOptions } from "./runs-scan.js";
import { systemClock } from "./system-clock.js";
import { systemRandom } from "./system-random.js";

export interface StoreOptions {
  /** Whether a store is made where there is none; default false. */
  readonly create?: boolean;
}

export interface RunsOptions {
  /** Only runs of this status. */
  readonly status?: ListedStatus;
  /** Only runs that have this label. */
  readonly label?: string;
}

export interface DeleteRunOptions {
  /** Also a run whose status is `unknown`; never one that is known to be running. */
  readonly force?: boolean;
}

export interface Store {
  readonly root: string;
  /** Null below a root of the Python original, whose runs can be listed and read, and no more. */
  readonly storeId: string | null;
  /**
   * In byte order of run id. A run that cannot be read is listed with its error, unless `options` ask
   * for some runs only.
   *
   * @throws IoError `INVALID_ARGUMENT`.
   */
  runs(options?: RunsOptions): Promise<readonly (RunSummary | UnreadableRun)[]>;
  /** `openRun` with this root. */
  openRun<const Tables extends Descriptors = readonly []>(
    options: Omit<OpenRunOptions<Tables>, "root">,
  ): Promise<Run<Tables>>;
  /**
   * Adds and removes labels of a run, also while it is being written. Labels of several processes that do
   * so at once all count.
   *
   * @returns what the run has now.
   * @throws IoError `NOT_FOUND`, `INVALID_ARGUMENT`, `LIMIT_EXCEEDED`, `IO`.
   */
  labelRun(runId: string, change: LabelChange): Promise<RunInfo>;
  /**
   * Deletes a run with all its versions, for ever. It is gone at once, or not at all. Whoever reads it
   * meanwhile is told that its files are gone.
   *
   * @throws IoError `NOT_FOUND`, `IO`; `IN_USE` while it is open for writing.
   */
  deleteRun(runId: string, options?: DeleteRunOptions): Promise<void>;
  /** {@link repairRun} with this root: without `apply` it only tells. */
  repairRun(
    runId: string,
    options?: Omit<RepairRunOptions, "root" | "runId">,
  ): Promise<RepairReport>;
  /**
   * Describes a read of one table in several runs. Nothing is read yet. Each row begins with the column
   * `run_id`; runs come one after another. Few runs are open at a time, however many there are.
   *
   * @example
   * for await (const { run_id, loss } of store.scan("metrics", { runs: ["a", "b"] }).rows()) …
   *
   * @throws IoError `INVALID_ARGUMENT`. GrammarError `INVALID_NAME`.
   */
  scan<
    const Named extends TableArgument<readonly []>,
    const Column extends ColumnOf<DescriptorOf<readonly [], Named>> = ColumnOf<
      DescriptorOf<readonly [], Named>
    >,
    Mode extends Int64Mode = "number",
  >(
    table: Named,
    options?: RunsScanOptions<ColumnOf<DescriptorOf<readonly [], Named>>, Column, Mode>,
  ): RunsScan<DescriptorOf<readonly [], Named>, Column, Mode>;
}

/** Runs summed up at a time. */
const RUNS_AT_ONCE = 8;

/**
 * Opens the store of a directory; of one where the Python original left runs, what can be read of it.
 *
 * @throws IoError `NOT_FOUND` when there is neither and `create` is not set. VersionMismatch
 *   `FORMAT_UNSUPPORTED`.
 */
export async function openStore(root: string, options: StoreOptions = {}): Promise<Store> {
  checkKeys("openStore", options, ["create"]);
  const { storeId, listRuns: listIds } = await openToList(root, options.create ?? false);
  return {
    root,
    storeId,
    runs: async (wanted = {}) => listRuns(root, listIds, wanted),
    openRun: (given) => openRun({ ...given, root }),
    labelRun: async (runId, change) => labelRun(await openRoot(root, false), runId, change),
    deleteRun: async (runId, given = {}) => deleteRun(await openRoot(root, false), runId, given),
    repairRun: (runId, given = {}) => repairRun({ ...given, root, runId }),
    scan: (table, given = {}) => {
      const checked = checkRunsScan(given as RunsScanOptions);
      const runIds = async () => checked.runs ?? (await listIds());
      return new RunsScan({ root, runIds }, table, checked);
    },
  };
}

/** A root of the original has no marker and is given none by being read. */
async function openToList(
  root: string,
  create: boolean,
): Promise<Pick<StoreRoot, "listRuns"> & Pick<Store, "storeId">> {
  try {
    return await openRoot(root, create);
  } catch (error) {
    unlessAbsent(error);
    if ((await listUnmarkedRuns(root)).length === 0) throw error;
    return { storeId: null, listRuns: () => listUnmarkedRuns(root) };
  }
}

async function listRuns(
  root: string,
  listIds: StoreRoot["listRuns"],
  wanted: RunsOptions,
): Promise<readonly (RunSummary | UnreadableRun)[]> {
  checkKeys("runs", wanted, ["status", "label"]);
  const { status, label } = wanted;
  if (status !== undefined) {
    checkChoice("status", status, ["running", "finished", "crashed", "unknown", "foreign"]);
  }
  const runs = await pMap(await listIds(), (runId) => summarizeRun(root, runId), {
    concurrency: RUNS_AT_ONCE,
  });
  if (status === undefined && label === undefined) return runs;
  return runs.filter(
    (run) =>
      !("error" in run) &&
      (status === undefined || run.status === status) &&
      (label === undefined || run.labels.includes(label)),
  );
}

async function labelRun(store: StoreRoot, runId: string, change: LabelChange): Promise<RunInfo> {
  checkKeys("labelRun", change, ["add", "remove"]);
  checkLabels("add", change.add);
  checkLabels("remove", change.remove);
  const objects = await openDirectoryStore({
    path: store.runDirectory(parseRunId(runId)),
    create: false,
    clock: systemClock,
    random: systemRandom,
  });
  try {
    return await changeRunInfo(objects, (info) => labelledInfo(info, change, systemClock.now()));
  } finally {
    await objects.close();
  }
}

async function deleteRun(
  store: StoreRoot,
  given: string,
  { force = false, ...others }: DeleteRunOptions,
): Promise<void> {
  checkKeys("deleteRun", others, []);
  const runId = parseRunId(given);
  const check = async (path: string): Promise<void> => {
    const status = await statusOf(path);
    if (status === "running" || (status === "unknown" && !force)) throw inUse(runId, status);
  };
  // Twice: a run that is in use does not even vanish for a moment, as a rule.
  await check(store.runDirectory(runId)).catch(unlessAbsent);
  await store.removeRun(runId, check);
}

function unlessAbsent(error: unknown): void {
  if (!(error instanceof IoError && error.code === "NOT_FOUND")) throw error;
}

function inUse(runId: string, status: RunStatus): IoError {
  const message =
    status === "running"
      ? `run ${show(runId)} is open for writing: close it in that process, then delete it`
      : `nobody can tell from here whether run ${show(runId)} is open for writing: delete it with force when you know that it is not`;
  return new IoError("IN_USE", message, { details: { runId, status } });
}
