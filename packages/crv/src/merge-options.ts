/** Options of `run.merge`. */
import { type BranchName, IoError, parseBranchName, show } from "@crv/core";
import type { MergeOptions, SnapshotTarget } from "@crv/storage-trait";
import { checkChoice, checkKeys } from "./check-options.js";
import { parseTarget, type VersionTarget } from "./run-target.js";

export interface RunMergeOptions extends MergeOptions {
  /** What is merged: a branch, or an older version of one, as `branch@version` or a tag. */
  readonly from: VersionTarget;
  /** The branch that it is merged into. Default: the one that the run is open on. */
  readonly into?: string;
}

export interface CheckedMerge {
  readonly from: SnapshotTarget;
  readonly into?: BranchName;
  readonly how: MergeOptions;
}

const KEYS: readonly (keyof RunMergeOptions)[] = [
  "from",
  "into",
  "strategy",
  "onConflict",
  "dryRun",
  "actor",
  "message",
  "signal",
];

/** @throws IoError `INVALID_ARGUMENT`. GrammarError `INVALID_NAME`. */
export function checkMergeOptions(options: RunMergeOptions): CheckedMerge {
  checkKeys("merge", options, KEYS);
  const { from, into, ...how } = options;
  const { strategy, onConflict } = how;
  if (strategy !== undefined) checkChoice("strategy", strategy, ["ours", "theirs"]);
  if (onConflict !== undefined && typeof onConflict !== "function") {
    throw new IoError(
      "INVALID_ARGUMENT",
      `onConflict must be a function (got: ${show(onConflict)})`,
      { details: { what: "onConflict" } },
    );
  }
  const target = parseTarget(from);
  return { from: target, how, ...(into !== undefined && { into: parseBranchName(into) }) };
}
