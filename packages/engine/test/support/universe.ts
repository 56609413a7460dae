/** A simulated run: processes that open it over one disk, and rows to write. */
import {
  type BranchName,
  type CommitOutcome,
  defineTable,
  MAIN_BRANCH,
  type OperationId,
  parseRunId,
  type TableDescriptor,
  type TableKey,
} from "@crv/core";
import { arrowSchema, batchOf } from "@crv/core/arrow";
import type { AppendOutcome, SnapshotHandle, StagedStorage } from "@crv/storage-trait";
import type { PartStore } from "@crv/storage-trait/parts";
import {
  type FaultPlan,
  type SimulatedDisk,
  type SimulatedStore,
  seededRandom,
  simulatedLiveness,
} from "@crv/storage-trait/testing";
import { Int64, makeData, type RecordBatch, Schema } from "apache-arrow";
import {
  type AutoOptimizePolicy,
  type OpenedStorage,
  openStorage,
  type PhaseEvent,
} from "../../src/index.js";
import { NumberPartStore } from "./number-part-store.js";
import type { Row } from "./row-steps.js";

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

/** As LEFT, with a key: one row for each tick. */
export const KEYED = defineTable({
  name: "keyed_table",
  columns: { tick: "i64", value: "i64" },
  key: ["tick"],
  bucketSize: 10,
});

/** One row for each value. A part of a hundred rows has a key filter beside it. */
export const BY_VALUE = defineTable({
  name: "table_by_value",
  columns: { tick: "i64", value: "i64" },
  key: ["value"],
  bucketSize: 1000,
});

/** As LEFT, under constraints: each value once, and each tick a row of KEYED. */
export const LINKED = defineTable({
  name: "linked_table",
  columns: { tick: "i64", value: "i64" },
  bucketSize: 10,
  constraints: {
    unique: [["value"]],
    references: [{ columns: ["tick"], table: KEYED.name }],
  },
});

export interface OpenedProcess extends OpenedStorage {
  readonly store: SimulatedStore;
  readonly parts: PartStore;
}

export interface OpenProcessOptions {
  readonly plan?: FaultPlan;
  readonly crashAt?: number;
  readonly onPhase?: (event: PhaseEvent) => void;
  readonly writeManifestEveryN?: number;
  readonly keysHeldMax?: number;
  /** Default: those of a run with more commits than most proofs make. */
  readonly checkpointRecordsMin?: number;
  /** Default: never. */
  readonly autoOptimize?: AutoOptimizePolicy;
  /** Default main. */
  readonly branch?: BranchName;
  /** Of another machine nothing is known: its leases must run out. */
  readonly machine?: string;
}

/** Starts a process and opens the run in it. */
export async function openProcess(
  disk: SimulatedDisk,
  name: string,
  options: OpenProcessOptions = {},
): Promise<OpenedProcess> {
  const { onPhase, writeManifestEveryN, keysHeldMax, autoOptimize, branch, ...rest } = options;
  const { checkpointRecordsMin, ...faults } = rest;
  const { store, parts, ...wired } = startProcess(disk, name, faults);
  const opened = await openStorage({
    ...wired,
    store,
    parts,
    ...(branch && { branch }),
    ...(onPhase && { onPhase }),
    ...(writeManifestEveryN !== undefined && { writeManifestEveryN }),
    ...(keysHeldMax !== undefined && { keysHeldMax }),
    ...(checkpointRecordsMin !== undefined && { checkpointRecordsMin }),
    ...(autoOptimize && { autoOptimize }),
  });
  return { ...opened, store, parts };
}

/** Starts a process, with all that opening the run needs. */
export function startProcess(
  disk: SimulatedDisk,
  name: string,
  faults: Pick<OpenProcessOptions, "plan" | "crashAt" | "machine"> = {},
) {
  const store = disk.process(name, faults);
  return {
    runId: RUN_ID,
    store,
    residual: store,
    parts: new NumberPartStore(store),
    liveness: simulatedLiveness(disk, store),
    clock: disk.clock,
    random: seededRandom(1),
    mintId: ulids(store),
    durability: "full",
  } as const;
}

