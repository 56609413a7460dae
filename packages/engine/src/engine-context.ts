/** What the engine stands on, and what its operations share. */
import type {
  AdoptReport,
  BranchId,
  BranchName,
  Clock,
  Hash52,
  OperationId,
  OperationRef,
  Random,
  RunId,
} from "@crv/core";
import type { CommitLog, Publisher } from "@crv/manifest";
import type { SweepReport } from "@crv/recovery";
import type { OperationIntent } from "@crv/storage-trait";
import type { Liveness } from "@crv/storage-trait/liveness";
import type { Durability, ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import type { PartStore } from "@crv/storage-trait/parts";
import type { InlineCommitResidual } from "@crv/storage-trait/residual";
import type { MainReader } from "./branches/branch-log.js";
import type { CommitTurns } from "./commit-turns.js";
import type { FollowedCheckpoints } from "./followed-checkpoints.js";
import type { AutoOptimizer } from "./optimize/auto-optimizer.js";
import type { PublishedViews } from "./published-views.js";
import type { StoreEvent } from "./store-event.js";

/** The four phases of a commit, and its end. Source: docs/design/protocol.md, "Commit". */
export const COMMIT_PHASES = ["sidecar", "parts", "publish", "views"] as const;

export type CommitPhase = (typeof COMMIT_PHASES)[number];

/** A commit passes a phase: for progress, and for tests that stop the process there. */
export interface PhaseEvent {
  readonly phase: CommitPhase;
  readonly when: "before" | "after";
  readonly operationId: OperationId;
}

/** What reading a run needs. */
export interface ReaderContext {
  readonly runId: RunId;
  readonly store: ObjectReader;
  readonly parts: PartStore;
  readonly log: CommitLog;
  /** The last that happens before the store is closed: nothing is written any more. */
  readonly beforeClose?: () => Promise<void>;
  /** What was found of another program, in a directory without a log that is read as it is. */
  readonly foreign?: AdoptReport;
  /** Whose `log` and `store` these are. */
  readonly branch: { readonly name: BranchName; readonly id: BranchId | undefined };
  /** The log that has the names of branches and tags; that of main itself in main. */
  readonly main: MainReader;
}

/** What writing needs besides. */
export interface EngineContext extends ReaderContext {
  readonly store: ObjectStore;
  readonly residual: InlineCommitResidual;
  readonly publisher: Publisher;
  readonly main: MainReader & { readonly store: ObjectStore; readonly publisher: Publisher };
  readonly views: PublishedViews;
  readonly liveness: Liveness;
  readonly clock: Clock;
  readonly random: Random;
  readonly mintId: () => string;
  readonly durability: Durability;
  readonly hashKey: Hash52;
  /** Bytes of rows that one operation holds, of all its tables, before it writes parts. */
  readonly stageBytesMax: number;
  /** How long this process may be silent before others may fence its operations. */
  readonly leaseMs: number;
  /** Keys that a check of constraints, or a merge, holds at once; more are looked at in several passes. */
  readonly keysHeldMax: number;
  readonly turns: CommitTurns;
  /** Operations of this process that are under way. */
  readonly own: Set<OperationId>;
  readonly onEvent?: (event: StoreEvent) => void;
  readonly onPhase: ((event: PhaseEvent) => void | Promise<void>) | undefined;
  /** Settles what dead writers left: at open, and at the start of every write. */
  readonly recover: () => Promise<SweepReport>;
  /** Undefined when it is off. */
  auto: AutoOptimizer | undefined;
  readonly checkpoints: FollowedCheckpoints;
}

/** An operation of this process begins. A strict one may rewrite parts that it has read. */
export function enterOperation(
  { own, auto }: EngineContext,
  { operationId }: OperationRef,
  mode: OperationIntent["mode"],
): void {
  own.add(operationId);
  if (mode === "strict") auto?.enter(operationId);
}

/** It is committed, refused or discarded. Idempotent. */
export function leaveOperation({ own, auto }: EngineContext, { operationId }: OperationRef): void {
  own.delete(operationId);
  auto?.leave(operationId);
}
