/**
 * Repairs a run: what verification found is planned, told, and done only when it is asked for. Damaged
 * files keep their bytes, in the quarantine of the run. Every act is one step: killed between two of
 * them it leaves a run that the next repair finishes. Source: docs/design/repair.md.
 *
 * In this order: views, checkpoints and sidecars of lost versions, then their records from the newest on,
 * so that nothing ever shows more than the log holds; the run is opened, which settles what dead writers
 * left and publishes views; then commits, floors and what is derived.
 */
import {
  formatQuarantineKey,
  MAIN_BRANCH,
  MESSAGE_CHARS_MAX,
  type ObjectKey,
  type OperationId,
  parseOperationId,
  parseRecordKey,
  type SessionId,
  TABLES_PREFIX,
  UnknownOutcomeError,
  type Version,
} from "@crv/core";
import type { ArtifactEdits, TableEdit } from "@crv/manifest";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import type { PartStore } from "@crv/storage-trait/parts";
import { CommitPipeline } from "../commit-pipeline.js";
import type { EngineContext } from "../engine-context.js";
import { type OpenStorageOptions, openContext } from "../open-storage.js";
import type { VerifyProblem } from "../verify/problem.js";
import { type VerifyOptions, verifyRun } from "../verify/verify-run.js";
import { checkAlone } from "./check-alone.js";
import { type LogFacts, readLogFacts } from "./log-facts.js";
import { damagedHistory, planRepair } from "./plan-repair.js";
import { rebuildKeyFilter } from "./rebuild-key-filter.js";
import type { RepairAct, RepairPlan, Unrepaired } from "./repair-act.js";
import { raiseFloorOver, rewriteCheckpoint } from "./repair-log.js";

/** Actor of the commits of a repair. */
export const REPAIR_ACTOR = "crv:repair";

export interface RepairOptions extends VerifyOptions {
  /** Whether it is done. Default false: it is told only, and nothing is written. */
  readonly apply?: boolean;
}

export interface RepairReport {
  /** Whether it was done. */
  readonly applied: boolean;
  /** In the order in which they are done. */
  readonly acts: readonly RepairAct[];
  /** Left as they are. */
  readonly unrepaired: readonly Unrepaired[];
  /** Of the verification before; more than 10,000 are repaired in several calls. */
  readonly problemCount: number;
  /** Of a verification afterwards; as many as before when nothing was done. */
  readonly problemsLeft: number;
  /** Directory of what was set aside, relative to the run; undefined when nothing was. */
  readonly quarantine: string | undefined;
}

/** What planning needs: no verb that writes. */
export interface RepairReader {
  readonly store: ObjectReader;
  readonly parts: PartStore;
}

/** Acts that only move a file. */
const MOVES: ReadonlySet<RepairAct["kind"]> = new Set(["set-aside", "end-log", "publish-view"]);

/**
 * What a repair would do.
 *
 * @throws As `verifyRun`.
 */
export async function planRepairs(
  reader: RepairReader,
  options: VerifyOptions = {},
): Promise<RepairReport> {
  return (await planFrom(reader, options)).report;
}

/**
 * Plans, and does it.
 *
 * @param session Of this process; others that have the run open keep records from being set aside.
 * @throws IoError `IN_USE` when anything beyond the end of a log would go while others may write:
 *   nothing was changed.
 * @throws As `verifyRun` and `openStorage`; what was done until then stays done.
 */
export async function repairRun(
  opening: OpenStorageOptions,
  options: VerifyOptions = {},
  session?: SessionId,
): Promise<RepairReport> {
  let plan = await planFrom(opening, options);
  if (plan.isEnding) {
    await checkAlone(opening, session);
    // Whoever was there until now may have committed what the plan takes for lost.
    plan = await planFrom(opening, options);
  }
  const planned = plan.report;
  const acts = [...planned.acts].sort((a, b) => rankOf(a) - rankOf(b));
  if (acts.length === 0) return { ...planned, applied: true };
  const quarantine = opening.mintId();
  const setAside = (path: ObjectKey): Promise<void> =>
    opening.residual.setAside(path, formatQuarantineKey(quarantine, path));
  for (const { kind, paths } of acts) {
    if (MOVES.has(kind)) for (const path of paths) await setAside(path);
  }
  for (const branch of new Set([MAIN_BRANCH, ...acts.map((act) => act.branch)])) {
    const { context } = await openContext({ ...opening, branch });
    await actOn(
      context,
      acts.filter((act) => act.branch === branch),
      setAside,
    );
    await context.views.followAll();
  }
  const { problemCount: problemsLeft } = await verifyRun(opening, options);
  const moved = acts.some(({ kind }) => MOVES.has(kind) || kind === "rewrite-checkpoint");
  return {
    ...planned,
    acts,
    applied: true,
    problemsLeft,
    quarantine: moved ? formatQuarantineKey(quarantine, "" as ObjectKey) : undefined,
  };
}

interface Planned {
  readonly report: RepairReport;
  /** Whether anything beyond the end of a log goes. */
  readonly isEnding: boolean;
}

