/** The sealed interface, implemented. Source of the contract: StagedStorage of @crv/storage-trait. */
import {
  CrvError,
  IoError,
  type OperationRef,
  type Resolution,
  show,
  type TableDescriptor,
  type TagName,
} from "@crv/core";
import { NO_REFS, type Refs, tableManifest } from "@crv/manifest";
import type {
  AppendOptions,
  AppendOutcome,
  CommitPointName,
  OperationIntent,
  StagedStorage,
} from "@crv/storage-trait";
import { handleKind, sealed } from "@crv/storage-trait/seal";
import type { RecordBatch } from "apache-arrow";
import { appendAlone } from "./append-alone.js";
import { holdSmall } from "./append-batches.js";
import { AppendGroups } from "./append-groups.js";
import { beginOperation, nameOperation } from "./begin-operation.js";
import { createBranch, createTag, deleteBranch, deleteTag } from "./branches/change-refs.js";
import { summarizeBranch, summarizeRefs } from "./branches/refs-summary.js";
import { writeBundle } from "./bundle/write-bundle.js";

import { cleanupRun } from "./cleanup/cleanup-run.js";
import { holdVersion } from "./cleanup/hold-version.js";

import { isAppendChecked } from "./constraints/check-constraints.js";
import { diffStates } from "./diff/diff-states.js";
import type { EngineContext, ReaderContext } from "./engine-context.js";
import { type FoundState, findPoint, findState } from "./find-state.js";
import { adoptRun } from "./foreign/adopt-run.js";
import { checkNoHold } from "./merge/hold-merged.js";
import { mergeBranch } from "./merge/merge-branch.js";
import { optimizeRun } from "./optimize/optimize-run.js";
import { pinStorage } from "./pinned-storage.js";
import { publishView } from "./publish-view.js";
import { readMember } from "./read-member.js";
import { planScan, planTable } from "./scan/plan.js";
import { scanTable } from "./scan/scan-table.js";
import { pinState, stateOf } from "./snapshot.js";
import { trimLog } from "./trim-log.js";

/** Some 200 bytes each. */
const DIFF_ROWS_HELD_MAX = 1 << 20;

const WRITE_VERBS = [
  "append",
  "begin",
  "merge",
  "optimize",
  "resolve",
  "trimLog",
  "publishView",
  "writeBundle",
  "adopt",
  "cleanup",
  "hold",
  "createBranch",
  "deleteBranch",
  "createTag",
  "deleteTag",
] as const;

type WriteVerb = (typeof WRITE_VERBS)[number];

type WriteVerbs = Pick<StagedStorage, WriteVerb | "close">;

const storages = handleKind<StagedStorage, ReaderContext>("storage");

/** @param context Belongs to the storage from here on: `close` releases its codec. */
export function makeStorage(context: EngineContext): StagedStorage {
  const groups = new AppendGroups(context);
  const verbs: WriteVerbs = {
    append: (intent, table, rows, options = {}) =>
      append(context, groups, intent, table, rows, options),
    begin: (intent) => beginOperation(context, intent),
    cleanup: async (options) => {
      // No view stays below the new floor: verification could not compare it.
      if (!options.dryRun) await context.views.followAll();
      return cleanupRun(context, options);
    },
    hold: async (snapshot, forMs) => holdVersion(context, snapshot, forMs),
    merge: (from, options = {}) => mergeBranch(context, from, options),
    optimize: (options) => optimizeRun(context, options),
    resolve: (operation) => resolve(context, operation),
    publishView: async (table) => {
      checkPublishes(context);
      return publishView(context, table);
    },
    writeBundle: async (facts) => {
      checkPublishes(context);
      return writeBundle(context, facts);
    },
    adopt: (request) => adoptRun(context, request),
    trimLog: async (keepVersions) => {
      const report = await trimLog(context, keepVersions);
      context.onEvent?.({ kind: "maintenance", runId: context.runId, action: "trim_log", report });
      return report;
    },
    createBranch: async (name, from, text) => {
      await createBranch(context, name, await findPoint(context, from), text);
      return summarizeBranch(refsOf(context), name);
    },
    deleteBranch: (name, text) => deleteBranch(context, name, text),
    createTag: async (name, at, text) => {
      checkNoHold(name);
      await createTag(context, name, await findPoint(context, at), text);
      const tag = summarizeRefs(refsOf(context)).tags.find((each) => each.name === name);
      return tag ?? missingTag(name);
    },
    deleteTag: (name, text) => deleteTag(context, name, text),
    close: async () => {
      await groups.idle();
      await context.auto?.close();
      await context.views.followAll();
      await context.checkpoints.close();
      await release(context);
    },
  };
  return assemble(context, { ...afterReading(context, verbs), close: verbs.close });
}

