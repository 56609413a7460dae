import { describe, expect, test } from "vitest";
import { type Conflict, ConflictError, conflictResponse, openRun } from "../src/index.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

const OTHERS: readonly Conflict[] = [
  { kind: "SchemaChanged", tableKey: flights.name, at: 3 },
  { kind: "PartsReplaced", tableKey: flights.name, at: 3 },
  { kind: "Fenced", at: 3 },
  { kind: "BelowFloor", floor: 2 },
  { kind: "RetryBudgetExhausted", attempts: 5 },
];

describe("conflictResponse", () => {
  test("names the table that moved, of a transaction that came second", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: "run-1", tables: [flights] });
    await run.append("flights", flightsFrom(0, 3));
    const error = await run
      .transaction(async (tx) => {
        await tx.delete("flights", { minute: 0 });
        await run.append("flights", flightsFrom(3, 3));
      })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConflictError);
    const { message } = error as ConflictError;
    expect(conflictResponse(error as ConflictError)).toEqual({
      status: 409,
      body: {
        error: message,
        code: "conflict",
        manifest_conflict: { table_key: "flights", expected: 1, actual: 2 },
      },
    });
  });

  test.each(OTHERS)("says no more than the message of $kind", (conflict) => {
    const { status, body } = conflictResponse(new ConflictError("come again", conflict));
    expect(status).toBe(409);
    expect(Object.entries(body)).toEqual([
      ["error", "come again"],
      ["code", "conflict"],
    ]);
  });
});
