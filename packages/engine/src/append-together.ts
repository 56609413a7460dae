/**
 * Appends that share parts, a sidecar and a record: they land together, or none of them does. The
 * first one leads: the sidecar and the parts carry its id. Source: docs/design/group-commit.md.
 */
import type { CommitOutcome, OperationRef, TableKey } from "@crv/core";
import type { Companion, TableEdit } from "@crv/manifest";
import type { AppendOutcome } from "@crv/storage-trait";
import type { RecordBatch } from "apache-arrow";
import type { NamedAppend } from "./append-alone.js";
import { replay } from "./append-batches.js";
import { splitByBucket } from "./bucket-rows.js";
import { CommitPipeline } from "./commit-pipeline.js";
import type { EngineContext } from "./engine-context.js";
import { stageRows } from "./stage-rows.js";

/** A small append whose rows are in memory. */
export interface SmallAppend extends NamedAppend {
  readonly batches: readonly RecordBatch[];
  readonly rows: number;
}

/**
 * The outcome of each of `appends`, of which there are at least two; undefined when the group as a
 * whole provably did not commit, whatever the reason: then each can go alone, and is told its own.
 */
export async function appendTogether(
  context: EngineContext,
  appends: readonly SmallAppend[],
): Promise<readonly AppendOutcome[] | undefined> {
  const members = appends.map((append) => describe(append, appends[0]?.ref as OperationRef));
  const [leader, ...companions] = members as [Companion, ...Companion[]];
  const ids = companions.map(({ ref }) => ref.operationId);
  const pipeline = new CommitPipeline(context, leader.ref, leader.actor, ids);
  let edits: ReadonlyMap<TableKey, TableEdit>;
  let outcome: CommitOutcome;
  try {
    await context.recover();
    edits = await stageTables(context, pipeline, appends);
    outcome = await pipeline.publish({
      ...leader,
      // The oldest: what came since may concern any of them.
      ref: { ...leader.ref, base: Math.min(...members.map(({ ref }) => ref.base)) },
      mode: "blind",
      kind: "append",
      edits,
      companions,
    });
  } catch {
    // Only a store that provably did nothing throws here.
    await pipeline.withdraw();
    return undefined;
  }
  // A leader that had landed before did so without the others.
  if (outcome.kind === "conflict" || (outcome.kind === "committed" && outcome.duplicate)) {
    return undefined;
  }
  return members.map(({ ref, shared: { rows, buckets } }, i) => {
    const { name } = (appends[i] as SmallAppend).table;
    const parts = edits.get(name)?.add.filter(({ bucket }) => buckets.includes(bucket)) ?? [];
    return { ref, outcome: outcomeFor(outcome, ref, name), rows, buckets, parts };
  });
}

function describe(
  { ref, intent, table, batches, rows }: SmallAppend,
  leader: OperationRef,
): Companion {
  const found = batches.flatMap((batch) => splitByBucket(batch, table).map((of) => of.bucket));
  const buckets = [...new Set(found)].sort((a, b) => a - b);
  return {
    ref,
    actor: intent.actor ?? null,
    message: intent.message ?? null,
    expected: new Map([[table.name, null]]),
    shared: { leader: leader.operationId, rows, buckets },
  };
}

/** One part for each table and bucket. */
async function stageTables(
  context: EngineContext,
  pipeline: CommitPipeline,
  appends: readonly SmallAppend[],
): Promise<ReadonlyMap<TableKey, TableEdit>> {
  const edits = new Map<TableKey, TableEdit>();
  for (const { table } of appends) {
    if (edits.has(table.name)) continue;
    const batches = appends.filter((a) => a.table.name === table.name).flatMap((a) => a.batches);
    const bytesMax = () => context.stageBytesMax;
    const add = await stageRows(table, replay(batches), bytesMax, async (bucket, batch) => {
      await pipeline.arm("append", table.name, null);
      return pipeline.writePart(table, bucket, [batch]);
    });
    // Of the one that saw the oldest state: rows under columns that are gone keep all of them back.
    const readAt = Math.min(...appends.map(({ ref }) => ref.base));
    edits.set(table.name, { descriptor: table, readAt, add, remove: [] });
  }
  return edits;
}

/** What the common outcome says to one of them. */
function outcomeFor(common: CommitOutcome, ref: OperationRef, table: TableKey): CommitOutcome {
  if (common.kind === "unknown") return { ...common, operation: ref };
  if (common.kind !== "committed") return common;
  const own = [...common.tableVersions].filter(([key]) => key === table);
  return { ...common, tableVersions: new Map(own) };
}
