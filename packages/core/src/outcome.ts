/**
 * What became of an operation, as data. Source: docs/design/protocol.md, "Commit" and "Conflicts".
 */
import type { ArtifactName, BranchId, BranchName, OperationId, TableKey } from "./id-types.js";
import type { TableVersion, Version } from "./version.js";

/** Names one operation for ever. `base` is the version that it read. */
export interface OperationRef {
  readonly operationId: OperationId;
  readonly branch: BranchName;
  /** Absent = main. */
  readonly branchId?: BranchId;
  readonly base: Version;
}

/** Why an operation provably did not commit. */
export type Conflict =
  | {
      readonly kind: "ExpectedVersionMismatch";
      readonly tableKey: TableKey;
      readonly expected: TableVersion;
      readonly actual: TableVersion;
    }
  | {
      readonly kind: "SchemaChanged" | "PartsReplaced";
      readonly tableKey: TableKey;
      readonly at: Version;
    }
  | {
      /** Another commit wrote or removed it; version 0 = absent. */
      readonly kind: "ArtifactChanged";
      readonly artifact: ArtifactName;
      readonly expected: Version;
      readonly actual: Version;
    }
  /** Of a branch or tag that is made or deleted: it is there, is not there or is another, is needed. */
  | { readonly kind: "RefExists" | "RefMissing" | "RefInUse"; readonly name: string }
  /** Of a branch merge: another one came first, so that what the branches have in common is another. */
  | { readonly kind: "HistoryMerged"; readonly at: Version }
  /** The branch of the operation was deleted, or the one that it merges. */
  | { readonly kind: "BranchDeleted"; readonly branch: BranchName }
  | { readonly kind: "Fenced"; readonly at: Version }
  | { readonly kind: "BelowFloor"; readonly floor: Version }
  | { readonly kind: "RetryBudgetExhausted"; readonly attempts: number };

/** What `commit()` of a staged operation says. Only surprises are thrown. */
export type CommitOutcome =
  | {
      readonly kind: "committed";
      readonly version: Version;
      readonly tableVersions: ReadonlyMap<TableKey, TableVersion>;
      /** The operation id had landed before: this is that result. */
      readonly duplicate: boolean;
    }
  | { readonly kind: "unchanged"; readonly version: Version }
  | { readonly kind: "conflict"; readonly conflict: Conflict }
  | { readonly kind: "unknown"; readonly operation: OperationRef; readonly cause: unknown };

/** What became of an operation whose outcome was unknown. Stable once it is not `unknown`. */
export type Resolution =
  | { readonly kind: "committed" | "aborted"; readonly version: Version }
  | { readonly kind: "expired"; readonly floor: Version }
  | { readonly kind: "unknown"; readonly cause: unknown };
