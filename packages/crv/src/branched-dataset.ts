/** The part of a run that is about its branches, its tags, and what differs between versions. */
import { type BranchName, parseBranchName, parseTableKey, parseTagName } from "@crv/core";
import { Dataset, type DatasetOptions, type Descriptors } from "@crv/io";
import type {
  BranchSummary,
  MergeReport,
  RunDiff,
  StagedStorage,
  TagSummary,
} from "@crv/storage-trait";
import { checkCount, checkKeys } from "./check-options.js";
import { checkMergeOptions, type RunMergeOptions } from "./merge-options.js";
import { type CreateRefOptions, checkRefOptions, type RefOptions } from "./ref-options.js";
import type { RunDiffOptions } from "./run-reports.js";
import { parseTarget, targetOf, type VersionTarget } from "./run-target.js";

/** Opens another branch of the run, for writing. */
export type OpenBranch = (branch: BranchName) => Promise<StagedStorage>;

export class BranchedDataset<Tables extends Descriptors = readonly []> extends Dataset<Tables> {
  readonly #storage: StagedStorage;
  readonly #openBranch: OpenBranch;
  readonly #readOnly: boolean;

  constructor(options: DatasetOptions<Tables> & { readonly openBranch: OpenBranch }) {
    super(options);
    this.#storage = options.storage;
    this.#openBranch = options.openBranch;
    this.#readOnly = options.readOnly === true;
  }

  /** What is read and written: `main`, unless `openRun` was told another. */
  get branch(): BranchName {
    return this.#storage.branch;
  }

  /**
   * What changed from one version to another: rows added, removed and changed of every table whose rows
   * differ. Rows that were only rewritten, as by compaction, are no change. Reads the parts that
   * only one of the versions has, and these only where the log does not say it all.
   *
   * @example
   * const { tables } = await run.diff("baseline", "what-if", { keysMax: 10 });
   *
   * @param to Default: the newest version of the branch that this run is open on.
   * @throws IoError `NOT_FOUND`, `INVALID_ARGUMENT`, `CLOSED`. GrammarError `INVALID_NAME`.
   */
  async diff(
    from: VersionTarget,
    to?: VersionTarget,
    options: RunDiffOptions = {},
  ): Promise<RunDiff> {
    checkKeys("diff", options, ["tables", "keysMax", "signal"]);
    const { tables, keysMax, signal } = options;
    checkCount("keysMax", keysMax);
    return this.#storage.diff(parseTarget(from), targetOf(to), {
      ...(tables && { tables: tables.map(parseTableKey) }),
      ...(keysMax !== undefined && { keysMax }),
      ...(signal && { signal }),
    });
  }

  /**
   * Merges a branch into the one that this run is open on, in one commit with two parents: what it changed
   * since both had a version in common is changed here as well. Rows of a table with a key are merged by
   * key, other tables, tensors and files by what was added. What both changed differently is a conflict; of
   * such a merge nothing is committed.
   *
   * @example
   * await run.merge({ from: "what-if", strategy: "theirs" });
   * const { conflicts } = await run.merge({ from: "what-if", dryRun: true });
   *
   * @throws MergeConflictError with the conflicts. ConflictError when another commit came between: merge
   *   again. UnknownOutcomeError. IoError `NOT_FOUND`, `INVALID_ARGUMENT`, `READ_ONLY`, `ABORTED`,
   *   `CLOSED`. GrammarError `INVALID_NAME`.
   */
  async merge(options: RunMergeOptions): Promise<MergeReport> {
    const { from, into = this.branch, how } = checkMergeOptions(options);
    // One that cannot be written to refuses it.
    if (into === this.branch || this.#readOnly) return this.#storage.merge(from, how);
    const storage = await this.#openBranch(into);
    try {
      return await storage.merge(from, how);
    } finally {
      await storage.close();
    }
  }

  /** The branches of the run, `main` first. */
  async branches(): Promise<readonly BranchSummary[]> {
    return (await this.#storage.refs()).branches;
  }

  async tags(): Promise<readonly TagSummary[]> {
    return (await this.#storage.refs()).tags;
  }

  /**
   * Makes a branch: from then on it and what it was made from go their own ways. It is one commit of
   * main, and nothing is copied. `openRun({ branch })` reads it and writes to it.
   *
   * @param name Begins with a letter; no other branch or tag has it.
   * @throws GrammarError `INVALID_NAME`. IoError `ALREADY_EXISTS`, `NOT_FOUND` for the version,
   *   `READ_ONLY`, `INVALID_ARGUMENT`. UnknownOutcomeError.
   */
  async createBranch(name: string, options: CreateRefOptions = {}): Promise<BranchSummary> {
    const text = checkRefOptions("createBranch", options, ["at", "actor", "message"]);
    return this.#storage.createBranch(parseBranchName(name), targetOf(options.at), text);
  }

  /**
   * Deletes a branch, and with it what was committed to it alone. Its name may be used again, for a
   * branch that has nothing to do with it.
   *
   * @throws IoError `NOT_FOUND`; `INVALID_ARGUMENT` for `main`, for the branch that this run is open
   *   on, and for one that branches or tags come from; `READ_ONLY`. UnknownOutcomeError.
   */
  async deleteBranch(name: string, options: RefOptions = {}): Promise<void> {
    const text = checkRefOptions("deleteBranch", options, ["actor", "message"]);
    await this.#storage.deleteBranch(parseBranchName(name), text);
  }

  /**
   * Gives a version a name. It stays readable while the tag is there, also when the log is trimmed.
   *
   * @throws As {@link createBranch}.
   */
  async createTag(name: string, options: CreateRefOptions = {}): Promise<TagSummary> {
    const text = checkRefOptions("createTag", options, ["at", "actor", "message"]);
    return this.#storage.createTag(parseTagName(name), targetOf(options.at), text);
  }

  /** @throws IoError `NOT_FOUND`, `READ_ONLY`. UnknownOutcomeError. */
  async deleteTag(name: string, options: RefOptions = {}): Promise<void> {
    const text = checkRefOptions("deleteTag", options, ["actor", "message"]);
    await this.#storage.deleteTag(parseTagName(name), text);
  }
}
