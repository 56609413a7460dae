/**
 * What the part store and its decoding workers say to each other. One task decodes some row groups
 * of one part; a task leaves nothing behind in the worker, so any worker may take the next one.
 *
 * Imports nothing, and neither does what else a worker loads at its start, but for the decoder:
 * @crv/core and apache-arrow would triple the time in which a worker starts.
 */

export interface DecodeTask {
  /** The whole file. Shared, so that a part that takes several tasks is copied once. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Rows that the whole file must have. */
  readonly rows: number;
  /** Columns that the file may have, each leaf counted. */
  readonly columnsMax: number;
  /** Columns to decode; those that the file lacks are left out. */
  readonly columns: readonly string[];
  /** Those of the columns to give as dictionaries, if they hold text. */
  readonly texts: ReadonlySet<string>;
  /** Row groups to decode, ascending; undefined: all. */
  readonly rowGroups: readonly number[] | undefined;
  /** How many of the row groups to decode earlier tasks have done. */
  readonly done: number;
}

export type DecodeResult =
  | {
      readonly kind: "decoded";
      /** Arrow IPC streams of one record batch each, in file order. None without columns. */
      readonly streams: readonly Uint8Array[];
      readonly rows: number;
      /** `done` of the task that goes on from here; undefined: nothing is left. */
      readonly next: number | undefined;
    }
  /** The file is not what the task says, breaks a limit, or cannot be decoded. */
  | {
      readonly kind: "refused";
      readonly code: "CORRUPT" | "LIMIT_EXCEEDED";
      readonly reason: string;
    };

/** What a whole file says of itself is asked for. */
export interface InspectTask {
  readonly bytes: SharedArrayBuffer;
}

export type InspectResult =
  | {
      readonly kind: "inspected";
      /** An Arrow IPC stream of no record batch. */
      readonly schema: Uint8Array;
      readonly rows: number;
      readonly metadata: readonly (readonly [string, string])[];
    }
  | Extract<DecodeResult, { kind: "refused" }>;

/** Rows of one task: bounds what a caller holds at a time, and is large enough to hide the trip. */
export const TASK_ROWS_MAX = 1 << 20;

/** Bytes of one task before compression, of the columns asked for. At least one row group is taken. */
export const TASK_BYTES_MAX = 64 * 1024 * 1024;

/** Rows of one record batch. The decoder's own 1,024 makes many batches slow to take over. */
export const BATCH_ROWS_MAX = 1 << 17;

/** Largest footer. One column chunk takes about 100 bytes, so this is some 600,000 of them. */
export const FOOTER_BYTES_MAX = 64 * 1024 * 1024;

/** A row group is decoded in one piece; WebAssembly has 4 GiB for the file, the pages and the rows. */
export const ROW_GROUP_BYTES_MAX = 2 * 1024 * 1024 * 1024;
