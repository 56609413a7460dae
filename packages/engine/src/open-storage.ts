/**
 * Opens the sealed storage of one run over a chosen backend. Reading and writing are apart: what is
 * opened for reading is given no verb that writes.
 */
import {
  type BranchId,
  type BranchName,
  type Clock,
  createHash52,
  MAIN_BRANCH,
  type OperationId,
  type Random,
  type RunId,
} from "@crv/core";
import { branchNameOf, CommitLog, foreignState, NO_REFS } from "@crv/manifest";
import {
  checkLeaseMs,
  LEASE_MS,
  type RecoveryContext,
  type SweepReport,
  sweep,
} from "@crv/recovery";
import type { StagedStorage } from "@crv/storage-trait";
import type { Liveness } from "@crv/storage-trait/liveness";
import type { Durability, ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import type { PartStore } from "@crv/storage-trait/parts";
import type { InlineCommitResidual } from "@crv/storage-trait/residual";
import { findBranch, openBranchLog } from "./branches/branch-log.js";
import { branchReader, branchResidual, branchStore } from "./branches/branch-store.js";
import { joinReports, sweepOthers } from "./branches/sweep-branches.js";
import { CommitTurns } from "./commit-turns.js";
import type { EngineContext, PhaseEvent, ReaderContext } from "./engine-context.js";
import { makeReadOnlyStorage, makeStorage } from "./engine-storage.js";
import { FollowedCheckpoints } from "./followed-checkpoints.js";
import { describeExamined, examineRun } from "./foreign/examine-run.js";
import { isBegun } from "./foreign/is-foreign-run.js";
import { dropDeadHolds } from "./merge/hold-merged.js";
import { type AutoOptimizePolicy, AutoOptimizer } from "./optimize/auto-optimizer.js";
import { optimizeBuckets } from "./optimize/optimize-run.js";
import { presentColumns } from "./present-columns.js";
import { PublishedViews } from "./published-views.js";
import { ObservedPublisher, type StoreEvent } from "./store-event.js";

/** Rows held by one operation: with their Parquet form, well under the limit of WebAssembly. */
const STAGE_BYTES_MAX = 256 * 1024 * 1024;

/** Some 100 bytes each. (A Map ends at 2^24 entries.) */
const KEYS_HELD_MAX = 1 << 20;

export interface OpenReaderOptions {
  readonly runId: RunId;
  readonly store: ObjectReader;
  readonly parts: PartStore;
  /** Default main. */
  readonly branch?: BranchName;
  /**
   * Ticks per bucket of tables that another program wrote and that do not say so; absent: a directory
   * without a log is an empty run, whatever lies in it.
   */
  readonly foreignBucketSize?: number;
}

export interface OpenStorageOptions extends OpenReaderOptions {
  readonly store: ObjectStore;
  readonly residual: InlineCommitResidual;
  readonly liveness: Liveness;
  readonly clock: Clock;
  readonly random: Random;
  /** Mints ULIDs, each after the one before it. */
  readonly mintId: () => string;
  readonly durability: Durability;
  /** Setting `writeManifestEveryN`; absent = amortised. */
  readonly writeManifestEveryN?: number;
  readonly stageBytesMax?: number;
  /** When small parts are merged without being asked; absent = never. */
  readonly autoOptimize?: AutoOptimizePolicy;
  /** How long this process may be silent before others may fence its operations; default 60 s. */
  readonly leaseMs?: number;
  /** Records after which a checkpoint is written; an eighth of it at close. Default 128. */
  readonly checkpointRecordsMin?: number;
  /** Keys that a check of constraints, or a merge, holds at once. */
  readonly keysHeldMax?: number;
  readonly onPhase?: (event: PhaseEvent) => void | Promise<void>;
  /** Told of commits, conflicts, recoveries and maintenance of this process. */
  readonly onEvent?: (event: StoreEvent) => void;
  /** Called when the storage is closed, after its last write. */
  readonly beforeClose?: () => Promise<void>;
}

export interface OpenedStorage {
  readonly storage: StagedStorage;
  /** What the sweep at open found. */
  readonly recovered: SweepReport;
  /** Looks for newer commits, after settling what dead writers left; the start of every write does so. */
  readonly refresh: () => Promise<SweepReport>;
}

/**
 * Opens a run for reading and writing: reads its log and settles what dead writers left.
 *
 * @throws IoError `INVALID_ARGUMENT` for `leaseMs`, `NOT_FOUND` for `branch`.
 * @throws IoManifestError `CORRUPT` when the log is damaged, `RECOVERY_BLOCKED` when a sidecar or a
 *   view contradicts it.
 */
export async function openStorage(options: OpenStorageOptions): Promise<OpenedStorage> {
  const { context, ...opened } = await openContext(options);
  return { storage: makeStorage(context), ...opened };
}

export interface OpenedContext extends Omit<OpenedStorage, "storage"> {
  readonly context: EngineContext;
}

/** As {@link openStorage}, for maintenance that no handle gives access to. */
export async function openContext(options: OpenStorageOptions): Promise<OpenedContext> {
  const { store, leaseMs = LEASE_MS } = options;
  checkLeaseMs(leaseMs);
  const mainLog = new CommitLog(store);
  await mainLog.refreshOutline();
  // Rule `syncfound`: what is built on these records must not outlive them.
  await mainLog.makeDurable(store);
  const publisher = new ObservedPublisher({ ...options, log: mainLog });
  const main = { store, log: mainLog, publisher };
  const own = new Set<OperationId>();
  const branchName = options.branch ?? MAIN_BRANCH;
  const { log, ...scope } = await openScope(options, main, own, branchName);
  const { recovery, publishesViews } = scope;
  const context: EngineContext = {
    ...options,
    parts: presentColumns(options.parts),
    ...scope.effects,
    log,
    branch: { name: branchName, id: scope.id },
    main,
    own,
    views: new PublishedViews(publishesViews ? recovery : undefined, options.writeManifestEveryN),
    leaseMs,
    stageBytesMax: options.stageBytesMax ?? STAGE_BYTES_MAX,
    keysHeldMax: options.keysHeldMax ?? KEYS_HELD_MAX,
    turns: new CommitTurns(),
    onPhase: options.onPhase,
    recover: () => sweep(recovery, { views: false, passUnderWay: true }),
    hashKey: await createHash52(),
    checkpoints: new FollowedCheckpoints({ ...options, ...scope.effects, log }),
    auto: undefined,
  };
  const { autoOptimize: policy } = options;
  if (policy) {
    context.auto = new AutoOptimizer({
      policy,
      run: (request) => optimizeBuckets(context, request),
      tell: (outcome) =>
        options.onEvent?.({
          kind: "maintenance",
          runId: context.runId,
          action: "optimize",
          ...outcome,
        }),
    });
  }
  if (log !== mainLog) {
    await log.refresh();
    await log.makeDurable(context.store);
  }
  const swept = await sweep(recovery, { views: true });
  const others = await sweepOthers(context, async (name) => {
    const { recovery: other } = await openScope(options, main, own, name);
    return other;
  });
  await dropDeadHolds(context);
  const refresh = async (): Promise<SweepReport> => {
    const report = await sweep(recovery, { views: false });
    await log.refresh();
    return report;
  };
  return { context, recovered: joinReports([swept, ...others]), refresh };
}

type MainWriter = EngineContext["main"];

/** What is written to when `name` is: its own log and sidecars, over the one store of the run. */
async function openScope(
  options: OpenStorageOptions,
  main: MainWriter,
  own: ReadonlySet<OperationId>,
  name: BranchName,
) {
  const { liveness, clock } = options;
  const id = findBranch(main, name);
  const store = id === undefined ? main.store : branchStore(main.store, id);
  const residual = id === undefined ? options.residual : branchResidual(options.residual, id);
  const log = await openBranchLog(main, id, "refuse");
  const living = id && { living: { name, isLiving: () => isLiving(main, id) } };
  const publisher =
    id === undefined
      ? main.publisher
      : new ObservedPublisher({ ...options, ...living, store, log });
  const recovery: RecoveryContext = {
    store,
    residual,
    log,
    publisher,
    liveness,
    clock,
    isOwn: (operation) => own.has(operation),
    ...(id && { branch: { name, id } }),
  };
  return {
    id,
    log,
    recovery,
    publishesViews: id === undefined,
    effects: { store, residual, publisher },
  };
}

async function isLiving({ log, store }: MainWriter, id: BranchId): Promise<boolean> {
  if (branchNameOf((await log.refresh()).refs ?? NO_REFS, id) !== undefined) return true;
  // Rule `syncfound`: what was committed to the branch is given up because of that record.
  await log.makeDurable(store);
  return false;
}

/**
 * Opens a run for reading. A damaged newest record hides itself only: `version` is the one before. A
 * directory without a log that another program wrote is read as it is, at version 0.
 */
export async function openReadOnlyStorage(options: OpenReaderOptions): Promise<StagedStorage> {
  const { branch: name = MAIN_BRANCH, foreignBucketSize } = options;
  const parts = presentColumns(options.parts);
  const main = { store: options.store, log: new CommitLog(options.store, "stop-before") };
  const { version } = await main.log.refreshOutline();
  const isEmpty = version === 0 && main.log.damagedAt === undefined;
  if (isEmpty && name === MAIN_BRANCH && foreignBucketSize !== undefined) {
    const foreign = await openForeign(options, parts, foreignBucketSize);
    if (foreign) return makeReadOnlyStorage(foreign);
  }
  const id = findBranch(main, name);
  const log = await openBranchLog(main, id, "stop-before");
  const store = id === undefined ? main.store : branchReader(main.store, id);
  if (log !== main.log) await log.refresh();
  return makeReadOnlyStorage({ ...options, parts, store, log, main, branch: { name, id } });
}

/** What another program left, as if it were version 0 of main; undefined when there is nothing. */
async function openForeign(
  options: OpenReaderOptions,
  parts: PartStore,
  tickBucketSize: number,
): Promise<ReaderContext | undefined> {
  const { store } = options;
  if (await isBegun(store)) return undefined;
  const found = { tickBucketSize, skipDamaged: true, measure: false };
  const { tables, ...report } = await examineRun(store, parts, found);
  if (tables.length === 0) return undefined;
  const log = new CommitLog(store, "stop-before");
  log.advance(foreignState(tables));
  const foreign = { ...report, tables: tables.map(describeExamined) };
  const branch = { name: MAIN_BRANCH, id: undefined };
  return { ...options, parts, log, main: { store, log }, branch, foreign };
}
