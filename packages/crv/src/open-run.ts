/**
 * Opens a run: wires the sealed storage over a directory, and what users touch over that.
 */
import { join } from "node:path";
import {
  type BranchName,
  formatRunDirectory,
  IoError,
  type JsonObject,
  MAIN_BRANCH,
  parseBranchName,
  parseRunId,
  parseSessionId,
  type RunId,
  show,
  ulidSource,
} from "@crv/core";
import {
  AUTO_OPTIMIZE,
  inspectOperations,
  type OpenedStorage,
  openReadOnlyStorage,
  openStorage,
  type PhaseEvent,
  type VerifyOptions,
  type VerifyReport,
  verifyRun,
} from "@crv/engine";
import { type Descriptors, IoSettings, type IoSettingsInput } from "@crv/io";
import { changeRunInfo, type RunInfo, readRunInfo } from "@crv/manifest";
import { beginSession, checkLeaseMs, type SweepReport } from "@crv/recovery";
import {
  createParquetPartStore,
  createProcessLiveness,
  openDirectoryReader,
  openDirectoryStore,
  watchDirectory,
} from "@crv/storage";
import type { Durability, StagedStorage } from "@crv/storage-trait";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { checkChoice, checkKeys } from "./check-options.js";
import { publishEvent } from "./diagnostics.js";
import { refuseForeign, withoutLog } from "./foreign-run.js";
import { findLogPrefix } from "./log-prefix.js";
import { LogWatch } from "./log-watch.js";
import { openRoot } from "./open-root.js";
import { pinned, Run } from "./run.js";
import { checkLabels, checkParameters, type GivenInfo, openedInfo } from "./run-info-change.js";
import { parseTarget, type VersionTarget } from "./run-target.js";
import { systemClock } from "./system-clock.js";
import { systemRandom } from "./system-random.js";
import { systemTimers } from "./system-timers.js";

export interface OpenRunOptions<Tables extends Descriptors> {
  /** Directory of the store; default: the setting `rootDir`, which is `out`. */
  readonly root?: string;
  readonly runId: string;
  /** Default `readWrite`. A run opened `readOnly` is given no verb that writes. */
  readonly mode?: "readWrite" | "readOnly";
  /** Default `main`. See `run.createBranch`. */
  readonly branch?: string;
  /**
   * Opens this version alone, for reading: a number, a time, or an operation id. The mode is then
   * `readOnly`. An open run shows others by `run.at`.
   */
  readonly at?: VersionTarget;
  /** What to do about the run's directory. Default: `if-missing` to write, `never` to read. */
  readonly create?: "if-missing" | "never" | "always";
  /** Descriptors of the program's own tables. They type `append` and `scan` by name. */
  readonly tables?: Tables;
  readonly settings?: Partial<IoSettingsInput>;
  /**
   * What the run was made with, such as `{ seed: 7 }`. Fixed by the first who gives any: to open it with
   * other ones is refused. Needs mode `readWrite`.
   */
  readonly parameters?: JsonObject;
  /** Words to find the run by; added to those that it has. Needs mode `readWrite`. */
  readonly labels?: readonly string[];
  /** Default `full`: a commit that was acknowledged survives a loss of power. */
  readonly durability?: Durability;
  /**
   * How long a writer may be silent, in milliseconds, before others may fence what it has under way;
   * 100 to 86,400,000, default 60,000. A process that is known to be dead is not waited for. Raise it
   * where writing one part may take longer; a lower one only makes others wait less.
   */
  readonly leaseMs?: number;
  /** Told when a commit enters and leaves each of its phases. */
  readonly onPhase?: (event: PhaseEvent) => void | Promise<void>;
}

const OPTIONS: readonly (keyof OpenRunOptions<Descriptors>)[] = [
  "root",
  "runId",
  "mode",
  "branch",
  "at",
  "create",
  "tables",
  "settings",
  "parameters",
  "labels",
  "durability",
  "leaseMs",
  "onPhase",
];

/**
 * Opens a run, and makes it if it is missing. Opening for writing first settles what writers that
 * died left behind; `run.recovered` says what that was.
 *
 * @example
 * await using run = await openRun({ root: "out", runId: "20250101-000000" });
 * await run.append("holdings", [{ tick: 0, agent_id: "A0", token_id: "T1", quantity: 3 }]);
 *
 * @throws GrammarError `INVALID_NAME` for the run id. IoConfigError `INVALID_CONFIG`.
 * @throws IoError `INVALID_ARGUMENT`, `NOT_FOUND`, `ALREADY_EXISTS`, `READ_ONLY`, `LIMIT_EXCEEDED`,
 *   `UNSUPPORTED_FILESYSTEM`, `IO`.
 * @throws IoManifestError `CORRUPT` when the log is damaged, `RECOVERY_BLOCKED`.
 * @throws VersionMismatch `FORMAT_UNSUPPORTED`.
 */
