/** Outcomes that say only that something moved: what was staged may be right on what is there now. */
import type { CommitOutcome } from "@crv/core";

export function isStale(outcome: CommitOutcome): boolean {
  return outcome.kind === "conflict" && outcome.conflict.kind === "ExpectedVersionMismatch";
}
