/**
 * Rows one at a time: checked and held in columns as they come, committed together from time to time.
 *
 * Of two generations of rows one is being written and one fills. Invariants: what is committed is a
 * beginning of what was written, over all tables; a row is committed once; a call of `write` that
 * throws has taken no row. Source: docs/recorder.md.
 */
import {
  IoError,
  IoSchemaError,
  type OperationRef,
  show,
  type TableDescriptor,
  type Timers,
  UnknownOutcomeError,
  type Version,
} from "@crv/core";
import type { Descriptors, RowsOf, TableMap } from "../tables/table-types.js";
import type { WriteContext } from "../write/append-rows.js";
import { commitTaken } from "./commit-taken.js";
import {
  checkRecorderOptions,
  type RecorderLimits,
  type RecorderOptions,
} from "./recorder-options.js";
import { type DescribedTable, RowBuffer, type TakenRows } from "./row-buffer.js";

/** A table that the program describes: its rows are checked before the run is asked. */
export type RecordedTable<Tables extends Descriptors> = keyof TableMap<Tables> | TableDescriptor;

export interface RecorderContext extends WriteContext {
  readonly timers: Timers;
  /** Told when the recorder has been closed and holds nothing. */
  readonly onClose: () => void;
}

interface Failure {
  readonly error: unknown;
}

export class Recorder<Tables extends Descriptors = readonly []> implements AsyncDisposable {
  readonly #context: RecorderContext;
  readonly #intent: Pick<RecorderOptions, "actor" | "message">;
  readonly #limits: RecorderLimits;
  /** The generation that fills. */
  readonly #buffer: RowBuffer;
  /** The generation that is being written, or whose flush failed. */
  #taken: readonly TakenRows[] = [];
  #takenRows = 0;
  #takenBytes = 0;
  /** The operation that may have committed all of `#taken`. */
  #unsettled: OperationRef | undefined;
  /** Resolves to why the flush failed; never rejects. */
  #underWay: Promise<Failure | undefined> | undefined;
  /** Of the last flush, as long as nobody was told. */
  #failure: Failure | undefined;
  #version: Version;
  #cancelTimer: (() => void) | undefined;
  #isOverdue = false;
  /** A row was refused for lack of room. */
  #isFull = false;
  #isClosed = false;

  /** Made by `Dataset.recorder`. */
  constructor(context: RecorderContext, options: RecorderOptions) {
    const { limits, intent } = checkRecorderOptions(options);
    this.#context = context;
    this.#limits = limits;
    this.#intent = intent;
    this.#version = context.storage.version;
    this.#buffer = new RowBuffer((table) => this.#find(table), context.strictSchema);
  }

  /** Rows that were written and are not known to be committed. */
  get heldRows(): number {
    return this.#takenRows + this.#buffer.rowCount;
  }

  /** Their size: an estimate, which counts every text by its length. */
  get heldBytes(): number {
    return this.#takenBytes + this.#buffer.sizeBytes;
  }

