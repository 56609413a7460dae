/**
 * The three-way merge of branches: what theirs changed since both had a version in common is done to ours,
 * in one commit with two parents. All is decided before anything is written; what contradicts is told.
 * Source: docs/design/merge.md.
 */
import {
  ConstraintError,
  IoError,
  type MergeConflictKind,
  show,
  type TableKey,
  UnknownOutcomeError,
} from "@crv/core";
import { holds, type MergeEdit, NO_REFS, pointsBeyond } from "@crv/manifest";
import type {
  CommitPointName,
  MergedTable,
  MergeOptions,
  MergeReport,
  SnapshotTarget,
} from "@crv/storage-trait";
import { nameOperation, prepareToWrite } from "../begin-operation.js";
import { makePointDurable } from "../branches/change-refs.js";
import { branchNameAt } from "../branches/refs-summary.js";
import type { EngineContext } from "../engine-context.js";
import { findState } from "../find-state.js";
import { pinState } from "../snapshot.js";
import { EngineOperation } from "../staged-operation.js";
import { ConflictList } from "./conflict-list.js";
import { holdMerged } from "./hold-merged.js";
import { landMerge } from "./land-merge.js";
import { type ArtifactPlan, planArtifacts } from "./merge-artifacts.js";
import { isUntouched, planTable, type TablePlan } from "./plan-table.js";
import { findBases, type MergeBase, type MergeSide, sideOf } from "./side.js";
import { MergeStager } from "./stage-merge.js";

const VIOLATIONS = {
  unique: "UniqueViolation",
  references: "OrphanedReference",
  cardinality: "CardinalityViolation",
} as const satisfies Record<string, MergeConflictKind>;

/** @throws As `StagedStorage.merge`. */
export async function mergeBranch(
  context: EngineContext,
  from: SnapshotTarget,
  options: MergeOptions,
): Promise<MergeReport> {
  const { log, main, branch } = context;
  await prepareToWrite(context);
  await main.log.refresh();
  const theirs = await sideOf(await findState(context, from), main);
  const ours = await sideOf({ branch, state: await log.refresh() }, main);
  await log.makeDurable(context.store);
  checkOther(ours, theirs, from);
  const report: MergeReport = {
    outcome: "upToDate",
    dryRun: options.dryRun === true,
    from: nameOf(theirs),
    into: nameOf(ours),
    bases: [],
    version: ours.state.version,
    tables: [],
    artifacts: [],
    conflicts: [],
    conflictCount: 0,
    undecidedCount: 0,
  };
  if (holds(ours.lineage, theirs.point)) return report;
  // Rule `syncfound`: what is merged must not be lost when the merge is not.
  await makePointDurable(main.store, theirs.point);
  const merger = new Merger(context, { ours, theirs, options });
  return merger.merge(report);
}

type TablePlans = ReadonlyMap<TableKey, TablePlan | undefined>;

interface MergeTask {
  readonly ours: MergeSide;
  readonly theirs: MergeSide;
  readonly options: MergeOptions;
}

class Merger {
  readonly #context: EngineContext;
  readonly #task: MergeTask;
  readonly #conflicts: ConflictList;

  constructor(context: EngineContext, task: MergeTask) {
    this.#context = context;
    this.#task = task;
    this.#conflicts = new ConflictList(task.options);
  }

  async merge(empty: MergeReport): Promise<MergeReport> {
    const { ours, theirs, options } = this.#task;
    const { main } = this.#context;
    const bases = await findBases(main, ours, theirs);
    const plans = await this.#planTables(bases);
    const artifacts = await planArtifacts(
      this.#conflicts,
      bases.map(({ state }) => state),
      ours.state,
      theirs.state,
    );
    if (!options.dryRun) this.#check();
    const landed =
      this.#conflicts.undecidedCount === 0
        ? await this.#land(plans, artifacts)
        : { tables: [], version: empty.version };
    return {
      ...empty,
      outcome: holds(theirs.lineage, ours.point) ? "fastForward" : "merged",
      bases: bases.map(({ point }) => ({
        branch: branchNameAt(main.log.state.refs ?? NO_REFS, point),
        version: point.version,
      })),
      ...landed,
      artifacts: [...artifacts].map(([artifact, taken]) => ({
        artifact,
        isRemoved: taken === undefined,
      })),
      conflicts: this.#conflicts.listed,
      conflictCount: this.#conflicts.count,
      undecidedCount: this.#conflicts.undecidedCount,
    };
  }

