/**
 * The simplest codec that keeps the contract of `PartStore`: a part is one Arrow IPC file and has
 * one row group. For tests of everything above the codec.
 */
import {
  checkSeal,
  digestOf,
  IoError,
  type ObjectKey,
  PART_BYTES_MAX,
  type PartEntry,
  type StatisticsByColumn,
  type TableDescriptor,
} from "@crv/core";
import { type RecordBatch, Table, tableFromIPC, tableToIPC } from "apache-arrow";
import type { ObjectStore } from "../object-store.js";
import type {
  InspectedPart,
  PartReadRequest,
  PartSource,
  PartStore,
  PartWriteOutcome,
  PartWriteRequest,
  RowSpan,
  WantedPart,
} from "../parts.js";
import { readOneByOne } from "./read-one-by-one.js";
import { statisticsOf } from "./trivial-statistics.js";

export class TrivialPartStore implements PartStore {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async write(request: PartWriteRequest): Promise<PartWriteOutcome> {
    const { key, batches, durability } = request;
    const rows = new Table([...batches]);
    const outcome = await this.#store.create(key, tableToIPC(rows, "file"), { durability });
    if (outcome.kind !== "created") return outcome;
    const { sizeBytes: bytes, digest } = outcome.seal;
    return { kind: "created", part: { ...entryOf(request, rows), bytes, digest } };
  }

  async *read(
    part: PartSource,
    _table: TableDescriptor,
    { columns, rowGroups = [0], verify = true, signal }: PartReadRequest = {},
  ): AsyncGenerator<RecordBatch> {
    checkNotAborted(part.path, signal);
    const bytes = await this.#readWhole(part);
    if (verify) await checkSeal(part.path, bytes, { sizeBytes: part.bytes, digest: part.digest });
    checkNotAborted(part.path, signal);
    const table = decode(part.path, bytes);
    if (table.numRows !== part.rows) {
      throw corrupt(part.path, `has ${table.numRows} rows instead of ${part.rows}`);
    }
    if (!rowGroups.includes(0)) return;
    const held = new Set(table.schema.names);
    const chosen = columns === undefined ? table : table.select(columns.filter((c) => held.has(c)));
    for (const batch of chosen.batches) {
      checkNotAborted(part.path, signal);
      yield batch;
    }
  }

  readTogether(
    wanted: readonly WantedPart[],
    table: TableDescriptor,
    options?: Pick<PartReadRequest, "signal">,
  ): Promise<readonly (readonly RecordBatch[])[]> {
    return readOneByOne(this, wanted, table, options);
  }

  async inspect(path: ObjectKey): Promise<InspectedPart | undefined> {
    const bytes = await this.#store.get(path, { sizeBytesMax: PART_BYTES_MAX });
    if (bytes === undefined) return undefined;
    const { numRows: rows, schema } = decode(path, bytes);
    const digest = await digestOf(bytes);
    return { path, bytes: bytes.byteLength, digest, rows, schema, metadata: schema.metadata };
  }

  measure(_table: TableDescriptor, rows: readonly RowSpan[]): StatisticsByColumn {
    return statisticsOf(new Table(rows.map(({ batch, start, end }) => batch.slice(start, end))));
  }

  async describe(part: PartSource, table: TableDescriptor, bucket: number): Promise<PartEntry> {
    const { path: key, bytes, digest } = part;
    const batches: RecordBatch[] = [];
    for await (const batch of this.read(part, table)) batches.push(batch);
    const request = { key, table, bucket } as PartWriteRequest;
    return { ...entryOf(request, new Table(batches)), bytes, digest };
  }

  async close(): Promise<void> {}

  async #readWhole({ path, bytes: sizeBytes }: PartSource): Promise<Uint8Array> {
    const bytes = await this.#store.get(path, { sizeBytesMax: PART_BYTES_MAX });
    if (bytes === undefined) {
      throw new IoError("NOT_FOUND", `${path} is gone: restore the file from a backup`, {
        details: { key: path },
      });
    }
    if (bytes.byteLength !== sizeBytes) {
      throw corrupt(path, `has ${bytes.byteLength} bytes instead of ${sizeBytes}`);
    }
    return bytes;
  }
}

function entryOf(
  { key, table, bucket }: PartWriteRequest,
  rows: Table,
): Omit<PartEntry, "bytes" | "digest"> {
  const columns = statisticsOf(rows);
  const ticks = table.tickColumn === null ? undefined : columns[table.tickColumn];
  return {
    path: key,
    rows: rows.numRows,
    bucket,
    tickMin: ticks?.min === undefined ? null : Number(ticks.min),
    tickMax: ticks?.max === undefined ? null : Number(ticks.max),
    columns,
  };
}

function decode(key: ObjectKey, bytes: Uint8Array): Table {
  try {
    return tableFromIPC(bytes);
  } catch (cause) {
    throw corrupt(key, "cannot be decoded", cause);
  }
}

function checkNotAborted(key: ObjectKey, signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new IoError("ABORTED", `reading ${key} was cancelled`, {
    details: { key },
    cause: signal.reason,
  });
}

function corrupt(key: ObjectKey, finding: string, cause?: unknown): IoError {
  return new IoError("CORRUPT", `${key} ${finding}: restore the file from a backup`, {
    details: { key },
    cause,
  });
}