export async function openRun<const Tables extends Descriptors = readonly []>(
  options: OpenRunOptions<Tables>,
): Promise<Run<Tables>> {
  checkKeys("openRun", options, OPTIONS);
  const runId = parseRunId(options.runId);
  const { at, durability = "full", tables = [] as unknown as Tables } = options;
  const { mode = at === undefined ? "readWrite" : "readOnly" } = options;
  checkChoice("mode", mode, ["readWrite", "readOnly"]);
  if (at !== undefined) checkTarget(at, mode);
  checkChoice("durability", durability, ["full", "process"]);
  const branch = parseBranchName(options.branch ?? MAIN_BRANCH);
  if (options.leaseMs !== undefined) checkLeaseMs(options.leaseMs);
  const settings = IoSettings.from(options.settings ?? {});
  const root = options.root ?? settings.rootDir;
  const readOnly = mode === "readOnly";
  checkInfo(options, readOnly);
  const path = await findRunDirectory(root, runId, readOnly, options.create);
  const opened = readOnly
    ? await openToRead(path, runId, branch, settings)
    : await openToWrite(path, runId, branch, settings, durability, options);
  const { storage } = opened;
  const logPath = join(path, await findLogPrefix(storage));
  const watch = () =>
    new LogWatch({
      clock: systemClock,
      watch: (onChange) => watchDirectory(logPath, onChange),
    });
  const openBranch = async (other: BranchName) =>
    (await openToWrite(path, runId, other, settings, durability, {})).storage;
  const shared = {
    ...opened,
    openBranch,
    settings,
    tables,
    durability,
    timers: systemTimers,
    root,
    path,
    watch,
  };
  if (at === undefined) return new Run({ ...shared, readOnly });
  try {
    return new Run({ ...shared, ...pinned(await storage.at(parseTarget(at))), owned: storage });
  } catch (error) {
    await storage.close();
    throw error;
  }
}

function checkTarget(at: VersionTarget, mode: "readWrite" | "readOnly"): void {
  parseTarget(at);
  if (mode === "readOnly") return;
  throw new IoError(
    "INVALID_ARGUMENT",
    `version ${show(at)} can only be read: open it with mode "readOnly", or make a branch from it`,
    { details: { what: "mode", mode, at } },
  );
}

/** @throws IoError `INVALID_ARGUMENT`. */
function checkInfo({ parameters, labels }: GivenInfo, readOnly: boolean): void {
  checkParameters(parameters);
  checkLabels("labels", labels);
  if (!readOnly || (parameters === undefined && labels === undefined)) return;
  throw new IoError("INVALID_ARGUMENT", 'parameters and labels need mode "readWrite"', {
    details: { what: "mode" },
  });
}

/** The path of the run, once `create` allows to open it. */
async function findRunDirectory(
  root: string,
  runId: RunId,
  readOnly: boolean,
  create: OpenRunOptions<Descriptors>["create"] = readOnly ? "never" : "if-missing",
): Promise<string> {
  checkChoice("create", create, ["if-missing", "never", "always"]);
  if (readOnly && create !== "never") {
    throw new IoError("INVALID_ARGUMENT", `create "${create}" needs mode "readWrite"`, {
      details: { what: "create", create },
    });
  }
  const path = readOnly
    ? await findPathToRead(root, runId)
    : (await openRoot(root, create !== "never", true)).runDirectory(runId);
  const exists = await isDirectory(path);
  if (create === "never" && !exists) {
    throw new IoError(
      "NOT_FOUND",
      `there is no run ${runId} in ${root}: see "crv runs --root ${root}"`,
      { details: { runId, root } },
    );
  }
  if (create === "always" && exists) {
    throw new IoError("ALREADY_EXISTS", `run ${runId} exists in ${root}: choose another id`, {
      details: { runId, root },
    });
  }
  return path;
}

/** Runs of the Python original lie as ours do, below a root that has no marker. */
export async function findPathToRead(root: string, runId: RunId): Promise<string> {
  try {
    return (await openRoot(root, false)).runDirectory(runId);
  } catch (error) {
    const path = join(root, formatRunDirectory(runId));
    const isAbsent = error instanceof IoError && error.code === "NOT_FOUND";
    if (isAbsent && (await isDirectory(path))) return path;
    throw error;
  }
}