  /** Of each table that theirs changed; undefined where ours stay as they are. */
  async #planTables(bases: readonly MergeBase[]): Promise<TablePlans> {
    const { ours, theirs, options } = this.#task;
    const { parts, keysHeldMax: rowsHeldMax } = this.#context;
    const { signal } = options;
    const context = { parts, rowsHeldMax, conflicts: this.#conflicts, signal };
    const plans = new Map<TableKey, TablePlan | undefined>();
    for (const table of [...theirs.state.tables.keys()].sort()) {
      checkNotAborted(signal);
      const sides = {
        table,
        bases: bases.map(({ state }) => state.tables.get(table)),
        ours: ours.state.tables.get(table),
        theirs: theirs.state.tables.get(table),
      };
      if (!isUntouched(sides)) plans.set(table, await planTable(context, sides));
    }
    return plans;
  }

  async #land(plans: TablePlans, artifacts: ArtifactPlan) {
    const context = this.#context;
    const { ours, theirs, options } = this.#task;
    const { dryRun, actor, message } = options;
    const base = pinState(context.runId, ours.state, ours.branch.name);
    const text = {
      ...(actor !== undefined && { actor }),
      ...(message !== undefined && { message }),
    };
    const intent = { base, mode: "strict", ...text } as const;
    const ref = nameOperation(context, intent);
    const merge: MergeEdit = {
      merged: [theirs.point, ...pointsBeyond(theirs.lineage, ours.lineage).filter(isOther(theirs))],
      lineage: ours.state.lineage,
      source: theirs.branch.name,
    };
    let release: (() => Promise<void>) | undefined;
    try {
      await using operation = new EngineOperation(
        context,
        ref,
        intent,
        ours.state,
        undefined,
        merge,
      );
      if (!dryRun) release = await holdMerged(context, operation, theirs);
      const stager = new MergeStager(context, operation, ours);
      const tables: MergedTable[] = [];
      for (const [table, plan] of plans) {
        checkNotAborted(options.signal);
        // Also where both changed the same: it was read.
        operation.expect(table);
        if (plan) tables.push(await stager.stageTable(table, plan));
      }
      await stager.stageArtifacts(artifacts);
      if (dryRun) {
        await this.#constrained(() => operation.checkConstraints());
        return { tables, version: ours.state.version };
      }
      const version = await this.#constrained(() => landMerge(operation, theirs, ours));
      await release?.();
      return { tables, version: version ?? ours.state.version };
    } catch (error) {
      // What may land yet needs what it takes over.
      if (!(error instanceof UnknownOutcomeError)) await release?.();
      throw error;
    }
  }

  /** Rows that each branch may have, and both together may not. */
  async #constrained<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConstraintError)) throw error;
      const { kind, table, keys } = error.violation;
      for (const key of keys) this.#conflicts.add({ kind: VIOLATIONS[kind], table, key });
      if (this.#task.options.dryRun) return undefined;
      this.#check(error);
      throw error;
    }
  }

  #check(cause?: unknown): void {
    const { ours, theirs } = this.#task;
    this.#conflicts.check(describe(theirs), ours.branch.name, cause);
  }
}

function isOther({ point }: MergeSide) {
  return ({ branchId }: { readonly branchId: unknown }): boolean => branchId !== point.branchId;
}

function nameOf({ branch, state }: MergeSide): CommitPointName {
  return { branch: branch.name, version: state.version };
}

function describe(side: MergeSide): string {
  return `version ${side.state.version} of ${side.branch.name}`;
}

function checkOther(ours: MergeSide, theirs: MergeSide, from: SnapshotTarget): void {
  if (theirs.branch.name !== ours.branch.name) return;
  const { name } = ours.branch;
  throw new IoError(
    "INVALID_ARGUMENT",
    `a branch cannot be merged into itself: ${describe(theirs)} is of ${show(name)}, which is open; name another branch`,
    { details: { from, branch: name } },
  );
}

function checkNotAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new IoError("ABORTED", "the merge was cancelled, and nothing changed", {
    cause: signal.reason,
  });
}
