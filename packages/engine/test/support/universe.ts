/** A simulated run: processes that open it over one disk, and rows to write. */
import {
  defineTable,
  MAIN_BRANCH,
  type OperationId,
  parseRunId,
  type TableDescriptor,
  type TableKey,
} from "@crv/core";
import { arrowSchema, batchOf } from "@crv/core/arrow";
import type { StagedStorage } from "@crv/storage-trait";
import {
  type FaultPlan,
  type SimulatedDisk,
  type SimulatedStore,
  seededRandom,
  simulatedLiveness,
  TrivialPartStore,
} from "@crv/storage-trait/testing";
import { Int64, makeData, type RecordBatch } from "apache-arrow";
import { type OpenedStorage, openStorage, type PhaseEvent } from "../../src/index.js";

export const RUN_ID = parseRunId("run_1");

/** Tables whose rows are told apart by their value. */
export const LEFT = defineTable({
  name: "left_table",
  columns: { tick: "i64", value: "i64" },
  bucketSize: 10,
});
export const RIGHT = defineTable({
  name: "right_table",
  columns: { tick: "i64", value: "i64" },
  bucketSize: 10,
});

export interface OpenedProcess extends OpenedStorage {
  readonly store: SimulatedStore;
}

let processes = 0;

/** Starts a process and opens the run in it. */
export async function openProcess(
  disk: SimulatedDisk,
  name: string,
  options: {
    readonly plan?: FaultPlan;
    readonly crashAt?: number;
    readonly onPhase?: (event: PhaseEvent) => void;
  } = {},
): Promise<OpenedProcess> {
  const { onPhase, ...faults } = options;
  const store = disk.process(name, faults);
  const opened = await openStorage({
    runId: RUN_ID,
    store,
    residual: store,
    parts: new TrivialPartStore(store),
    liveness: simulatedLiveness(disk, store),
    clock: disk.clock,
    random: seededRandom(1),
    mintId: ulids(++processes),
    durability: "full",
    ...(onPhase && { onPhase }),
  });
  return { ...opened, store };
}

/** ULIDs of digits: sorted by process, then by call. */
function ulids(process: number): () => string {
  let count = 0;
  return () => `01${String(process).padStart(8, "0")}${String(++count).padStart(16, "0")}`;
}

/** Rows of LEFT or RIGHT: one for each value, at the tick of that number. */
export function rowsOf(table: TableDescriptor, values: readonly number[]): RecordBatch {
  const column = () =>
    makeData({
      type: new Int64(),
      length: values.length,
      nullCount: 0,
      data: BigInt64Array.from(values, BigInt),
    });
  return batchOf(arrowSchema(table), values.length, [column(), column()]);
}

export async function* only(batch: RecordBatch): AsyncIterable<RecordBatch> {
  yield batch;
}

export interface Append {
  readonly table: TableDescriptor;
  readonly values: readonly number[];
  readonly overwrite?: boolean;
}

/** One commit of several tables; creates those that do not exist. */
export async function commitRows(
  storage: StagedStorage,
  appends: readonly Append[],
  operationId?: OperationId,
) {
  await using base = await storage.snapshot();
  const operation = await storage.begin({
    base,
    mode: "blind",
    actor: "tester",
    ...(operationId && { operationId }),
  });
  for (const { table, values, overwrite } of appends) {
    if (!base.descriptor(table.name)) {
      await operation.stageSchema(table.name, { kind: "create", descriptor: table });
    }
    const rows = only(rowsOf(table, values));
    await (overwrite
      ? operation.stageOverwrite(table.name, rows)
      : operation.stageAppend(table.name, rows));
  }
  return operation.commit();
}

/** Values in a table, in storage order; undefined when the table does not exist. */
export async function readValues(
  storage: StagedStorage,
  table: TableKey,
  version?: number,
): Promise<readonly number[] | undefined> {
  await using snapshot = await storage.snapshot(
    version === undefined ? {} : { branch: MAIN_BRANCH, version },
  );
  if (!snapshot.descriptor(table)) return undefined;
  const values: number[] = [];
  for await (const batch of storage.scan(snapshot, { table })) {
    for (const value of batch.getChild("value") ?? []) values.push(Number(value));
  }
  return values;
}
