/**
 * Goal: a model and its table agree on every column, and say which rule a row breaks.
 * Method: a whole row of each table, changed one column at a time.
 */
import { describe, expect, test } from "vitest";
import { CANONICAL_TABLES, SchemaError, type TableName } from "../../src/index.js";
import {
  checkRow,
  IDENTITY_EDGE_SLOTS,
  parseRow,
  RepresentationEdgeKind,
  ROW_MODELS,
} from "../../src/models.js";
import { SAMPLE_ROWS } from "./sample-rows.js";

const NAMES = Object.keys(CANONICAL_TABLES) as TableName[];
/** Required columns that a model fills when they are absent. */
const FILLED: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  exchange: ["additional_payload"],
  scenarios_seen: ["salient_agent_pairs", "exchange_snapshot"],
  messages: ["claims", "style"],
  oracle_calls: ["tool_seq"],
};

describe.each(NAMES)("the model of %s", (name) => {
  const table = CANONICAL_TABLES[name];
  const sample = SAMPLE_ROWS[name];
  const columns = Object.keys(table.columns).filter((column) => column !== "bucket");

  test("has the columns of the table, in their order, but the bucket", () => {
    expect(Object.keys(ROW_MODELS[name].shape)).toEqual(columns);
    expect(Object.keys(sample)).toEqual(columns);
  });

  test("takes a whole row as it is", () => {
    expect(checkRow(name, sample)).toEqual({ row: sample });
  });

  test("takes null and absence where the column is nullable, and nowhere else", () => {
    for (const column of columns) {
      const { [column]: _, ...absent } = sample;
      const isNullable = table.nullable.includes(column) && !isSlot(name, column);
      const isFilled = FILLED[name]?.includes(column) ?? false;
      expect.soft(takes(name, absent), `${column} absent`).toBe(isNullable || isFilled);
      expect.soft(takes(name, { ...sample, [column]: null }), `${column} null`).toBe(isNullable);
    }
  });

  test("refuses values of another type, and names the column", () => {
    for (const column of columns) {
      const { broken = [] } = checkRow(name, { ...sample, [column]: Symbol("x") });
      expect.soft(broken.map((each) => each.column)).toEqual([column]);
      expect.soft(broken[0]?.rule).toMatch(/^must be /);
    }
  });

  test("refuses a column that does not exist, the bucket among them", () => {
    expect(checkRow(name, { ...sample, bucket: 0, colour: 1 })).toEqual({
      broken: [
        { column: "bucket", value: 0, rule: "does not exist" },
        { column: "colour", value: 1, rule: "does not exist" },
      ],
    });
  });

  test.each([null, undefined, 5, "row", []])("refuses %j", (row) => {
    expect(checkRow(name, row).broken?.[0]).toMatchObject({ column: "", value: row });
  });
});

describe("identity edges", () => {
  const ids = { subject_id: "A1", object_id: "A2", related_agent_id: "A3", token_id: "T1" };
  const edge = (edge_kind: string, slots: object): object => ({
    tick: 0,
    observer_agent_id: "A0",
    edge_kind,
    ...slots,
    edge_weight: 1,
  });

  test("of every kind are taken with the slots that they need, and with more", () => {
    for (const kind of Object.values(RepresentationEdgeKind)) {
      const needed = Object.fromEntries(IDENTITY_EDGE_SLOTS[kind].map((slot) => [slot, ids[slot]]));
      expect.soft(takes("identity_edges", edge(kind, needed)), kind).toBe(true);
      expect.soft(takes("identity_edges", edge(kind, ids)), kind).toBe(true);
    }
  });

  test("are refused without any one of them, or with an empty text in it", () => {
    let count = 0;
    for (const [kind, needed] of Object.entries(IDENTITY_EDGE_SLOTS)) {
      for (const slot of needed) {
        for (const nothing of [undefined, null, ""]) {
          const { broken = [] } = checkRow(
            "identity_edges",
            edge(kind, { ...ids, [slot]: nothing }),
          );
          expect.soft(broken).toEqual([
            {
              column: slot,
              value: nothing,
              rule: `edge kind ${kind} requires ${[...needed].sort().join(", ")}; missing: ${slot}`,
            },
          ]);
          count += 1;
        }
      }
    }
    expect(count).toBe(3 * 17);
  });
});

describe("parseRow", () => {
  test("gives the row as it is stored", () => {
    const { claims: _, ...message } = SAMPLE_ROWS.messages;
    expect(parseRow("messages", { ...message, visibility_scope: "DM" })).toEqual({
      ...message,
      visibility_scope: "dm",
      claims: {},
    });
    expect(parseRow("exchange", { ...SAMPLE_ROWS.exchange, side: "SELL" }).side).toBe("sell");
    const call = { ...SAMPLE_ROWS.oracle_calls, cache_hit: true };
    expect(parseRow("oracle_calls", call).cache_hit).toBe(1);
  });

  test("throws what is wrong, all of it", () => {
    const row = { ...SAMPLE_ROWS.exchange, exchange_event_type: "Trade", price: "3", tick: -1 };
    const parse = (): unknown => parseRow("exchange", row);
    expect(parse).toThrow(SchemaError);
    expect(parse).toThrow(
      expect.objectContaining({
        code: "INVALID_ROW",
        message: expect.stringContaining('column "price" must be a finite number (got: "3")'),
        details: {
          table: "exchange",
          broken: [
            { column: "tick", value: -1, rule: expect.stringContaining("from 0 to") },
            { column: "exchange_event_type", value: "Trade", rule: expect.stringMatching(/trade/) },
            { column: "price", value: "3", rule: "must be a finite number" },
          ],
        },
      }),
    );
  });

  test.each([
    ["NaN", { exchange_snapshot: { a: Number.NaN } }],
    ["a date", { exchange_snapshot: { a: new Date(0) } }],
    ["a bigint", { salient_agent_pairs: [{ a: 1n }] }],
    ["a list of numbers", { salient_agent_pairs: [1] }],
    ["a class", { exchange_snapshot: new Map() }],
    ["what contains itself", { exchange_snapshot: circle() }],
  ])("refuses %s as data", (_, change) => {
    const { broken } = checkRow("scenarios_seen", { ...SAMPLE_ROWS.scenarios_seen, ...change });
    expect(broken?.map(({ column }) => column)).toEqual(Object.keys(change));
  });
});

function takes(name: TableName, row: object): boolean {
  return checkRow(name, row).broken === undefined;
}

/** The slots of the sample's kind are nullable in the table, and required by the model. */
function isSlot(name: TableName, column: string): boolean {
  return (
    name === "identity_edges" &&
    (IDENTITY_EDGE_SLOTS.agent_pair_to_object as readonly string[]).includes(column)
  );
}

function circle(): object {
  const object: Record<string, unknown> = {};
  object.self = object;
  return object;
}
