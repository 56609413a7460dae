/**
 * Verifies a run: compares what is stored with what its log says. Changes nothing, and needs no verb
 * that does. Memory is bounded by the state of the run and the parts that are read at once.
 * Source: docs/verify.md.
 */
import {
  BRANCHES_PREFIX,
  createHash52,
  IoError,
  parseBranchKey,
  parseKeyFilterKey,
  parsePartKey,
  TABLES_PREFIX,
  type Version,
} from "@crv/core";
import { type RunState, readFloor } from "@crv/manifest";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import type { PartStore } from "@crv/storage-trait/parts";
import { mapSource } from "../map-source.js";
import { checkArtifactViews } from "./check-artifact-views.js";
import { checkEnds } from "./check-ends.js";
import { checkMember } from "./check-member.js";
import {
  checkFloors,
  checkHint,
  checkLeases,
  checkRunNotes,
  checkSegments,
  checkSidecars,
  listCheckpoints,
} from "./check-notes.js";
import { checkPart } from "./check-part.js";
import { checkViews } from "./check-views.js";
import { Findings, type VerifyCounts } from "./findings.js";
import { parseName } from "./list-names.js";
import type { VerifyProblem } from "./problem.js";
import { ReadMembers } from "./read-members.js";
import { BranchesWalk } from "./walk-branches.js";
import { LogWalk, type NamedFile } from "./walk-log.js";

/** Parts read at once: as many as there are decoders, and one that is fetched. */
const DEEP_PARTS_AT_ONCE = 3;
const QUICK_PARTS_AT_ONCE = 32;
/** A cleanup that passes by makes it start over, this often. */
const ATTEMPTS_MAX = 4;

export interface VerifyOptions {
  /** Whether every byte is read. Default false: sizes, records, checkpoints, views. */
  readonly deep?: boolean;
  readonly signal?: AbortSignal;
  /** Told after each part, and each member of an artifact. */
  readonly onProgress?: (progress: VerifyProgress) => void;
}

export interface VerifyProgress {
  readonly parts: number;
  readonly bytes: number;
  readonly problems: number;
}

export interface VerifyReport {
  readonly deep: boolean;
  /** Newest version, and the oldest one kept. */
  readonly version: Version;
  readonly floor: Version;
  /** In the order of their paths, 10,000 at most; `problemCount` has all. */
  readonly problems: readonly VerifyProblem[];
  readonly problemCount: number;
  readonly checked: Readonly<VerifyCounts>;
  /**
   * Parts and key filters that no retained version names: of writers at work, or for cleanup. No
   * problem. Absent when damage leaves it unknown.
   */
  readonly unreferenced: { readonly files: number; readonly bytes: number } | undefined;
}

export interface VerifyContext {
  readonly store: ObjectReader;
  readonly parts: PartStore;
}

/**
 * @throws IoError `ABORTED` by the signal, `IO` when the store fails. VersionMismatch
 *   `FORMAT_UNSUPPORTED` for a file of a later release.
 */
export async function verifyRun(
  context: VerifyContext,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const { report, branches } = await verifyOnce(context, options).catch((error: unknown) => {
      // Whatever an abort broke off, it was the abort.
      checkNotAborted(options.signal);
      throw error;
    });
    // Rule `floorlast`: what is missing below a floor that has risen meanwhile was cleaned up.
    const isSameFloor = (await readFloor(context.store)) === report.floor;
    if (isSameFloor && (await branches.isLiving())) return report;
  }
  throw new IoError("IO", "cleanup removed versions while the run was verified: verify it again");
}

async function verifyOnce(
  { store, parts }: VerifyContext,
  { deep = false, signal, onProgress }: VerifyOptions,
): Promise<{ readonly report: VerifyReport; readonly branches: BranchesWalk }> {
  const findings = new Findings();
  const { counts } = findings;
  const floor = await checkFloors(store, findings);
  const checkpoints = await listCheckpoints(store, findings);
  await checkHint(store, findings, checkpoints, floor);
  await checkLeases(store, findings);
  await checkRunNotes(store, findings);
  const pending = await checkSidecars(store, findings);
  const walk = new LogWalk({ store, findings, floor, checkpoints, deep, signal });
  const branches = new BranchesWalk({ store, findings, floor, deep, signal });
  const hashKey = await createHash52();
  const members = new ReadMembers();
  await mapSource(
    filesOf(walk, branches),
    async (named) => {
      checkNotAborted(signal);
      const context = { store, parts, hashKey, findings, deep, members, signal };
      await ("member" in named ? checkMember(context, named) : checkPart(context, named));
      onProgress?.({
        parts: counts.parts,
        bytes: counts.bytes,
        problems: findings.problemCount,
      });
    },
    deep ? DEEP_PARTS_AT_ONCE : QUICK_PARTS_AT_ONCE,
  );
  checkEnds(findings, checkpoints, walk.head);
  if (deep) await checkSegments(store, findings, signal);
  if (walk.state) {
    const { state } = walk;
    await checkViews({ store, findings, floor, state, pending });
    await checkArtifactViews({ store, findings, state, deep, members, signal });
  }
  const unreferenced = await countUnreferenced(store, findings, walk.state, branches);
  const report = {
    deep,
    version: walk.head,
    floor,
    problems: findings.problems,
    problemCount: findings.problemCount,
    checked: counts,
    unreferenced,
  };
  return { report, branches };
}

/** Branches only where main is known: else it is not known which there are. */
async function* filesOf(walk: LogWalk, branches: BranchesWalk): AsyncGenerator<NamedFile> {
  yield* walk.files();
  if (walk.state) yield* branches.files(walk.state);
}

async function countUnreferenced(
  store: ObjectReader,
  findings: Findings,
  state: RunState | undefined,
  { states, ids }: BranchesWalk,
): Promise<VerifyReport["unreferenced"]> {
  const unreferenced = { files: 0, bytes: 0 };
  for await (const { key, sizeBytes } of store.list(TABLES_PREFIX)) {
    const isPart = parseName(key, parsePartKey, findings) !== undefined;
    const isFilter = !isPart && parseName(key, parseKeyFilterKey, findings) !== undefined;
    if (!isPart && !isFilter) continue;
    const part = isPart ? key : (key.replace(/\.keys$/, ".parquet") as typeof key);
    if ([state, ...states].some((each) => each?.paths.has(part, each.version))) continue;
    unreferenced.files++;
    unreferenced.bytes += sizeBytes;
  }
  for await (const { key, sizeBytes } of store.list(BRANCHES_PREFIX)) {
    const branch = parseName(key, parseBranchKey, findings)?.branch;
    if (branch === undefined || ids.has(branch)) continue;
    unreferenced.files++;
    unreferenced.bytes += sizeBytes;
  }
  return state && unreferenced;
}

function checkNotAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new IoError("ABORTED", "verifying the run was cancelled", { cause: signal.reason });
}
