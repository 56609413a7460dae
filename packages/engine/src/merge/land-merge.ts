/** The commit of a merge, and what it means when it does not land. */
import { ConflictError, UnknownOutcomeError, type Version } from "@crv/core";
import type { EngineOperation } from "../staged-operation.js";
import type { MergeSide } from "./side.js";

/** @returns its version. */
export async function landMerge(
  operation: EngineOperation,
  theirs: MergeSide,
  ours: MergeSide,
): Promise<Version> {
  const outcome = await operation.commit();
  const into = ours.branch.name;
  const from = theirs.branch.name;
  switch (outcome.kind) {
    case "committed":
    case "unchanged":
      return outcome.version;
    case "conflict":
      throw new ConflictError(
        outcome.conflict.kind === "BranchDeleted"
          ? `nothing was merged into ${into}: branch ${outcome.conflict.branch} was deleted meanwhile`
          : `nothing was merged: ${into} went on while ${from} was merged into it; merge again`,
        outcome.conflict,
      );
    case "unknown":
      throw new UnknownOutcomeError(
        `the store did not answer: ${from} may be merged into ${into} or not; run.resolve(error.operation) settles it, and to merge again does no harm`,
        outcome.operation,
        outcome.cause,
      );
  }
}
