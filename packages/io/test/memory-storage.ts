/**
 * The sealed storage in memory, as little of it as the tests of io need: appends, overwrites, the
 * newest version, scans by tick. Filters are recorded in `requests`, not applied. Nothing here is durable.
 */
import {
  BUCKET_COLUMN,
  type CommitOutcome,
  type CommitRecord,
  formatPartKey,
  formatPartPrefix,
  IoSchemaError,
  MAIN_BRANCH,
  type OperationId,
  type PartEntry,
  parseOperationId,
  parseRunId,
  type RunId,
  type TableDescriptor,
  type TableKey,
  type TableManifest,
} from "@crv/core";
import { arrowSchema, BatchBuilder, readTicks } from "@crv/core/arrow";
import type {
  AppendOptions,
  AppendOutcome,
  OperationIntent,
  ScanPlan,
  ScanRequest,
  SchemaChange,
  SnapshotHandle,
  StagedHandle,
  StagedOperation,
  StagedStorage,
} from "@crv/storage-trait";
import { Int64, makeData, makeVector, type RecordBatch, Schema } from "apache-arrow";

/** Of operations that are given none; the parts of several then have one name. */
const OPERATION_ID = parseOperationId("01ARZ3NDEKTSV4RRFFQ69G5FAW");

interface Part {
  readonly entry: PartEntry;
  readonly batch: RecordBatch;
}

interface TableState {
  readonly descriptor: TableDescriptor;
  readonly parts: readonly Part[];
}

type State = ReadonlyMap<TableKey, TableState>;

export class MemoryStorage {
  readonly runId: RunId = parseRunId("run_1");
  readonly states: State[] = [new Map()];
  /** In order of the calls. */
  readonly requests: ScanRequest[] = [];
  readonly intents: OperationIntent[] = [];
  snapshotsOpen = 0;
  discards = 0;
  /** When set, commits report it and change nothing. */
  outcome: CommitOutcome | undefined;
  readonly #landed = new Map<OperationId, number>();

  /** As io sees it. The brand has no value that a test could give. */
  get sealed(): StagedStorage {
    return this as unknown as StagedStorage;
  }

  get version(): number {
    return this.states.length - 1;
  }

  async snapshot(): Promise<SnapshotHandle> {
    const state = this.states[this.version] as State;
    this.snapshotsOpen++;
    let isOpen = true;
    const close = async () => {
      if (isOpen) this.snapshotsOpen--;
      isOpen = false;
    };
    const snapshot = {
      state,
      runId: this.runId,
      branch: MAIN_BRANCH,
      version: this.version,
      descriptor: (table: TableKey) => state.get(table)?.descriptor,
      tableVersion: (table: TableKey) => (state.has(table) ? 1 : 0),
      tables: () => [...state.keys()].sort(),
      close,
      [Symbol.asyncDispose]: close,
    };
    return snapshot as unknown as SnapshotHandle;
  }

  async plan(snapshot: SnapshotHandle, request: ScanRequest): Promise<ScanPlan> {
    const parts = partsOf(snapshot, request);
    const rows = parts.reduce((sum, part) => sum + part.entry.rows, 0);
    const { limit = rows, offset = 0 } = request;
    const rowsMax = Math.min(Math.max(0, rows - offset), limit);
    const exact = request.filter === undefined && request.tickMin === undefined;
    return {
      version: snapshot.version,
      parts: parts.map((part) => part.entry),
      rowsMax,
      exact,
      locations: parts.map((part) => `memory/${part.entry.path}`),
    };
  }

  async *scan(snapshot: SnapshotHandle, request: ScanRequest): AsyncIterable<RecordBatch> {
    this.requests.push(request);
    const parts = partsOf(snapshot, request);
    const { descriptor } = tableOf(snapshot, request.table);
    const schema = arrowSchema(descriptor);
    const columns = request.columns ?? schema.fields.map((field) => field.name);
    const output = new Schema(columns.map((name) => fieldOf(schema, name)));
    let toSkip = request.offset ?? 0;
    let left = request.limit ?? Number.POSITIVE_INFINITY;
    let isFirst = true;
    for (const { batch } of parts) {
      const selected = selectTicks(batch, descriptor, request);
      const rows = selected.slice(toSkip).slice(0, left);
      toSkip -= Math.min(toSkip, selected.length);
      left -= rows.length;
      if (rows.length === 0) continue;
      const builder = new BatchBuilder(output);
      builder.append(batch, rows);
      isFirst = false;
      yield builder.finish();
    }
    if (isFirst) yield new BatchBuilder(output).finish();
  }

