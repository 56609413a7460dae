/**
 * Parts: the codec between Arrow record batches and stored objects.
 *
 * Batches have the Arrow schema of the table (`arrowSchema(descriptor)` of @crv/core/arrow): every
 * column, in descriptor order. The codec neither filters rows nor reorders them.
 */
import type {
  Digest,
  ObjectKey,
  PartEntry,
  RunId,
  StatisticsByColumn,
  TableDescriptor,
} from "@crv/core";
import type { RecordBatch, Schema } from "apache-arrow";
import type { CreateOutcome, Durability } from "./object-store.js";

export interface PartWriteRequest {
  readonly key: ObjectKey;
  readonly runId: RunId;
  readonly table: TableDescriptor;
  readonly bucket: number;
  /** At least one row in all. */
  readonly batches: readonly RecordBatch[];
  readonly durability: Durability;
}

/** As `CreateOutcome`, with the entry of the part that was created. */
export type PartWriteOutcome =
  | { readonly kind: "created"; readonly part: PartEntry }
  | Exclude<CreateOutcome, { kind: "created" }>;

export interface PartReadRequest {
  /** Columns to decode, in this order; default: all. Those that the part lacks are left out. */
  readonly columns?: readonly string[];
  /** Row groups to decode, ascending indexes into `part.rowGroups`; default: all. */
  readonly rowGroups?: readonly number[];
  /** Whether the digest of the whole part is checked first. Default true. */
  readonly verify?: boolean;
  readonly signal?: AbortSignal;
}

/** One of several parts that are read together. */
export interface WantedPart extends Pick<PartReadRequest, "columns"> {
  readonly part: PartSource;
}

/** A part as it was found: the entry without what only its writer knew. */
export interface PartSource {
  readonly path: ObjectKey;
  readonly bytes: number;
  readonly rows: number;
  readonly digest: Digest;
}

/** What a file says of itself. Nothing of it was compared with what any record says. */
export interface InspectedPart {
  readonly path: ObjectKey;
  /** Size of the file. */
  readonly bytes: number;
  readonly digest: Digest;
  readonly rows: number;
  readonly schema: Schema;
  /** Key-value metadata of the file. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Rows `[start, end)` of one batch. */
export interface RowSpan {
  readonly batch: RecordBatch;
  readonly start: number;
  readonly end: number;
}

export interface PartStore {
  /** Encodes, creates and seals one part; durable on return. */
  write(request: PartWriteRequest): Promise<PartWriteOutcome>;
  /**
   * Decodes one part.
   *
   * @throws IoError `NOT_FOUND` the part is gone. `CORRUPT` wrong size, digest or content; a panic of
   *   the decoder is `CORRUPT` too and does not harm later calls. `DEADLINE_EXCEEDED`. `ABORTED`.
   *   `LIMIT_EXCEEDED` before anything is allocated.
   */
  read(
    part: PartSource,
    table: TableDescriptor,
    request?: PartReadRequest,
  ): AsyncIterable<RecordBatch>;
  /**
   * Decodes several small parts, all rows of each. They are held at once: who asks chooses few.
   *
   * @returns the batches of each part, in the order asked for.
   * @throws IoError as of {@link read}, of the first part that cannot be read.
   */
  readTogether(
    wanted: readonly WantedPart[],
    table: TableDescriptor,
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly (readonly RecordBatch[])[]>;
  /**
   * What a file that no record may name says of itself; undefined when there is none.
   *
   * @throws IoError `CORRUPT`, `DEADLINE_EXCEEDED`, `ABORTED`, `LIMIT_EXCEEDED` as of {@link read}.
   */
  inspect(
    path: ObjectKey,
    options?: { readonly signal?: AbortSignal },
  ): Promise<InspectedPart | undefined>;
  /**
   * The statistics that an entry would have for these rows: as `write` computes them.
   *
   * Requires: at least one row; batches with the columns of `table`, in order.
   */
  measure(table: TableDescriptor, rows: readonly RowSpan[]): StatisticsByColumn;
  /**
   * Reads a part that another program wrote and measures it, as {@link write} does what it writes: the
   * entry under which it is a part of `table`, with the columns of `table` that it has. One row group.
   *
   * @param part As {@link inspect} gave it. Errors as of {@link read}.
   */
  describe(
    part: PartSource,
    table: TableDescriptor,
    bucket: number,
    options?: { readonly signal?: AbortSignal },
  ): Promise<PartEntry>;
  /** Releases workers. Idempotent. */
  close(): Promise<void>;
}
