/** The sealed interface, implemented. Source of the contract: StagedStorage of @crv/storage-trait. */
import {
  CrvError,
  IoError,
  type OperationRef,
  type Resolution,
  type TableDescriptor,
} from "@crv/core";
import { tableManifest } from "@crv/manifest";
import type {
  AppendOptions,
  AppendOutcome,
  OperationIntent,
  StagedStorage,
} from "@crv/storage-trait";
import { handleKind, sealed } from "@crv/storage-trait/seal";
import type { RecordBatch } from "apache-arrow";
import { appendAlone } from "./append-alone.js";
import { holdSmall } from "./append-batches.js";
import { AppendGroups } from "./append-groups.js";
import { beginOperation, nameOperation } from "./begin-operation.js";

import { writeBundle } from "./bundle/write-bundle.js";

import { cleanupRun } from "./cleanup/cleanup-run.js";
import { holdVersion } from "./cleanup/hold-version.js";

import { isAppendChecked } from "./constraints/check-constraints.js";

import type { EngineContext, ReaderContext } from "./engine-context.js";
import { findState } from "./find-state.js";
import { adoptRun } from "./foreign/adopt-run.js";
import { optimizeRun } from "./optimize/optimize-run.js";
import { pinStorage } from "./pinned-storage.js";
import { publishView } from "./publish-view.js";
import { readMember } from "./read-member.js";
import { planScan, planTable } from "./scan/plan.js";
import { scanTable } from "./scan/scan-table.js";
import { pinState, stateOf } from "./snapshot.js";
import { trimLog } from "./trim-log.js";

type WriteVerbs = Pick<
  StagedStorage,
  | "append"
  | "begin"
  | "optimize"
  | "resolve"
  | "trimLog"
  | "publishView"
  | "writeBundle"
  | "adopt"
  | "cleanup"
  | "hold"
  | "close"
>;

const storages = handleKind<StagedStorage, ReaderContext>("storage");

/** @param context Belongs to the storage from here on: `close` releases its codec. */
export function makeStorage(context: EngineContext): StagedStorage {
  const groups = new AppendGroups(context);
  return assemble(context, {
    append: (intent, table, rows, options = {}) =>
      append(context, groups, intent, table, rows, options),
    begin: (intent) => beginOperation(context, intent),
    cleanup: async (options) => {
      // No view stays below the new floor: verification could not compare it.
      if (!options.dryRun) await context.views.followAll();
      return cleanupRun(context, options);
    },
    hold: (snapshot, forMs) => holdVersion(context, snapshot.version, forMs),
    optimize: (options) => optimizeRun(context, options),
    resolve: (operation) => resolve(context, operation),
    publishView: (table) => publishView(context, table),
    writeBundle: (facts) => writeBundle(context, facts),
    adopt: (request) => adoptRun(context, request),
    trimLog: async (keepVersions) => {
      const report = await trimLog(context, keepVersions);
      context.onEvent?.({ kind: "maintenance", runId: context.runId, action: "trim_log", report });
      return report;
    },
    close: async () => {
      await groups.idle();
      await context.views.followAll();
      await release(context);
    },
  });
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
    append: refuse,
    begin: refuse,
    cleanup: refuse,
    hold: refuse,
    optimize: refuse,
    resolve: refuse,
    trimLog: refuse,
    publishView: refuse,
    writeBundle: refuse,
    adopt: refuse,
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
    get version() {
      return context.log.state.version;
    },
    get damagedAt() {
      return context.log.damagedAt;
    },
    snapshot: async (at = {}) => {
      checkOpen();
      return pinState(context.runId, await findState(context, at));
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
    manifest: (snapshot, table) => tableManifest(stateOf(snapshot), table),
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
    close,
    [Symbol.asyncDispose]: close,
  };
  return storages.seal(storage, context);
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
  const { log, publisher, store } = context;
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
