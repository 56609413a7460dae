/** What a task decodes. Invariant: nothing is chosen before the whole footer was believed. */
import { describe, expect, test } from "vitest";
import {
  BATCH_ROWS_MAX,
  type DecodeTask,
  ROW_GROUP_BYTES_MAX,
  TASK_BYTES_MAX,
  TASK_ROWS_MAX,
} from "../src/parquet/decode-task.js";
import { chooseRowGroups, type RowGroupInfo } from "../src/parquet/row-group-choice.js";

const FILE_BYTES = 1000;
const COLUMNS_MAX = 20;

function group(rows: number, plainBytes = 10, names = ["a", "b"]): RowGroupInfo {
  const chunks = names.map((name) => ({ path: [name], compressedBytes: 5, plainBytes }));
  return { rows, chunks };
}

function choose(file: readonly RowGroupInfo[], task: Partial<DecodeTask> = {}) {
  return chooseRowGroups(file, FILE_BYTES, {
    bytes: new Uint8Array(new SharedArrayBuffer(0)),
    rows: file.reduce((sum, { rows }) => sum + rows, 0),
    columnsMax: COLUMNS_MAX,
    columns: ["a", "b"],
    texts: new Set(),
    rowGroups: undefined,
    done: 0,
    ...task,
  });
}

describe("chooseRowGroups", () => {
  test("takes all row groups of a small part at once", () => {
    expect(choose([group(10), group(20)])).toEqual({
      kind: "chosen",
      columns: ["a", "b"],
      rowGroups: [0, 1],
      rows: 30,
      batchRows: 30,
      next: undefined,
    });
  });

  test("leaves out columns that the file lacks", () => {
    expect(choose([group(10)], { columns: ["c", "b"] })).toMatchObject({ columns: ["b"] });
  });

  test("goes on where the last task ended, until nothing is left", () => {
    const file = Array.from({ length: 5 }, () => group(TASK_ROWS_MAX / 2));
    const rowGroups = [0, 1, 2, 4];
    expect(choose(file, { rowGroups })).toMatchObject({ rowGroups: [0, 1], next: 2 });
    expect(choose(file, { rowGroups, done: 2 })).toMatchObject({
      rowGroups: [2, 4],
      next: undefined,
    });
    expect(choose(file, { rowGroups: [] })).toMatchObject({ rows: 0, next: undefined });
  });

  test("takes fewer row groups of wide columns, counting only those asked for", () => {
    const file = [group(10, TASK_BYTES_MAX / 2), group(10, TASK_BYTES_MAX / 2)];
    expect(choose(file)).toMatchObject({ rowGroups: [0], next: 1 });
    expect(choose(file, { columns: ["a"] })).toMatchObject({ rowGroups: [0, 1] });
  });

  test("takes one row group, however large, in batches of few wide rows", () => {
    const choice = choose([group(1000, 16 * TASK_BYTES_MAX)], { columns: ["a"] });
    expect(choice).toMatchObject({ rowGroups: [0], batchRows: 62 });
    const long = choose([group(TASK_ROWS_MAX * 2)]);
    expect(long).toMatchObject({ rowGroups: [0], batchRows: BATCH_ROWS_MAX });
  });

  test.each<[string, readonly RowGroupInfo[], Partial<DecodeTask>]>([
    ["other rows than the entry", [group(10)], { rows: 11 }],
    ["a row group that is not there", [group(10)], { rowGroups: [1] }],
    ["negative rows", [group(20), group(-10)], {}],
    ["fractional rows", [group(0.5), group(0.5)], {}],
    ["row groups of other columns", [group(10), group(10, 10, ["a", "c"])], {}],
    ["two columns of one name", [group(10, 10, ["a", "a"])], {}],
    ["negative sizes", [group(10, -1)], {}],
    ["sizes beyond 2^53", [group(10, 2 ** 60)], {}],
    [
      "chunks larger than the file",
      [{ rows: 1, chunks: [{ path: ["a"], compressedBytes: FILE_BYTES + 1, plainBytes: 1 }] }],
      {},
    ],
  ])("calls a footer with %s corrupt", (_, file, task) => {
    expect(choose(file, task)).toMatchObject({ kind: "refused", code: "CORRUPT" });
  });

  test.each<[string, readonly RowGroupInfo[]]>([
    [
      "columns",
      [
        group(
          1,
          1,
          Array.from({ length: COLUMNS_MAX + 1 }, (_, i) => `c${i}`),
        ),
      ],
    ],
    ["bytes in one row group", [group(1, ROW_GROUP_BYTES_MAX)]],
  ])("refuses more %s than the limit", (_, file) => {
    expect(choose(file)).toMatchObject({ kind: "refused", code: "LIMIT_EXCEEDED" });
  });
});
