/** What happens to a run, as programs that watch it are told. Source: docs/diagnostics.md. */
import type {
  Conflict,
  OperationId,
  OperationRef,
  RecoveryEntry,
  RunId,
  TableKey,
  Version,
} from "@crv/core";
import {
  type Proposal,
  Publisher,
  type PublisherOptions,
  type RecoveryOutcome,
} from "@crv/manifest";
import type { OptimizeReport, TrimReport } from "@crv/storage-trait";

interface OperationEvent {
  readonly runId: RunId;
  readonly operationId: OperationId;
  readonly actor: string | null;
  /** That the operation changes, in byte order. */
  readonly tables: readonly TableKey[];
}

/** Told once it has happened; to throw or to wait in a listener changes nothing of it. */
export type StoreEvent =
  | ({
      readonly kind: "commit";
      readonly version: Version;
      /** The operation had been committed before, under the same id. */
      readonly duplicate: boolean;
    } & OperationEvent)
  | ({ readonly kind: "conflict"; readonly conflict: Conflict } & OperationEvent)
  | ({
      readonly kind: "unknown";
      readonly operation: OperationRef;
      readonly cause: unknown;
    } & OperationEvent)
  | {
      readonly kind: "recovery";
      readonly runId: RunId;
      readonly version: Version;
      readonly recovery: RecoveryEntry;
    }
  | {
      readonly kind: "maintenance";
      readonly runId: RunId;
      readonly action: "trim_log";
      readonly report: TrimReport;
    }
  | ({
      readonly kind: "maintenance";
      readonly runId: RunId;
      /** What was done without being asked, or why it failed. */
      readonly action: "optimize";
    } & ({ readonly report: OptimizeReport } | { readonly error: unknown }));

export interface ObservedPublisherOptions extends PublisherOptions {
  readonly runId: RunId;
  readonly onEvent?: (event: StoreEvent) => void;
}

/** A publisher that tells what became of each proposal. */
export class ObservedPublisher extends Publisher {
  readonly #runId: RunId;
  readonly #onEvent: (event: StoreEvent) => void;

  constructor(options: ObservedPublisherOptions) {
    super(options);
    this.#runId = options.runId;
    this.#onEvent = options.onEvent ?? (() => {});
  }

  override async publish(proposal: Proposal): ReturnType<Publisher["publish"]> {
    const outcome = await super.publish(proposal);
    // Appends that share their parts are operations of their own, and share what becomes of them.
    for (const { ref, actor } of [proposal, ...(proposal.companions ?? [])]) {
      const event: OperationEvent = {
        runId: this.#runId,
        operationId: ref.operationId,
        actor,
        tables: [...proposal.edits.keys()].sort(),
      };
      if (outcome.kind === "committed") {
        const { version, duplicate } = outcome;
        this.#onEvent({ kind: "commit", ...event, version, duplicate });
      } else if (outcome.kind === "conflict") {
        this.#onEvent({ kind: "conflict", ...event, conflict: outcome.conflict });
      } else if (outcome.kind === "unknown") {
        this.#onEvent({ kind: "unknown", ...event, operation: ref, cause: outcome.cause });
      }
    }
    return outcome;
  }

  override async publishRecovery(
    recovery: RecoveryEntry,
    companions?: readonly OperationId[],
  ): Promise<RecoveryOutcome> {
    const outcome = await super.publishRecovery(recovery, companions);
    if (outcome.kind === "published") {
      const { version } = outcome;
      this.#onEvent({ kind: "recovery", runId: this.#runId, version, recovery });
    }
    return outcome;
  }
}
