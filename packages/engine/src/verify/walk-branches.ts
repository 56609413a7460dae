/**
 * Walks the branches of a run as {@link LogWalk} walks main, and the versions below the floor that
 * branches and tags keep. Gives each file that main does not name.
 */
import { type BranchId, formatCheckpointKey, type ObjectKey, type Version } from "@crv/core";
import { CommitLog, NO_REFS, type Refs, type RunState } from "@crv/manifest";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { openBranchLog } from "../branches/branch-log.js";
import { branchReader } from "../branches/branch-store.js";
import { neededBelow, pinnedBelow } from "../branches/keep-pinned.js";
import { checkEnds } from "./check-ends.js";
import { checkHint, checkSegments, checkSidecars, listCheckpoints } from "./check-notes.js";
import type { Findings } from "./findings.js";
import { damageOf } from "./problem.js";
import { LogWalk, liveIn, type NamedFile } from "./walk-log.js";

export interface BranchesOptions {
  readonly store: ObjectReader;
  readonly findings: Findings;
  readonly floor: Version;
  readonly deep: boolean;
  readonly signal: AbortSignal | undefined;
}

export class BranchesWalk {
  readonly #options: BranchesOptions;
  readonly #log: CommitLog;
  readonly #states: RunState[] = [];
  #refs: Refs = NO_REFS;

  constructor(options: BranchesOptions) {
    this.#options = options;
    this.#log = new CommitLog(options.store, "stop-before");
  }

  /** What names parts beside main. To be asked when the walk has ended. */
  get states(): readonly RunState[] {
    return this.#states;
  }

  /** Of the branches that there are. */
  get ids(): ReadonlySet<BranchId> {
    return new Set([...this.#refs.branches.values()].map(({ id }) => id));
  }

  /** @param main Its newest state. */
  async *files(main: RunState): AsyncGenerator<NamedFile> {
    this.#refs = await this.#readRefs();
    const seen = new Set<ObjectKey>();
    for await (const state of this.#pinned()) {
      this.#states.push(state);
      for (const named of liveIn(state)) {
        const { path } = "member" in named ? named.member : named.part;
        if (main.paths.has(path, main.version) || seen.has(path)) continue;
        seen.add(path);
        yield named;
      }
    }
    for (const id of this.ids) yield* this.#branch(id);
  }

  /** Whether no branch was deleted meanwhile: its files may have been cleaned up. */
  async isLiving(): Promise<boolean> {
    if (this.#refs.branches.size === 0) return true;
    const { branches } = await this.#readRefs();
    const now = new Set([...branches.values()].map(({ id }) => id));
    return [...this.ids].every((id) => now.has(id));
  }

  /** None where damage keeps the log from being read: the walk of main has told of it. */
  async #readRefs(): Promise<Refs> {
    try {
      return (await this.#log.refresh()).refs ?? NO_REFS;
    } catch (error) {
      damageOf(error);
      return this.#refs;
    }
  }

  /** Where damage keeps a branch from being read, its own walk tells of it. */
  async #needed(floor: Version) {
    const main = { log: this.#log, store: this.#options.store };
    try {
      return await neededBelow(main, this.#refs, floor);
    } catch (error) {
      damageOf(error);
      return pinnedBelow(this.#refs, floor);
    }
  }

  async *#pinned(): AsyncGenerator<RunState> {
    const { floor, findings } = this.#options;
    for (const point of await this.#needed(floor)) {
      const { version } = point;
      try {
        yield await this.#log.stateOf(point);
      } catch (error) {
        const { kind } = damageOf(error);
        const detail = "a branch or tag needs this version, and no sound checkpoint of it is left";
        const path = formatCheckpointKey(version);
        findings.add({ file: "checkpoint", kind, path, version, detail });
      }
    }
  }

  async *#branch(id: BranchId): AsyncGenerator<NamedFile> {
    const { deep, signal } = this.#options;
    const store = branchReader(this.#options.store, id);
    const findings = this.#options.findings.ofBranch(id);
    const checkpoints = await listCheckpoints(store, findings);
    await checkHint(store, findings, checkpoints, 1);
    await checkSidecars(store, findings);
    const base = await this.#baseOf(id);
    if (base === undefined) return;
    const floor = base.version + 1;
    const walk = new LogWalk({ store, findings, floor, base, checkpoints, deep, signal });
    yield* walk.files();
    checkEnds(findings, checkpoints, walk.head);
    if (deep) await checkSegments(store, findings, signal);
    if (walk.state) this.#states.push(walk.state);
  }

  /** Undefined when damage leaves it unknown: where it is, it is told. */
  async #baseOf(id: BranchId): Promise<RunState | undefined> {
    try {
      const main = { log: this.#log, store: this.#options.store };
      const log = await openBranchLog(main, id, "stop-before");
      return await log.stateAt(log.baseVersion);
    } catch (error) {
      damageOf(error);
      return undefined;
    }
  }
}