/** ULIDs of digits: sorted by boot and process, then by call; the same whenever a test is run again. */
function ulids({ process: { identity } }: SimulatedStore): () => string {
  const boot = identity.bootId.slice(identity.bootId.lastIndexOf("-") + 1);
  const owner = `01${boot.padStart(3, "0")}${String(identity.pid).padStart(6, "0")}`;
  let count = 0;
  return () => `${owner}${String(++count).padStart(15, "0")}`;
}

/** Rows of LEFT or RIGHT: one for each value, at the tick of that number. */
export function rowsOf(table: TableDescriptor, values: readonly number[]): RecordBatch {
  return rows(table, values, values);
}

/** Rows of LEFT or RIGHT: one for each value, all at `tick`. */
export function rowsAt(
  table: TableDescriptor,
  tick: number,
  values: readonly number[],
): RecordBatch {
  const ticks = values.map(() => tick);
  return rows(table, ticks, values);
}

export function batchOfRows(table: TableDescriptor, all: readonly Row[]): RecordBatch {
  const ticks = all.map(({ tick }) => tick);
  const values = all.map(({ value }) => value);
  return rows(table, ticks, values);
}

/** One row of the column `value` alone: what an update sets. */
export function valueRow(table: TableDescriptor, value: number): RecordBatch {
  const fields = arrowSchema(table).fields.filter(({ name }) => name === "value");
  return batchOf(new Schema(fields), 1, [column([value])]);
}

function rows(
  table: TableDescriptor,
  ticks: readonly number[],
  values: readonly number[],
): RecordBatch {
  return batchOf(arrowSchema(table), values.length, [column(ticks), column(values)]);
}

function column(numbers: readonly number[]) {
  const data = BigInt64Array.from(numbers, BigInt);
  return makeData({ type: new Int64(), length: numbers.length, nullCount: 0, data });
}

export async function* only(batch: RecordBatch): AsyncIterable<RecordBatch> {
  yield batch;
}

export interface Append {
  readonly table: TableDescriptor;
  readonly values: readonly number[];
  readonly overwrite?: boolean;
}

export interface CommitOptions {
  /** Default `blind`. */
  readonly mode?: "blind" | "strict";
  /** Tables that the operation read besides. */
  readonly expected?: readonly TableKey[];
  /** Whether constraints may be checked again. Default: no. */
  readonly recheck?: boolean;
}

/** One commit of several tables; creates those that do not exist. */
export async function commitRows(
  storage: StagedStorage,
  appends: readonly Append[],
  operationId?: OperationId,
  { mode = "blind", expected = [], recheck = false }: CommitOptions = {},
): Promise<CommitOutcome> {
  await using base = await storage.snapshot();
  await using operation = await storage.begin({
    base,
    mode,
    recheck,
    actor: "tester",
    ...(operationId && { operationId }),
  });
  for (const table of expected) operation.expect(table);
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

/** One append of rows to one table, as `StagedStorage.append` does it: small ones may go together. */
export async function appendValues(
  storage: StagedStorage,
  table: TableDescriptor,
  values: readonly number[],
): Promise<AppendOutcome> {
  await using base = await storage.snapshot();
  const intent = { base, mode: "blind", actor: "tester" } as const;
  return await storage.append(intent, table, only(rowsOf(table, values)));
}

/** One commit that creates `tables`, without rows. */
export async function createTables(
  storage: StagedStorage,
  tables: readonly TableDescriptor[],
  operationId: OperationId,
): Promise<CommitOutcome> {
  await using base = await storage.snapshot();
  await using operation = await storage.begin({
    base,
    mode: "blind",
    actor: "tester",
    operationId,
  });
  for (const descriptor of tables) {
    await operation.stageSchema(descriptor.name, { kind: "create", descriptor });
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
  return snapshot.descriptor(table) && readPinned(storage, snapshot, table);
}

/** Values in a table of a snapshot, in storage order. */
export async function readPinned(
  storage: StagedStorage,
  snapshot: SnapshotHandle,
  table: TableKey,
): Promise<readonly number[]> {
  const rows = await readRows(storage.scan(snapshot, { table }));
  return rows.map(({ value }) => value);
}

/** All rows of a scan, in their order. */
export async function readRows(batches: AsyncIterable<RecordBatch>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const batch of batches) {
    const values = [...(batch.getChild("value") ?? [])];
    for (const [i, tick] of [...(batch.getChild("tick") ?? [])].entries()) {
      rows.push({ tick: Number(tick), value: Number(values[i]) });
    }
  }
  return rows;
}
