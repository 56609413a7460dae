/**
 * Goal: no byte of a record ever changes its meaning, and no damaged or hostile one is accepted.
 * Method: pinned bytes; random records there and back; every cut and every flipped bit of a small one;
 * and, since a digest is no proof of origin, wrong records whose digest is right.
 */
import { type CommitRecord, formatRecordKey, IoManifestError, RECORD_BYTES_MAX } from "@crv/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeRecord, describeRecord, encodeDocument, encodeRecord } from "../src/index.js";
import { arbitraryRecord } from "./arbitrary-record.js";
import { goldenRecord, goldenRecovery } from "./golden-record.js";
import { operationIdOf, partOf, recordOf } from "./sample.js";

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The format. A record of today must be these bytes for ever. */
const GOLDEN_RECORD = [
  '{"aborts":[],"commit_id":"0000000000000000000000YGKA",',
  '"created_at":"2026-01-02T03:04:05.678Z","digest":"a9993d4968f809b2b74a573990031ec2",',
  '"format":1,"kind":"data","operations":[{"actor":"träger",',
  '"id":"00000000000000000000000007","kind":"overwrite","message":null,',
  '"tables":{"delays":3,"tracks":0}},{"actor":null,"id":"00000000000000000000000008",',
  '"kind":"append","message":"and one blind","tables":{"delays":null}}],',
  '"parents":["0000000000000000000000YGK9"],"tables":{"delays":{"add":[{"bucket":0,',
  '"bytes":1000,"columns":{},"digest":"0123456789abcdef0123456789abcdef",',
  '"path":"tables/delays/bucket=000000/part-dfc5f125e1a43f07e84ff6a500000000.parquet",',
  '"rows":10,"tick_max":null,"tick_min":null}],"preserving":true,"remove":[],',
  '"version":4},"tracks":{"add":[{"bucket":2,"bytes":1000,',
  '"columns":{"id":{"max":{"i64":"9007199254740992"},',
  '"min":{"i64":"-9223372036854775808"},"nulls":1},"name":{"max":"𐀀","min":"a",',
  '"nulls":0},"pos":{"nulls":2},"tick":{"max":299,"min":200,"nulls":0}},',
  '"digest":"0123456789abcdef0123456789abcdef",',
  '"path":"tables/tracks/bucket=000002/part-519ef8560f5ee0d6741c5a8a00000000.parquet",',
  '"row_groups":[{"columns":{"tick":{"max":298,"min":200,"nulls":0}},"rows":131072},',
  '{"columns":{"tick":{"max":299,"min":299,"nulls":0}},"rows":1}],"rows":131073,',
  '"tick_max":299,"tick_min":200}],"descriptor":{"columns":[{"name":"tick",',
  '"type":"i64"},{"name":"name","type":"str"},{"name":"pos",',
  '"type":{"struct":[{"name":"y","type":"f64"},{"name":"x","type":"f64?"},{"name":"at",',
  '"type":{"nullable":true,"struct":[{"name":"n","type":"i32"}]}}]}},{"name":"v",',
  '"type":"f32[3]"}],"key":["tick","name"],"name":"tracks","nullable":["pos","v"],',
  '"required":["tick","name"],"tick_bucket_size":100,"tick_column":"tick",',
  '"version":{"date":"2025-09-20","major":0,"minor":1}},',
  '"remove":["tables/tracks/bucket=000002/part-8a31bca8dc4f85a16376f77f00000001.parquet"],',
  '"version":1}},"version":42}',
].join("");

const GOLDEN_RECOVERY = [
  '{"aborts":["00000000000000000000000009"],"commit_id":"0000000000000000000000YGKB",',
  '"created_at":"2026-01-02T03:05:00.000Z","digest":"6525852407da9b252f934fb846575e35",',
  '"format":1,"kind":"recovery","operations":[{"actor":"crv:recovery",',
  '"id":"0000000000000000000000000A","kind":"recovery","message":null,"tables":{}}],',
  '"parents":["0000000000000000000000YGKA"],"recovery":{"for_actor":"träger",',
  '"kind":"RolledBack","operation_id":"00000000000000000000000009",',
  '"tables":[{"class":"NoMovement","from":4,"table":"delays","to":4}]},"tables":{},',
  '"version":43}',
].join("");

