/**
 * Parts that are too large to be encoded in the thread of the program. Invariant: they are the parts that
 * they would have been, the program goes on meanwhile, and one that is not encoded leaves nothing.
 */
import { parseRunId } from "@crv/core";
import type { PartStore } from "@crv/storage-trait/parts";
import { afterEach, describe, expect, test } from "vitest";
import { createCodecPool } from "../src/parquet/codec-pool.js";
import { createParquetPartStore } from "../src/parquet/part-store.js";
import { writePart } from "../src/parquet/write-part.js";
import {
  batchesOfRows,
  batchOfRows,
  EDGES,
  EVERY_TYPE,
  edgeRow,
  everyTypeRow,
  memoryObjects,
  PART,
  readAligned,
  rowsOf,
  valuesOf,
  writeRows,
} from "./parquet-samples.js";

/** Some 100 bytes each as Arrow: far beyond what is encoded at once. */
const LARGE_ROWS = 20_000;
const REQUEST = {
  key: PART,
  runId: parseRunId("run-1"),
  table: EDGES,
  bucket: 7,
  durability: "full",
} as const;

describe("a large part", () => {
  const opened: Pick<PartStore, "close">[] = [];
  afterEach(async () => {
    for (const parts of opened.splice(0)) await parts.close();
  });

  function open(whenCreated = (): void => undefined, rowGroupRows = 7000) {
    const objects = memoryObjects();
    const create: typeof objects.create = (...args) => {
      whenCreated();
      return objects.create(...args);
    };
    const store = { ...objects, create };
    const parts = createParquetPartStore({ store, rowGroupRows });
    opened.push(parts);
    return { store, parts };
  }

  test.each([
    [7000, 6000, [7000, 7000, 6000]],
    [7000, LARGE_ROWS, [7000, 7000, 6000]],
    [LARGE_ROWS, LARGE_ROWS, undefined],
  ])(
    "in row groups of %i, from batches of %i, gives every type and its nulls back",
    async (rowGroupRows, batchRows, groups) => {
      const { parts } = open(undefined, rowGroupRows);
      const rows = rowsOf(LARGE_ROWS, everyTypeRow);
      const batches = batchesOfRows(EVERY_TYPE, rows, batchRows);
      const part = await writeRows(parts, { table: EVERY_TYPE, batches });
      expect(part.rowGroups?.map((group) => group.rows)).toEqual(groups);
      expect(valuesOf(await readAligned(parts, part, EVERY_TYPE))).toEqual(
        valuesOf(batchOfRows(EVERY_TYPE, rows)),
      );
    },
  );

  test.each([
    ["lets the event loop turn while it is encoded", LARGE_ROWS, true],
    ["is not what a few rows are: they are encoded at once", 100, false],
  ])("%s", async (_, rows, turns) => {
    let hasTurned = false;
    let hadTurned: boolean | undefined;
    const { parts } = open(() => {
      hadTurned = hasTurned;
    });
    const batches = [batchOfRows(EDGES, rowsOf(rows, edgeRow))];
    // Loads what is loaded once.
    await parts.write({ ...REQUEST, batches: [batchOfRows(EDGES, rowsOf(1, edgeRow))] });
    const key = `${PART}-2` as typeof PART;
    const written = writeRows(parts, { table: EDGES, batches, key });
    setImmediate(() => {
      hasTurned = true;
    });
    await written;
    expect(hadTurned).toBe(turns);
  });

  test("is not there when the store is closed before it is encoded", async () => {
    const { store, parts } = open();
    const batches = [batchOfRows(EDGES, rowsOf(LARGE_ROWS, edgeRow))];
    const written = parts.write({ ...REQUEST, batches });
    const closed = parts.close();
    await expect(written).rejects.toMatchObject({ code: "CLOSED" });
    await closed;
    expect(await store.stat(PART)).toBeUndefined();
  });

  test.each([
    ["dies", "./parquet-dying-worker.mjs", "WRITE_FAILED", PART],
    ["cannot start", "./not-there.mjs", "IO", "not-there.mjs"],
  ])("is not there when its thread %s", async (_, file, code, named) => {
    const store = memoryObjects();
    const workerFile = new URL(file, import.meta.url).href;
    const pool = createCodecPool({ workers: 1, timeoutMs: 60_000, workerFile });
    opened.push(pool);
    const batches = [batchOfRows(EDGES, rowsOf(LARGE_ROWS, edgeRow))];
    const options = { compression: "zstd", rowGroupRows: 7000 } as const;
    const written = writePart(store, pool, { ...REQUEST, batches }, options);
    await expect(written).rejects.toMatchObject({
      code,
      message: expect.stringContaining(named),
    });
    expect(await store.stat(PART)).toBeUndefined();
  });
});