async function planFrom({ store, parts }: RepairReader, options: VerifyOptions): Promise<Planned> {
  const { problems, problemCount } = await verifyRun({ store, parts }, options);
  const logs = await readLogFacts(store);
  const plan = await planFor(logs, problems);
  return {
    report: {
      applied: false,
      ...plan,
      problemCount,
      problemsLeft: problemCount,
      quarantine: undefined,
    },
    isEnding: logs.some(({ beyond }) => Object.values(beyond).some(({ length }) => length > 0)),
  };
}

async function planFor(
  logs: readonly LogFacts[],
  problems: readonly VerifyProblem[],
): Promise<RepairPlan> {
  const coveredBy = new Map<LogFacts, Version | undefined>();
  for (const facts of logs) {
    const versions = damagedHistory(problems, facts).map(({ version = 0 }) => version);
    if (versions.length > 0) coveredBy.set(facts, await facts.soundFrom(Math.max(...versions)));
  }
  return planRepair(problems, logs, coveredBy);
}

/** What must be first so that a crash in between is harmless. */
function rankOf({ kind, paths }: RepairAct): number {
  if (kind === "end-log") return 2;
  if (kind === "publish-view" || paths[0]?.startsWith(TABLES_PREFIX)) return 0;
  return MOVES.has(kind) ? 1 : 3;
}

/** What is done in an open log: its commit first, since the floor may rise to that. */
async function actOn(
  context: EngineContext,
  acts: readonly RepairAct[],
  setAside: (path: ObjectKey) => Promise<void>,
): Promise<void> {
  const of = (kind: RepairAct["kind"]) => acts.filter((act) => act.kind === kind);
  await commitLosses(context, acts);
  const shown = of("publish-view").flatMap(({ artifact }) => artifact ?? []);
  await context.views.showArtifacts(new Set(shown), context.log.state.version);
  for (const { version = 0, paths } of of("raise-floor")) {
    await raiseFloorOver(context, version, paths.filter(isRecord), setAside);
  }
  for (const { version = 0, paths } of of("rewrite-checkpoint")) {
    await rewriteCheckpoint(context, version, paths[0] as ObjectKey, setAside);
  }
  for (const { paths } of of("rebuild-key-filter")) {
    await rebuildKeyFilter(context, paths[0] as ObjectKey, setAside);
  }
}

function isRecord(path: ObjectKey): boolean {
  return parseRecordKey(path) !== undefined;
}

/** One commit for all that a log loses: what it says of it is its message. */
async function commitLosses(context: EngineContext, acts: readonly RepairAct[]): Promise<void> {
  const losses = acts.filter(({ kind }) =>
    ["end-log", "remove-part", "remove-artifact", "raise-floor"].includes(kind),
  );
  if (losses.length === 0) return;
  const state = await context.log.refresh();
  const edits = new Map<TableEdit["descriptor"]["name"], TableEdit>();
  const changes = new Map<NonNullable<RepairAct["artifact"]>, readonly []>();
  for (const { kind, table, artifact, paths } of losses) {
    const found = kind === "remove-part" && table ? state.tables.get(table) : undefined;
    const live = found ? paths.filter((path) => found.parts.has(path)) : [];
    if (found && live.length > 0) {
      const remove = [...(edits.get(found.key)?.remove ?? []), ...live];
      edits.set(found.key, { descriptor: found.descriptor, add: [], remove });
    }
    if (artifact && state.artifacts.versionOf(artifact, state.version) > 0)
      changes.set(artifact, []);
  }
  const expected = [...changes.keys()].map(
    (name) => [name, state.artifacts.versionOf(name, state.version)] as const,
  );
  const artifacts: ArtifactEdits = { expected: new Map(expected), changes };
  const { branch } = context;
  const ref = {
    operationId: parseOperationId(context.mintId()) as OperationId,
    branch: branch.name,
    ...(branch.id && { branchId: branch.id }),
    base: state.version,
  };
  const outcome = await new CommitPipeline(context, ref, REPAIR_ACTOR).publish({
    ref,
    mode: "strict",
    actor: REPAIR_ACTOR,
    message: messageOf(losses),
    kind: "repair",
    expected: new Map([...edits.keys()].map((table) => [table, null])),
    edits,
    ...(changes.size > 0 && { artifacts }),
  });
  // A conflict: what was to be taken out is gone. The verification that follows tells what is left.
  if (outcome.kind !== "unknown") return;
  const message = 'whether the repair was committed is not known: settle it with "run.resolve"';
  throw new UnknownOutcomeError(message, outcome.operation, outcome.cause);
}

/** What is lost, by kind and in few words: `crv log` prints it in one line. */
function messageOf(losses: readonly RepairAct[]): string {
  const parts = losses.filter(({ kind }) => kind === "remove-part");
  const tables = [...new Set(parts.map(({ table }) => table))].map((table) => {
    const rows = parts.reduce((sum, act) => sum + (act.table === table ? (act.rows ?? 0) : 0), 0);
    return `${rows} rows of ${table}`;
  });
  const artifacts = losses.flatMap(({ artifact }) => artifact ?? []);
  const versions = losses.filter(({ kind }) => kind === "end-log" || kind === "raise-floor");
  const lost = [...tables, ...artifacts, ...versions.map((act) => act.lost)];
  return `lost: ${lost.join(", ")}`.slice(0, MESSAGE_CHARS_MAX);
}
