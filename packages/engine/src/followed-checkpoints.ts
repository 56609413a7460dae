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

/** At close, of the records that are waited for otherwise: 16 are replayed in a few milliseconds. */
const CLOSE_FACTOR = 1 / 8;

export interface FollowedCheckpointsOptions {
  readonly log: CommitLog;
  readonly store: ObjectStore;
  readonly residual: Pick<InlineCommitResidual, "replaceHint">;
  readonly durability: Durability;
  /** As {@link isCheckpointDue} has it. */
  readonly checkpointRecordsMin?: number;
}

export class FollowedCheckpoints {
  readonly #options: FollowedCheckpointsOptions;
  /** Version of the newest checkpoint that is known; until the first commit, the log's. */
  #newest: Version | undefined;
  /** Until another is seen to write them. */
  #writes = true;
  #isWriting = false;

  constructor(options: FollowedCheckpointsOptions) {
    this.#options = options;
  }

  /** After a commit: writes the checkpoint that is due, unless that is being done. */
  async follow(): Promise<void> {
    const { log } = this.#options;
    this.#newest ??= Math.max(log.checkpointVersion, log.baseVersion);
    const times = this.#writes ? 1 : TAKE_OVER_FACTOR;
    if (this.#isWriting || !this.#isDue(this.#newest, times)) return;
    this.#isWriting = true;
    try {
      await this.#write(this.#newest);
    } finally {
      this.#isWriting = false;
    }
  }

  /** At close: who opens the run next has nothing to replay. Does nothing when no commit was made. */
  async close(): Promise<void> {
    const newest = this.#newest;
    if (newest === undefined || this.#isWriting) return;
    if (!this.#isDue(newest, CLOSE_FACTOR)) return;
    // It is derived: the records say the same.
    await this.#write(newest).catch(() => undefined);
  }

  #isDue(newest: Version, times: number): boolean {
    const { log, checkpointRecordsMin } = this.#options;
    return isCheckpointDue(log.state, newest, times, checkpointRecordsMin);
  }

  async #write(newest: Version): Promise<void> {
    const { log, store, residual, durability } = this.#options;
    // A hint that cannot be read says nothing.
    const hinted = (await readHint(store).catch(() => undefined)) ?? 0;
    const { state } = log;
    this.#writes = hinted <= newest || hinted > state.version;
    // Set first: a checkpoint that fails is not tried again at every commit.
    this.#newest = this.#writes ? state.version : hinted;
    if (!this.#writes) return;
    if (!(await writeSegmentedCheckpoint(store, state, durability))) return;
    await residual.replaceHint(HEAD_HINT_KEY, new TextEncoder().encode(`${state.version}\n`));
  }
}
