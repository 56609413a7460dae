import { describe, expect, test } from "vitest";
import {
  BUCKET_COLUMN,
  COLUMNS_MAX,
  defineTable,
  equalDescriptors,
  GrammarError,
  NAME_CHARS_MAX,
  SCHEMA_V,
  SchemaError,
  STRUCT_NESTING_MAX,
  type TableDescriptor,
  withBucketSize,
} from "../src/index.js";

const flights = defineTable({
  name: "flights",
  columns: { minute: "i64", origin: "str", destination: "str", delay: "i64?" },
  tick: "minute",
  bucketSize: 1440,
  key: ["minute", "origin"],
});

/** As a program without a compiler would call it. */
function define(options: Record<string, unknown>): TableDescriptor {
  return defineTable({ name: "t", columns: { a: "str" }, ...options } as never);
}

describe("defineTable", () => {
  test("describes the whole table", () => {
    expect(flights).toEqual({
      name: "flights",
      columns: { minute: "i64", origin: "str", destination: "str", delay: "i64" },
      partitioning: ["bucket"],
      required: ["minute", "origin", "destination"],
      nullable: ["delay"],
      version: SCHEMA_V,
      tickColumn: "minute",
      tickBucketSize: 1440,
      key: ["minute", "origin"],
      constraints: { unique: [], references: [] },
    });
  });

  test("keeps the order of the columns", () => {
    expect(Object.keys(flights.columns)).toEqual(["minute", "origin", "destination", "delay"]);
  });

  test("is frozen to the bottom and shares nothing with its options", () => {
    const columns = { pos: { struct: { x: "f64", y: "f64?" } } } as const;
    const table = defineTable({ name: "t", columns });
    expect(Object.isFrozen(table)).toBe(true);
    expect(Object.isFrozen(table.columns)).toBe(true);
    expect(Object.isFrozen(table.required)).toBe(true);
    expect(Object.isFrozen(table.columns.pos)).toBe(true);
    expect(Object.isFrozen(columns.pos)).toBe(false);
  });

  test("takes every type, with and without nulls", () => {
    const types = ["i64", "f64", "str", "bool", "i32", "f32", "timestamp", "binary"];
    const others = ["struct", "list[struct]", "f32[768]", "f64[1]", "i32[2]", "i64[1048576]"];
    const specs = [...types, ...others].flatMap((type) => [type, `${type}?`]);
    const columns = Object.fromEntries(specs.map((spec, i) => [`c${i}`, spec]));
    const table = define({ columns });
    expect(Object.values(table.columns)).toEqual([...types, ...others].flatMap((t) => [t, t]));
    expect(table.required).toHaveLength(specs.length / 2);
    expect(table.nullable).toHaveLength(specs.length / 2);
  });

  test("gives declared structs their one form", () => {
    const table = define({
      columns: {
        a: { struct: { x: "f64", b: { struct: { y: "str?" }, nullable: false } }, nullable: true },
        c: { struct: { d: { struct: { e: "i32" }, nullable: true } } },
      },
    });
    expect(table.columns).toEqual({
      a: { struct: { x: "f64", b: { struct: { y: "str?" } } } },
      c: { struct: { d: { struct: { e: "i32" }, nullable: true } } },
    });
    expect(table.nullable).toEqual(["a"]);
  });

  test.each(["", "Flights", "../x", "con", "a".repeat(129)])("refuses the name %j", (name) => {
    expect(() => define({ name })).toThrow(GrammarError);
  });

  test.each([
    ["no columns", {}, "declare at least one column"],
    ["the reserved column", { [BUCKET_COLUMN]: "i64" }, 'column "bucket" is reserved'],
    ["upper case", { Origin: "str" }, 'the name of column "Origin" must be lower_snake'],
    ["an empty name", { "": "str" }, "must be lower_snake"],
    ["a number as name", { a: "str", "7": "str" }, 'column "7" must not be a number'],
    ["a word of filters", { and: "str" }, 'column "and" is a word of filters'],
    ["a long name", { ["a".repeat(NAME_CHARS_MAX + 1)]: "str" }, "at most 128 characters"],
    ["an unknown type", { a: "int64" }, 'column "a" has the invalid type "int64": use one of i64'],
    ["two question marks", { a: "str??" }, "invalid type"],
    ["a type with a newline", { a: "str\n" }, "invalid type"],
    ["no type", { a: undefined }, "invalid type undefined"],
    ["a vector of nothing", { a: "f32[0]" }, "invalid type"],
    ["a vector without size", { a: "f32[]" }, "invalid type"],
    ["half an element", { a: "f32[1.5]" }, "invalid type"],
    ["a vector of texts", { a: "str[3]" }, "invalid type"],
    ["a vector too long", { a: "f32[1048577]" }, "invalid type"],
    ["a struct without fields", { a: { struct: {} } }, "declare at least one field"],
    ["a struct of a list", { a: { struct: ["x"] } }, "invalid type"],
    [
      "a struct with another member",
      { a: { struct: { x: "f64" }, nulable: true } },
      "invalid type",
    ],
    [
      "a struct nullable by a word",
      { a: { struct: { x: "f64" }, nullable: "no" } },
      "invalid type",
    ],
    ["a bad field", { a: { struct: { X: "f64" } } }, 'column "a.X" has the invalid type'],
    ["a field that is a number", { a: { struct: { "0": "f64" } } }, "must not be a number"],
    [
      "a field of a bad type",
      { a: { struct: { x: "double" } } },
      'column "a.x" has the invalid type',
    ],
  ])("refuses %s", (_, columns, message) => {
    expect(() => define({ columns })).toThrow(SchemaError);
    expect(() => define({ columns })).toThrow(
      expect.objectContaining({
        code: "INVALID_DESCRIPTOR",
        message: expect.stringContaining(message),
      }),
    );
  });

  test("counts a declared struct as its fields", () => {
    const fields = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, "f32"]));
    const half = COLUMNS_MAX / 2;
    expect(() =>
      define({ columns: { a: { struct: fields(half) }, ...fields(half) } }),
    ).not.toThrow();
    expect(() => define({ columns: { a: { struct: fields(half + 1) }, ...fields(half) } })).toThrow(
      `${COLUMNS_MAX + 1} columns are more than ${COLUMNS_MAX}`,
    );
  });

  test("refuses structs nested too deep", () => {
    const nest = (levels: number): unknown =>
      levels === 0 ? "f64" : { struct: { x: nest(levels - 1) } };
    expect(() => define({ columns: { a: nest(STRUCT_NESTING_MAX) } })).not.toThrow();
    expect(() => define({ columns: { a: nest(STRUCT_NESTING_MAX + 1) } })).toThrow(
      "structs nest at most",
    );
  });
});

