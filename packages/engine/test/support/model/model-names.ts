/** What the names of a run stand for: tags, and one branch at a time. */
import type { BranchName, TagName } from "@crv/core";
import type { ModelTables } from "./model-draft.js";

export const BRANCH = "what_if" as BranchName;

export interface ModelBranch {
  readonly tables: ModelTables;
  /** What it and main have in common: where it begins, or what was merged of it last. */
  readonly base: ModelTables;
}

export class ModelNames {
  readonly tags = new Map<TagName, ModelTables>();
  /** Tags that were made. */
  tagCount = 0;
  /** Merges that changed main. */
  mergeCount = 0;
  branch: ModelBranch | undefined;
}