  manifest(snapshot: SnapshotHandle, table: TableKey): TableManifest | undefined {
    if (snapshot.descriptor(table) === undefined) return undefined;
    const { descriptor, parts } = tableOf(snapshot, table);
    const rows = parts.reduce((sum, part) => sum + part.entry.rows, 0);
    return { table, descriptor, rows, runVersion: snapshot.version } as TableManifest;
  }

  async *commits({ after = 0 } = {}): AsyncIterable<CommitRecord> {
    for (let version = after + 1; version <= this.version; version++) {
      const before = this.states[version - 1] as State;
      const tables = [...(this.states[version] as State)].map(([table, { parts }]) => {
        const known = before.get(table)?.parts ?? [];
        return [table, { add: parts.slice(known.length).map((part) => part.entry) }] as const;
      });
      yield { version, operations: [], tables: new Map(tables) } as unknown as CommitRecord;
    }
  }

  async begin(intent: OperationIntent): Promise<StagedOperation> {
    this.intents.push(intent);
    const operationId = intent.operationId ?? OPERATION_ID;
    const operation = new MemoryOperation(this, intent.base, operationId);
    return operation as unknown as StagedOperation;
  }

  async append(
    intent: OperationIntent,
    table: TableDescriptor,
    rows: AsyncIterable<RecordBatch>,
    { signal, newTables = [] }: AppendOptions = {},
  ): Promise<AppendOutcome> {
    await using operation = await this.begin(intent);
    for (const descriptor of newTables) {
      await operation.stageSchema(descriptor.name, { kind: "create", descriptor });
    }
    const { parts, rowsAdded } = await operation.stageAppend(table.name, rows);
    signal?.throwIfAborted();
    const outcome = await operation.commit();
    const buckets = [...new Set(parts.map((part) => part.bucket))].sort((a, b) => a - b);
    return { ref: operation.ref, outcome, rows: rowsAdded, buckets, parts };
  }

  publish(operation: MemoryOperation): CommitOutcome {
    if (this.outcome !== undefined) return this.outcome;
    const id = this.intents.at(-1)?.operationId;
    const known = id === undefined ? undefined : this.#landed.get(id);
    const tableVersions = new Map<TableKey, number>();
    if (known !== undefined) {
      return { kind: "committed", version: known, tableVersions, duplicate: true };
    }
    const next = new Map(this.states[this.version]);
    for (const [table, { descriptor, parts }] of operation.tables) {
      const kept = operation.overwritten.has(table) ? [] : (next.get(table)?.parts ?? []);
      next.set(table, { descriptor, parts: [...kept, ...parts] });
    }
    this.states.push(next);
    if (id !== undefined) this.#landed.set(id, this.version);
    return { kind: "committed", version: this.version, tableVersions, duplicate: false };
  }
}

class MemoryOperation {
  readonly tables = new Map<TableKey, TableState>();
  readonly overwritten = new Set<TableKey>();
  readonly ref: { readonly operationId: OperationId };
  readonly #storage: MemoryStorage;
  readonly #base: SnapshotHandle;
  #isDone = false;

  constructor(storage: MemoryStorage, base: SnapshotHandle, operationId: OperationId) {
    this.ref = { operationId };
    this.#storage = storage;
    this.#base = base;
  }

  async stageSchema(table: TableKey, { descriptor }: SchemaChange): Promise<StagedHandle> {
    this.tables.set(table, { descriptor, parts: [] });
    return {
      kind: "schema",
      table,
      rowsAdded: 0,
      rowsRemoved: 0,
      parts: [],
    } as unknown as StagedHandle;
  }

  async stageAppend(table: TableKey, rows: AsyncIterable<RecordBatch>): Promise<StagedHandle> {
    const descriptor = this.tables.get(table)?.descriptor ?? this.#base.descriptor(table);
    if (descriptor === undefined) throw new IoSchemaError("UNKNOWN_TABLE", `no table ${table}`);
    const builders = new Map<number, BatchBuilder>();
    for await (const batch of rows) {
      for (const [bucket, rows] of rowsByBucket(batch, descriptor)) {
        const builder = builders.get(bucket) ?? new BatchBuilder(arrowSchema(descriptor));
        builders.set(bucket, builder);
        builder.append(batch, Int32Array.from(rows));
      }
    }
    const parts = [...builders].map(([bucket, builder]) =>
      makePart(builder.finish(), descriptor, bucket, this.ref.operationId),
    );
    const before = this.tables.get(table)?.parts ?? [];
    this.tables.set(table, { descriptor, parts: [...before, ...parts] });
    return {
      kind: "append",
      table,
      rowsAdded: parts.reduce((sum, part) => sum + part.entry.rows, 0),
      rowsRemoved: 0,
      parts: parts.map((part) => part.entry),
    } as unknown as StagedHandle;
  }

