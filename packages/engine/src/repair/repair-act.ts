/** What a repair does, as data: shown before it is done. Source: docs/repair.md. */
import type { ArtifactName, BranchName, ObjectKey, TableKey, Version } from "@crv/core";
import type { VerifyProblem } from "../verify/problem.js";

/**
 *   set-aside           a file goes to the quarantine; what it said is said elsewhere
 *   end-log             records that cannot be trusted, and all after them, go to the quarantine
 *   publish-view        a view goes to the quarantine, and is published anew
 *   rewrite-checkpoint  the one below the floor goes to the quarantine, and is written anew
 *   rebuild-key-filter  a key filter is computed from its part again
 *   recover             an operation is settled by the name of its sidecar
 *   remove-part         a commit takes a part whose rows are lost out of its table
 *   remove-artifact     a commit takes an artifact whose bytes are lost out of the run
 *   raise-floor         versions that records are lost of go, and all before them
 */
export type RepairKind =
  | "set-aside"
  | "end-log"
  | "publish-view"
  | "rewrite-checkpoint"
  | "rebuild-key-filter"
  | "recover"
  | "remove-part"
  | "remove-artifact"
  | "raise-floor";

export interface RepairAct {
  readonly kind: RepairKind;
  /** Whose log it is about; `main` for files of the run. */
  readonly branch: BranchName;
  /** Files that it is about, in the order in which they are set aside. Relative to the run. */
  readonly paths: readonly ObjectKey[];
  /** Both for people. */
  readonly does: string;
  readonly lost: string;
  readonly table?: TableKey;
  readonly artifact?: ArtifactName;
  /** Of a part: rows that are lost. */
  readonly rows?: number;
  /** The last version that stays, of `end-log`; the oldest one, of `raise-floor`. */
  readonly version?: Version;
}

/** What repair leaves as it is, and what helps. */
export interface Unrepaired {
  readonly problem: VerifyProblem;
  /** For people. */
  readonly remedy: string;
}

export interface RepairPlan {
  readonly acts: readonly RepairAct[];
  readonly unrepaired: readonly Unrepaired[];
}