describe("the tick column", () => {
  test.each([
    ["the column tick", { columns: { tick: "i64", a: "str" } }, "tick"],
    ["an i32", { columns: { step: "i32" }, tick: "step" }, "step"],
    ["none, there is no column tick", { columns: { a: "str" } }, null],
    ["none, as asked", { columns: { tick: "i64" }, tick: null }, null],
  ])("is %s", (_, options, expected) => {
    expect(define(options).tickColumn).toBe(expected);
  });

  test.each([
    ["unknown", { tick: "step" }, 'the tick column "step" is not one of its columns'],
    ["nullable", { columns: { tick: "i64?" } }, "must be a required i64 or i32"],
    ["fractional", { columns: { tick: "f64" } }, "must be a required i64 or i32"],
    ["a name of Object.prototype", { tick: "constructor" }, "is not one of its columns"],
  ])("must not be %s", (_, options, message) => {
    expect(() => define(options)).toThrow(message);
  });
});

describe("bucketSize", () => {
  const columns = { tick: "i64" };

  test.each([1, 100, Number.MAX_SAFE_INTEGER])("may be %d", (bucketSize) => {
    expect(define({ columns, bucketSize }).tickBucketSize).toBe(bucketSize);
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 53, "100", Number.POSITIVE_INFINITY])(
    "must not be %j",
    (bucketSize) => {
      expect(() => define({ columns, bucketSize })).toThrow("bucketSize must be a whole number");
    },
  );

  test("needs a tick column", () => {
    expect(() => define({ bucketSize: 10 })).toThrow("bucketSize needs a tick column");
  });
});

describe("key", () => {
  test("may name several columns", () => {
    const columns = { a: "i64", b: "i32", c: "str", d: "bool", e: "timestamp" };
    expect(define({ columns, key: Object.keys(columns) }).key).toEqual(["a", "b", "c", "d", "e"]);
  });

  test.each([
    ["an unknown column", ["b"], 'the key column "b" is not one of its columns'],
    ["a column twice", ["a", "a"], "names each column once"],
  ])("must not name %s", (_, key, message) => {
    expect(() => define({ key })).toThrow(message);
  });

  test.each(["str?", "f64", "f32", "binary", "struct", "list[struct]", "f32[2]"])(
    "must not be a %s",
    (type) => {
      expect(() => define({ columns: { a: type }, key: ["a"] })).toThrow("must be a required i64");
    },
  );
});

describe("withBucketSize", () => {
  test("gives a bucket size to a table that has none", () => {
    const table = define({ columns: { tick: "i64" } });
    expect(table.tickBucketSize).toBeNull();
    expect(withBucketSize(table, 100)).toEqual({ ...table, tickBucketSize: 100 });
    expect(table.tickBucketSize).toBeNull();
  });

  test("leaves alone what has one, or has no ticks", () => {
    expect(withBucketSize(flights, 100)).toBe(flights);
    const timeless = define({});
    expect(withBucketSize(timeless, 100)).toBe(timeless);
  });
});

describe("equalDescriptors", () => {
  const base = {
    name: "t",
    columns: { tick: "i64", a: "str", p: { struct: { x: "f64", y: "f64" } } },
  };

  test("holds of two that were made alike", () => {
    expect(equalDescriptors(define(base), define(base))).toBe(true);
    const spelled = { struct: { q: { struct: { x: "f64" }, nullable: false } }, nullable: false };
    const short = { struct: { q: { struct: { x: "f64" } } } };
    expect(
      equalDescriptors(define({ columns: { p: spelled } }), define({ columns: { p: short } })),
    ).toBe(true);
  });

  test("does not depend on the order of the required columns", () => {
    const table = define(base);
    expect(equalDescriptors(table, { ...table, required: [...table.required].reverse() })).toBe(
      true,
    );
  });

  test.each([
    ["name", { ...base, name: "u" }],
    ["type", { ...base, columns: { ...base.columns, a: "i64" } }],
    ["nullability", { ...base, columns: { ...base.columns, a: "str?" } }],
    ["a column more", { ...base, columns: { ...base.columns, b: "str" } }],
    ["order of columns", { ...base, columns: { a: "str", tick: "i64", p: base.columns.p } }],
    [
      "order of fields",
      { ...base, columns: { ...base.columns, p: { struct: { y: "f64", x: "f64" } } } },
    ],
    [
      "nullability of a field",
      { ...base, columns: { ...base.columns, p: { struct: { x: "f64?", y: "f64" } } } },
    ],
    ["key", { ...base, key: ["a"] }],
    ["tick column", { ...base, tick: null }],
    ["bucket size", { ...base, bucketSize: 7 }],
  ])("tells apart a difference in %s", (_, other) => {
    expect(equalDescriptors(define(base), define(other))).toBe(false);
  });
});