  /**
   * Takes one row, and begins a flush when one is due. Nothing of `row` is kept: it may be used again.
   *
   * @throws IoSchemaError As `Dataset.append` of this row alone. Rows are counted from 0 for each
   *   table. `UNKNOWN_TABLE` also for a table that only the run describes. `LIMIT_EXCEEDED` for a row
   *   larger than `heldBytesMax`.
   * @throws IoError `RECORDER_FULL`: `await ready()`, then write it again. `CLOSED`.
   * @throws What a flush failed with, once: its rows are held, and written again by the next flush.
   */
  write<const Named extends RecordedTable<Tables>>(table: Named, row: RowsOf<Tables, Named>): void {
    if (this.#isClosed) throw closed();
    if (this.#failure !== undefined) this.#tell(this.#failure);
    this.#buffer.append(table, row, this.#admit);
    if (this.#cancelTimer === undefined) this.#startTimer();
    if (this.#isDue) void this.#start();
  }

  /**
   * Resolves when rows may be written: at once, after a turn of the event loop, unless a flush is due
   * while another is under way. To be awaited at each step of a loop, so that flushes and their timer
   * get their turn.
   *
   * @throws What a flush failed with, once.
   */
  async ready(): Promise<void> {
    await this.#context.timers.turn();
    if (this.#failure !== undefined) this.#tell(this.#failure);
    while (this.#isDue || this.#isFull) {
      const failure = await this.#start();
      if (failure !== undefined) this.#tell(failure);
    }
  }

  /**
   * Commits all rows that were written before the call.
   *
   * @returns Version of the run that holds them.
   * @throws As `Dataset.append`. The rows stay held, and the next flush writes them again; after an
   *   unknown outcome it settles that first, so that no row is committed twice.
   */
  async flush(): Promise<Version> {
    // It may have begun before the newest rows were written.
    await this.#underWay;
    if (this.heldRows > 0) {
      const failure = await this.#start();
      if (failure !== undefined) this.#tell(failure);
    }
    return this.#version;
  }

  /**
   * Commits what is held and takes no more rows. Idempotent; one that failed may be called again.
   *
   * @throws As {@link flush}.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    try {
      await this.flush();
    } finally {
      this.#stopTimer();
    }
    this.#context.onClose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #isDue(): boolean {
    const { rowCount, sizeBytes } = this.#buffer;
    return rowCount >= this.#limits.flushRows || sizeBytes >= this.#limits.flushBytes;
  }

  /** The flush under way; if there is none, a new one, which takes all rows written so far. */
  #start(): Promise<Failure | undefined> {
    this.#underWay ??= this.#run().then((failure) => {
      this.#underWay = undefined;
      this.#failure = failure;
      if (failure !== undefined) this.#startTimer();
      else if (this.#isDue || this.#isOverdue) void this.#start();
      return failure;
    });
    return this.#underWay;
  }

  async #run(): Promise<Failure | undefined> {
    try {
      if (this.#unsettled !== undefined) await this.#settle(this.#unsettled);
      this.#take();
      if (this.#taken.length > 0) {
        this.#version = await commitTaken(this.#context, this.#taken, this.#intent);
      }
      this.#forget();
      this.#isFull = false;
      return undefined;
    } catch (error) {
      if (error instanceof UnknownOutcomeError) this.#unsettled = error.operation;
      return { error };
    }
  }

  /** Finds out, for ever, whether the taken rows are committed. */
  async #settle(operation: OperationRef): Promise<void> {
    const resolution = await this.#context.storage.resolve(operation);
    if (resolution.kind === "committed") {
      this.#version = resolution.version;
      this.#forget();
    } else if (resolution.kind !== "aborted") {
      throw new UnknownOutcomeError(
        `it is still unknown whether operation ${operation.operationId} committed ${this.#takenRows} rows of the recorder; flush again, or compare the run with what was written`,
        operation,
        resolution.kind === "unknown" ? resolution.cause : undefined,
      );
    }
    this.#unsettled = undefined;
  }

  #take(): void {
    this.#stopTimer();
    this.#takenRows += this.#buffer.rowCount;
    this.#takenBytes += this.#buffer.sizeBytes;
    this.#taken = [...this.#taken, ...this.#buffer.take()];
  }

  #forget(): void {
    this.#taken = [];
    this.#takenRows = 0;
    this.#takenBytes = 0;
  }

  /** Also after a flush that failed: to try again. */
  #startTimer(): void {
    if (this.#cancelTimer !== undefined || this.#isClosed) return;
    this.#cancelTimer = this.#context.timers.after(this.#limits.flushMs, () => {
      this.#cancelTimer = undefined;
      if (this.#underWay === undefined) void this.#start();
      else this.#isOverdue = true;
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#isOverdue = false;
  }

  #tell(failure: Failure): never {
    this.#failure = undefined;
    throw failure.error;
  }

  readonly #admit = (sizeBytes: number): void => {
    const { heldBytesMax } = this.#limits;
    const { heldBytes } = this;
    if (heldBytes + sizeBytes <= heldBytesMax) return;
    if (sizeBytes > heldBytesMax) {
      throw new IoSchemaError(
        "LIMIT_EXCEEDED",
        `a row of ${sizeBytes} bytes is larger than all that the recorder may hold (${heldBytesMax}): raise heldBytesMax`,
        { details: { sizeBytes, sizeBytesMax: heldBytesMax } },
      );
    }
    this.#isFull = true;
    void this.#start();
    throw new IoError(
      "RECORDER_FULL",
      `the recorder holds ${heldBytes} bytes of rows, and may hold ${heldBytesMax}: await recorder.ready() at each step of the loop, then write the row again`,
      { details: { heldBytes, heldBytesMax, heldRows: this.heldRows } },
    );
  };

  #find(table: unknown): DescribedTable {
    const { key, described } = this.#context.catalog.find(table);
    if (described !== undefined) return { key, described };
    throw new IoSchemaError(
      "UNKNOWN_TABLE",
      `the program does not describe table ${show(key)}: a recorder needs its descriptor, passed to openRun or to write`,
      { details: { table: key } },
    );
  }
}

function closed(): IoError {
  return new IoError("CLOSED", "the recorder is closed: write before close, or open another", {
    details: { what: "recorder" },
  });
}
