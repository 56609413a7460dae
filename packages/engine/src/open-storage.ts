/**
 * Opens the sealed storage of one run over a chosen backend. Reading and writing are apart: what is
 * opened for reading is given no verb that writes.
 */
import { type Clock, createHash52, type OperationId, type Random, type RunId } from "@crv/core";
import { CommitLog, foreignState } from "@crv/manifest";
import {
  checkLeaseMs,
  LEASE_MS,
  type RecoveryContext,
  type SweepReport,
  sweep,
  type ViewContext,
} from "@crv/recovery";
import type { StagedStorage } from "@crv/storage-trait";
import type { Liveness } from "@crv/storage-trait/liveness";
import type { Durability, ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import type { PartStore } from "@crv/storage-trait/parts";
import type { InlineCommitResidual } from "@crv/storage-trait/residual";
import { CommitTurns } from "./commit-turns.js";
import type { EngineContext, PhaseEvent } from "./engine-context.js";
import { makeReadOnlyStorage, makeStorage } from "./engine-storage.js";
import { describeExamined, examineRun } from "./foreign/examine-run.js";
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
  /** How long this process may be silent before others may fence its operations; default 60 s. */
  readonly leaseMs?: number;
  /** Keys that a check of constraints holds at once. */
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
 * @throws IoError `INVALID_ARGUMENT` for `leaseMs`.
 * @throws IoManifestError `CORRUPT` when the log is damaged, `RECOVERY_BLOCKED` when a sidecar or a
 *   view contradicts it.
 */
export async function openStorage(options: OpenStorageOptions): Promise<OpenedStorage> {
  const { store, residual, liveness, clock, leaseMs = LEASE_MS } = options;
  checkLeaseMs(leaseMs);
  const log = new CommitLog(store);
  const publisher = new ObservedPublisher({ ...options, log });
  const own = new Set<OperationId>();
  const views: ViewContext = { store, residual, log };
  const recovery: RecoveryContext = {
    ...views,
    store,
    publisher,
    liveness,
    clock,
    isOwn: (operation) => own.has(operation),
  };
  const context: EngineContext = {
    ...options,
    parts: presentColumns(options.parts),
    log,
    publisher,
    own,
    views: new PublishedViews(views, options.writeManifestEveryN),
    leaseMs,
    stageBytesMax: options.stageBytesMax ?? STAGE_BYTES_MAX,
    keysHeldMax: options.keysHeldMax ?? KEYS_HELD_MAX,
    turns: new CommitTurns(),
    onPhase: options.onPhase,
    recover: () => sweep(recovery, { views: false, passUnderWay: true }),
    hashKey: await createHash52(),
    checkpointedAt: 0,
  };
  await log.refresh();
  // Rule `syncfound`: what is built on these records must not outlive them.
  await log.makeDurable(store);
  context.checkpointedAt = log.checkpointVersion;
  const recovered = await sweep(recovery, { views: true });
  const refresh = async (): Promise<SweepReport> => {
    const report = await sweep(recovery, { views: false });
    await log.refresh();
    return report;
  };
  return { storage: makeStorage(context), recovered, refresh };
}

/**
 * Opens a run for reading. A damaged newest record hides itself only: `version` is the one before. A
 * directory without a log that another program wrote is read as it is, at version 0.
 */
export async function openReadOnlyStorage(options: OpenReaderOptions): Promise<StagedStorage> {
  const { store, foreignBucketSize } = options;
  const parts = presentColumns(options.parts);
  const log = new CommitLog(store, "stop-before");
  const { version } = await log.refresh();
  const isWhole = version > 0 || log.damagedAt !== undefined || foreignBucketSize === undefined;
  if (isWhole) return makeReadOnlyStorage({ ...options, parts, log });
  const tickBucketSize = foreignBucketSize;
  const found = { tickBucketSize, skipDamaged: true, measure: false };
  const { tables, ...report } = await examineRun(store, parts, found);
  if (tables.length === 0) return makeReadOnlyStorage({ ...options, parts, log });
  const asFound = new CommitLog(store, "stop-before");
  asFound.advance(foreignState(tables));
  const foreign = { ...report, tables: tables.map(describeExamined) };
  return makeReadOnlyStorage({ ...options, parts, log: asFound, foreign });
}
