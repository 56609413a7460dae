/** Versions of main that branches and tags need, when the records below a floor go. */
import { type CommitPoint, formatCheckpointKey, IoError, type Version } from "@crv/core";
import { NO_REFS, pinnedPoints, type Refs, readCheckpoint, writeCheckpoint } from "@crv/manifest";
import type { EngineContext } from "../engine-context.js";
import { type MainReader, openBranchLog } from "./branch-log.js";

/** Points of main below `floor` that are named. At version 0 there is nothing to keep. */
export function pinnedBelow(refs: Refs | null, floor: Version): readonly CommitPoint[] {
  const named: CommitPoint[] = [];
  for (const point of pinnedPoints(refs ?? NO_REFS)) {
    if (point.branchId === null && point.version > 0 && point.version < floor) named.push(point);
  }
  return named;
}

/**
 * As {@link pinnedBelow}, and versions of main that living branches hold: a merge of the two begins there.
 */
export async function neededBelow(
  main: MainReader,
  refs: Refs | null,
  floor: Version,
): Promise<readonly CommitPoint[]> {
  const needed = [...pinnedBelow(refs, floor)];
  for (const point of await heldByBranches(main, refs)) {
    const isKnown = needed.some(({ version }) => version === point.version);
    if (point.version < floor && !isKnown) needed.push(point);
  }
  return needed;
}

/** The newest version of main that each living branch holds. */
export async function heldByBranches(
  main: MainReader,
  refs: Refs | null,
): Promise<readonly CommitPoint[]> {
  const held: CommitPoint[] = [];
  for (const { id } of refs?.branches.values() ?? []) {
    try {
      const { lineage } = await (await openBranchLog(main, id, "refuse")).refresh();
      held.push(...[lineage.get(null)].filter((point) => point !== undefined));
    } catch (error) {
      // Deleted meanwhile, or made from a version that was cleaned up before it was named.
      if (!(error instanceof IoError && error.code === "NOT_FOUND")) throw error;
    }
  }
  return held;
}

/**
 * Gives each version below `floor` that branches and tags need a checkpoint of its own. Rule `rootcheck`:
 * names are read after the floor is durable, so that whoever makes one later sees the floor.
 *
 * @throws IoError `IO` when the store did not confirm a checkpoint.
 */
export async function keepPinned(
  { log, store, main }: EngineContext,
  floor: Version,
): Promise<ReadonlySet<Version>> {
  const { refs } = await log.refresh();
  await log.makeDurable(store);
  const kept = new Set<Version>();
  for (const point of await neededBelow(main, refs, floor)) {
    const { version, commitId } = point;
    if (kept.has(version)) continue;
    kept.add(version);
    const isOurs = async () => (await readCheckpoint(store, version))?.commitId === commitId;
    if (await isOurs()) continue;
    const state = await log.stateOf(point).catch((error: unknown) => {
      // The floor had passed it before it was named: whoever named it withdraws.
      if (error instanceof IoError && error.code === "NOT_FOUND") return undefined;
      throw error;
    });
    if (state === undefined) continue;
    const isWritten = await writeCheckpoint(store, state, "full");
    if (isWritten && (await store.makeDurable(formatCheckpointKey(version))) && (await isOurs())) {
      continue;
    }
    throw new IoError(
      "IO",
      `the checkpoint of version ${version}, which a branch or tag needs, was not confirmed: nothing was removed; try again`,
      { details: { key: formatCheckpointKey(version), version } },
    );
  }
  return kept;
}
