/**
 * Making and deleting branches and tags: one record of main each, whatever they name. Nothing is copied.
 * Source: docs/design/branches.md.
 */
import {
  type BranchId,
  type BranchName,
  type CommitOutcome,
  type CommitPoint,
  formatBranchKey,
  formatRecordKey,
  IoError,
  MAIN_BRANCH,
  type OperationRef,
  parseBranchId,
  parseOperationId,
  type RefsChange,
  show,
  type TagName,
  UnknownOutcomeError,
} from "@crv/core";
import { dependentsOf, NO_REFS, type Refs, type RefsEdit, readFloor } from "@crv/manifest";
import type { CommitText } from "@crv/storage-trait";
import type { ObjectStore } from "@crv/storage-trait/object-store";
import { checkCommitText } from "../begin-operation.js";
import type { EngineContext } from "../engine-context.js";
import { branchReader } from "./branch-store.js";

const NO_CHANGE: RefsChange = { branches: new Map(), tags: new Map() };

/** @throws IoError `ALREADY_EXISTS`; `NOT_FOUND` when `from` was cleaned up meanwhile. */
export async function createBranch(
  context: EngineContext,
  name: BranchName,
  from: CommitPoint,
  text: CommitText,
): Promise<BranchId> {
  const id = parseBranchId(context.mintId());
  if (name === MAIN_BRANCH) throw exists(name);
  const change = { ...NO_CHANGE, branches: new Map([[name, { id, from }]]) };
  await changeRefs(context, { change, deletes: new Map() }, text);
  await withdrawIfCleanedUp(context, from, name, {
    change: { ...NO_CHANGE, branches: new Map([[name, null]]) },
    deletes: new Map([[name, id]]),
  });
  return id;
}

/** @throws IoError as of {@link createBranch}. */
export async function createTag(
  context: EngineContext,
  name: TagName,
  point: CommitPoint,
  text: CommitText,
): Promise<void> {
  if ((name as string) === MAIN_BRANCH) throw exists(name);
  const change = { ...NO_CHANGE, tags: new Map([[name, point]]) };
  await changeRefs(context, { change, deletes: new Map() }, text);
  await withdrawIfCleanedUp(context, point, name, {
    change: { ...NO_CHANGE, tags: new Map([[name, null]]) },
    deletes: new Map([[name, point.commitId]]),
  });
}

/** @throws IoError `NOT_FOUND`; `INVALID_ARGUMENT` for main, and for a branch that is needed. */
export async function deleteBranch(
  context: EngineContext,
  name: BranchName,
  text: CommitText,
): Promise<void> {
  if (name === MAIN_BRANCH || name === context.branch.name) {
    const which = name === MAIN_BRANCH ? "main always exists" : "this run is open on it";
    throw new IoError("INVALID_ARGUMENT", `branch ${show(name)} cannot be deleted: ${which}`, {
      details: { branch: name },
    });
  }
  const refs = await readRefs(context);
  const branch = refs.branches.get(name);
  if (branch === undefined) throw missing(name);
  const change = { ...NO_CHANGE, branches: new Map([[name, null]]) };
  await changeRefs(context, { change, deletes: new Map([[name, branch.id]]) }, text);
}

/** @throws IoError `NOT_FOUND`. */
export async function deleteTag(
  context: EngineContext,
  name: TagName,
  text: CommitText,
): Promise<void> {
  const tag = (await readRefs(context)).tags.get(name);
  if (tag === undefined) throw missing(name);
  const change = { ...NO_CHANGE, tags: new Map([[name, null]]) };
  await changeRefs(context, { change, deletes: new Map([[name, tag.commitId]]) }, text);
}

async function readRefs({ main }: EngineContext): Promise<Refs> {
  return (await main.log.refresh()).refs ?? NO_REFS;
}

async function changeRefs(context: EngineContext, refs: RefsEdit, text: CommitText): Promise<void> {
  checkCommitText(text);
  const { main, mintId } = context;
  for (const point of pointsOf(refs.change)) await makePointDurable(main.store, point);
  const { version: base } = await main.log.refresh();
  await main.log.makeDurable(main.store);
  const ref: OperationRef = {
    operationId: parseOperationId(mintId()),
    branch: MAIN_BRANCH,
    base,
  };
  const outcome = await main.publisher.publish({
    ref,
    mode: "blind",
    actor: text.actor ?? null,
    message: text.message ?? null,
    kind: "refs",
    expected: new Map(),
    edits: new Map(),
    refs,
  });
  checkLanded(context, outcome);
}

function pointsOf({ branches, tags }: RefsChange): readonly CommitPoint[] {
  const made = [...branches.values()].flatMap((branch) => (branch ? [branch.from] : []));
  return [...made, ...[...tags.values()].filter((tag) => tag !== null)];
}

/** Rule `syncfound`: a name must not outlive what it stands for. */
export async function makePointDurable(
  store: ObjectStore,
  { branchId, version }: CommitPoint,
): Promise<void> {
  if (version === 0) return;
  const key = formatRecordKey(version);
  await store.makeDurable(branchId === null ? key : formatBranchKey(branchId, key));
}

function checkLanded({ main }: EngineContext, outcome: CommitOutcome): void {
  if (outcome.kind === "committed" || outcome.kind === "unchanged") return;
  if (outcome.kind === "unknown") {
    throw new UnknownOutcomeError(
      "the store did not answer: the name may be made or deleted, or not; look again",
      outcome.operation,
      outcome.cause,
    );
  }
  const { conflict } = outcome;
  const name = "name" in conflict ? conflict.name : "";
  if (conflict.kind === "RefExists") throw exists(name);
  if (conflict.kind === "RefInUse") {
    const refs = main.log.state.refs ?? NO_REFS;
    const id = refs.branches.get(name as BranchName)?.id;
    const dependents = id === undefined ? [] : dependentsOf(refs, id);
    throw new IoError(
      "INVALID_ARGUMENT",
      `branch ${show(name)} is needed by ${dependents.join(", ")}: delete these first`,
      { details: { branch: name, dependents } },
    );
  }
  throw missing(name);
}

/**
 * Rule `rootcheck`: the name is durable; if the floor has passed its version, whoever raised it may have
 * looked for names before. Then the name goes again.
 */
async function withdrawIfCleanedUp(
  context: EngineContext,
  { branchId, version }: CommitPoint,
  name: string,
  withdrawal: RefsEdit,
): Promise<void> {
  if (version === 0) return;
  const { store } = context.main;
  const floor = await readFloor(branchId === null ? store : branchReader(store, branchId));
  if (floor <= version) return;
  await changeRefs(context, withdrawal, {});
  throw new IoError(
    "NOT_FOUND",
    `version ${version} was cleaned up, and ${show(name)} was not made: the oldest kept is ${floor}`,
    { details: { version, floor, name } },
  );
}

function exists(name: string): IoError {
  return new IoError(
    "ALREADY_EXISTS",
    `there is a branch or tag ${show(name)} already: choose another name, or delete it first`,
    { details: { name } },
  );
}

function missing(name: string): IoError {
  return new IoError("NOT_FOUND", `there is no branch or tag ${show(name)}`, { details: { name } });
}
