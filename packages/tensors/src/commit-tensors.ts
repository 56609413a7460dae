/** One write of tensors as one operation of its own, and what its outcome means. */
import { type Conflict, ConflictError, UnknownOutcomeError, type Version } from "@crv/core";
import type { StagedOperation, StagedStorage } from "@crv/storage-trait";
import { checkNotAborted } from "./tensor-errors.js";

export interface CommitOptions {
  /** Who writes: stands in the commit record. */
  readonly actor?: string;
  /** Why: likewise. */
  readonly message?: string;
  readonly signal?: AbortSignal;
}

/** Times that a write whose place was taken is made again at another one. */
const RETRIES_MAX = 16;

/**
 * Commits what `stage` stages; nothing of it is visible when it throws.
 *
 * @param isRetried Whether a conflict is no news to the caller: then it is staged again on what is there.
 * @throws ConflictError, UnknownOutcomeError.
 */
export async function commitTensors<Result>(
  storage: StagedStorage,
  what: string,
  stage: (operation: StagedOperation) => Promise<Result>,
  options: CommitOptions = {},
  isRetried = false,
): Promise<{ readonly version: Version; readonly result: Result }> {
  const { actor, message, signal } = options;
  for (let retries = 0; ; retries++) {
    checkNotAborted(signal);
    await using base = await storage.snapshot();
    await using operation = await storage.begin({
      base,
      mode: "blind",
      ...(actor !== undefined && { actor }),
      ...(message !== undefined && { message }),
    });
    const result = await stage(operation);
    checkNotAborted(signal);
    const outcome = await operation.commit(signal ? { signal } : {});
    if (outcome.kind === "committed" || outcome.kind === "unchanged") {
      return { version: outcome.version, result };
    }
    if (outcome.kind === "unknown") {
      throw new UnknownOutcomeError(
        `the store did not answer: ${what} may be written or not; run.resolve(error.operation) settles it`,
        outcome.operation,
        outcome.cause,
      );
    }
    const isTaken = outcome.conflict.kind === "ArtifactChanged";
    if (!isRetried || !isTaken || retries >= RETRIES_MAX) throw conflict(what, outcome.conflict);
  }
}

function conflict(what: string, value: Conflict): ConflictError {
  const advice =
    value.kind === "ArtifactChanged"
      ? `another commit wrote or removed ${value.artifact} meanwhile (version ${value.actual}); read it again and repeat`
      : `${value.kind}; look again and repeat`;
  return new ConflictError(`${what} was not written: ${advice}`, value);
}
