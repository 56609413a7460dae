import type { CommitRecord, TableKey } from "@crv/core";
import { describe, expect, test } from "vitest";
import {
  applyRecord,
  emptyState,
  encodeManifestView,
  type RunState,
  tableManifest,
} from "../src/index.js";
import { DELAYS, delays, FLIGHTS, flights, operationIdOf, partOf, recordOf } from "./sample.js";

const id = operationIdOf(1);

function viewOf(state: RunState, table: TableKey): string {
  return new TextDecoder().decode(encodeManifestView(tableManifest(state, table)!));
}

function stateWith(buckets: readonly number[]): RunState {
  const add = buckets.map((bucket, index) => partOf(id, index, { bucket }));
  const tables: CommitRecord["tables"] = new Map([
    [FLIGHTS, { version: 1, descriptor: flights, add, remove: [] }],
  ]);
  return applyRecord(emptyState(), recordOf(1, { tables }));
}

/** Python reads this file: keys, order, indentation and the form of times are its own. */
const GOLDEN = `{
  "table": "flights",
  "version": 1,
  "created_at": "2026-01-01T00:00:01.000000+00:00",
  "updated_at": "2026-01-01T00:00:02.000000+00:00",
  "partitions": {
    "000000": {
      "bucket_id": 0,
      "state": "ready",
      "tick_min": 0,
      "tick_max": 9,
      "row_count": 10,
      "byte_size": 1000,
      "parts": [
        {
          "path": "part-PREFIX00000000.parquet",
          "rows": 10,
          "bytes": 1000,
          "tick_min": 0,
          "tick_max": 9,
          "created_at": "2026-01-01T00:00:01.000000+00:00"
        }
      ]
    },
    "100000": {
      "bucket_id": 100000,
      "state": "ready",
      "tick_min": 144000000,
      "tick_max": 144000009,
      "row_count": 20,
      "byte_size": 2001,
      "parts": [
        {
          "path": "part-PREFIX00000001.parquet",
          "rows": 10,
          "bytes": 1001,
          "tick_min": 144000000,
          "tick_max": 144000009,
          "created_at": "2026-01-01T00:00:01.000000+00:00"
        },
        {
          "path": "part-SECOND00000000.parquet",
          "rows": 10,
          "bytes": 1000,
          "tick_min": 144000000,
          "tick_max": 144000009,
          "created_at": "2026-01-01T00:00:02.000000+00:00"
        }
      ]
    }
  },
  "run_version": 2,
  "table_version": 2,
  "tick_column": "minute",
  "tick_bucket_size": 1440
}`;

describe("encodeManifestView", () => {
  test("is these bytes", () => {
    const more = {
      version: 2,
      add: [partOf(operationIdOf(2), 0, { bucket: 100_000 })],
      remove: [],
    };
    const state = applyRecord(
      stateWith([0, 100_000]),
      recordOf(2, { tables: new Map([[FLIGHTS, more]]) }),
    );
    const golden = GOLDEN.replaceAll("PREFIX", partPrefix(1)).replaceAll("SECOND", partPrefix(2));
    expect(viewOf(state, FLIGHTS)).toBe(golden);
  });

  test("keeps buckets in order where a JavaScript object would not", () => {
    const view = viewOf(stateWith([2_000_000, 99_999, 100_000, 7]), FLIGHTS);
    expect([...view.matchAll(/"(\d{6,})": \{/g)].map((m) => m[1])).toEqual([
      "000007",
      "099999",
      "100000",
      "2000000",
    ]);
    expect(Object.keys(JSON.parse(view).partitions)).toHaveLength(4);
  });

  test("is the text that JSON.stringify gives, where that keeps the order", () => {
    const view = viewOf(stateWith([1, 2, 3]), FLIGHTS);
    expect(JSON.stringify(JSON.parse(view), null, 2)).toBe(view);
  });

  test("adds no member inside parts: the Python reader refuses unknown ones there", () => {
    const [part] = JSON.parse(viewOf(stateWith([0]), FLIGHTS)).partitions["000000"].parts;
    expect(Object.keys(part)).toEqual([
      "path",
      "rows",
      "bytes",
      "tick_min",
      "tick_max",
      "created_at",
    ]);
  });

  test("is whole for an empty table and for one without ticks", () => {
    expect(JSON.parse(viewOf(stateWith([]), FLIGHTS))).toMatchObject({
      partitions: {},
      run_version: 1,
    });
    const part = { ...partOf(id, 0, { table: DELAYS }), tickMin: null, tickMax: null };
    const change = { version: 1, descriptor: delays, add: [part], remove: [] };
    const state = applyRecord(emptyState(), recordOf(1, { tables: new Map([[DELAYS, change]]) }));
    const view = JSON.parse(viewOf(state, DELAYS));
    expect(view).toMatchObject({ tick_column: null, tick_bucket_size: null });
    expect(view.partitions["000000"]).toMatchObject({ tick_min: 0, tick_max: 0, row_count: 10 });
  });
});

function partPrefix(number: number): string {
  const { path } = partOf(operationIdOf(number));
  return path.slice(path.indexOf("part-") + 5, -"00000000.parquet".length);
}
