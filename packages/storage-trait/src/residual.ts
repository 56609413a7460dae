/**
 * Every effect that is not a create. Storage implements it; engine and recovery call it, by name, in
 * the files that tools/forbidden-apis lists. All calls tolerate the absence of what they remove.
 *
 * Nothing here decides whether an effect is allowed: the reason beside each method is the caller's
 * obligation, and the simulation plants its breach as a bug.
 */
import type { ObjectKey, OperationRef, SessionId, Version } from "@crv/core";

export { quarantineTaken } from "./quarantine-taken.js";
export { viewVersion } from "./view-version.js";

export interface InlineCommitResidual {
  /**
   * Parts that no record will ever name: of an operation that provably did not commit (a definite
   * conflict, or after its fence), or those that a later stage call of the same operation replaced.
   */
  removeStaged(operation: OperationRef, keys: readonly ObjectKey[]): Promise<void>;
  /** Phase D of the writer, or the last step of its recovery. */
  removeSidecar(operation: OperationRef): Promise<void>;
  /**
   * Of a session that ended, by its own process; or of one whose process is provably dead, by the next
   * session. What it says is for people, and no commit depends on it.
   */
  removeSession(session: SessionId): Promise<void>;
  /** Cleanup: keys that no retained version names, once `floor` is durable. */
  removeUnreferenced(keys: readonly ObjectKey[], floor: Version): Promise<void>;
  /**
   * A published view has a fixed name. Atomic for readers, best effort in time: two writers at once
   * may leave the older of their views. A body that is no view (see `viewVersion`) is replaced.
   * @param shows Version of the run that `body` shows, its member `run_version`; a view that shows a
   *   newer one stays (`newer`).
   */
  replaceView(key: ObjectKey, shows: Version, body: Uint8Array): Promise<"replaced" | "newer">;
  /**
   * Shows a part under a fixed name: a link to it where links exist, else a copy; always a copy when
   * other programs may write the name in place, which would change the part. Atomic for readers, best
   * effort in time, as of {@link replaceView}. `blocked` when a directory is in the way, or a file
   * where a directory is needed.
   */
  showPart(view: ObjectKey, part: ObjectKey, how: "link" | "copy"): Promise<"shown" | "blocked">;
  /** Views of what is gone, and the directories that this leaves empty. */
  removeViews(views: readonly ObjectKey[]): Promise<void>;
  /**
   * Repair: a file that cannot be trusted goes under another name, with the bytes that it has. Durable;
   * `as` is there before `key` is free. What is absent is passed over.
   *
   * @throws IoError `ALREADY_EXISTS` when something else is under `as`: then nothing was changed.
   */
  setAside(key: ObjectKey, as: ObjectKey): Promise<void>;
  /** A deadline must move; also extends a sidecar by further tables. Atomic for readers. */
  replaceLease(key: ObjectKey, body: Uint8Array): Promise<void>;
  /** The hint is never trusted, so it may be lost or go back. Atomic for readers, not synced. */
  replaceHint(key: ObjectKey, body: Uint8Array): Promise<void>;
}
