/** Makes a directory that another program wrote a run: one commit that names its parts as they lie. */
import {
  type AdoptReport,
  type AdoptRequest,
  type CommitOutcome,
  IoError,
  type TableKey,
} from "@crv/core";
import { beginOperation, nameOperation, prepareToWrite } from "../begin-operation.js";
import type { EngineContext } from "../engine-context.js";
import { pinState } from "../snapshot.js";
import { describeExamined, examineRun } from "./examine-run.js";
import { isBegun } from "./is-foreign-run.js";

/** As `StagedStorage.adopt` says. */
export async function adoptRun(
  context: EngineContext,
  request: AdoptRequest,
): Promise<{ readonly outcome: CommitOutcome; readonly report: AdoptReport }> {
  const { log, store, parts, runId } = context;
  await prepareToWrite(context);
  const state = await log.refresh();
  if (state.tables.size > 0) {
    throw new IoError(
      "ALREADY_EXISTS",
      `run ${runId} has a log, with the tables ${[...state.tables.keys()].sort().join(", ")}: add single files with run.stageFiles`,
      { details: { runId, version: state.version } },
    );
  }
  if (await isBegun(store)) {
    throw new IoError(
      "ALREADY_EXISTS",
      `run ${runId} is a copy that was cut off: copy it again, or remove it`,
      { details: { runId } },
    );
  }
  const { tables, skipped, leftOut } = await examineRun(store, parts, {
    tickBucketSize: request.tickBucketSize,
    skipDamaged: request.skipDamaged,
    measure: true,
  });
  const { actor, message } = request;
  const intent = {
    base: pinState(runId, state),
    mode: "strict",
    ...(actor !== undefined && { actor }),
    ...(message !== undefined && { message }),
  } as const;
  await using operation = await beginOperation(context, intent, nameOperation(context, intent));
  for (const { descriptor, parts: entries } of tables) {
    const table: TableKey = descriptor.name;
    await operation.stageSchema(table, { kind: "create", descriptor });
    for (const { path } of entries) await store.makeDurable(path);
    await operation.stageFiles(table, [], entries);
  }
  const report = { tables: tables.map(describeExamined), skipped, leftOut };
  return { outcome: await operation.commit(), report };
}
