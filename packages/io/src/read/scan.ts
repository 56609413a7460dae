/** A scan: what is to be read, and the forms in which it can be had. */
import type { TableDescriptor, TableKey } from "@crv/core";
import { arrowSchema, BatchBuilder, emptyBatch } from "@crv/core/arrow";
import type { ScanPlan, ScanRequest, SnapshotHandle, StagedStorage } from "@crv/storage-trait";
import { type RecordBatch, Schema, Table } from "apache-arrow";
import { abortedOr, checkNotAborted } from "../cancellation.js";
import { checkOptions } from "../known-keys.js";
import type { NamedTable, TableCatalog } from "../tables/table-catalog.js";
import type { ColumnOf, Int64Mode, ScannedRow } from "../tables/table-types.js";
import { type PolarsFrame, type PolarsModule, polarsFrame } from "./polars-frame.js";
import { rowsOfBatch } from "./rows-of-batch.js";
import { bindScan, type CheckedOptions, checkInt64Mode } from "./scan-options.js";

/** Where a scan reads: the newest version, or what a transaction has made so far. */
export interface ScanSource extends Pick<StagedStorage, "snapshot" | "plan" | "scan"> {
  /** Told of a read of a table that does not exist yet: that it does not is what was read. */
  readonly foundMissing?: (table: TableKey) => void;
}

export interface ScanContext {
  readonly storage: ScanSource;
  readonly catalog: TableCatalog;
}

/** A scan of a pinned version. */
interface BoundScan {
  readonly snapshot: SnapshotHandle;
  readonly table: TableDescriptor;
  readonly request: ScanRequest;
  /** A table that the program describes may not be in the run yet: it has no rows. */
  readonly exists: boolean;
}

/**
 * Lazy: nothing is read before one of its forms is asked for. Each asking reads the newest version
 * at that moment, pins it, and lets it go at the end; so a scan may be used again.
 */
export class Scan<
  D extends TableDescriptor = TableDescriptor,
  Column extends string = ColumnOf<D>,
  Mode extends Int64Mode = "number",