  async stageOverwrite(table: TableKey, rows: AsyncIterable<RecordBatch>): Promise<StagedHandle> {
    const descriptor = this.tables.get(table)?.descriptor ?? this.#base.descriptor(table);
    if (descriptor !== undefined) this.tables.set(table, { descriptor, parts: [] });
    this.overwritten.add(table);
    return this.stageAppend(table, rows);
  }

  expect(): void {}

  staged(table: TableKey): readonly PartEntry[] {
    return this.tables.get(table)?.parts.map((part) => part.entry) ?? [];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.discard();
  }

  async commit(): Promise<CommitOutcome> {
    this.#isDone = true;
    return this.#storage.publish(this);
  }

  async discard(): Promise<void> {
    if (!this.#isDone) this.#storage.discards++;
    this.#isDone = true;
  }
}

function makePart(
  batch: RecordBatch,
  descriptor: TableDescriptor,
  bucket: number,
  operationId: OperationId,
): Part {
  const { tickColumn, name } = descriptor;
  const ticks = tickColumn === null ? undefined : readTicks(batch, tickColumn);
  const path = formatPartKey(name, bucket, formatPartPrefix(operationId), 0);
  const hasBucket = Object.hasOwn(descriptor.columns, BUCKET_COLUMN);
  return {
    batch: hasBucket ? withBucket(batch, bucket) : batch,
    entry: {
      path,
      rows: batch.numRows,
      bytes: batch.numRows * 10,
      digest: "0".repeat(32),
      bucket,
      tickMin: ticks === undefined ? null : Math.min(...ticks),
      tickMax: ticks === undefined ? null : Math.max(...ticks),
      columns: {},
    } as unknown as PartEntry,
  };
}

function withBucket(batch: RecordBatch, bucket: number): RecordBatch {
  const data = new BigInt64Array(batch.numRows).fill(BigInt(bucket));
  return batch.setChild(BUCKET_COLUMN, makeVector(makeData({ type: new Int64(), data })));
}

function rowsByBucket(
  batch: RecordBatch,
  { tickColumn, tickBucketSize }: TableDescriptor,
): ReadonlyMap<number, readonly number[]> {
  const ticks = tickColumn === null ? undefined : readTicks(batch, tickColumn);
  const rowsOf = new Map<number, number[]>();
  for (let row = 0; row < batch.numRows; row++) {
    const bucket = Math.floor((ticks?.[row] ?? 0) / (tickBucketSize ?? 1));
    const rows = rowsOf.get(bucket) ?? [];
    rowsOf.set(bucket, rows);
    rows.push(row);
  }
  return rowsOf;
}

function tableOf(snapshot: SnapshotHandle, table: TableKey): TableState {
  const state = (snapshot as unknown as { state: State }).state.get(table);
  if (state === undefined) throw new IoSchemaError("UNKNOWN_TABLE", `no table ${table}`);
  return state;
}

function partsOf(snapshot: SnapshotHandle, request: ScanRequest): readonly Part[] {
  const parts = [...tableOf(snapshot, request.table).parts];
  return parts.sort((a, b) => a.entry.bucket - b.entry.bucket);
}

function selectTicks(
  batch: RecordBatch,
  { tickColumn }: TableDescriptor,
  { tickMin = 0, tickMax = Number.POSITIVE_INFINITY }: ScanRequest,
): Int32Array {
  const rows = Int32Array.from({ length: batch.numRows }, (_, row) => row);
  if (tickColumn === null) return rows;
  const ticks = readTicks(batch, tickColumn);
  return rows.filter(
    (row) => (ticks[row] as number) >= tickMin && (ticks[row] as number) <= tickMax,
  );
}

function fieldOf(schema: Schema, name: string): Schema["fields"][number] {
  const field = schema.fields.find((each) => each.name === name);
  if (field === undefined) throw new Error(`no column ${name}`);
  return field;
}
