/**
 * Goal: whatever the batches and the selections, the builder gives the rows that were selected.
 * Method: random rows of every type, in random batches, some sliced, some sent through Arrow's IPC
 * format; the same selections are applied to plain arrays.
 * Invariants: the result is one batch of the builder's schema; it holds the selected rows in the
 * order of selection; a builder that finished can be used again.
 */
import {
  Dictionary,
  Field,
  Float32,
  Int8,
  Int32,
  Int64,
  LargeUtf8,
  List,
  makeData,
  makeVector,
  type RecordBatch,
  Schema,
  Struct,
  Uint64,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  arrowSchema,
  BatchBuilder,
  batchOf,
  emptyBatch,
  type RowSelection,
} from "../../src/arrow.js";
import { type ColumnSpecs, defineTable } from "../../src/index.js";
import {
  buildBatch,
  plainRow,
  readRows,
  type SampleRow,
  sampleRow,
  sampleSchema,
  throughIpc,
} from "./sample-rows.js";

const source = fc.record({
  rows: fc.array(sampleRow, { minLength: 1, maxLength: 20 }),
  isForeign: fc.boolean(),
  cut: fc.nat(),
  picks: fc.option(fc.array(fc.nat(), { maxLength: 30 }), { nil: undefined }),
});
type Source = typeof source extends fc.Arbitrary<infer T> ? T : never;

function appendSource(builder: BatchBuilder, { rows, isForeign, cut, picks }: Source): SampleRow[] {
  const whole = isForeign ? throughIpc(buildBatch(rows)) : buildBatch(rows);
  const start = cut % rows.length;
  const batch = whole.slice(start);
  const kept = rows.slice(start);
  if (picks === undefined) {
    builder.append(batch);
    return kept;
  }
  const selection: RowSelection = Int32Array.from(picks, (pick) => pick % kept.length);
  builder.append(batch, selection);
  return Array.from(selection, (row) => kept[row] as SampleRow);
}

function schemaOf(columns: ColumnSpecs): Schema {
  return arrowSchema(defineTable({ name: "t", columns }));
}

/** A batch of one column `c`, of whatever type. */
function batchOfColumn(vector: {
  readonly type: unknown;
  readonly data: readonly unknown[];
}): RecordBatch {
  const data = vector.data[0] as ReturnType<typeof makeData>;
  return batchOf(new Schema([new Field("c", data.type, true)]), data.length, [data]);
}

function valuesAfter(columns: ColumnSpecs, vector: Parameters<typeof batchOfColumn>[0]): unknown[] {
  const builder = new BatchBuilder(schemaOf(columns));
  builder.append(batchOfColumn(vector));
  return readRows(builder.finish()).flat();
}

