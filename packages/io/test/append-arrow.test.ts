import { type ColumnSpecs, defineTable } from "@crv/core";
import { arrowSchema, batchOf, builderForType } from "@crv/core/arrow";
import {
  type Data,
  type DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int8,
  Int32,
  Int64,
  LargeUtf8,
  List,
  makeData,
  makeVector,
  Null,
  type RecordBatch,
  Schema,
  Struct,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint64,
  Utf8,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import { describe, expect, test } from "vitest";
import { crvError, everything, flights, openDataset } from "./open-dataset.js";

function int64(...values: (bigint | null)[]): Vector {
  return vectorFromArray(values, new Int64());
}

function text(...values: (string | null)[]): Vector {
  return vectorFromArray(values, new Utf8());
}

/** A batch of the given columns, none of them declared as required. */
function batch(
  columns: Readonly<Record<string, Vector>>,
  metadata?: Map<string, string>,
): RecordBatch {
  const fields = Object.entries(columns).map(
    ([name, { type }]) => new Field(name, type as DataType, true, metadata ?? null),
  );
  const data = Object.values(columns).map((column) => column.data[0] as Data);
  return batchOf(new Schema(fields), data[0]?.length ?? 0, data);
}

/** What the column `c` of `type` reads as, after `vector` was appended to it. */
async function stored(type: ColumnSpecs[string], vector: Vector): Promise<unknown[]> {
  const table = defineTable({ name: "t", columns: { c: type }, tick: null });
  const { run } = openDataset({ tables: [] });
  await run.append(table, batch({ c: vector }));
  const rows = (await run.scan(table, { int64: "bigint" }).toRows()) as { c: unknown }[];
  return rows.map((row) => row.c);
}

async function refusal(columns: Readonly<Record<string, Vector>>): Promise<unknown> {
  const { run, storage } = openDataset({ tables: [flights] });
  const error: unknown = await run.append("flights", batch(columns)).catch((e: unknown) => e);
  expect(storage.intents).toEqual([]);
  return error;
}

describe("append of Arrow batches: columns", () => {
  test("names missing and unexpected columns", async () => {
    expect(await refusal({ delay: int64(1n) })).toEqual(
      crvError("MISSING_COLUMN", { missing: ["minute", "origin"] }),
    );
    expect(await refusal({ minute: int64(1n), origin: text("A"), gate: text("B") })).toEqual(
      crvError("UNEXPECTED_COLUMN", { unexpected: ["gate"] }),
    );
  });

  test("leaves unexpected columns out when the schema is not strict", async () => {
    const { run } = openDataset({ tables: [flights], settings: { strictSchema: false } });
    const input = batch({ minute: int64(1n), gate: text("B"), origin: text("A") });
    expect((await run.append("flights", input)).ignoredColumns).toEqual(["gate"]);
    expect(await run.scan("flights").toRows()).toEqual([{ minute: 1, origin: "A", delay: null }]);
  });

  test("names the row of a null in a required column, counted over all batches", async () => {
    const { run } = openDataset({ tables: [flights] });
    const good = batch({ minute: int64(1n, 2n), origin: text("A", "B") });
    const bad = batch({ minute: int64(3n, 4n), origin: text("A", null) });
    await expect(run.append("flights", [good, bad])).rejects.toThrow(
      crvError("NULL_VALUE", { column: "origin", row: 3 }),
    );
  });

  test("finds nulls that hide in a dictionary", async () => {
    const type = new Dictionary(new Utf8(), new Int32());
    const dictionary = text("A", null);
    const codes = makeData({ type, data: Int32Array.from([0, 1]), dictionary });
    expect(await refusal({ minute: int64(1n, 2n), origin: makeVector(codes) })).toEqual(
      crvError("NULL_VALUE", { column: "origin", row: 1 }),
    );
  });

  test("ignores a bucket column of a canonical table", async () => {
    const { run } = openDataset({ tables: [] });
    const columns = { tick: int64(250n), agent_id: text("a"), token_id: text("t") };
    await run.append("holdings", batch({ bucket: text("x"), ...columns, quantity: int64(1n) }));
    expect((await run.scan("holdings").toRows())[0]?.bucket).toBe(2);
  });
});

describe("append of Arrow batches: ticks", () => {
  test.each([
    [int64(0n, -1n), -1n],
    [int64(0n, 2n ** 60n), 2n ** 60n],
    [vectorFromArray([0, -1], new Int32()), -1n],
    [vectorFromArray([0, 1.5], new Float64()), 1.5],
    [vectorFromArray([0, Number.NaN], new Float64()), Number.NaN],
    [vectorFromArray([0n, 2n ** 63n], new Uint64()), 2n ** 63n],
  ])("refuses the tick in %s", async (minute, value) => {
    expect(await refusal({ minute, origin: text("A", "B") })).toEqual(
      crvError("INVALID_TICK", { column: "minute", row: 1, value }),
    );
  });

  test("names the row of a tick that is null", async () => {
    expect(await refusal({ minute: int64(0n, null), origin: text("A", "B") })).toEqual(
      crvError("NULL_VALUE", { column: "minute", row: 1 }),
    );
  });
});

describe("append of Arrow batches: types", () => {
  const micros = (iso: string): bigint => BigInt(Date.parse(iso)) * 1000n;
  const day = "2024-02-29T00:00:00Z";
  const types = (children: Field[]): Struct => new Struct(children as never);
  const point = types([new Field("label", new Utf8(), true), new Field("x", new Int8(), true)]);

  test.each([
    ["i64?", vectorFromArray([1, null], new Int8()), [1n, null]],
    ["i64", vectorFromArray([3, -(2 ** 53) + 1], new Float64()), [3n, -(2n ** 53n) + 1n]],
    ["i64", vectorFromArray([5n], new Uint64()), [5n]],
    ["i64", vectorFromArray([true, false]), [1n, 0n]],
    ["i32", int64(-5n), [-5]],
    ["f64", int64(2n ** 53n), [2 ** 53]],
    ["f64", vectorFromArray([0.5], new Float32()), [0.5]],
    ["f32", vectorFromArray([0.1, Number.NaN], new Float64()), [Math.fround(0.1), Number.NaN]],
    ["str?", vectorFromArray(["a", null], new LargeUtf8()), ["a", null]],
    ["str", vectorFromArray(["a", "a"], new Dictionary(new Utf8(), new Int8())), ["a", "a"]],
    ["timestamp", vectorFromArray([new Date(day)], new DateDay()), [micros(day)]],
    ["timestamp", vectorFromArray([new Date(day)], new DateMillisecond()), [micros(day)]],
    ["timestamp", vectorFromArray([Date.parse(day)], new TimestampSecond()), [micros(day)]],
    ["timestamp", vectorFromArray([Date.parse(day)], new TimestampMillisecond()), [micros(day)]],
    ["timestamp", vectorFromArray([Date.parse(day)], new TimestampMicrosecond()), [micros(day)]],
    ["timestamp", vectorFromArray([Date.parse(day)], new TimestampNanosecond()), [micros(day)]],
    ["struct", vectorFromArray([{ label: "a", x: 1 }], point), [{ label: "a", x: 1 }]],
    [
      "list[struct]",
      vectorFromArray(
        [[{ x: 1n }]],
        new List(new Field("item", types([new Field("x", new Int64(), true)]))),
      ),
      [[{ x: 1 }]],
    ],
    ["struct", text('{"a": 9007199254740993}'), [{ a: 9007199254740992 }]],
    [
      "f32[2]",
      vectorFromArray([[1, 2]], new List(new Field("item", new Float64()))),
      [new Float32Array([1, 2])],
    ],
    [
      "i64[2]?",
      vectorFromArray([[1, 2], null], new FixedSizeList(2, new Field("item", new Int32()))),
      [new BigInt64Array([1n, 2n]), null],
    ],
    [
      { struct: { x: "i64", label: "str?" } },
      vectorFromArray([{ label: "a", x: 1 }], point),
      [{ x: 1n, label: "a" }],
    ],
    ["i64?", makeVector(makeData({ type: new Null(), length: 2 })), [null, null]],
  ] as const)("stores in %o what %s holds", async (type, vector, expected) => {
    expect(await stored(type, vector as Vector)).toEqual(expected);
  });

  test.each([
    ["i64", vectorFromArray([1, 1.5], new Float64()), { row: 1, value: 1.5 }],
    ["i64", vectorFromArray([2n ** 63n], new Uint64()), { row: 0, value: 2n ** 63n }],
    ["i32", int64(1n, 2n ** 31n), { row: 1, value: 2 ** 31 }],
    ["f64", int64(2n ** 53n + 1n), { row: 0, value: 2n ** 53n + 1n }],
    ["f32", vectorFromArray([1e300], new Float64()), { row: 0, value: 1e300 }],
    ["f64", text("abc"), { arrowType: "Utf8" }],
    ["str", int64(1n), { arrowType: "Int64" }],
    ["bool", vectorFromArray([1], new Int8()), { arrowType: "Int8" }],
    ["f64", makeVector(makeData({ type: new Decimal(2, 10), length: 0 })), {}],
    ["struct", text("{"), { row: 0, value: "{" }],
    ["struct", text("[]"), { row: 0, value: "[]" }],
    ["list[struct]", text("[1]"), { row: 0 }],
    [
      "struct",
      vectorFromArray([{ x: Number.NaN }], types([new Field("x", new Float64(), true)])),
      { row: 0 },
    ],
    ["list[struct]", vectorFromArray([[1]], new List(new Field("item", new Int8()))), { row: 0 }],
    ["f32[2]", vectorFromArray([[1]], new List(new Field("item", new Float32()))), { row: 0 }],
    [
      "f32[2]",
      vectorFromArray([[1, null]], new FixedSizeList(2, new Field("item", new Float32(), true))),
      { row: 0 },
    ],
    [
      { struct: { x: "i64", label: "str" } },
      vectorFromArray([{ label: null, x: 1 }], point),
      { row: 0 },
    ],
  ] as const)("refuses in %o what %s holds", async (type, vector, details) => {
    await expect(stored(type, vector as Vector)).rejects.toThrow(
      crvError("INVALID_VALUE", { column: "c", ...details }),
    );
  });

  test("names a decimal by its precision and scale", async () => {
    const decimals = makeVector(makeData({ type: new Decimal(2, 10), length: 0 }));
    await expect(stored("f64", decimals)).rejects.toThrow(
      crvError("INVALID_VALUE", { arrowType: "Decimal(10, 2)" }, "Arrow type Decimal(10, 2)"),
    );
  });

  test("refuses a time finer than microseconds", async () => {
    const data = makeData({ type: new TimestampNanosecond(), data: BigInt64Array.from([1500n]) });
    await expect(stored("timestamp", makeVector(data))).rejects.toThrow(
      crvError("INVALID_VALUE", { row: 0, value: 1.5 }, "it counts microseconds since 1970"),
    );
  });

  test("takes text of the JSON extension type by its opening", async () => {
    const table = defineTable({ name: "t", columns: { c: "struct" }, tick: null });
    const { run } = openDataset({ tables: [] });
    const metadata = new Map([["ARROW:extension:name", "arrow.json"]]);
    await run.append(table, batch({ c: text(' {"a": 1}') }, metadata));
    expect(await run.scan(table).toRows()).toEqual([{ c: { a: 1 } }]);
    await expect(run.append(table, batch({ c: text("5") }, metadata))).rejects.toThrow(
      crvError("INVALID_VALUE", { row: 0, value: "5" }),
    );
  });
});

describe("append of Arrow batches: copies", () => {
  test("passes columns on that are as the table stores them", async () => {
    const schema = arrowSchema(everything);
    const columns = schema.fields.map((field) => {
      const builder = builderForType(field.type);
      if (field.name === "tick") builder.appendValue(5);
      else if (field.name === "name") builder.appendValue("a");
      else builder.appendNulls(1);
      return builder.finish();
    });
    const input = batchOf(schema, 1, columns);
    const { run, storage } = openDataset({ tables: [everything] });
    const staged: RecordBatch[] = [];
    const { begin } = storage;
    storage.begin = async (intent) => {
      const operation = await begin.call(storage, intent);
      const { stageAppend } = operation;
      operation.stageAppend = (table, rows) =>
        stageAppend.call(
          operation,
          table,
          watch(rows, (each) => staged.push(each)),
        );
      return operation;
    };
    await run.append("everything", input);
    expect(staged).toHaveLength(1);
    for (const [index, column] of columns.entries()) {
      expect(staged[0]?.data.children[index]?.values).toBe(column.values);
    }
  });

  test("takes a slice of a batch", async () => {
    const { run } = openDataset({ tables: [flights] });
    const whole = batch({
      minute: int64(1n, 2n, 3n, 4n),
      origin: text("A", "B", "C", "D"),
      delay: int64(null, 5n, null, 7n),
    });
    await run.append("flights", whole.slice(1, 3));
    expect(await run.scan("flights").toRows()).toEqual([
      { minute: 2, origin: "B", delay: 5 },
      { minute: 3, origin: "C", delay: null },
    ]);
  });
});

async function* watch<T>(items: AsyncIterable<T>, see: (item: T) => void): AsyncIterable<T> {
  for await (const item of items) {
    see(item);
    yield item;
  }
}
