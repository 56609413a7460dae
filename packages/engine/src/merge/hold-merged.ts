/**
 * What is merged into a branch must outlive the moment until the commit names it, and the log of a branch does
 * not see that main's names change. So the merged version has a tag meanwhile. Main sees it itself: there the
 * commit is refused when the merged branch is gone. Source: docs/design/merge.md, "Beside others".
 */
import {
  formatBranchKey,
  formatSidecarKey,
  GrammarError,
  IoError,
  MAIN_BRANCH,
  type OperationId,
  parseOperationId,
  parseTagName,
  RECOVERY_ACTOR,
  show,
  type TagName,
  UnknownOutcomeError,
} from "@crv/core";
import { NO_REFS, type Refs } from "@crv/manifest";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { createTag, deleteTag } from "../branches/change-refs.js";
import { ownerOf } from "../branches/owner-of.js";
import type { EngineContext } from "../engine-context.js";
import type { EngineOperation } from "../staged-operation.js";
import type { MergeSide } from "./side.js";

const PREFIX = "merge-";

/** @returns what ends it; undefined when nothing needs to be held. */
export async function holdMerged(
  context: EngineContext,
  operation: EngineOperation,
  theirs: MergeSide,
): Promise<(() => Promise<void>) | undefined> {
  if (context.branch.name === MAIN_BRANCH) return undefined;
  // First, so that a tag without a sidecar is known to be that of nobody.
  await operation.arm("merge");
  const name = parseTagName(`${PREFIX}${operation.ref.operationId}`);
  const { version, commitId } = theirs.state;
  const newest = { branchId: theirs.branch.id ?? null, version, commitId };
  // Not the newest one that changed anything: that may be below the floor.
  const point = ownerOf(newest, context.main.log.state.refs);
  await createTag(context, name, point, {});
  // It is named by the commit by then, or by nobody: who fails to delete the tag has merged all the same.
  return () => deleteTag(context, name, {}).catch(() => undefined);
}

/** Deletes the tags of merges that are no more under way: their writers died, or could not delete them. */
export async function dropDeadHolds(context: EngineContext): Promise<void> {
  const { log, store } = context.main;
  const refs = log.outline.refs ?? NO_REFS;
  for (const name of refs.tags.keys()) {
    const operation = holderOf(name);
    if (operation === undefined || (await isUnderWay(store, refs, operation))) continue;
    try {
      await deleteTag(context, name, { actor: RECOVERY_ACTOR });
    } catch (error) {
      const isSettled = error instanceof IoError && error.code === "NOT_FOUND";
      if (!isSettled && !(error instanceof UnknownOutcomeError)) throw error;
    }
  }
}

/** @throws IoError `INVALID_ARGUMENT` when the name is one that merges give. */
export function checkNoHold(name: TagName): void {
  if (holderOf(name) === undefined) return;
  throw new IoError(
    "INVALID_ARGUMENT",
    `tags like ${show(name)} are made and deleted by merges: choose another name`,
    { details: { name } },
  );
}

function holderOf(name: TagName): OperationId | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  try {
    return parseOperationId(name.slice(PREFIX.length));
  } catch (error) {
    if (error instanceof GrammarError) return undefined;
    throw error;
  }
}

/** A merge has its sidecar in the branch that it is made in until it is settled. */
async function isUnderWay(
  store: ObjectReader,
  { branches }: Refs,
  operation: OperationId,
): Promise<boolean> {
  for (const { id } of branches.values()) {
    if (await store.stat(formatBranchKey(id, formatSidecarKey(operation)))) return true;
  }
  return false;
}
