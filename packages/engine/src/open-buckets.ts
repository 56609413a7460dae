/**
 * Rows that wait to be written, by bucket, and which of them are due. Looks at the rows alone, so that the
 * same rows in the same batches always give the same parts.
 */
import { PART_ROWS_MAX, type TableDescriptor } from "@crv/core";
import { arrowSchema, BatchBuilder } from "@crv/core/arrow";
import type { RecordBatch, Schema } from "apache-arrow";
import { splitByBucket } from "./bucket-rows.js";

/** Rows of one part, where they arrive together. A whole multiple of the row group size. */
const PART_ROWS_TARGET = Math.min(PART_ROWS_MAX, 1 << 20);

/**
 * A bucket of so many rows, a row group, is written when as many have come for others: in order of ticks, it
 * gets no more. One that does get more has parts that are large enough.
 */
const SETTLED_ROWS = 1 << 17;

interface OpenBucket {
  readonly rows: BatchBuilder;
  /** Of all buckets together, when this one got its last row. */
  appendedRows: number;
}

export class OpenBuckets {
  readonly #table: TableDescriptor;
  readonly #schema: Schema;
  readonly #open = new Map<number, OpenBucket>();
  /** Those of `SETTLED_ROWS` rows and more. */
  readonly #large = new Set<number>();
  #heldBytes = 0;
  #appendedRows = 0;

  constructor(table: TableDescriptor) {
    this.#table = table;
    this.#schema = arrowSchema(table);
  }

  /** Estimate of the memory of all rows. */
  get sizeBytes(): number {
    return this.#heldBytes;
  }

  append(batch: RecordBatch): void {
    for (const { bucket, rows: selected } of splitByBucket(batch, this.#table)) {
      const open = this.#open.get(bucket) ?? this.#begin(bucket);
      const { rows } = open;
      const { sizeBytes, rowCount } = rows;
      rows.append(batch, selected);
      this.#heldBytes += rows.sizeBytes - sizeBytes;
      this.#appendedRows += rows.rowCount - rowCount;
      open.appendedRows = this.#appendedRows;
      if (rows.rowCount >= SETTLED_ROWS) this.#large.add(bucket);
    }
  }

  /**
   * The buckets to write now, ascending: those that are full or settled and, when all hold more than
   * `bytesMax`, the largest ones until half of that is free.
   */
  due(bytesMax: number): readonly number[] {
    const due = [...this.#large].filter((bucket) => this.#isDue(bucket));
    if (this.#heldBytes > bytesMax) due.push(...this.#overflow(due, bytesMax / 2));
    return due.sort((a, b) => a - b);
  }

  /** All buckets, ascending. */
  buckets(): readonly number[] {
    return [...this.#open.keys()].sort((a, b) => a - b);
  }

  /** The rows of an open bucket, which begins anew with its next row. */
  take(bucket: number): BatchBuilder {
    const { rows } = this.#open.get(bucket) as OpenBucket;
    this.#open.delete(bucket);
    this.#large.delete(bucket);
    this.#heldBytes -= rows.sizeBytes;
    return rows;
  }

  #begin(bucket: number): OpenBucket {
    const open = { rows: new BatchBuilder(this.#schema), appendedRows: 0 };
    this.#open.set(bucket, open);
    return open;
  }

  /** A bucket is settled when others have got that many rows since its last. */
  #isDue(bucket: number): boolean {
    const { rows, appendedRows } = this.#open.get(bucket) as OpenBucket;
    if (rows.rowCount >= PART_ROWS_TARGET) return true;
    return this.#appendedRows - appendedRows >= SETTLED_ROWS;
  }

  /** The largest buckets beside `due`, until at most `bytesMax` are left of all. */
  #overflow(due: readonly number[], bytesMax: number): readonly number[] {
    const sizes = [...this.#open].map(([bucket, { rows }]) => ({ bucket, bytes: rows.sizeBytes }));
    const isDue = new Set(due);
    sizes.sort(
      (a, b) => Number(isDue.has(b.bucket)) - Number(isDue.has(a.bucket)) || b.bytes - a.bytes,
    );
    const chosen: number[] = [];
    let held = this.#heldBytes;
    for (const { bucket, bytes } of sizes) {
      if (held <= bytesMax) break;
      held -= bytes;
      if (!isDue.has(bucket)) chosen.push(bucket);
    }
    return chosen;
  }
}
