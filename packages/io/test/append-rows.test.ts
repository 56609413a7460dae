import { describe, expect, test } from "vitest";
import { crvError, everything, flights, openDataset } from "./open-dataset.js";

/** What an append of `rows` to the flights is refused with. Rows are wrong on purpose. */
async function refusal(rows: readonly object[]): Promise<unknown> {
  const { run, storage } = openDataset({ tables: [flights] });
  const error: unknown = await run.append("flights", rows as never).catch((e: unknown) => e);
  expect(storage.version).toBe(0);
  expect(storage.intents).toEqual([]);
  expect(storage.snapshotsOpen).toBe(0);
  return error;
}

/** What `value` in a column of {@link everything} is refused with. */
async function valueRefusal(column: string, value: unknown): Promise<unknown> {
  const { run } = openDataset({ tables: [everything] });
  const rows = [{ tick: 0 }, { tick: 1, [column]: value }];
  return run.append("everything", rows as never).catch((error: unknown) => error);
}

describe("append of row objects: columns", () => {
  test("names required columns that no row has, in the order of the table", async () => {
    expect(await refusal([{ delay: 1 }, {}])).toEqual(
      crvError("MISSING_COLUMN", { missing: ["minute", "origin"] }, "minute, origin"),
    );
  });

  test("finds an unknown column in any row, and says what was probably meant", async () => {
    const good = { minute: 1, origin: "SFO" };
    const error = await refusal([good, { ...good, delay: 2 }, { ...good, dellay: 3, gate: "A" }]);
    expect(error).toEqual(
      crvError(
        "UNEXPECTED_COLUMN",
        { unexpected: ["dellay", "gate"], allowed: ["minute", "origin", "delay"], row: 2 },
        'did you mean "delay"?',
      ),
    );
  });

  test("leaves unknown columns out and reports them when the schema is not strict", async () => {
    const { run } = openDataset({ tables: [flights], settings: { strictSchema: false } });
    const rows = [
      { minute: 1, origin: "SFO", gate: "A" },
      { minute: 2, origin: "OAK", seat: 3 },
    ];
    const result = await run.append("flights", rows);
    expect(result.ignoredColumns).toEqual(["gate", "seat"]);
    expect(await run.scan("flights").toRows()).toEqual([
      { minute: 1, origin: "SFO", delay: null },
      { minute: 2, origin: "OAK", delay: null },
    ]);
  });

  test("takes columns from the table, not from the first row", async () => {
    const { run } = openDataset({ tables: [flights] });
    await run.append("flights", [
      { minute: 1, origin: "SFO" },
      { minute: 2, origin: "OAK", delay: 9 },
    ]);
    expect(await run.scan("flights", { columns: ["delay"] }).toRows()).toEqual([
      { delay: null },
      { delay: 9 },
    ]);
  });

  test("names the row that lacks a required value", async () => {
    for (const origin of [null, undefined]) {
      const error = await refusal([
        { minute: 1, origin: "SFO" },
        { minute: 2, origin },
      ]);
      expect(error).toEqual(crvError("NULL_VALUE", { column: "origin", row: 1 }, "row 1"));
    }
  });

  test("refuses rows that are no objects", async () => {
    expect(await refusal([{ minute: 1, origin: "SFO" }, 5 as never])).toEqual(
      crvError("INVALID_ARGUMENT", { row: 1, value: 5 }),
    );
    expect(await refusal([null as never])).toEqual(crvError("INVALID_ARGUMENT", { row: 0 }));
  });

  test("does not take members of Object.prototype for columns", async () => {
    const { run } = openDataset({ tables: [] });
    const { defineTable } = await import("@crv/core");
    const odd = defineTable({ name: "odd", columns: { constructor: "str?", n: "i64" } });
    await run.append(odd, [{ n: 1 } as never]);
    expect(await run.scan(odd).toRows()).toEqual([{ constructor: null, n: 1 }]);
  });
});

describe("append of row objects: ticks", () => {
  test.each([[-1], [Number.NaN], [1.5], [Number.POSITIVE_INFINITY], [2 ** 60], [2n ** 60n], [-1n]])(
    "refuses the tick %s",
    async (minute) => {
      const error = await refusal([
        { minute: 0, origin: "SFO" },
        { minute, origin: "SFO" },
      ]);
      expect(error).toEqual(
        crvError("INVALID_TICK", { column: "minute", row: 1, value: minute }, "row 1"),
      );
    },
  );

  test("refuses a tick of another kind as a value", async () => {
    for (const minute of ["5", true, new Date(0)]) {
      expect(await refusal([{ minute, origin: "SFO" }])).toEqual(
        crvError("INVALID_VALUE", { column: "minute", row: 0, value: minute }),
      );
    }
  });

  test("takes the largest tick, also as BigInt", async () => {
    const { run } = openDataset({ tables: [flights] });
    const minute = 2 ** 53 - 1;
    await run.append("flights", [
      { minute, origin: "A" },
      { minute: BigInt(minute), origin: "B" },
    ]);
    expect(await run.scan("flights", { columns: ["minute"] }).toRows()).toEqual([
      { minute },
      { minute },
    ]);
  });
});

