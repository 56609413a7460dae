/**
 * Optimizes tables: small parts become few larger ones with the same rows, in commits marked as
 * preserving. Beside writers and readers: an append never waits for it, nor it for appends; when a
 * commit removed one of its parts, its own are withdrawn and it looks again.
 * Source: docs/design/optimize.md.
 */
import {
  type CommitOutcome,
  IoError,
  IoSchemaError,
  type OperationId,
  PART_BYTES_MAX,
  type PartEntry,
  show,
  type TableKey,
  UnknownOutcomeError,
} from "@crv/core";
import type { RunState, TableEdit, TableState } from "@crv/manifest";
import type { OptimizedTable, OptimizeOptions, OptimizeReport } from "@crv/storage-trait";
import { prepareToWrite } from "../begin-operation.js";
import { CommitPipeline } from "../commit-pipeline.js";
import type { EngineContext } from "../engine-context.js";
import type { AutoOptimizeRequest } from "./auto-optimizer.js";
import {
  type OptimizeTarget,
  type PartGroup,
  planOptimize,
  TARGET_BYTES,
  TARGET_ROWS,
} from "./plan-optimize.js";
import { writeMerged } from "./write-merged.js";

/** Of actor and audit. */
export const OPTIMIZE_ACTOR = "crv:optimize";

/** Input parts of one commit: its record names each. */
const COMMIT_PARTS_MAX = 16_384;
/** Times in a row that a commit may take parts away before the rest is left to the next call. */
const CONFLICTS_MAX = 5;

/** @throws As `StagedStorage.optimize`. */
export async function optimizeRun(
  context: EngineContext,
  options: OptimizeOptions = {},
): Promise<OptimizeReport> {
  const target = checkTarget(options);
  await prepareToWrite(context);
  const optimizer = new Optimizer(context, options, target);
  return optimizer.run(await context.log.refresh());
}

/** As {@link optimizeRun}, of buckets that are found to hold too many small parts. */
export async function optimizeBuckets(
  context: EngineContext,
  { policy, ...limits }: AutoOptimizeRequest,
): Promise<OptimizeReport> {
  const { bucketPartsMax, budget } = policy;
  const { buckets } = limits;
  const target = { ...checkTarget({ bucketPartsMin: bucketPartsMax }), isStepwise: true };
  const { state } = context.log;
  const tables = [...buckets.keys()].filter((table) => state.tables.has(table));
  const full = tables.filter(
    (table) =>
      planOptimize(partsOf(state.tables.get(table) as TableState, buckets), target).length > 0,
  );
  if (full.length === 0)
    return { version: state.version, commits: 0, tables: [], isComplete: true };
  await prepareToWrite(context);
  const optimizer = new Optimizer(context, { tables: full, budget }, target, limits);
  return optimizer.run(await context.log.refresh());
}

/** Parts of the named buckets, or all. */
function* partsOf(
  { key, descriptor, parts }: TableState,
  buckets: AutoOptimizeRequest["buckets"] | undefined,
): Iterable<PartEntry> {
  const named = buckets?.get(key);
  const { tickBucketSize: size } = descriptor;
  if (named === undefined) yield* parts;
  else if (size === null) for (const part of parts) named.has(part.bucket) && (yield part);
  else {
    for (const bucket of named) {
      for (const part of parts.overlapping(bucket * size, (bucket + 1) * size - 1)) {
        if (part.bucket === bucket) yield part;
      }
    }
  }
}

class Optimizer {
  readonly #context: EngineContext;
  readonly #options: OptimizeOptions;
  readonly #target: OptimizeTarget;
  readonly #limits: Partial<Omit<AutoOptimizeRequest, "policy">>;
  readonly #tables = new Map<TableKey, OptimizedTable>();
  readonly #startedAtMs: number;
  #partsLeft: number;
  #commits = 0;

  constructor(
    context: EngineContext,
    options: OptimizeOptions,
    target: OptimizeTarget,
    limits: Partial<Omit<AutoOptimizeRequest, "policy">> = {},
  ) {
    this.#limits = limits;
    this.#context = context;
    this.#options = options;
    this.#target = target;
    this.#startedAtMs = context.clock.now().getTime();
    this.#partsLeft = options.budget?.parts ?? Number.POSITIVE_INFINITY;
  }

