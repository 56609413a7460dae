/**
 * A read of one table in several runs, one after another. A few runs are open at a time: the one that is
 * read, and the next ones, whose first rows are on their way.
 */
import {
  COLUMNS_MAX,
  CrvError,
  IoError,
  IoManifestError,
  IoSchemaError,
  parseRunId,
  type RunId,
  type TableDescriptor,
} from "@crv/core";
import { BatchBuilder, batchOf, equalTypes } from "@crv/core/arrow";
import { readAhead } from "@crv/engine";
import {
  type ColumnOf,
  type Int64Mode,
  type PolarsFrame,
  type PolarsModule,
  polarsFrame,
  type ScannedRow,
  type ScanOptions,
} from "@crv/io";
import {
  Dictionary,
  Field,
  Int32,
  makeData,
  type RecordBatch,
  Schema,
  Table,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { checkCount, checkKeys } from "./check-options.js";
import { openRun } from "./open-run.js";
import type { Run } from "./run.js";

/** The column that says of which run a row is. */
export const RUN_COLUMN = "run_id";

/** Options of a scan, and the runs that are read. `order` is that of the rows of each run. */
export interface RunsScanOptions<
  All extends string = string,
  Column extends All = All,
  Mode extends Int64Mode = Int64Mode,
> extends Omit<ScanOptions<All, Column, Mode>, "offset" | "tail"> {
  /** Run ids, read in this order; default: all runs of the store, in byte order. */
  readonly runs?: readonly string[];
}

export interface RunsScanContext {
  readonly root: string;
  readonly runIds: () => Promise<readonly RunId[]>;
}

export interface CheckedRunsScan {
  readonly runs: readonly RunId[] | undefined;
  readonly limit: number | undefined;
  readonly options: ScanOptions;
}

/** Runs that are open at a time. */
const RUNS_OPEN_MAX = 3;

/** Its own, since Arrow's streams tell dictionaries apart by it; a table has fewer columns. */
const RUN_DICTIONARY_ID = COLUMNS_MAX + 1;

/** @throws IoError `INVALID_ARGUMENT`. GrammarError `INVALID_NAME`. */
export function checkRunsScan({ runs, ...options }: RunsScanOptions): CheckedRunsScan {
  checkKeys("scan", options, ["where", "filter", "columns", "limit", "order", "int64", "signal"]);
  checkCount("limit", options.limit);
  if (runs !== undefined && !Array.isArray(runs)) {
    throw new IoError("INVALID_ARGUMENT", "runs must be an array of run ids", {
      details: { what: "runs", value: runs },
    });
  }
  return {
    runs: runs && [...new Set(runs.map((runId) => parseRunId(runId)))],
    limit: options.limit,
    options,
  };
}

/**
 * Lazy: nothing is read before one of its forms is asked for. Each run is read at the version that is its
 * newest when its turn comes. A run without the table has no rows.
 *
 * Every form throws IoError `NOT_FOUND` for a run that does not exist; IoSchemaError `UNKNOWN_TABLE` when
 * no run has the table, `DESCRIPTOR_MISMATCH` when it has other columns in another run; IoManifestError
 * `CORRUPT` for a run with a damaged record; else what a scan of one run does.
 */
export class RunsScan<
  D extends TableDescriptor = TableDescriptor,
  Column extends string = ColumnOf<D>,
  Mode extends Int64Mode = "number",
> implements AsyncIterable<RecordBatch>
{
  readonly #context: RunsScanContext;
  readonly #table: string | TableDescriptor;
  readonly #checked: CheckedRunsScan;

  /** Made by `Store.scan`. */
  constructor(context: RunsScanContext, table: string | TableDescriptor, checked: CheckedRunsScan) {
    this.#context = context;
    this.#table = table;
    this.#checked = checked;
  }

  /** Record batches whose first column is `run_id`. At least one, unless there are no runs. */
  async *[Symbol.asyncIterator](): AsyncGenerator<RecordBatch> {
    let left = this.#checked.limit ?? Number.POSITIVE_INFINITY;
    let first: { readonly schema: Schema; readonly runId: RunId } | undefined;
    let isGiven = false;
    const batches = this.#eachRun((run) =>
      withRun(run.runId, run.scan(this.#table, this.#checked.options)),
    );
    for await (const { runId, item: batch } of batches) {
      first ??= { schema: batch.schema, runId };
      checkSame(first, batch.schema, runId);
      if (isGiven && (batch.numRows === 0 || left === 0)) continue;
      isGiven = true;
      yield batch.numRows <= left ? batch : batch.slice(0, left);
      left -= Math.min(left, batch.numRows);
      if (left === 0) return;
    }
  }

  /** All rows as one Arrow table of one batch. */
  async toTable(): Promise<Table> {
    let builder: BatchBuilder | undefined;
    for await (const batch of this) {
      builder ??= new BatchBuilder(batch.schema);
      builder.append(batch);
    }
    return new Table(builder === undefined ? [] : [builder.finish()]);
  }

  /**
   * All rows as a DataFrame of nodejs-polars: as {@link Scan.toPolars}.
   *
   * @throws IoError `MISSING_PACKAGE`.
   */
  async toPolars<Frame = PolarsFrame>(polars?: PolarsModule<Frame>): Promise<Frame> {
    return polarsFrame(this, polars);
  }

  /** All rows as objects, in memory at once; {@link rows} streams them. */
  async toRows(): Promise<RunRow<D, Column, Mode>[]> {
    const all: RunRow<D, Column, Mode>[] = [];
    for await (const row of this.rows()) all.push(row);
    return all;
  }

  /** The rows one by one. Leaving the loop early ends the read. */
  async *rows(): AsyncGenerator<RunRow<D, Column, Mode>, void, undefined> {
    let left = this.#checked.limit ?? Number.POSITIVE_INFINITY;
    if (left === 0) return;
    const rows = this.#eachRun((run) => run.scan(this.#table, this.#checked.options).rows());
    for await (const { runId, item } of rows) {
      yield { [RUN_COLUMN]: runId, ...(item as object) } as RunRow<D, Column, Mode>;
      left -= 1;
      if (left === 0) return;
    }
  }

  /** The number of rows. Reads no data where the logs say it already. */
  async count(): Promise<number> {
    let count = 0;
    const counts = this.#eachRun((run) => countOf(run, this.#table, this.#checked.options));
    for await (const { item } of counts) count += item;
    return Math.min(count, this.#checked.limit ?? count);
  }

  /** What `read` gives of each run that has the table. */
  async *#eachRun<T>(
    read: (run: Run) => AsyncIterable<T>,
  ): AsyncGenerator<{ readonly runId: RunId; readonly item: T }> {
    const { root, runIds } = this.#context;
    let found = 0;
    let missing: unknown;
    const readRun = async function* (runId: RunId) {
      await using run = await openRun({ root, runId, mode: "readOnly" });
      // A run alone says so by `damagedAt`; among others it would be read as if it were sound.
      if (run.damagedAt !== undefined) throw damagedRun(run, run.damagedAt);
      try {
        for await (const item of read(run)) yield { runId, item };
        found += 1;
      } catch (error) {
        if (!(error instanceof CrvError && error.code === "UNKNOWN_TABLE")) throw error;
        missing = error;
      }
    };
    yield* readAhead(await runIds(), RUNS_OPEN_MAX, readRun);
    if (found === 0 && missing !== undefined) throw missing;
  }
}

/** A row of a scan, and the run that it is of. */
export type RunRow<D extends TableDescriptor, Column extends string, Mode extends Int64Mode> = {
  readonly [RUN_COLUMN]: string;
} & ScannedRow<D, Column, Mode>;

async function* countOf(
  run: Run,
  table: string | TableDescriptor,
  options: ScanOptions,
): AsyncGenerator<number> {
  yield await run.scan(table, options).count();
}

/** `batches` with the column `run_id` before the others. */
async function* withRun(
  runId: RunId,
  batches: AsyncIterable<RecordBatch>,
): AsyncGenerator<RecordBatch> {
  const type = new Dictionary(new Utf8(), new Int32(), RUN_DICTIONARY_ID);
  const field = new Field(RUN_COLUMN, type, false);
  const dictionary = vectorFromArray([runId], new Utf8());
  for await (const { schema, numRows, data } of batches) {
    if (schema.fields.some(({ name }) => name === RUN_COLUMN)) throw ownRunColumn(runId);
    const codes = makeData({ type, length: numRows, data: new Int32Array(numRows), dictionary });
    const extended = new Schema([field, ...schema.fields], schema.metadata);
    yield batchOf(extended, numRows, [codes, ...data.children]);
  }
}

/** @throws IoSchemaError `DESCRIPTOR_MISMATCH` naming the column and both runs. */
function checkSame(
  first: { readonly schema: Schema; readonly runId: RunId },
  { fields }: Schema,
  runId: RunId,
): void {
  const count = Math.max(fields.length, first.schema.fields.length);
  for (let index = 0; index < count; index++) {
    const expected = first.schema.fields[index];
    const found = fields[index];
    const isSame =
      expected?.name === found?.name &&
      expected !== undefined &&
      found !== undefined &&
      equalTypes(expected.type, found.type);
    if (isSame) continue;
    const [there, here] = [expected, found].map((f) => (f ? `${f.name} ${f.type}` : "none"));
    throw new IoSchemaError(
      "DESCRIPTOR_MISMATCH",
      `column ${index} is ${there} in run ${first.runId} and ${here} in run ${runId}: name the columns that all runs have in the option columns`,
      { details: { runs: [first.runId, runId], columns: [there, here] } },
    );
  }
}

function damagedRun({ runId, version }: Run, damagedAt: number): IoManifestError {
  return new IoManifestError(
    "CORRUPT",
    `record ${damagedAt} of run ${runId} is damaged: leave the run out, or read its version ${version} with openRun`,
    { details: { runId, damagedAt, version } },
  );
}

function ownRunColumn(runId: RunId): IoSchemaError {
  return new IoSchemaError(
    "INVALID_ARGUMENT",
    `the table has a column ${RUN_COLUMN} itself in run ${runId}: leave it out with the option columns`,
    { details: { runId, column: RUN_COLUMN } },
  );
}