describe("golden records", () => {
  test.each([
    ["a commit with every member", goldenRecord, GOLDEN_RECORD],
    ["a recovery", goldenRecovery, GOLDEN_RECOVERY],
  ])("%s is these bytes, and they are it", async (_, record, golden) => {
    expect(textOf(await encodeRecord(record))).toBe(golden);
    const bytes = new TextEncoder().encode(golden);
    expect(await decodeRecord(record.version, bytes)).toEqual(record);
  });
});

describe("encodeRecord", () => {
  test("and decodeRecord are inverse, whatever a record holds", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRecord, async (record) => {
        const bytes = await encodeRecord(record);
        const decoded = await decodeRecord(record.version, bytes);
        expect(decoded).toEqual(record);
        expect(textOf(await encodeRecord(decoded))).toBe(textOf(bytes));
      }),
      { numRuns: 150 },
    );
  });

  test("refuses a record larger than a reader takes, before anything is written", async () => {
    const columns = { a: { max: "x".repeat(RECORD_BYTES_MAX), nulls: 0 } };
    const add = [{ ...partOf(operationIdOf(1)), columns }];
    const tables: CommitRecord["tables"] = new Map([
      ["flights" as never, { version: 1, add, remove: [] }],
    ]);
    await expect(encodeRecord(recordOf(1, { tables }))).rejects.toMatchObject({
      name: "IoWriteError",
      code: "LIMIT_EXCEEDED",
    });
  });
});

