/** Goal: declared constraints hold on the disk, from one process and from two, and say what broke them. */
import { describe, expect, test } from "vitest";
import { ConflictError, ConstraintError, defineTable, openRun, type Run } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { listFiles } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";

const people = defineTable({
  name: "people",
  columns: { id: "str", email: "str?", born: "timestamp?" },
  key: ["id"],
  constraints: { unique: [["id"], ["email"]] },
});
const visits = defineTable({
  name: "visits",
  columns: { tick: "i64", person: "str?", room: "i32" },
  bucketSize: 10,
  constraints: {
    unique: [["tick", "room"]],
    references: [{ columns: ["person"], table: "people", cardinality: { max: 2 } }],
  },
});
const tables = [visits, people] as const;

async function open(root?: string) {
  return openRun({ root: root ?? (await scratchDirectory()), runId: "run-1", tables });
}

const VIOLATED = { name: "ConstraintError", code: "CONSTRAINT_VIOLATED" };

async function idsOf(run: Run<typeof tables>): Promise<readonly string[]> {
  return (await run.scan("people").toRows()).map(({ id }) => id).sort();
}

describe("constraints", () => {
  test("a row that refers to nothing makes both tables or neither", async () => {
    await using run = await open();
    const before = await listFiles(run.path);
    const error = await refusal(() => run.append("visits", [{ tick: 1, person: "ann", room: 3 }]), {
      ...VIOLATED,
      says: ['"visits"', '"people"', '(person) = "ann"', "in the same transaction"],
    });
    expect((error as ConstraintError).violation).toEqual({
      kind: "references",
      table: "visits",
      columns: ["person"],
      referencedTable: "people",
      cardinality: { min: 0, max: 2 },
      keys: [["ann"]],
    });
    expect(error.details).toEqual((error as ConstraintError).violation);
    expect(await listFiles(run.path)).toEqual(before);
    await run.append("visits", [{ tick: 1, person: null, room: 3 }]);
    const made = (await run.tables()).map(({ table, rows }) => [table, rows]);
    expect(made).toEqual([
      ["people", 0],
      ["visits", 1],
    ]);
  });

  test("a transaction is checked on what it leaves, in whatever order it is made", async () => {
    await using run = await open();
    await run.transaction(async (tx) => {
      await tx.insert("visits", [
        { tick: 1, person: "ann", room: 1 },
        { tick: 25, person: "bob", room: 1 },
      ]);
      await tx.insert("people", [{ id: "ann" }, { id: "bob", email: "b@x" }]);
    });
    await refusal(() => run.transaction((tx) => tx.delete("people", { id: "ann" })), {
      ...VIOLATED,
      says: ['(person) = "ann"'],
    });
    await run.transaction(async (tx) => {
      await tx.delete("people", { id: "ann" });
      await tx.update("visits", { person: "ann" }, { person: "bob" });
      await tx.merge("people", [{ id: "cid", email: "b@x" }]);
      await tx.merge("people", [{ id: "bob", email: "a@x" }]);
    });
    expect(await idsOf(run)).toEqual(["bob", "cid"]);
    await refusal(() => run.append("visits", [{ tick: 3, person: "bob", room: 1 }]), {
      ...VIOLATED,
      says: ['0 to 2 rows for each row of "people"', '"bob"'],
    });
    await refusal(() => run.append("visits", [{ tick: 25, person: null, room: 1 }]), {
      ...VIOLATED,
      says: ["(tick, room) = [25,1]"],
    });
    expect(run.version).toBe(2);
  });

  test("two writers at once: one unique key lands once, others are checked again and land", async () => {
    const root = await scratchDirectory();
    await using one = await open(root);
    await using two = await open(root);
    await one.append("people", [{ id: "zed" }]);
    const ids = Array.from({ length: 8 }, (_, i) => `p${i}`);
    const appends = ids.flatMap((id) => [one, two].map((run) => run.append("people", [{ id }])));
    const refused = (await Promise.allSettled(appends)).filter(
      ({ status }) => status === "rejected",
    );
    for (const each of refused) {
      const { reason } = each as PromiseRejectedResult;
      expect(reason instanceof ConstraintError || reason instanceof ConflictError).toBe(true);
    }
    const held = await idsOf(two);
    expect(new Set(held).size).toBe(held.length);
    expect(held.length).toBe(1 + appends.length - refused.length);
  });

  test("a person goes while a visit of theirs comes: never both", async () => {
    await using run = await open();
    await run.append("people", [{ id: "ann" }]);
    const gone = run.transaction(async (tx) => {
      await tx.delete("people", { id: "ann" });
      await run.append("visits", [{ tick: 1, person: "ann", room: 1 }]);
    });
    await expect(gone).rejects.toBeInstanceOf(ConflictError);
    expect([await idsOf(run), await run.scan("visits").count()]).toEqual([["ann"], 1]);
  });

  test("a transaction does not try again by itself", async () => {
    await using run = await open();
    await run.append("people", [{ id: "ann" }]);
    const late = run.transaction(async (tx) => {
      await tx.insert("people", [{ id: "bob" }]);
      await run.append("people", [{ id: "cid" }]);
    });
    await expect(late).rejects.toMatchObject({
      code: "CONFLICT",
      conflict: { kind: "ExpectedVersionMismatch", tableKey: "people", expected: 1, actual: 2 },
    });
  });

  test("what is declared must fit: at open, at the first write, and what the run has", async () => {
    const root = await scratchDirectory();
    const other = defineTable({ name: "people", columns: { id: "i64" }, key: ["id"] });
    await refusal(() => openRun({ root, runId: "run-1", tables: [visits, other] }), {
      name: "SchemaError",
      code: "INVALID_DESCRIPTOR",
      says: ['column "person" is str and the key column "id" is i64'],
    });
    await using alone = await openRun({ root, runId: "run-1", tables: [visits] });
    await refusal(() => alone.append("visits", [{ tick: 1, person: null, room: 1 }]), {
      name: "SchemaError",
      code: "INVALID_DESCRIPTOR",
      says: ['references table "people", which does not exist: describe it, too'],
    });
    await using run = await open(root);
    await run.append("visits", [{ tick: 1, person: null, room: 1 }]);
    await alone.append("visits", [{ tick: 2, person: null, room: 1 }]);
    const { constraints: _, ...rest } = people;
    const free = { ...rest, constraints: { unique: [], references: [] } } as typeof people;
    await using unlike = await openRun({ root, runId: "run-1", tables: [free] });
    await refusal(() => unlike.append("people", [{ id: "x" }]), {
      name: "IoSchemaError",
      code: "DESCRIPTOR_MISMATCH",
      says: ['the constraint "unique" is none here and ["email"], ["id"] in the run'],
    });
  });
});
