/** Cuts input into chunks of a bounded number of rows, in their order. */
import { IoSchemaError, show } from "@crv/core";
import { RecordBatch, Table } from "apache-arrow";

/** Rows of one chunk: enough to be fast, few enough to stay in the processor's cache. */
const CHUNK_ROWS = 65_536;

export type InputChunk =
  | { readonly kind: "rows"; readonly rows: readonly unknown[] }
  | { readonly kind: "batch"; readonly batch: RecordBatch };

const NONE: readonly InputChunk[] = [];

/** Collects items; rows that come one by one are held until a chunk is full. */
export class ChunkReader {
  #held: unknown[] = [];

  /** The chunks that `item` completes. */
  push(item: unknown): readonly InputChunk[] {
    if (item instanceof RecordBatch) return [...this.flush(), { kind: "batch", batch: item }];
    if (item instanceof Table) {
      // A table of no batches still has columns to check.
      const batches =
        item.batches.length > 0 ? item.batches : [new RecordBatch(item.schema, undefined)];
      return [...this.flush(), ...batches.map((batch) => ({ kind: "batch" as const, batch }))];
    }
    if (item instanceof Uint8Array) throw refuseBytes(item);
    if (Array.isArray(item)) return item.flatMap((each) => this.#pushEach(each));
    return this.#pushRow(item);
  }

  /** What is held still. */
  flush(): readonly InputChunk[] {
    if (this.#held.length === 0) return NONE;
    const rows = this.#held;
    this.#held = [];
    return [{ kind: "rows", rows }];
  }

  /** As `push`, quick for the plain rows that an array usually holds. */
  #pushEach(item: unknown): readonly InputChunk[] {
    return isPlain(item) ? this.#pushRow(item) : this.push(item);
  }

  #pushRow(row: unknown): readonly InputChunk[] {
    this.#held.push(row);
    return this.#held.length >= CHUNK_ROWS ? this.flush() : NONE;
  }
}

/** Chunks of items that are in memory. */
export function readChunks(items: readonly unknown[]): readonly InputChunk[] {
  const reader = new ChunkReader();
  return [...reader.push(items), ...reader.flush()];
}

/** Chunks of items as they come. */
export async function* readChunkStream(
  items: Iterable<unknown> | AsyncIterable<unknown>,
): AsyncIterable<InputChunk> {
  const reader = new ChunkReader();
  for await (const item of items) yield* reader.push(item);
  yield* reader.flush();
}

/** Surely a row: the test for Arrow's classes costs more than all else that is done here. */
function isPlain(item: unknown): boolean {
  return (
    typeof item === "object" && item !== null && Object.getPrototypeOf(item) === Object.prototype
  );
}

function refuseBytes(bytes: Uint8Array): IoSchemaError {
  return new IoSchemaError(
    "INVALID_ARGUMENT",
    `an item of the input is bytes (${show(bytes.slice(0, 4))}…): read the stream with RecordBatchReader.from first`,
    { details: { sizeBytes: bytes.length } },
  );
}
