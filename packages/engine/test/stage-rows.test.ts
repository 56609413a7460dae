/**
 * Goal: rows are read on while parts are written, in bounded memory, and whatever ends when: the same rows
 * give the same parts in the same order, and nothing is under way any more when staging has ended.
 */
import { defineTable, type PartEntry } from "@crv/core";
import { arrowSchema, batchOf } from "@crv/core/arrow";
import { makeData, type RecordBatch } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { stageRows, type WritePart } from "../src/stage-rows.js";

const BUCKET_TICKS = 10;
const TABLE = defineTable({
  name: "ticks",
  columns: { tick: "i64" },
  tick: "tick",
  bucketSize: BUCKET_TICKS,
});
/** Rows after which a bucket that gets no more is written. */
const SETTLED = 1 << 17;
const UNBOUNDED = () => Number.POSITIVE_INFINITY;

/** `rows` rows of one bucket, 8 bytes each. */
function batchOfBucket(bucket: number, rows = SETTLED): RecordBatch {
  const data = new BigInt64Array(rows).fill(BigInt(bucket * BUCKET_TICKS));
  const [field] = arrowSchema(TABLE).fields;
  const column = makeData({ type: field?.type, length: rows, nullCount: 0, data } as never);
  return batchOf(arrowSchema(TABLE), rows, [column]);
}

/** A source that tells how far it was read, and whether it was closed. */
function sourceOf(batches: readonly RecordBatch[]) {
  const told = { read: 0, closed: false };
  async function* rows(): AsyncGenerator<RecordBatch> {
    try {
      for (const batch of batches) {
        told.read++;
        yield batch;
      }
    } finally {
      told.closed = true;
    }
  }
  return { told, rows: rows() };
}

/** A writer whose parts end when they are told to. */
function heldWriter() {
  const begun: { bucket: number; rows: number; end: (error?: Error) => void }[] = [];
  const write: WritePart = (bucket, batch) =>
    new Promise((resolve, reject) => {
      const part = { bucket, rows: batch.numRows } as PartEntry;
      const end = (error?: Error) => (error ? reject(error) : resolve(part));
      begun.push({ bucket, rows: batch.numRows, end });
    });
  return { begun, write };
}

/** All that can go on without a part ending has done so. */
const quiet = () => new Promise((resolve) => setImmediate(resolve));

describe("stageRows", () => {
  test("reads on while parts are written, until two are and a third is due", async () => {
    const { told, rows } = sourceOf([0, 1, 2, 3, 4, 5].map((bucket) => batchOfBucket(bucket)));
    const { begun, write } = heldWriter();
    const staged = stageRows(TABLE, rows, UNBOUNDED, write);
    await quiet();
    expect(begun.map(({ bucket }) => bucket)).toEqual([0, 1]);
    expect(told.read).toBe(3);
    begun[0]?.end();
    await quiet();
    expect(begun.map(({ bucket }) => bucket)).toEqual([0, 1, 2]);
    for (let i = 1; i < 6; i++) {
      begun[i]?.end();
      await quiet();
    }
    expect((await staged).map(({ bucket }) => bucket)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(told.closed).toBe(true);
  });

  test.each([
    ["in order", (held: number[]) => held.shift()],
    ["in reverse", (held: number[]) => held.pop()],
  ])("gives the same parts in the same order when writes end %s", async (_, next) => {
    const buckets = [3, 1, 3, 2, 2, 0, 3, 3, 1, 0];
    const { rows } = sourceOf(buckets.map((bucket) => batchOfBucket(bucket)));
    const { begun, write } = heldWriter();
    const staged = stageRows(TABLE, rows, UNBOUNDED, write);
    const held: number[] = [];
    for (let known = 0; ; ) {
      await quiet();
      for (; known < begun.length; known++) held.push(known);
      const ended = next(held);
      if (ended === undefined) break;
      begun[ended]?.end();
    }
    expect((await staged).map(({ bucket, rows: count }) => [bucket, count / SETTLED])).toEqual([
      [0, 1],
      [0, 1],
      [1, 1],
      [1, 1],
      [2, 2],
      [3, 1],
      [3, 1],
      [3, 2],
    ]);
  });

  test("keeps together what is not large, however the buckets take turns", async () => {
    const few = 1000;
    const turns = Array.from({ length: 30 }, (_, i) => batchOfBucket(i % 3, few));
    const { rows } = sourceOf(turns);
    const write: WritePart = async (bucket, { numRows }) =>
      ({ bucket, rows: numRows }) as PartEntry;
    const parts = await stageRows(TABLE, rows, UNBOUNDED, write);
    expect(parts.map(({ bucket, rows: count }) => [bucket, count])).toEqual([
      [0, 10 * few],
      [1, 10 * few],
      [2, 10 * few],
    ]);
  });

  test("counts the rows of parts that are written among those that it may hold", async () => {
    const bytes = 8 * SETTLED;
    const { told, rows } = sourceOf([0, 1, 2, 3].map((bucket) => batchOfBucket(bucket)));
    const { begun, write } = heldWriter();
    const staged = stageRows(TABLE, rows, () => 1.5 * bytes, write);
    await quiet();
    // The second batch made the first bucket settled. Both are held until that is written.
    expect([told.read, begun.map(({ bucket }) => bucket)]).toEqual([2, [0, 1]]);
    begun[0]?.end();
    await quiet();
    expect(told.read).toBe(3);
    for (let i = 1; i < 4; i++) {
      begun[i]?.end();
      await quiet();
    }
    expect(await staged).toHaveLength(4);
  });

  test("tells the first error, when all that was begun has ended, and begins nothing after it", async () => {
    const { told, rows } = sourceOf([0, 1, 2, 3, 4].map((bucket) => batchOfBucket(bucket)));
    const { begun, write } = heldWriter();
    let failed: unknown;
    const staged = stageRows(TABLE, rows, UNBOUNDED, write).catch((error: unknown) => {
      failed = error;
    });
    await quiet();
    const first = new Error("first");
    begun[1]?.end(first);
    await quiet();
    expect(failed).toBeUndefined();
    begun[0]?.end(new Error("second"));
    await staged;
    expect(failed).toBe(first);
    await quiet();
    expect([begun.length, told.closed]).toEqual([2, true]);
  });

  test("tells the error of the source, when all that was begun has ended", async () => {
    const error = new Error("no more rows");
    async function* rows(): AsyncGenerator<RecordBatch> {
      yield batchOfBucket(0);
      yield batchOfBucket(1);
      throw error;
    }
    const { begun, write } = heldWriter();
    let failed: unknown;
    const staged = stageRows(TABLE, rows(), UNBOUNDED, write).catch((told: unknown) => {
      failed = told;
    });
    await quiet();
    expect([begun.length, failed]).toEqual([1, undefined]);
    begun[0]?.end();
    await staged;
    expect([begun.length, failed]).toEqual([1, error]);
  });
});
