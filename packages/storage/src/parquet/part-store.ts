/** Parts as Parquet files in an object store. Reading needs only a reader. */
import { IoConfigError, IoError, show } from "@crv/core";
import type { ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import type { PartStore } from "@crv/storage-trait/parts";
import { createCodecPool } from "./codec-pool.js";
import { describePart } from "./describe-part.js";
import { inspectPart } from "./inspect-part.js";
import type { Compression } from "./part-properties.js";
import { measureRows } from "./part-statistics.js";
import { readPart } from "./read-part.js";
import { readTogether } from "./read-together.js";
import { writePart } from "./write-part.js";

export interface ParquetPartStoreOptions {
  /** Without `create`, writing is `READ_ONLY`. */
  readonly store: ObjectReader & Partial<ObjectStore>;
  /** Rows of a row group of new parts: the unit of skipping. Default 131,072. */
  readonly rowGroupRows?: number;
  /** Of new parts. Default `zstd`. */
  readonly compression?: Compression;
  /** Of decoding some row groups of one part, not counting its waiting. Default 60,000. */
  readonly decodeTimeoutMs?: number;
  /** Threads at most that decode, and encode all but small parts. Each starts when needed. Default 2. */
  readonly workers?: number;
}

/** @throws IoConfigError `INVALID_CONFIG` for a number that is not whole or below 1. */
export function createParquetPartStore(options: ParquetPartStoreOptions): PartStore {
  const {
    store,
    rowGroupRows = 1 << 17,
    compression = "zstd",
    decodeTimeoutMs = 60_000,
    workers = 2,
  } = options;
  checkPositive({ rowGroupRows, decodeTimeoutMs, workers });
  const pool = createCodecPool({ workers, timeoutMs: decodeTimeoutMs });
  let isClosed = false;

  return {
    async write(request) {
      if (isClosed) throw new IoError("CLOSED", "the part store was closed");
      const create = store.create?.bind(store);
      if (create === undefined) {
        throw new IoError("READ_ONLY", `${request.key} cannot be written: the run is read-only`);
      }
      return await writePart({ create }, pool, request, { compression, rowGroupRows });
    },
    read(part, table, request = {}) {
      return readPart(store, pool, part, table, request);
    },
    readTogether(wanted, table, { signal } = {}) {
      return readTogether(store, pool, wanted, table, signal);
    },
    inspect(path, { signal } = {}) {
      return inspectPart(store, pool, path, signal);
    },
    measure: measureRows,
    describe(part, table, bucket, { signal } = {}) {
      return describePart(store, pool, part, table, bucket, signal);
    },
    async close() {
      isClosed = true;
      await pool.close();
    },
  };
}

function checkPositive(settings: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new IoConfigError(
      "INVALID_CONFIG",
      `${name} must be a whole number, at least 1 (got: ${show(value)})`,
      { details: { setting: name, value } },
    );
  }
}
