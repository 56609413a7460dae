/**
 * Ids as types: strings that were checked once and are then trusted. Apart from `ids.ts`, which
 * checks them, so that errors can carry them.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** One recorded execution. */
export type RunId = Branded<"RunId">;
/** A table of a run: lower_snake. */
export type TableKey = Branded<"TableKey">;
/** A branch of a run; `main` always exists. */
export type BranchName = Branded<"BranchName">;
/** What a branch is called for as long as it lives: ULID, minted when it is made. */
export type BranchId = Branded<"BranchId">;
/** A name for one version. */
export type TagName = Branded<"TagName">;
/** ULID of one operation; also its idempotency token. */
export type OperationId = Branded<"OperationId">;
/** ULID of one opening of a run for writing. */
export type SessionId = Branded<"SessionId">;
/** ULID of one commit. */
export type CommitId = Branded<"CommitId">;
/** An artifact of a run: a batch of tensors, metadata, a file. */
export type ArtifactName = Branded<"ArtifactName">;
