import {
  Field,
  FixedSizeList,
  Float32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { describe, expect, test } from "vitest";
import { batchRows } from "../src/format/batch-rows.js";

const json = new Map([["ARROW:extension:name", "arrow.json"]]);

describe("batchRows", () => {
  test("reads each type without loss", () => {
    const inner = [new Field("at", new TimestampMicrosecond())];
    const element = new Field("item", new Float32());
    const fields = [
      new Field("n", new Int64()),
      new Field("at", new TimestampMicrosecond(), true),
      new Field("extra", new Utf8(), true, json),
      new Field("vector", new FixedSizeList(2, element)),
      new Field("place", new Struct(inner)),
    ];
    const times = makeData({
      type: new TimestampMicrosecond(),
      data: BigInt64Array.of(1n, 2n),
      nullBitmap: Uint8Array.of(0b01),
      nullCount: 1,
    });
    const columns = [
      makeData({ type: new Int64(), data: BigInt64Array.of(2n ** 63n - 1n, 0n) }),
      times,
      vectorFromArray(['{"a":[1]}', null], new Utf8()).data[0],
      makeData({
        type: new FixedSizeList(2, element),
        length: 2,
        child: makeData({ type: new Float32(), data: Float32Array.of(1, 2, 3, 4) }),
      }),
      makeData({ type: new Struct(inner), length: 2, children: [times] }),
    ];
    const data = makeData({ type: new Struct(fields), length: 2, children: columns as never });
    expect(batchRows(new RecordBatch(new Schema(fields), data))).toEqual([
      {
        n: 2n ** 63n - 1n,
        at: "1970-01-01T00:00:00.000001Z",
        extra: { a: [1] },
        vector: Float32Array.of(1, 2),
        place: { at: "1970-01-01T00:00:00.000001Z" },
      },
      { n: 0n, at: null, extra: null, vector: Float32Array.of(3, 4), place: { at: null } },
    ]);
  });
});
