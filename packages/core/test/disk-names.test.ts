import fc from "fast-check";
import { ulid } from "ulid";
import { describe, expect, test } from "vitest";
import {
  type BranchId,
  BUNDLE_VIEW_KEY,
  CHECKPOINT_PREFIX,
  FLOOR_PREFIX,
  formatBranchKey,
  formatBucketDirectory,
  formatCheckpointIndexKey,
  formatCheckpointKey,
  formatFloorKey,
  formatInfoKey,
  formatKeyFilterKey,
  formatManifestViewKey,
  formatPartKey,
  formatPartPrefix,
  formatRecordKey,
  formatRunDirectory,
  formatSegmentKey,
  formatSessionKey,
  formatSidecarKey,
  HEAD_HINT_KEY,
  INFO_PREFIX,
  IoManifestError,
  LEASE_PREFIX,
  LOG_PREFIX,
  type OperationId,
  parseBranchKey,
  parseCheckpointIndexKey,
  parseCheckpointKey,
  parseFloorKey,
  parseInfoKey,
  parseKeyFilterKey,
  parseObjectKey,
  parseOperationId,
  parsePartKey,
  parseRecordKey,
  parseRunId,
  parseSegmentKey,
  parseSessionId,
  parseSessionKey,
  parseSidecarKey,
  parseTableKey,
  RUNS_DIRECTORY,
  SESSION_PREFIX,
  SIDECAR_PREFIX,
  STAGING_DIRECTORY,
  STORE_MARKER_KEY,
  TABLES_PREFIX,
} from "../src/index.js";

const OPERATION = parseOperationId("01JZ8M3Q4R5S6T7V8W9XABCDEF");
const FLIGHTS = parseTableKey("flights");
const PREFIX = formatPartPrefix(OPERATION);
const DIGEST = "0123456789abcdef0123456789abcdef";
const PARSERS = {
  parseRecordKey,
  parseFloorKey,
  parseCheckpointKey,
  parseCheckpointIndexKey,
  parseSegmentKey,
  parseSidecarKey,
  parsePartKey,
  parseKeyFilterKey,
  parseInfoKey,
  parseSessionKey,
};

const version = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const bucket = fc.oneof(fc.nat(), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));
const index = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const table = fc.stringMatching(/^[a-z0-9]{1,8}(_[a-z0-9]{1,8}){0,3}$/).map((name) => `t${name}`);

/** Names on disk can never change: this list is the format. */
test("every name is what the format says", () => {
  expect([
    STORE_MARKER_KEY,
    formatRunDirectory(parseRunId("20250101-000000")),
    formatRecordKey(1),
    HEAD_HINT_KEY,
    formatFloorKey(42),
    formatCheckpointKey(Number.MAX_SAFE_INTEGER),
    formatCheckpointIndexKey(42),
    formatSegmentKey(42, DIGEST),
    formatSidecarKey(OPERATION),
    formatPartKey(FLIGHTS, 123, PREFIX, 10),
    formatKeyFilterKey(formatPartKey(FLIGHTS, 123, PREFIX, 10)),
    formatManifestViewKey(FLIGHTS),
    BUNDLE_VIEW_KEY,
    formatInfoKey(2),
    formatSessionKey(parseSessionId(OPERATION)),
    [INFO_PREFIX, SESSION_PREFIX],
    [LOG_PREFIX, FLOOR_PREFIX, CHECKPOINT_PREFIX, SIDECAR_PREFIX, LEASE_PREFIX, TABLES_PREFIX],
    [RUNS_DIRECTORY, STAGING_DIRECTORY],
  ]).toEqual([
    "crv.json",
    "runs/20250101-000000",
    "_log/00000000000000000001.json",
    "_log/_head",
    "_floor/00000000000000000042.json",
    "_checkpoints/00009007199254740991.json",
    "_checkpoints/indexes/00000000000000000042.json",
    "_checkpoints/segments/00000000000000000042-0123456789abcdef0123456789abcdef.arrow",
    "_recovery/01JZ8M3Q4R5S6T7V8W9XABCDEF.json",
    "tables/flights/bucket=000123/part-fc58dcc6469aa9a6fbb68b990000000a.parquet",
    "tables/flights/bucket=000123/part-fc58dcc6469aa9a6fbb68b990000000a.keys",
    "tables/flights/manifest.json",
    "bundle.manifest.json",
    "_info/00000000000000000002.json",
    "_sessions/01JZ8M3Q4R5S6T7V8W9XABCDEF.json",
    ["_info/", "_sessions/"],
    ["_log/", "_floor/", "_checkpoints/", "_recovery/", "_leases/", "tables/"],
    ["runs", "_tmp"],
  ]);
});