describe("BatchBuilder", () => {
  test("gives the selected rows of all batches in one batch", () => {
    fc.assert(
      fc.property(
        fc.array(source, { maxLength: 4 }),
        fc.array(source, { maxLength: 2 }),
        (first, second) => {
          const builder = new BatchBuilder(sampleSchema);
          for (const sources of [first, second]) {
            const expected = sources.flatMap((each) => appendSource(builder, each));
            expect(builder.rowCount).toBe(expected.length);
            const batch = builder.finish();
            expect(batch.schema.toString()).toBe(sampleSchema.toString());
            expect(readRows(batch)).toEqual(expected.map(plainRow));
            expect(readRows(throughIpc(batch))).toEqual(expected.map(plainRow));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test("keeps only the texts that are used, once each", () => {
    const builder = new BatchBuilder(schemaOf({ c: "str" }));
    const texts = vectorFromArray(["a", "b", "c", "a"], new Dictionary(new Utf8(), new Int32()));
    builder.append(batchOfColumn(texts), Int32Array.from([2, 0, 3]));
    builder.append(batchOfColumn(vectorFromArray(["c", "d"], new Utf8())));
    const [column] = builder.finish().data.children;
    expect(column?.dictionary?.toArray()).toEqual(["c", "a", "d"]);
  });

  test("fills columns that the source lacks, and ignores those that it has more", () => {
    const builder = new BatchBuilder(schemaOf({ a: "i64?", c: "f64", b: "str?", v: "f32[2]?" }));
    builder.append(batchOfColumn(vectorFromArray([1.5, 2.5])));
    expect(readRows(builder.finish())).toEqual([
      [null, 1.5, null, null],
      [null, 2.5, null, null],
    ]);
  });

  test("widens types where no value is lost", () => {
    expect(valuesAfter({ c: "i64" }, vectorFromArray([-5, 7], new Int8()))).toEqual([-5n, 7n]);
    expect(valuesAfter({ c: "f64" }, vectorFromArray([0.5], new Float32()))).toEqual([0.5]);
    expect(valuesAfter({ c: "f64" }, vectorFromArray([2 ** 31 - 1], new Int32()))).toEqual([
      2 ** 31 - 1,
    ]);
    expect(valuesAfter({ c: "str?" }, vectorFromArray(["x", null], new LargeUtf8()))).toEqual([
      "x",
      null,
    ]);
    const large = vectorFromArray(["x", null, "x"], new Dictionary(new LargeUtf8(), new Int8()));
    expect(valuesAfter({ c: "str?" }, large)).toEqual(["x", null, "x"]);
  });

  test("reads a text that is null in its dictionary as null", () => {
    const type = new Dictionary(new Utf8(), new Int32());
    const dictionary = vectorFromArray(["a", null], new Utf8());
    const data = makeData({ type, data: Int32Array.from([1, 0]), dictionary });
    expect(valuesAfter({ c: "str?" }, makeVector(data))).toEqual([null, "a"]);
  });

  test("refuses a code that its dictionary does not have", () => {
    const type = new Dictionary(new Utf8(), new Int32());
    const data = makeData({
      type,
      data: Int32Array.from([3]),
      dictionary: vectorFromArray(["a"], new Utf8()),
    });
    expect(() => valuesAfter({ c: "str" }, makeVector(data))).toThrow(
      expect.objectContaining({ code: "CORRUPT", details: { code: 3, values: 1 } }),
    );
  });

  test("refuses a type that could lose values, and appends nothing", () => {
    const builder = new BatchBuilder(schemaOf({ c: "i64" }));
    const batch = batchOfColumn(vectorFromArray([1n], new Uint64()));
    expect(() => builder.append(batch)).toThrow(
      expect.objectContaining({
        code: "INVALID_VALUE",
        details: expect.objectContaining({ column: "c" }),
      }),
    );
    expect(builder.finish().numRows).toBe(0);
  });

  test("reads native structs and lists of foreign parts as JSON text", () => {
    const fields = [new Field("n", new Int64(), true), new Field("t", new Utf8(), true)];
    const structs = vectorFromArray(
      [{ n: 2n ** 60n, t: 'q"' }, null, { n: null, t: "x" }],
      new Struct(fields),
    );
    const texts = ['{"n":1152921504606846976,"t":"q\\""}', null, '{"n":null,"t":"x"}'];
    expect(valuesAfter({ c: "struct?" }, structs)).toEqual(texts);
    const lists = vectorFromArray(
      [[{ n: 1n, t: "a" }], []],
      new List(new Field("item", new Struct(fields))),
    );
    expect(valuesAfter({ c: "list[struct]" }, lists)).toEqual(['[{"n":1,"t":"a"}]', "[]"]);
  });

  test("matches fields of declared structs by name", () => {
    const fields = [new Field("t", new Utf8(), true), new Field("n", new Int8(), true)];
    const structs = vectorFromArray([{ t: "a", n: 1 }], new Struct(fields));
    const specs = { c: { struct: { n: "i64", more: "f64?" } } } as const;
    expect(valuesAfter(specs, structs)).toEqual([{ n: 1n, more: null }]);
  });

  test("estimates its size by what was appended", () => {
    const builder = new BatchBuilder(schemaOf({ c: "f64" }));
    expect(builder.sizeBytes).toBe(0);
    builder.append(batchOfColumn(vectorFromArray([1, 2, 3])));
    expect(builder.sizeBytes).toBe(24);
  });
});

describe("emptyBatch", () => {
  test("has no rows and all columns, also after a round trip", () => {
    const batch = throughIpc(emptyBatch(sampleSchema));
    expect(batch.numRows).toBe(0);
    expect(batch.schema.names).toEqual(sampleSchema.names);
  });
});
