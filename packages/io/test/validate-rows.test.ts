/**
 * Goal: with `validateRows` bad rows are reported together, by row, column, value and rule, and nothing is
 * staged. Method: rows as objects, Arrow and streams, into canonical tables and one of the program.
 */
import {
  Int64,
  type RecordBatch,
  Table,
  tableFromArrays,
  tableFromJSON,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { describe, expect, test } from "vitest";
import { crvError, flights, openDataset } from "./open-dataset.js";

const EDGE = {
  tick: 1,
  observer_agent_id: "A0",
  edge_kind: "self_to_object",
  subject_id: "A0",
  token_id: "T1",
  edge_weight: 0.5,
};
/** Takes any columns, has no slot. */
const SLOTLESS = { ...EDGE, subject_id: "" };

async function refusal(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail("was not refused"),
    (error: unknown) => error,
  );
}

describe("append with validateRows", () => {
  test("is opt-in: without it, only the types of columns count", async () => {
    const { run } = openDataset({ tables: [] });
    expect(await run.append("identity_edges", [SLOTLESS])).toMatchObject({ rows: 1 });
    expect(await run.append("identity_edges", [SLOTLESS], { validateRows: false })).toMatchObject({
      rows: 1,
    });
    expect(await run.append("identity_edges", [EDGE], { validateRows: true })).toMatchObject({
      rows: 1,
    });
  });

  test("reports every broken rule of the first bad rows, by their place in the whole input", async () => {
    const { run, storage } = openDataset({ tables: [] });
    const rows = [
      EDGE,
      { ...EDGE, edge_kind: "Self_To_Object", edge_weight: Number.NaN },
      EDGE,
      { ...EDGE, subject_id: null, token_id: undefined },
      { ...EDGE, colour: "red" },
      5,
    ];
    const error = await refusal(
      run.append("identity_edges", rows as never, { validateRows: true }),
    );
    const needs =
      "edge kind self_to_object requires subject_id, token_id; missing: subject_id, token_id";
    expect(error).toEqual(
      crvError(
        "INVALID_ROW",
        {
          table: "identity_edges",
          badRowsMax: 10,
          badRows: [
            {
              row: 1,
              column: "edge_kind",
              value: "Self_To_Object",
              rule: expect.stringMatching(/^must be one of self_to_positive_valence, /),
            },
            { row: 1, column: "edge_weight", value: Number.NaN, rule: "must be a finite number" },
            { row: 3, column: "subject_id", value: null, rule: needs },
            { row: 3, column: "token_id", value: undefined, rule: needs },
            { row: 4, column: "colour", value: "red", rule: "does not exist" },
            { row: 5, column: "", value: 5, rule: expect.stringContaining("must be an object") },
          ],
        },
        '4 rows break rules of table "identity_edges": row 1: column "edge_kind" must be one of',
      ),
    );
    expect(storage.version).toBe(0);
    expect(storage.intents).toEqual([]);
  });

  test("ends after as many bad rows as it is told", async () => {
    const { run } = openDataset({ tables: [] });
    const rows = Array.from({ length: 100 }, (_, row) => (row % 2 === 0 ? EDGE : SLOTLESS));
    const badRows = async (validateRows: true | { badRowsMax: number }): Promise<number[]> => {
      const error = await refusal(run.append("identity_edges", rows, { validateRows }));
      const { details } = error as { details: { badRows: readonly { row: number }[] } };
      return details.badRows.map(({ row }) => row);
    };
    expect(await badRows({ badRowsMax: 3 })).toEqual([1, 3, 5]);
    expect(await badRows(true)).toHaveLength(10);
    expect(await badRows({ badRowsMax: 1000 })).toHaveLength(50);
  });

  test("demands words as the model writes them, and what the table requires", async () => {
    const { run } = openDataset({ tables: [] });
    const message = {
      tick: 0,
      sender_agent_id: "A0",
      channel_name: "c",
      visibility_scope: "Room",
      audience: {},
      speech_act: "assert",
      topic_label: "t",
      style: {},
    };
    const told = refusal(run.append("messages", [message] as never, { validateRows: true }));
    expect(await told).toMatchObject({
      details: {
        badRows: [
          { row: 0, column: "visibility_scope", value: "Room", rule: 'must be written "room"' },
        ],
      },
    });
    const lower = { ...message, visibility_scope: "room" };
    expect(
      await refusal(run.append("messages", [lower] as never, { validateRows: true })),
    ).toMatchObject({ details: { badRows: [{ column: "claims", rule: "is required" }] } });
    const whole = { ...lower, claims: {}, bucket: 7 };
    await run.append("messages", [whole], { validateRows: true });
  });

  test("leaves out what a lenient dataset leaves out", async () => {
    const { run } = openDataset({ tables: [], settings: { strictSchema: false } });
    const rows = [{ ...EDGE, colour: "red" }];
    const result = await run.append("identity_edges", rows, { validateRows: true });
    expect(result).toMatchObject({ rows: 1, ignoredColumns: ["colour"] });
  });

  test("reads Arrow input row by row, int64 beyond 2^53 and JSON text among it", async () => {
    const { run, storage } = openDataset({ tables: [] });
    const table = tableFromJSON([EDGE, SLOTLESS, EDGE, SLOTLESS]);
    const batches: RecordBatch[] = table.batches;
    for (const input of [table, batches, [EDGE, table.slice(1)]]) {
      const error = await refusal(
        run.append("identity_edges", input as never, { validateRows: true }),
      );
      expect(error).toMatchObject({
        code: "INVALID_ROW",
        details: { badRows: [{ row: 1, column: "subject_id", value: "" }, { row: 3 }] },
      });
    }
    expect(storage.version).toBe(0);
    const holdings = tableFromArrays({
      tick: BigInt64Array.of(1n),
      agent_id: ["A0"],
      token_id: ["T1"],
      quantity: BigInt64Array.of(2n ** 60n),
    });
    await run.append("holdings", new Table(holdings.batches), { validateRows: true });
    const text = (value: string) => vectorFromArray([value], new Utf8());
    const payload = new Table({
      tick: vectorFromArray([0n], new Int64()),
      venue_id: text("V"),
      token_id: text("T"),
      exchange_event_type: text("trade"),
      additional_payload: text('{"a":[1,{"b":null}]}'),
    });
    await run.append("exchange", payload, { validateRows: true });
    expect(storage.version).toBe(2);
  });

  test("stops a stream at its first chunk with bad rows, and stages nothing of it for good", async () => {
    const { run, storage } = openDataset({ tables: [] });
    let given = 0;
    async function* rows() {
      for (; given < 200_000; given++) {
        await Promise.resolve();
        yield given === 70_000 ? SLOTLESS : EDGE;
      }
    }
    const error = await refusal(run.append("identity_edges", rows(), { validateRows: true }));
    expect(error).toMatchObject({ code: "INVALID_ROW", details: { badRows: [{ row: 70_000 }] } });
    expect(given).toBeLessThan(200_000);
    expect(storage.version).toBe(0);
  });

  test("reports rows of a table without a model by the rules of its columns", async () => {
    const { run } = openDataset({ tables: [flights] });
    const rows = [
      { minute: -1, origin: "SFO" },
      { minute: 2, origin: "OAK", delay: "late" },
      { minute: 3 },
      { minute: 4, origin: "SJC", gate: "A" },
    ];
    const error = await refusal(run.append("flights", rows as never, { validateRows: true }));
    expect(error).toMatchObject({
      code: "INVALID_ROW",
      details: {
        badRows: [
          {
            row: 0,
            column: "minute",
            value: -1,
            rule: expect.stringContaining("whole number from 0"),
          },
          { row: 1, column: "delay", value: "late", rule: expect.stringContaining("not parsed") },
          { row: 2, column: "origin", value: undefined, rule: "is required" },
          { row: 3, column: "gate", value: "A", rule: "does not exist" },
        ],
      },
    });
    await run.append("flights", [{ minute: 1, origin: "SFO" }], { validateRows: true });
  });

  test.each([{ badRowsMax: 0 }, { badRowsMax: 1.5 }, { max: 3 }, "yes", null])(
    "refuses %j as the option",
    async (validateRows) => {
      const { run } = openDataset({ tables: [] });
      const append = run.append("identity_edges", [EDGE], { validateRows } as never);
      expect(await refusal(append)).toEqual(crvError("INVALID_ARGUMENT"));
    },
  );
});

describe("transaction with validateRows", () => {
  test("checks the rows of every change that puts rows in", async () => {
    const { run, storage } = openDataset({ tables: [] });
    for (const how of ["insert", "overwrite"] as const) {
      const work = run.transaction(
        async (tx) => {
          await tx.insert("identity_edges", [EDGE]);
          await tx[how]("identity_edges", [EDGE, SLOTLESS]);
        },
        { validateRows: true },
      );
      expect(await refusal(work)).toMatchObject({
        code: "INVALID_ROW",
        details: { badRows: [{ row: 1, column: "subject_id" }] },
      });
    }
    expect(storage.version).toBe(0);
  });
});