describe("round trips", () => {
  test.each([
    ["record", formatRecordKey, parseRecordKey],
    ["floor", formatFloorKey, parseFloorKey],
    ["checkpoint", formatCheckpointKey, parseCheckpointKey],
    ["index of a checkpoint", formatCheckpointIndexKey, parseCheckpointIndexKey],
    ["info", formatInfoKey, parseInfoKey],
  ])("%s: parse gives back what format was given", (_, format, parse) => {
    fc.assert(
      fc.property(version, (value) => {
        const key = format(value);
        expect(parseObjectKey(key)).toBe(key);
        expect(parse(key)).toBe(value);
      }),
    );
  });

  test("names of versions sort as the versions do", () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(formatRecordKey(a) < formatRecordKey(b)).toBe(a < b);
      }),
    );
  });

  test("segment: parse gives back version and digest", () => {
    fc.assert(
      fc.property(version, (value) => {
        const key = formatSegmentKey(value, DIGEST);
        expect(parseObjectKey(key)).toBe(key);
        expect(parseSegmentKey(key)).toEqual({ version: value, digest: DIGEST });
      }),
    );
  });

  test("session: parse gives back its id", () => {
    const session = parseSessionId(OPERATION);
    expect(parseSessionKey(formatSessionKey(session))).toBe(session);
  });

  test("sidecar: parse gives back the operation", () => {
    expect(parseSidecarKey(formatSidecarKey(OPERATION))).toBe(OPERATION);
  });

  test("part: parse gives back table, bucket and id", () => {
    fc.assert(
      fc.property(table, bucket, index, (name, bucketId, count) => {
        const key = formatPartKey(parseTableKey(name), bucketId, PREFIX, count);
        expect(parseObjectKey(key)).toBe(key);
        const id = `${PREFIX}${count.toString(16).padStart(8, "0")}`;
        expect(parsePartKey(key)).toEqual({ table: name, bucket: bucketId, id });
        expect(parseKeyFilterKey(formatKeyFilterKey(key))).toEqual(parsePartKey(key));
      }),
    );
  });

  test("each name is of one kind only", () => {
    const keys = [
      formatRecordKey(7),
      formatFloorKey(7),
      formatCheckpointKey(7),
      formatCheckpointIndexKey(7),
      formatSegmentKey(7, DIGEST),
      formatSidecarKey(OPERATION),
      formatInfoKey(7),
      formatSessionKey(parseSessionId(OPERATION)),
      formatPartKey(FLIGHTS, 7, PREFIX, 7),
      formatKeyFilterKey(formatPartKey(FLIGHTS, 7, PREFIX, 7)),
    ];
    for (const key of keys) {
      const kinds = Object.values(PARSERS).filter((parse) => parse(key) !== undefined);
      expect(kinds).toHaveLength(1);
    }
  });
});

describe("a name that is not ours", () => {
  test.each([
    "",
    "README.md",
    "_log/_head",
    "_log/notes.txt",
    "_log/00000000000000000001.json.bak",
    "_log/sub/00000000000000000001.json",
    "_recovery/notes.txt",
    "_leases/01JZ8M3Q4R5S6T7V8W9XABCDEF.json",
    "tables/flights/manifest.json",
    "tables/flights/_delta_log/00000000000000000000.json",
    "tables/flights/bucket=000001/part-fc58dcc6469aa9a6fbb68b990000000a.parquet.tmp",
    "tables/flights/bucket=000001/.part-1.parquet.crc",
    "tables/flights/bucket=000001/data.parquet",
    "x/tables/flights/bucket=000001/part-fc58dcc6469aa9a6fbb68b990000000a.parquet",
    "batch_000004.safetensors",
  ])("%j is left alone", (key) => {
    for (const parse of Object.values(PARSERS)) expect(parse(key)).toBeUndefined();
  });

  test("nothing else passes for one", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (key) => {
        for (const parse of Object.values(PARSERS)) expect(parse(key)).toBeUndefined();
      }),
    );
  });
});

