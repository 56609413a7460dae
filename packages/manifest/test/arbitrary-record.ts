/** Any record that crv can write. */
import {
  type ColumnStatistics,
  type CommitRecord,
  defineTable,
  FORMAT_VERSION,
  formatPartKey,
  KEY_FILTER_BYTES_MAX,
  type KeyFilterEntry,
  type OperationEntry,
  PART_ROWS_MAX,
  type PartEntry,
  parseTableKey,
  type RecoveredOperation,
  type RecoveryEntry,
  recoveryEntryOf,
  type TableChange,
  type TableDescriptor,
  type TableKey,
} from "@crv/core";
import fc from "fast-check";
import { commitIdOf, operationIdOf } from "./sample.js";

const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const operationId = fc.nat(1e9).map(operationIdOf);
const commitId = fc.nat(1e9).map(commitIdOf);
const tableKey = fc.constantFrom("flights", "identity_edges", "t2").map(parseTableKey);
const text = fc.string({ unit: "binary", maxLength: 20 });
const time = fc
  .date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString());
const prefix = fc.stringMatching(/^[0-9a-f]{24}$/);
const digest = fc.stringMatching(/^[0-9a-f]{32}$/);

/** Whole numbers within 2^53 come back as numbers, and -0 as 0: the writer gives neither. */
const scalar = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
  fc.integer(),
  text,
  fc.boolean(),
  fc.bigInt(2n ** 53n, 2n ** 63n - 1n),
  fc.bigInt(-(2n ** 63n), -(2n ** 53n)),
);

const statistics: fc.Arbitrary<ColumnStatistics> = fc.record(
  { min: scalar, max: scalar, nulls: count },
  { requiredKeys: ["nulls"] },
);
const columns = fc.dictionary(
  fc.string({ unit: "binary", minLength: 1, maxLength: 10 }),
  statistics,
  {
    maxKeys: 4,
  },
);

const base64 = fc.uint8Array({ maxLength: 256 }).map((b) => Buffer.from(b).toString("base64"));
const keyFilter: fc.Arbitrary<KeyFilterEntry> = fc.record({
  columns: fc.array(fc.string({ unit: "binary", minLength: 1, maxLength: 10 }), {
    minLength: 1,
    maxLength: 3,
  }),
  keys: fc.integer({ min: 1, max: PART_ROWS_MAX }),
  content: fc.oneof(
    fc.record({ inline: base64 }),
    fc.record({ sizeBytes: fc.nat(KEY_FILTER_BYTES_MAX), digest }),
  ),
});

function partOfTable(table: TableKey): fc.Arbitrary<PartEntry> {
  const ticks = fc.option(
    fc.tuple(count, count).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
  );
  return fc
    .tuple(prefix, fc.nat(2 ** 32 - 1), count, ticks, columns, digest, fc.tuple(count, count))
    .chain(([start, index, bucket, bounds, statisticsOfPart, sum, [rows, bytes]]) =>
      fc
        .tuple(
          fc.option(fc.array(fc.record({ rows: count, columns }), { maxLength: 3 }), {
            nil: undefined,
          }),
          fc.option(keyFilter, { nil: undefined }),
        )
        .map(
          ([rowGroups, filter]): PartEntry => ({
            path: formatPartKey(table, bucket, start, index),
            rows,
            bytes,
            digest: sum,
            bucket,
            tickMin: bounds?.[0] ?? null,
            tickMax: bounds?.[1] ?? null,
            columns: statisticsOfPart,
            ...(rowGroups && { rowGroups }),
            ...(filter && { keyFilter: filter }),
          }),
        ),
    );
}

const constraints = fc.record({
  unique: fc.subarray([["name"], ["tick", "name"]]),
  references: fc.subarray([
    { columns: ["name"], table: "t3" },
    { columns: ["name"], table: "t4", cardinality: { min: 1, max: 7 } },
  ]),
});

function descriptorOf(table: TableKey): fc.Arbitrary<TableDescriptor> {
  const spec = fc.constantFrom("i64?", "str", "f32[7]", "list[struct]", {
    struct: { z: "f64", a: { struct: { q: "str?", b: "i32" }, nullable: true } },
    nullable: true,
  });
  return fc
    .tuple(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,6}_x$/), spec, { maxKeys: 5 }),
      fc.option(positive),
      fc.option(constraints, { nil: undefined }),
    )
    .map(([more, bucketSize, constraints]) => {
      const columns = { tick: "i64", name: "str", ...more };
      const all = { name: table, columns, key: ["name"], ...(constraints && { constraints }) };
      return defineTable({ ...all, ...(bucketSize && { bucketSize }) } as never);
    });
}

function changeOf(table: TableKey): fc.Arbitrary<TableChange> {
  const parts = fc.array(partOfTable(table), { maxLength: 3 });
  return fc
    .tuple(positive, parts, parts, fc.option(descriptorOf(table)), fc.boolean())
    .map(([version, add, gone, descriptor, preserving]) => ({
      version,
      add,
      remove: gone.map((part) => part.path),
      ...(descriptor && { descriptor }),
      ...(preserving && { preserving }),
    }));
}

const operation: fc.Arbitrary<OperationEntry> = fc.record(
  {
    id: operationId,
    actor: fc.option(text),
    message: fc.option(text),
    kind: fc.constantFrom("append", "overwrite", "transaction", "recovery"),
    tables: fc.array(fc.tuple(tableKey, fc.option(count))).map((pairs) => new Map(pairs)),
    shared: fc.record({ leader: operationId, rows: count, buckets: fc.array(count) }),
  },
  { requiredKeys: ["id", "actor", "message", "kind", "tables"] },
);

const recovered: fc.Arbitrary<RecoveredOperation> = fc.record({
  operationId,
  forActor: fc.option(text),
  tables: fc.array(
    fc.record({
      table: tableKey,
      class: fc.constantFrom("RolledPastExpected", "NoMovement", "UnexpectedMultistep"),
      from: count,
      to: count,
    }),
    { maxLength: 2 },
  ),
});

const recovery: fc.Arbitrary<RecoveryEntry> = fc
  .tuple(
    fc.constantFrom("RolledForward", "RolledBack"),
    recovered,
    fc.array(recovered, { maxLength: 2 }),
  )
  .map(([kind, first, others]) => recoveryEntryOf(kind, first, others));

const changes: fc.Arbitrary<CommitRecord["tables"]> = fc
  .uniqueArray(tableKey, { maxLength: 3 })
  .chain((tables) =>
    fc
      .tuple(...tables.map(changeOf))
      .map((found) => new Map(tables.map((table, i) => [table, found[i] as TableChange]))),
  );

export const arbitraryRecord: fc.Arbitrary<CommitRecord> = fc
  .record({
    version: positive,
    commitId,
    parents: fc.array(commitId, { maxLength: 2 }),
    kind: fc.constantFrom("data", "optimize", "recovery"),
    createdAt: time,
    operations: fc.array(operation, { minLength: 1, maxLength: 3 }),
    aborts: fc.array(operationId, { maxLength: 2 }),
    tables: changes,
    recovery: fc.option(recovery, { nil: undefined }),
  })
  .map(({ recovery: entry, ...rest }) => ({
    format: FORMAT_VERSION,
    ...rest,
    ...(entry && { recovery: entry }),
  }));
