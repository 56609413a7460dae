/**
 * A codec for proofs that play many runs: a part of a table of whole numbers is its columns, one after
 * the other, as 64-bit integers. Parts of other tables are those of `TrivialPartStore`.
 */
import {
  checkSeal,
  IoError,
  type ObjectKey,
  PART_BYTES_MAX,
  type PartEntry,
  type StatisticsByColumn,
  type TableDescriptor,
} from "@crv/core";
import { arrowSchema, batchOf } from "@crv/core/arrow";
import type { ObjectStore } from "@crv/storage-trait/object-store";
import type {
  InspectedPart,
  PartReadRequest,
  PartSource,
  PartStore,
  PartWriteOutcome,
  PartWriteRequest,
  RowSpan,
  WantedPart,
} from "@crv/storage-trait/parts";
import { readOneByOne, TrivialPartStore } from "@crv/storage-trait/testing";
import { Int64, makeData, type RecordBatch, Schema } from "apache-arrow";

export class NumberPartStore implements PartStore {
  readonly #store: ObjectStore;
  readonly #others: TrivialPartStore;

  constructor(store: ObjectStore) {
    this.#store = store;
    this.#others = new TrivialPartStore(store);
  }

  async write(request: PartWriteRequest): Promise<PartWriteOutcome> {
    const { key, table, bucket, batches, durability } = request;
    if (!isOfNumbers(table)) return this.#others.write(request);
    const columns = columnsOf(table, batches);
    const outcome = await this.#store.create(key, encode(columns), { durability });
    if (outcome.kind !== "created") return outcome;
    const statistics = statisticsOf(table, columns);
    const ticks = table.tickColumn === null ? undefined : statistics[table.tickColumn];
    const part = {
      path: key,
      rows: columns[0]?.length ?? 0,
      bytes: outcome.seal.sizeBytes,
      digest: outcome.seal.digest,
      bucket,
      tickMin: ticks ? Number(ticks.min) : null,
      tickMax: ticks ? Number(ticks.max) : null,
      columns: statistics,
    };
    return { kind: "created", part };
  }

  async *read(
    part: PartSource,
    table: TableDescriptor,
    request: PartReadRequest = {},
  ): AsyncGenerator<RecordBatch> {
    if (!isOfNumbers(table)) return yield* this.#others.read(part, table, request);
    const bytes = await this.#store.get(part.path, { sizeBytesMax: PART_BYTES_MAX });
    if (bytes === undefined) {
      throw new IoError("NOT_FOUND", `${part.path} is gone`, { details: { key: part.path } });
    }
    await checkSeal(part.path, bytes, { sizeBytes: part.bytes, digest: part.digest });
    yield decode(bytes, part.rows, table, request.columns);
  }

  readTogether(
    wanted: readonly WantedPart[],
    table: TableDescriptor,
    options?: Pick<PartReadRequest, "signal">,
  ): Promise<readonly (readonly RecordBatch[])[]> {
    return readOneByOne(this, wanted, table, options);
  }

  /** Of parts of other tables: those of numbers do not say what they are. */
  inspect(path: ObjectKey): Promise<InspectedPart | undefined> {
    return this.#others.inspect(path);
  }

  measure(table: TableDescriptor, rows: readonly RowSpan[]): StatisticsByColumn {
    if (!isOfNumbers(table)) return this.#others.measure(table, rows);
    const columns = columnsOf(
      table,
      rows.map(({ batch, start, end }) => batch.slice(start, end)),
    );
    return statisticsOf(table, columns);
  }

  describe(part: PartSource, table: TableDescriptor, bucket: number): Promise<PartEntry> {
    return this.#others.describe(part, table, bucket);
  }

  async close(): Promise<void> {}
}

function isOfNumbers({ columns }: TableDescriptor): boolean {
  return Object.values(columns).every((type) => type === "i64");
}

/** The values of each column of `table`, over all batches. */
function columnsOf(
  { columns }: TableDescriptor,
  batches: readonly RecordBatch[],
): readonly bigint[][] {
  return Object.keys(columns).map((name) =>
    batches.flatMap((batch) => [...((batch.getChild(name)?.toArray() ?? []) as BigInt64Array)]),
  );
}

function encode(columns: readonly bigint[][]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(columns.flat()).buffer);
}

function decode(
  bytes: Uint8Array,
  rows: number,
  table: TableDescriptor,
  chosen: readonly string[] = Object.keys(table.columns),
): RecordBatch {
  const values = new BigInt64Array(bytes.slice().buffer);
  const { fields } = arrowSchema(table);
  const found = chosen.map((name) => fields.findIndex((field) => field.name === name));
  const columns = found.map((i) =>
    makeData({
      type: new Int64(),
      length: rows,
      nullCount: 0,
      data: values.subarray(i * rows, (i + 1) * rows),
    }),
  );
  return batchOf(new Schema(found.flatMap((i) => fields[i] ?? [])), rows, columns);
}

function statisticsOf(table: TableDescriptor, columns: readonly (readonly bigint[])[]) {
  return Object.fromEntries(
    Object.keys(table.columns).map((name, i) => [name, boundsOf(columns[i] ?? [])]),
  );
}

function boundsOf(values: readonly bigint[]) {
  const sorted = BigInt64Array.from(values).sort();
  return { min: sorted[0] ?? 0n, max: sorted.at(-1) ?? 0n, nulls: 0 };
}