/**
 * Opens the storage of a run to take it over; the marker of the store is made where it is missing.
 *
 * @throws As {@link openRun}.
 */
export async function openStorageToWrite(
  root: string,
  runId: string,
  settings: IoSettings,
): Promise<StagedStorage> {
  const id = parseRunId(runId);
  const path = await findPathToRead(root, id);
  if (!(await isDirectory(path))) await findRunDirectory(root, id, true);
  await openRoot(root, true);
  return (await openToWrite(path, id, MAIN_BRANCH, settings, "full", {}, true)).storage;
}

/** Looks at the run's own directory only: runs share nothing, however many there are. */
async function isDirectory(path: string): Promise<boolean> {
  try {
    const reader = await openDirectoryReader({ path });
    await reader.close();
    return true;
  } catch (error) {
    if (error instanceof IoError && error.code === "NOT_FOUND") return false;
    throw error;
  }
}

export interface OpenedRun extends OpenedStorage {
  readonly inspect: () => ReturnType<typeof inspectOperations>;
  readonly verify: (options: VerifyOptions) => Promise<VerifyReport>;
  readonly info: () => Promise<RunInfo | undefined>;
}

export async function openToRead(
  path: string,
  runId: RunId,
  branch: BranchName,
  settings: IoSettings,
): Promise<OpenedRun> {
  const store = await openDirectoryReader({ path });
  const parts = createParquetPartStore({ store, ...codecOptions(settings) });
  const storage = await openReadOnlyStorage({
    runId,
    branch,
    store,
    parts,
    foreignBucketSize: settings.tickBucketSize,
  });
  const recovered: SweepReport = { rolledForward: [], rolledBack: [], left: [] };
  const refresh = async () => {
    await (await storage.snapshot()).close();
    return recovered;
  };
  return {
    storage,
    recovered,
    refresh,
    inspect: () => inspect(store, branch),
    verify: async (options) => {
      if (storage.foreign !== undefined) throw withoutLog(runId);
      return verifyRun({ store, parts }, options);
    },
    info: () => readRunInfo(store),
  };
}

export async function openToWrite(
  path: string,
  runId: RunId,
  branch: BranchName,
  settings: IoSettings,
  durability: Durability,
  options: Omit<OpenRunOptions<Descriptors>, "root" | "runId">,
  isTakenOver = false,
): Promise<OpenedRun> {
  const clock = systemClock;
  const random = systemRandom;
  const { leaseMs, onPhase, parameters, labels } = options;
  const store = await openDirectoryStore({ path, create: true, random, clock, durability });
  const parts = createParquetPartStore({ store, ...codecOptions(settings) });
  const { writeManifestEveryN } = settings;
  const mintId = ulidSource(clock, random);
  const liveness = createProcessLiveness();
  // Before the log is read: who removes the run looks for sessions once it has no name any more.
  const endSession = await beginSession(
    { store, residual: store, liveness },
    { sessionId: parseSessionId(mintId()), startedAt: clock.now().toISOString() },
  );
  let opened: OpenedStorage;
  try {
    if (parameters !== undefined || labels !== undefined) {
      await changeRunInfo(store, (info) => openedInfo(runId, info, options, clock.now()));
    }
    opened = await openStorage({
      runId,
      branch,
      store,
      residual: store,
      parts,
      liveness,
      clock,
      random,
      mintId,
      durability,
      beforeClose: endSession,
      onEvent: (event) => publishEvent(path, event),
      ...(writeManifestEveryN !== undefined && { writeManifestEveryN }),
      // What another program wrote is taken over as it is.
      ...(settings.autoOptimize && !isTakenOver && { autoOptimize: AUTO_OPTIMIZE }),
      ...(leaseMs !== undefined && { leaseMs }),
      ...(onPhase && { onPhase }),
    });
  } catch (error) {
    await endSession();
    throw error;
  }
  try {
    if (!isTakenOver) await refuseForeign(opened.storage, store, path);
  } catch (error) {
    await opened.storage.close();
    throw error;
  }
  return {
    ...opened,
    inspect: () => inspect(store, branch),
    verify: (options) => verifyRun({ store, parts }, options),
    info: () => readRunInfo(store),
  };
}

function inspect(store: ObjectReader, branch: BranchName): ReturnType<typeof inspectOperations> {
  return inspectOperations({
    store,
    branch,
    liveness: createProcessLiveness(),
    clock: systemClock,
  });
}

function codecOptions(settings: IoSettings) {
  return { rowGroupRows: settings.rowGroupSize, compression: settings.compression };
}