describe("decodeRecord", () => {
  const small = recordOf(2);

  async function refuse(version: number, bytes: Uint8Array, why: string | RegExp): Promise<void> {
    const refused = decodeRecord(version, bytes);
    await expect(refused).rejects.toThrow(IoManifestError);
    await expect(refused).rejects.toMatchObject({
      code: "CORRUPT",
      details: { key: formatRecordKey(version), why: expect.stringMatching(why) },
    });
  }

  test("refuses a record cut at any byte", async () => {
    const bytes = await encodeRecord(small);
    for (let end = 0; end < bytes.byteLength; end++) await refuse(2, bytes.slice(0, end), "");
  });

  test("refuses a record with any one bit flipped", async () => {
    const bytes = await encodeRecord(small);
    for (let bit = 0; bit < bytes.byteLength * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      await refuse(2, flipped, "");
    }
  });

  test("refuses a record under another version's name", async () => {
    await refuse(3, await encodeRecord(small), "it says that it is version 2");
  });

  /** The golden record as it is on disk, changed at `path`, with a digest that is right. */
  async function forge(path: string, value: unknown): Promise<Uint8Array> {
    const body = JSON.parse(JSON.stringify(describeRecord(goldenRecord)));
    const steps = path.split("/");
    const last = steps.pop() as string;
    let at = body;
    for (const step of steps) at = at[step];
    Object.defineProperty(at, last, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    return encodeDocument(body);
  }

  const PART = "tables/tracks/add/0";
  const DESCRIPTOR = "tables/tracks/descriptor";
  const path = goldenRecord.tables.get("tracks" as never)?.add[0]?.path as string;

  test("accepts the record that the cases below change", async () => {
    expect(await decodeRecord(42, await forge("kind", "data"))).toEqual(goldenRecord);
  });

  test.each([
    ["version 0", "version", 0],
    ["a fractional version", "version", 1.5],
    ["a version beyond 2^53-1", "version", 2 ** 53],
    ["a version as text", "version", "42"],
    ["a commit id that is none", "commit_id", "x"],
    ["three parents", "parents", [1, 2, 3].map(operationIdOf)],
    ["an unknown kind", "kind", "vacuum"],
    ["a time without zone", "created_at", "2026-01-02T03:04:05.678"],
    ["a time of another precision", "created_at", "2026-01-02T03:04:05Z"],
    ["a time in another zone", "created_at", "2026-01-02T03:04:05.678+00:00"],
    ["no operations", "operations", []],
    ["an operation id in lower case", "operations/0/id", operationIdOf(7777).toLowerCase()],
    ["an actor too long", "operations/0/actor", "x".repeat(257)],
    ["a message too long", "operations/0/message", "x".repeat(4097)],
    ["an unknown operation kind", "operations/0/kind", "drop"],
    ["a negative expected version", "operations/0/tables", { tracks: -1 }],
    ["an expected table that escapes", "operations/0/tables", { "../x": 1 }],
    ["tables as a list", "operations/0/tables", []],
    ["a shared part without a leader", "operations/0/shared", { rows: 1, buckets: [0] }],
    [
      "fewer shared rows than none",
      "operations/0/shared",
      { leader: operationIdOf(1), rows: -1, buckets: [0] },
    ],
    ["an abort that is no id", "aborts", ["../x"]],
    ["a table that is no name", "tables/Tracks", { version: 1, add: [], remove: [] }],
    ["a table named __proto__", "tables/__proto__", { version: 1, add: [], remove: [] }],
    ["a table at version 0", "tables/tracks/version", 0],
    ["preserving that is false", "tables/tracks/preserving", false],
    ["a removed path that escapes", "tables/tracks/remove", ["tables/../../x"]],
    ["an absolute removed path", "tables/tracks/remove", ["/etc/passwd"]],
    ["a removed path with a backslash", "tables/tracks/remove", ["tables\\x"]],
    ["a part path that escapes", `${PART}/path`, `../${path}`],
    ["a part path that escapes inside", `${PART}/path`, path.replace("tracks", "..")],
    ["a part path in another bucket", `${PART}/path`, path.replace("000002", "000003")],
    ["a part path unpadded", `${PART}/path`, path.replace("000002", "2")],
    ["a part path that is no part", `${PART}/path`, "tables/tracks/manifest.json"],
    ["a part path with a newline", `${PART}/path`, `${path}\n`],
    ["a part path that is a log record", `${PART}/path`, "_log/00000000000000000001.json"],
    ["a bucket beyond 2^53-1", `${PART}/bucket`, 2 ** 53],
    ["negative rows", `${PART}/rows`, -1],
    ["bytes as text", `${PART}/bytes`, "1000"],
    ["a digest that is none", `${PART}/digest`, "x"],
    ["a digest in upper case", `${PART}/digest`, "0123456789ABCDEF0123456789ABCDEF"],
    ["one tick bound", `${PART}/tick_min`, null],
    ["tick bounds the wrong way", `${PART}/tick_min`, 300],
    ["a negative tick", `${PART}/tick_min`, -1],
    ["statistics as a list", `${PART}/columns`, []],
    ["statistics without nulls", `${PART}/columns/tick`, { min: 1 }],
    ["a bound that is an object", `${PART}/columns/tick`, { min: {}, nulls: 0 }],
    ["a bound that is null", `${PART}/columns/tick`, { min: null, nulls: 0 }],
    [
      "an i64 with leading zeros",
      `${PART}/columns/tick`,
      { min: { i64: "0009007199254740993" }, nulls: 0 },
    ],
    [
      "an i64 that is too large",
      `${PART}/columns/tick`,
      { min: { i64: "9223372036854775808" }, nulls: 0 },
    ],
    [
      "an i64 that a number holds",
      `${PART}/columns/tick`,
      { min: { i64: "1000000000000000" }, nulls: 0 },
    ],
    [
      "an i64 that is no number",
      `${PART}/columns/tick`,
      { min: { i64: "0x10000000000000" }, nulls: 0 },
    ],
    ["row groups that are none", `${PART}/row_groups`, [{ rows: 1 }]],
    ["a descriptor without columns", `${DESCRIPTOR}/columns`, []],
    ["a column twice", `${DESCRIPTOR}/columns/1/name`, "tick"],
    ["a column that is a number", `${DESCRIPTOR}/columns/1/name`, "7"],
    ["a column in upper case", `${DESCRIPTOR}/columns/1/name`, "Name"],
    ["a column named __proto__", `${DESCRIPTOR}/columns/1/name`, "__proto__"],
    ["an unknown column type", `${DESCRIPTOR}/columns/1/type`, "text"],
    ["a column type with a question mark", `${DESCRIPTOR}/columns/1/type`, "str?"],
    ["no column type", `${DESCRIPTOR}/columns/1`, { name: "name" }],
    ["a struct type of null", `${DESCRIPTOR}/columns/2/type`, { struct: [null] }],
    ["a struct type as an object", `${DESCRIPTOR}/columns/2/type`, { struct: { x: "f64" } }],
    ["a field twice", `${DESCRIPTOR}/columns/2/type/struct/1/name`, "y"],
    ["a field of no type", `${DESCRIPTOR}/columns/2/type/struct/1`, { name: "x" }],
    ["a column in neither list", `${DESCRIPTOR}/required`, ["tick", "tick"]],
    ["a column in both lists", `${DESCRIPTOR}/nullable`, ["tick", "v"]],
    ["a tick column that is none", `${DESCRIPTOR}/tick_column`, "toc"],
    ["a nullable key", `${DESCRIPTOR}/key`, ["v"]],
    ["a bucket size of 0", `${DESCRIPTOR}/tick_bucket_size`, 0],
    ...[
      ["without references", { unique: [] }],
      ["of a column that is none", { unique: [["nil"]], references: [] }],
      ["of a column without order", { unique: [["pos"]], references: [] }],
      ["of no columns", { unique: [[]], references: [] }],
      ["without a cardinality", { unique: [], references: [{ columns: ["name"], table: "o" }] }],
      [
        "whose cardinality is empty",
        {
          unique: [],
          references: [{ columns: ["name"], table: "o", cardinality: { min: 2, max: 1 } }],
        },
      ],
      [
        "to what is no table",
        {
          unique: [],
          references: [{ columns: ["name"], table: "../o", cardinality: { min: 0, max: null } }],
        },
      ],
    ].map(([what, value]): [string, string, unknown] => [
      `constraints ${what}`,
      `${DESCRIPTOR}/constraints`,
      value,
    ]),
    [
      "a negative schema version",
      `${DESCRIPTOR}/version`,
      { major: -1, minor: 0, date: "2026-01-01" },
    ],
    ["a date that is none", `${DESCRIPTOR}/version`, { major: 0, minor: 1, date: "2026-02-30" }],
    [
      "an unknown recovery",
      "recovery",
      { kind: "Undone", operation_id: operationIdOf(1), for_actor: null, tables: [] },
    ],
  ])("refuses %s, though the digest is right", async (_, member, value) => {
    await refuse(42, await forge(member, value), ".");
  });

  test("drops members of a later minor change and keeps the rest", async () => {
    for (const member of ["later", "tables/tracks/later", `${PART}/later`, `${DESCRIPTOR}/later`]) {
      expect(await decodeRecord(42, await forge(member, { a: 1 }))).toEqual(goldenRecord);
    }
  });

  test("keeps a column named __proto__ of statistics as any other", async () => {
    const columns = JSON.parse('{"__proto__":{"nulls":3}}');
    const decoded = await decodeRecord(42, await forge(`${PART}/columns`, columns));
    const found = decoded.tables.get("tracks" as never)?.add[0]?.columns;
    expect(Object.entries(found ?? {})).toEqual([["__proto__", { nulls: 3 }]]);
    expect(({} as Record<string, unknown>).nulls).toBeUndefined();
  });
});