  /** Commits until nothing is left to merge: a part that came out small joins the next ones. */
  async run(first: RunState): Promise<OptimizeReport> {
    let isComplete = true;
    for (const table of this.#asked(first)) {
      for (let conflicts = 0; conflicts < CONFLICTS_MAX; ) {
        const state = this.#context.log.state.tables.get(table) as TableState;
        const plan = planOptimize(partsOf(state, this.#limits.buckets), this.#target);
        if (plan.length === 0) break;
        const chosen = this.#choose(plan);
        if (chosen.length === 0) {
          isComplete = false;
          break;
        }
        const outcome = await this.#commit(state, chosen);
        if (outcome.kind === "unchanged") {
          if (this.#limits.mayCommit?.() === false) isComplete = false;
          break;
        }
        conflicts = outcome.kind === "conflict" ? conflicts + 1 : 0;
        if (conflicts === CONFLICTS_MAX) isComplete = false;
        if (outcome.kind === "conflict") await this.#context.log.refresh();
      }
    }
    const { version } = this.#context.log.state;
    return { version, commits: this.#commits, tables: [...this.#tables.values()], isComplete };
  }

  #asked(state: RunState): readonly TableKey[] {
    const known = [...state.tables.keys()].sort();
    const { tables = known } = this.#options;
    const unknown = tables.find((table) => !state.tables.has(table as TableKey));
    if (unknown === undefined) return [...new Set(tables)] as TableKey[];
    throw new IoSchemaError(
      "UNKNOWN_TABLE",
      `there is no table ${show(unknown)} in this run: it has ${known.join(", ") || "none"}`,
      { details: { table: unknown, known } },
    );
  }

  /** As many groups as one commit and the budget take. */
  #choose(plan: readonly PartGroup[]): readonly PartGroup[] {
    const { budget, signal } = this.#options;
    if (signal?.aborted) {
      const message = "optimizing was cancelled: what it has committed stays";
      throw new IoError("ABORTED", message, { cause: signal.reason });
    }
    const elapsedMs = this.#context.clock.now().getTime() - this.#startedAtMs;
    if (elapsedMs >= (budget?.ms ?? Number.POSITIVE_INFINITY)) return [];
    const chosen: PartGroup[] = [];
    let parts = 0;
    for (const group of plan) {
      const room = Math.min(COMMIT_PARTS_MAX, this.#partsLeft) - parts;
      const fitting = group.slice(0, room);
      if (fitting.length < 2) break;
      chosen.push(fitting);
      parts += fitting.length;
    }
    return chosen;
  }

  async #commit(table: TableState, groups: readonly PartGroup[]): Promise<CommitOutcome> {
    const context = this.#context;
    const { actor = OPTIMIZE_ACTOR } = this.#options;
    const ref = {
      operationId: context.mintId() as OperationId,
      branch: context.branch.name,
      ...(context.branch.id && { branchId: context.branch.id }),
      base: context.log.state.version,
    };
    const pipeline = new CommitPipeline(context, ref, actor);
    context.own.add(ref.operationId);
    try {
      const edit = await writeMerged(context, pipeline, table, groups, this.#options.signal);
      if (edit === undefined) return { kind: "unchanged", version: ref.base };
      if (this.#limits.mayCommit?.() === false) {
        await pipeline.withdraw();
        return { kind: "unchanged", version: ref.base };
      }
      const publishing = pipeline.publish({
        ref,
        mode: "content-preserving",
        actor,
        message: null,
        kind: "optimize",
        expected: new Map([[table.key, null]]),
        edits: new Map([[table.key, edit]]),
      });
      this.#limits.publishing?.(publishing);
      const outcome = await publishing;
      if (outcome.kind === "committed") this.#note(table, edit, groups);
      if (outcome.kind === "unknown") {
        const message = `whether ${table.key} was optimized is not known: settle it with "run.resolve"`;
        throw new UnknownOutcomeError(message, outcome.operation, outcome.cause);
      }
      return outcome;
    } catch (error) {
      if (!(error instanceof UnknownOutcomeError)) await pipeline.withdraw();
      throw error;
    } finally {
      context.own.delete(ref.operationId);
    }
  }

  #note({ key }: TableState, { add, remove }: TableEdit, groups: readonly PartGroup[]): void {
    this.#commits++;
    this.#partsLeft -= remove.length;
    const gone = new Set(remove);
    const removed = groups.flat().filter(({ path }) => gone.has(path));
    const before = this.#tables.get(key);
    this.#tables.set(key, {
      table: key,
      partsRemoved: (before?.partsRemoved ?? 0) + removed.length,
      partsAdded: (before?.partsAdded ?? 0) + add.length,
      rows: (before?.rows ?? 0) + sum(removed, (part) => part.rows),
      bytesRemoved: (before?.bytesRemoved ?? 0) + sum(removed, (part) => part.bytes),
      bytesAdded: (before?.bytesAdded ?? 0) + sum(add, (part) => part.bytes),
    });
  }
}

function sum(parts: readonly PartEntry[], of: (part: PartEntry) => number): number {
  return parts.reduce((total, part) => total + of(part), 0);
}

function checkTarget({ targetBytes = TARGET_BYTES, bucketPartsMin = 2 }: OptimizeOptions) {
  for (const [name, value, max] of [
    ["targetBytes", targetBytes, PART_BYTES_MAX],
    ["bucketPartsMin", bucketPartsMin, Number.MAX_SAFE_INTEGER],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= 1 && value <= max) continue;
    throw new IoError(
      "INVALID_ARGUMENT",
      `${name} must be a whole number from 1 to ${max} (got: ${show(value)})`,
      { details: { [name]: value, max } },
    );
  }
  return { bytes: targetBytes, rows: TARGET_ROWS, bucketPartsMin };
}
