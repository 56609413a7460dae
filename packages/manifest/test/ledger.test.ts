import { describe, expect, test } from "vitest";
import { Ledger } from "../src/index.js";
import { operationIdOf, operationOf, recordOf } from "./sample.js";

const one = operationIdOf(1);
const two = operationIdOf(2);

function recoveryOf(version: number, kind: "RolledBack" | "RolledForward", of = one) {
  return recordOf(version, {
    kind: "recovery",
    operations: [{ ...operationOf(operationIdOf(900 + version)), kind: "recovery" }],
    aborts: kind === "RolledBack" ? [of] : [],
    tables: new Map(),
    recovery: { kind, operationId: of, forActor: null, tables: [] },
  });
}

describe("Ledger", () => {
  test("knows what landed, each operation of a group", () => {
    const ledger = new Ledger();
    ledger.add(recordOf(1, { operations: [operationOf(one), operationOf(two)] }));
    expect(ledger.says(one, 1)).toEqual({ kind: "landed", version: 1 });
    expect(ledger.says(two, 1)).toEqual({ kind: "landed", version: 1 });
    expect(ledger.says(operationIdOf(3), 1)).toBeUndefined();
  });

  test("knows what was aborted, and does not count the recovery itself", () => {
    const ledger = new Ledger();
    ledger.add(recoveryOf(1, "RolledBack"));
    expect(ledger.says(one, 1)).toEqual({ kind: "aborted", version: 1 });
    expect(ledger.isAudited(one, 1)).toBe(true);
    expect(ledger.says(operationIdOf(901), 1)).toBeUndefined();
    expect([...ledger.settled(1)]).toHaveLength(1);
  });

  test("knows each operation that one record rolled back", () => {
    const record = recoveryOf(1, "RolledBack");
    const others = [{ operationId: two, forActor: null, tables: [] }];
    const ledger = new Ledger();
    ledger.add({
      ...record,
      aborts: [one, two],
      ...(record.recovery && { recovery: { ...record.recovery, others } }),
    });
    for (const id of [one, two]) {
      expect(ledger.says(id, 1)).toEqual({ kind: "aborted", version: 1 });
      expect(ledger.isAudited(id, 1)).toBe(true);
    }
  });

  test("shows each state only what was known at its version", () => {
    const ledger = new Ledger();
    ledger.add(recordOf(1, { operations: [operationOf(one)] }));
    ledger.add(recoveryOf(2, "RolledForward"));
    ledger.add(recoveryOf(3, "RolledBack", two));
    expect(ledger.says(one, 0)).toBeUndefined();
    expect(ledger.isAudited(one, 1)).toBe(false);
    expect(ledger.isAudited(one, 2)).toBe(true);
    expect(ledger.says(two, 2)).toBeUndefined();
    expect([...ledger.settled(2)].map(([id]) => id)).toEqual([one]);
    expect([...ledger.audited(2)]).toEqual([[one, 2]]);
  });

  test("takes the same record twice", () => {
    const ledger = new Ledger();
    ledger.add(recordOf(1));
    ledger.add(recordOf(1));
    expect([...ledger.settled(1)]).toHaveLength(1);
    expect(ledger.runs(1)[0]?.count).toBe(1);
  });

  test.each([
    ["lands twice", recordOf(2, { operations: [operationOf(one)] })],
    ["is aborted after it landed", recoveryOf(2, "RolledBack")],
    [
      "is aborted and lands in one record",
      recordOf(2, { operations: [operationOf(two)], aborts: [two] }),
    ],
  ])("refuses an operation that %s", (_, record) => {
    const ledger = new Ledger();
    ledger.add(recordOf(1, { operations: [operationOf(one)] }));
    expect(() => ledger.add(record)).toThrow(
      expect.objectContaining({
        code: "CORRUPT",
        message: expect.stringContaining("was already landed"),
      }),
    );
  });

  test("keeps the first audit of an operation, also over runs", () => {
    const ledger = new Ledger();
    ledger.add(recoveryOf(1, "RolledForward"));
    const again = Ledger.fromRuns(ledger.runs(1));
    for (const of of [ledger, again]) {
      of.add(recoveryOf(2, "RolledForward"));
      expect([...of.audited(2)]).toEqual([[one, 1]]);
      expect(of.runs(2).flatMap((run) => [...run.facts()])).toHaveLength(1);
    }
  });

  test("comes back from what a checkpoint keeps", () => {
    const ledger = new Ledger();
    ledger.add(recordOf(1, { operations: [operationOf(one)] }));
    ledger.add(recoveryOf(2, "RolledBack", two));
    const again = Ledger.from(ledger.settled(2), ledger.audited(2));
    expect([...again.settled(9)]).toEqual([...ledger.settled(9)]);
    expect([...again.audited(9)]).toEqual([...ledger.audited(9)]);
  });
});
