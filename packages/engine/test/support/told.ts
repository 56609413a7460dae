/** What callers were told of their operations, to be held against what the log says in the end. */
import {
  type CommitOutcome,
  CrvError,
  type ErrorCode,
  type OperationId,
  type OperationRef,
} from "@crv/core";

/** Where nothing was damaged, nobody may be told that something is. */
const DAMAGE: readonly ErrorCode[] = ["CORRUPT", "RECOVERY_BLOCKED", "FORMAT_UNSUPPORTED"];

/** Whether `error` is an answer that a caller of a sound store may get. */
export function isRefusal(error: unknown): error is CrvError {
  return error instanceof CrvError && !DAMAGE.includes(error.code);
}

export class ToldOperations {
  readonly committed: OperationId[] = [];
  readonly notCommitted: OperationId[] = [];
  readonly unknown: OperationRef[] = [];
  /** Refusals by kind of conflict, or code of error. */
  readonly refusals = new Map<string, number>();
  /** Processes that died. */
  died = 0;

  outcome(id: OperationId, outcome: CommitOutcome): void {
    if (outcome.kind === "committed") this.committed.push(id);
    else if (outcome.kind === "unknown") this.unknown.push(outcome.operation);
    else this.#refuse(id, outcome.kind === "conflict" ? outcome.conflict.kind : outcome.kind);
  }

  /** @throws the error itself when it is no refusal, or the process died. */
  failure(id: OperationId, error: unknown): void {
    if (!isRefusal(error)) throw error;
    this.#refuse(id, error.code);
  }

  /** What `resolve` said of an operation that was unknown. */
  resolved(id: OperationId, isCommitted: boolean): void {
    (isCommitted ? this.committed : this.notCommitted).push(id);
  }

  #refuse(id: OperationId, why: string): void {
    this.notCommitted.push(id);
    this.refusals.set(why, (this.refusals.get(why) ?? 0) + 1);
  }
}
