/**
 * When checkpoints are written, and by whom. Any process may write them, but the segments of each are
 * its own: written by all, they would be on disk as many times as there are processes. So one does, as
 * long as it commits. Source: docs/format/checkpoint.md, "When it is written".
 */
import { HEAD_HINT_KEY, type Version } from "@crv/core";
import { type CommitLog, isCheckpointDue, readHint, writeSegmentedCheckpoint } from "@crv/manifest";
import type { Durability, ObjectStore } from "@crv/storage-trait/object-store";
import type { InlineCommitResidual } from "@crv/storage-trait/residual";

/** How much longer than the one that writes them the others wait, before one of them takes over. */
const TAKE_OVER_FACTOR = 2;

export interface FollowedCheckpointsOptions {
  readonly log: CommitLog;
  readonly store: ObjectStore;
  readonly residual: Pick<InlineCommitResidual, "replaceHint">;
  readonly durability: Durability;
}

export class FollowedCheckpoints {
  readonly #options: FollowedCheckpointsOptions;
  /** Version of the newest checkpoint that is known; until the first commit, the log's. */
  #newest: Version | undefined;
  /** Until another is seen to write them. */
  #writes = true;

  constructor(options: FollowedCheckpointsOptions) {
    this.#options = options;
  }

  /** After a commit: writes the checkpoint that is due. */
  async follow(): Promise<void> {
    const { log, store, residual, durability } = this.#options;
    const { state } = log;
    this.#newest ??= Math.max(log.checkpointVersion, log.baseVersion);
    if (!isCheckpointDue(state, this.#newest, this.#writes ? 1 : TAKE_OVER_FACTOR)) return;
    const hinted = (await readHint(store)) ?? 0;
    if (hinted > this.#newest && hinted <= state.version) {
      this.#newest = hinted;
      this.#writes = false;
      return;
    }
    // Set first: a checkpoint that fails is not tried again at every commit.
    this.#newest = state.version;
    this.#writes = true;
    if (!(await writeSegmentedCheckpoint(store, state, durability))) return;
    await residual.replaceHint(HEAD_HINT_KEY, new TextEncoder().encode(`${state.version}\n`));
  }
}