/** A run is opened without its parts: who writes asks what is there. */
function afterReading(
  { log, main }: EngineContext,
  verbs: Pick<WriteVerbs, WriteVerb>,
): Pick<WriteVerbs, WriteVerb> {
  const entries = WRITE_VERBS.map((name) => {
    const verb = verbs[name] as (...args: readonly unknown[]) => Promise<unknown>;
    const read = async (...args: readonly unknown[]): Promise<unknown> => {
      await main.log.readState();
      await log.readState();
      return verb(...args);
    };
    return [name, read] as const;
  });
  return Object.fromEntries(entries) as unknown as Pick<WriteVerbs, WriteVerb>;
}

export function makeReadOnlyStorage(context: ReaderContext): StagedStorage {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new IoError(
        "READ_ONLY",
        `run ${context.runId} is open for reading only: open it with mode "readWrite"`,
        { details: { runId: context.runId } },
      ),
    );
  return assemble(context, {
    ...(Object.fromEntries(WRITE_VERBS.map((verb) => [verb, refuse])) as Record<
      WriteVerb,
      typeof refuse
    >),
    close: () => release(context),
  });
}

async function release({ parts, store, beforeClose }: ReaderContext): Promise<void> {
  await parts.close();
  try {
    await beforeClose?.();
  } finally {
    await store.close();
  }
}