describe("a malformed name of our own", () => {
  const id = `${PREFIX}0000000a`;
  test.each([
    ["an unpadded version", "parseRecordKey", "_log/1.json"],
    ["21 digits", "parseRecordKey", "_log/000000000000000000001.json"],
    ["version 0", "parseRecordKey", "_log/00000000000000000000.json"],
    ["a version beyond 2^53-1", "parseRecordKey", "_log/00009007199254740992.json"],
    ["a sign", "parseRecordKey", "_log/+0000000000000000001.json"],
    ["a fraction", "parseFloorKey", "_floor/000000000000000001.5.json"],
    ["digits of another script", "parseCheckpointKey", "_checkpoints/0000000000000000000１.json"],
    ["a word", "parseCheckpointKey", "_checkpoints/latest.json"],
    ["a word", "parseCheckpointIndexKey", "_checkpoints/indexes/latest.json"],
    ["version 0", "parseSegmentKey", `_checkpoints/segments/00000000000000000000-${DIGEST}.arrow`],
    ["no digest", "parseSegmentKey", "_checkpoints/segments/00000000000000000001.arrow"],
    ["an id in lower case", "parseSidecarKey", `_recovery/${OPERATION.toLowerCase()}.json`],
    ["no id", "parseSidecarKey", "_recovery/.json"],
    ["an unpadded bucket", "parsePartKey", `tables/flights/bucket=7/part-${id}.parquet`],
    ["a bucket padded too far", "parsePartKey", `tables/flights/bucket=0000007/part-${id}.parquet`],
    ["a negative bucket", "parsePartKey", `tables/flights/bucket=-00001/part-${id}.parquet`],
    [
      "a bucket beyond 2^53-1",
      "parsePartKey",
      `tables/flights/bucket=9007199254740993/part-${id}.parquet`,
    ],
    ["31 digits", "parsePartKey", `tables/flights/bucket=000007/part-${id.slice(1)}.parquet`],
    ["upper case", "parsePartKey", `tables/flights/bucket=000007/part-${id.toUpperCase()}.parquet`],
    ["a table that is none", "parsePartKey", `tables/Flights/bucket=000007/part-${id}.parquet`],
    ["an escape", "parsePartKey", `tables/../bucket=000007/part-${id}.parquet`],
  ] as const)("%s is an error that names it", (_, parser, key) => {
    expect(() => PARSERS[parser](key)).toThrow(IoManifestError);
    expect(() => PARSERS[parser](key)).toThrow(
      expect.objectContaining({ code: "CORRUPT", action: "repair", details: { key } }),
    );
  });
});

describe("formatBucketDirectory", () => {
  test.each([
    [0, "bucket=000000"],
    [123, "bucket=000123"],
    [999_999, "bucket=999999"],
    [12_345_678, "bucket=12345678"],
  ])("%i is %s", (id, directory) => expect(formatBucketDirectory(id)).toBe(directory));
});

describe("formatPartPrefix", () => {
  test("is 24 hex digits, the same each time", () => {
    expect(PREFIX).toMatch(/^[0-9a-f]{24}$/);
    expect(formatPartPrefix(OPERATION)).toBe(PREFIX);
  });

  test("differs for ids of one millisecond, also in its first digits", () => {
    const now = Date.UTC(2026, 0, 1);
    const ids = Array.from({ length: 2000 }, () => ulid(now) as OperationId);
    expect(new Set(ids.map((id) => formatPartPrefix(id))).size).toBe(ids.length);
    const heads = new Set(ids.map((id) => formatPartPrefix(id).slice(0, 2)));
    expect(heads.size).toBeGreaterThan(200);
  });
});

describe("formatBranchKey", () => {
  const branch = "01JGFJK0Q4ZZZZZZZZZZZZZZZZ" as BranchId;

  test("moves what a branch has for itself, and leaves what the run has", () => {
    const record = formatRecordKey(7);
    expect(formatBranchKey(branch, record)).toBe(`_branches/${branch}/${record}`);
    expect(formatBranchKey(branch, "_recovery/")).toBe(`_branches/${branch}/_recovery/`);
    for (const key of ["tables/t/manifest.json", "_leases/", ""]) {
      expect(formatBranchKey(branch, key)).toBe(key);
    }
    expect(parseBranchKey(formatBranchKey(branch, record))).toEqual({ branch, key: record });
    expect(parseBranchKey(record)).toBeUndefined();
    expect(() => parseBranchKey("_branches/x/_log/1.json")).toThrow(IoManifestError);
  });

  test("parts of one operation id on two branches differ in their names", () => {
    expect(formatPartPrefix(OPERATION, branch)).not.toBe(formatPartPrefix(OPERATION));
    expect(formatSidecarKey(OPERATION, branch)).toMatch(/^_branches\/.*\/_recovery\//);
  });
});