describe("append of row objects: values", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;

  test.each([
    ["wide", 1.5, "round it"],
    ["wide", Number.NaN, "whole number"],
    ["wide", 2 ** 60, "pass a BigInt"],
    ["wide", 2n ** 63n, "64 bits"],
    ["wide", "12", "text is not parsed"],
    ["real", "abc", "text is not parsed"],
    ["real", 2n ** 53n + 1n, "not exact"],
    ["real", true, "pass a number"],
    ["small", 2 ** 31, "declare the column as i64"],
    ["small", 0.5, "round it"],
    ["ratio", 1e300, "beyond the range of f32"],
    ["name", 5, "pass a string"],
    ["name", "a\ud800b", "surrogate"],
    ["flag", 1, "true or false"],
    ["at", new Date(Number.NaN), "the date is invalid"],
    ["at", 1700000000, "pass a Date"],
    ["at", "2024-01-01", "pass a Date"],
    ["at", 2n ** 63n, "64 bits"],
    ["bytes", [1, 2], "Uint8Array"],
    ["payload", [], "plain object"],
    ["payload", "{}", "plain object"],
    ["payload", new Map(), "plain object"],
    ["payload", { a: [1, Number.NaN] }, "struct.a[1]: JSON has no NaN"],
    ["payload", { a: { b: 5n } }, "struct.a.b: JSON has no BigInt"],
    ["payload", { a: () => 1 }, "struct.a: a function is not data"],
    ["payload", { when: new Date(0) }, "struct.when:"],
    ["payload", { text: "\udc00" }, "struct.text:"],
    ["payload", cyclic, "contains itself"],
    ["items", {}, "array of plain objects"],
    ["items", [1, 2], "array of plain objects"],
    ["items", [{ a: 1 }, { b: Number.POSITIVE_INFINITY }], "list[struct][1].b:"],
    ["state", [1, 2], "2 elements instead of 3"],
    ["state", [1, null, 3], "element 1 is null"],
    ["state", [1, 2, 1e300], "element 2"],
    ["state", 5, "3 numbers"],
    ["ids", [1, 1.5], "element 1 is 1.5"],
    ["ids", [true, 1], "element 0 is true"],
    ["point", { x: "1" }, 'field "x": text is not parsed'],
    ["point", { label: "a" }, 'field "x" is required'],
    ["point", { x: 1, labl: "a" }, 'did you mean "label"?'],
    ["point", [1, "a"], "fields x, label"],
  ])("refuses in %s the value %s", async (column, value, remedy) => {
    expect(await valueRefusal(column, value)).toEqual(
      crvError("INVALID_VALUE", { column, row: 1, value }, remedy),
    );
  });

  test.each([
    ["wide", true, 1],
    ["wide", -5n, -5],
    ["real", 2n ** 53n, 2 ** 53],
    ["real", Number.NaN, Number.NaN],
    ["real", Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ["ratio", 0.1, Math.fround(0.1)],
    ["ratio", Number.NaN, Number.NaN],
    ["small", 7n, 7],
    ["at", 1_000n, new Date(1)],
    ["payload", { a: undefined, b: [undefined, -0] }, { b: [null, -0] }],
    ["payload", JSON.parse('{"__proto__": {"x": 1}}'), JSON.parse('{"__proto__": {"x": 1}}')],
    ["state", new Float64Array([1, 2, 3]), new Float32Array([1, 2, 3])],
    ["ids", [1, 2n], new BigInt64Array([1n, 2n])],
    ["point", { x: 1 }, { x: 1, label: null }],
  ])("stores in %s the value %s", async (column, value, expected) => {
    const { run } = openDataset({ tables: [everything] });
    await run.append("everything", [{ tick: 0, [column]: value }] as never);
    const [row] = await run.scan("everything").toRows();
    expect(row?.[column as "wide"]).toEqual(expected);
  });

  test("keeps a key called __proto__ as data", async () => {
    const { run } = openDataset({ tables: [everything] });
    const payload = JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, never>;
    await run.append("everything", [{ tick: 0, payload }]);
    const [row] = await run.scan("everything").toRows();
    expect(Object.keys(row?.payload ?? {})).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("append of row objects: canonical tables", () => {
  test("recomputes the bucket, whatever the row says", async () => {
    const { run } = openDataset({ tables: [] });
    const row = { tick: 250, agent_id: "a", token_id: "t", quantity: 1 };
    await run.append("holdings", [{ ...row, bucket: "wrong" } as never, row]);
    const rows = await run.scan("holdings").toRows();
    expect(rows.map((each) => each.bucket)).toEqual([2, 2]);
  });

  test("stores true and false as 1 and 0 in their flags", async () => {
    const { run } = openDataset({ tables: [] });
    const text = { agent_id: "a", engine: "e", signature_id: "s", persona_id: "p" };
    const hashes = { persona_hash: "h", representation_hash: "h", context_hash: "h" };
    const row = { ...text, ...hashes, tick: 0, value_json: "{}", latency_ms: 1, n_tool_calls: 0 };
    await run.append("oracle_calls", [{ ...row, tool_seq: {}, cache_hit: true as never }]);
    expect((await run.scan("oracle_calls").toRows())[0]?.cache_hit).toBe(1);
  });
});