function assemble(context: ReaderContext, verbs: WriteVerbs): StagedStorage {
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= verbs.close();
    return closing;
  };
  const checkOpen = (): void => {
    if (closing === undefined) return;
    throw new IoError("CLOSED", `run ${context.runId} is closed: open it again`, {
      details: { what: "run", runId: context.runId },
    });
  };
  const storage: StagedStorage = {
    [sealed]: "storage",
    runId: context.runId,
    branch: context.branch.name,
    get version() {
      return context.log.outline.version;
    },
    get damagedAt() {
      return context.log.damagedAt;
    },
    snapshot: async (at = {}) => {
      checkOpen();
      const { branch, state } = await findState(context, at);
      return pinState(context.runId, state, branch.name);
    },
    at: async (target) => {
      const pin = await storage.snapshot(target);
      return storages.seal(pinStorage(storage, pin), context);
    },
    plan: async (snapshot, request) => {
      checkOpen();
      return planScan(stateOf(snapshot), request, context.store);
    },
    scan: (snapshot, request) => {
      checkOpen();
      return scanTable(planScan(stateOf(snapshot), request, context.store), request, context.parts);
    },
    scanParts: (committed, request) => {
      checkOpen();
      const plan = planTable(committed, committed.version, request, context.store);
      return scanTable(plan, request, context.parts);
    },
    manifest: (snapshot, table) => tableManifest(stateOf(snapshot), table, snapshot.branch),
    artifact: (snapshot, name) => {
      const { artifacts, version } = stateOf(snapshot);
      return artifacts.at(name, version);
    },
    artifacts: (snapshot, prefix) => {
      const { artifacts, version } = stateOf(snapshot);
      return artifacts.list(version, prefix);
    },
    readMember: async (member, range) => {
      checkOpen();
      return readMember(context.store, member, range);
    },
    commits: ({ after = 0, signal } = {}) => {
      checkOpen();
      return context.log.records(after, signal);
    },
    diff: async (from, to, options = {}) => {
      checkOpen();
      const before = await findState(context, from);
      const after = await findState(context, to);
      const tables = await diffStates(netContext(context), before.state, after.state, options);
      return { from: nameOf(before), to: nameOf(after), tables };
    },
    append: async (...args) => {
      checkOpen();
      return verbs.append(...args);
    },
    begin: async (intent) => {
      checkOpen();
      return verbs.begin(intent);
    },
    cleanup: async (options) => {
      checkOpen();
      return verbs.cleanup(options);
    },
    hold: async (snapshot, forMs) => {
      checkOpen();
      stateOf(snapshot);
      return verbs.hold(snapshot, forMs);
    },
    merge: async (...args) => {
      checkOpen();
      return verbs.merge(...args);
    },
    optimize: async (options) => {
      checkOpen();
      return verbs.optimize(options);
    },
    resolve: async (operation) => {
      checkOpen();
      return verbs.resolve(operation);
    },
    trimLog: async (keepVersions) => {
      checkOpen();
      return verbs.trimLog(keepVersions);
    },
    publishView: async (table) => {
      checkOpen();
      return verbs.publishView(table);
    },
    writeBundle: async (facts) => {
      checkOpen();
      return verbs.writeBundle(facts);
    },
    foreign: context.foreign,
    adopt: async (request) => {
      checkOpen();
      return verbs.adopt(request);
    },
    refs: async () => {
      checkOpen();
      await context.main.log.refresh();
      return summarizeRefs(refsOf(context));
    },
    createBranch: async (...args) => {
      checkOpen();
      return verbs.createBranch(...args);
    },
    deleteBranch: async (...args) => {
      checkOpen();
      return verbs.deleteBranch(...args);
    },
    createTag: async (...args) => {
      checkOpen();
      return verbs.createTag(...args);
    },
    deleteTag: async (...args) => {
      checkOpen();
      return verbs.deleteTag(...args);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  return storages.seal(storage, context);
}

function refsOf({ main }: ReaderContext): Refs {
  return main.log.outline.refs ?? NO_REFS;
}

function nameOf({ branch, state }: FoundState): CommitPointName {
  return { branch: branch.name, version: state.version };
}

function netContext({ parts }: ReaderContext) {
  return { parts, rowsHeldMax: DIFF_ROWS_HELD_MAX };
}

/** What other programs read is main: a branch would overwrite it. */
function checkPublishes({ branch }: ReaderContext): void {
  if (branch.id === undefined) return;
  throw new IoError(
    "INVALID_ARGUMENT",
    `branch ${show(branch.name)} publishes no views and no bundle: open the run on main`,
    { details: { branch: branch.name } },
  );
}

/** Someone has deleted it at once. */
function missingTag(name: TagName): never {
  throw new IoError("NOT_FOUND", `tag ${show(name)} was deleted again`, { details: { name } });
}

/**
 * Small ones may go together. A caller's own id is attempted alone, so that it is looked up first; so
 * is what constraints can refuse.
 */
async function append(
  context: EngineContext,
  groups: AppendGroups,
  intent: OperationIntent,
  table: TableDescriptor,
  rows: AsyncIterable<RecordBatch>,
  options: AppendOptions,
): Promise<AppendOutcome> {
  const { signal } = options;
  const base = stateOf(intent.base);
  const newTables = options.newTables ?? (base.tables.has(table.name) ? [] : [table]);
  const named = { ref: nameOperation(context, intent), intent, table, newTables };
  const isBlind = intent.mode === "blind" && !isAppendChecked(base, table);
  if (newTables.length > 0 || !isBlind || intent.operationId !== undefined) {
    return appendAlone(context, named, rows, signal);
  }
  const { rows: all, small } = await holdSmall(rows);
  const count = small?.reduce((sum, batch) => sum + batch.numRows, 0) ?? 0;
  if (small === undefined || count === 0) return appendAlone(context, named, all, signal);
  return groups.append({ ...named, batches: small, rows: count }, signal);
}

/** Rule: an unsettled id is fenced by an aborting record, which also settles a late create. */
async function resolve(context: EngineContext, operation: OperationRef): Promise<Resolution> {
  const { log, publisher, store, branch } = context;
  if (operation.branch !== branch.name) {
    throw new IoError(
      "INVALID_ARGUMENT",
      `the operation was of branch ${show(operation.branch)}: open the run on it`,
      { details: { branch: operation.branch } },
    );
  }
  try {
    const state = await log.refresh();
    await log.makeDurable(store);
    const entry = state.ledger.says(operation.operationId, state.version);
    if (entry)
      return { kind: entry.kind === "landed" ? "committed" : "aborted", version: entry.version };
    const outcome = await publisher.publishRecovery({
      kind: "RolledBack",
      operationId: operation.operationId,
      forActor: null,
      tables: [],
    });
    if (outcome.kind === "published") return { kind: "aborted", version: outcome.version };
    if (outcome.kind === "superseded") return resolve(context, operation);
    return outcome;
  } catch (cause) {
    if (cause instanceof CrvError && cause.code !== "IO") throw cause;
    return { kind: "unknown", cause };
  }
}