> implements AsyncIterable<RecordBatch>
{
  readonly #context: ScanContext;
  readonly #table: NamedTable;
  readonly #options: CheckedOptions;

  /** Made by `Dataset.scan`. */
  constructor(context: ScanContext, table: NamedTable, options: CheckedOptions) {
    this.#context = context;
    this.#table = table;
    this.#options = options;
    // What the program describes can be checked at once; other tables when they are first read.
    if (table.described !== undefined) bindScan(table.described, options);
  }

  /** Record batches in the order of the scan. At least one, which may be empty: it has the schema. */
  async *[Symbol.asyncIterator](): AsyncGenerator<RecordBatch> {
    const scan = await this.#bind();
    try {
      yield* this.#batches(scan);
    } finally {
      await scan.snapshot.close();
    }
  }

  /** All rows as one Arrow table of one batch, so that its text columns have one dictionary each. */
  async toTable(): Promise<Table> {
    let first: RecordBatch | undefined;
    let builder: BatchBuilder | undefined;
    for await (const batch of this) {
      if (first === undefined) {
        first = batch;
        continue;
      }
      if (builder === undefined) {
        builder = new BatchBuilder(first.schema);
        builder.append(first);
      }
      builder.append(batch);
    }
    const whole = builder?.finish() ?? first;
    return new Table(whole === undefined ? [] : [whole]);
  }

  /**
   * All rows as a DataFrame of nodejs-polars, which you install beside crv. Text is of type String, open
   * structs are JSON text.
   *
   * @example
   * import pl from "nodejs-polars";
   * const frame = await run.scan("flights").toPolars(pl);
   *
   * @param polars The module, which also types the result; without it, it is imported.
   * @throws IoError `MISSING_PACKAGE` naming what to install; then nothing was read.
   */
  async toPolars<Frame = PolarsFrame>(polars?: PolarsModule<Frame>): Promise<Frame> {
    return polarsFrame(this, polars);
  }

  /**
   * All rows as objects, in memory at once; {@link rows} streams them.
   *
   * @param options `int64` overrides the one of the scan.
   * @throws IoSchemaError `UNSAFE_INTEGER` naming column and row.
   */
  async toRows<Wanted extends Int64Mode = Mode>(
    options: { readonly int64?: Wanted } = {},
  ): Promise<ScannedRow<D, Column, Wanted>[]> {
    const all: Record<string, unknown>[] = [];
    for await (const rows of this.#rowBatches(this.#int64Of("toRows", options))) {
      for (const row of rows) all.push(row);
    }
    return all as ScannedRow<D, Column, Wanted>[];
  }

  /**
   * The rows of {@link toRows} one by one: however many there are, those of one batch are in memory.
   * Leaving the loop early ends the read.
   *
   * @example
   * for await (const { origin, delay } of run.scan("flights").rows()) console.log(origin, delay);
   *
   * @param options `int64` overrides the one of the scan.
   * @throws IoSchemaError `UNSAFE_INTEGER` naming column and row, once the rows before its batch were
   *   given.
   */
  rows<Wanted extends Int64Mode = Mode>(
    options: { readonly int64?: Wanted } = {},
  ): AsyncGenerator<ScannedRow<D, Column, Wanted>, void, undefined> {
    return this.#eachRow(this.#int64Of("rows", options));
  }

  /** Paths or URLs of the Parquet parts that hold the rows, for other programs. */
  async files(): Promise<readonly string[]> {
    return (await this.#plan())?.locations ?? [];
  }

  /** The number of rows. Reads no data where the log says it already. */
  async count(): Promise<number> {
    const scan = await this.#bind();
    try {
      return await this.#countRows(scan);
    } finally {
      await scan.snapshot.close();
    }
  }

  /** Reads the rows, of one column, where the log does not say how many there are. */
  async #countRows({ request, ...scan }: BoundScan): Promise<number> {
    if (!scan.exists) return 0;
    const plan = await this.#context.storage.plan(scan.snapshot, request);
    if (plan.exact) return plan.rowsMax;
    const columns = [scan.table.tickColumn ?? (Object.keys(scan.table.columns)[0] as string)];
    const { order: _, ...counted } = request;
    let count = 0;
    for await (const batch of this.#batches({ ...scan, request: { ...counted, columns } })) {
      count += batch.numRows;
    }
    return count;
  }

  /** The scan with the offset at which its last `tail` rows begin. */
  async #withTail(scan: BoundScan, tail: number): Promise<BoundScan> {
    const offset = Math.max(0, (await this.#countRows(scan)) - tail);
    return { ...scan, request: { ...scan.request, offset, limit: tail } };
  }

  #int64Of(method: string, options: { readonly int64?: Int64Mode }): Int64Mode {
    checkOptions(method, options, ["int64"]);
    return checkInt64Mode(options.int64 ?? this.#options.int64);
  }

  async *#eachRow<Row>(int64: Int64Mode): AsyncGenerator<Row, void, undefined> {
    for await (const rows of this.#rowBatches(int64)) {
      for (const row of rows) yield row as Row;
    }
  }

  async *#rowBatches(int64: Int64Mode): AsyncGenerator<Record<string, unknown>[]> {
    const scan = await this.#bind();
    try {
      let rowCount = 0;
      for await (const batch of this.#batches(scan)) {
        yield rowsOfBatch(batch, scan.table, int64, rowCount);
        rowCount += batch.numRows;
      }
    } finally {
      await scan.snapshot.close();
    }
  }

  async #plan(): Promise<ScanPlan | undefined> {
    const { snapshot, request, exists } = await this.#bind();
    try {
      return exists ? await this.#context.storage.plan(snapshot, request) : undefined;
    } finally {
      await snapshot.close();
    }
  }

  async #bind(): Promise<BoundScan> {
    checkNotAborted(this.#options.signal);
    const snapshot = await this.#context.storage.snapshot();
    try {
      const { descriptor, exists } = this.#context.catalog.resolve(this.#table, snapshot);
      const request = bindScan(descriptor, this.#options);
      if (!exists) this.#context.storage.foundMissing?.(descriptor.name);
      const scan: BoundScan = { snapshot, table: descriptor, request, exists };
      const { tail } = this.#options;
      return tail === undefined ? scan : await this.#withTail(scan, tail);
    } catch (error) {
      await snapshot.close();
      throw error;
    }
  }

  async *#batches({ snapshot, table, request, exists }: BoundScan): AsyncIterable<RecordBatch> {
    if (!exists) {
      yield emptyBatch(selectFields(arrowSchema(table), request.columns));
      return;
    }
    try {
      yield* this.#context.storage.scan(snapshot, request);
    } catch (error) {
      throw abortedOr(error, request.signal);
    }
  }
}

function selectFields(schema: Schema, columns: readonly string[] | undefined): Schema {
  if (columns === undefined) return schema;
  const fields = columns.flatMap((column) => schema.fields.filter(({ name }) => name === column));
  return new Schema(fields);
}
