/**
 * Goal: no commit produces rows that break a constraint, whatever the order of changes in it and
 * whatever others commit meanwhile; and what does not break one is not refused.
 */
import { defineTable, type Predicate, type TableDescriptor } from "@crv/core";
import type { OperationIntent, StagedOperation, StagedStorage } from "@crv/storage-trait";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test, vi } from "vitest";
import { batchOfRows, type PlainRow, readRows } from "./support/plain-rows.js";
import { only, openProcess } from "./support/universe.js";

const AGENTS = defineTable({
  name: "agents",
  columns: { id: "str", email: "str?", team: "i64?" },
  key: ["id"],
  constraints: { unique: [["id"], ["email", "team"]] },
});

const GOODS = defineTable({
  name: "goods",
  columns: { tick: "i64", agent: "str?", token: "i64" },
  bucketSize: 10,
  constraints: { references: [{ columns: ["agent"], table: "agents", cardinality: { max: 2 } }] },
});

const SEATS = defineTable({
  name: "seats",
  columns: { seat: "i64" },
  constraints: { unique: [["seat"]] },
});

/** Every agent has one. */
const BADGES = defineTable({
  name: "badges",
  columns: { agent: "str" },
  constraints: { references: [{ columns: ["agent"], table: "agents", cardinality: { min: 1 } }] },
});

type Stage = (tx: StagedOperation) => Promise<unknown>;
type Intent = Partial<Pick<OperationIntent, "mode" | "recheck">>;

async function begin(storage: StagedStorage, intent: Intent = {}): Promise<StagedOperation> {
  await using base = await storage.snapshot();
  return await storage.begin({ base, mode: "blind", ...intent });
}

async function transact(storage: StagedStorage, ...stages: readonly Stage[]) {
  await using tx = await begin(storage, { mode: "strict" });
  for (const stage of stages) await stage(tx);
  return tx.commit();
}

const create = (descriptor: TableDescriptor): Stage => {
  return (tx) => tx.stageSchema(descriptor.name, { kind: "create", descriptor });
};
const insert = (table: TableDescriptor, ...rows: readonly PlainRow[]): Stage => {
  return (tx) => tx.stageAppend(table.name, only(batchOfRows(table, rows)));
};
const overwrite = (table: TableDescriptor, ...rows: readonly PlainRow[]): Stage => {
  return (tx) => tx.stageOverwrite(table.name, only(batchOfRows(table, rows)));
};
const merge = (table: TableDescriptor, ...rows: readonly PlainRow[]): Stage => {
  return (tx) => tx.stageMerge(table.name, only(batchOfRows(table, rows)));
};
const remove = (table: TableDescriptor, column: string, value: string | number): Stage => {
  return (tx) => tx.stageDelete(table.name, is(column, value));
};
const set = (table: TableDescriptor, where: Predicate, row: PlainRow): Stage => {
  return (tx) => tx.stageUpdate(table.name, where, batchOfRows(table, [row], Object.keys(row)));
};

function is(column: string, value: string | number): Predicate {
  return { kind: "compare", column, op: "eq", value };
}

function agent(id: string, email: string | null = null, team: number | null = null): PlainRow {
  return { id, email, team };
}

function good(tick: number, of: string | null, token = 0): PlainRow {
  return { tick, agent: of, token };
}

async function openRun(...stages: readonly Stage[]) {
  const disk = new SimulatedDisk();
  const opened = await openProcess(disk, "writer");
  await transact(opened.storage, create(AGENTS), create(GOODS), ...stages);
  return { disk, ...opened };
}

const START = [insert(AGENTS, agent("ann"), agent("bob")), insert(GOODS, good(1, "ann"))];

function violation(kind: string, keys: readonly (readonly unknown[])[], message = "") {
  return expect.objectContaining({
    code: "CONSTRAINT_VIOLATED",
    violation: expect.objectContaining({ kind, keys }),
    message: expect.stringContaining(message),
  });
}

describe("unique", () => {
  test("a key that is there, or comes twice, is refused; nothing is left of the commit", async () => {
    const { storage, disk } = await openRun(...START);
    const before = [...disk.objects().keys()];
    await expect(transact(storage, insert(AGENTS, agent("cid"), agent("ann")))).rejects.toEqual(
      violation("unique", [["ann"]], 'table "agents" would have several rows with (id) = "ann"'),
    );
    await expect(transact(storage, insert(AGENTS, agent("cid"), agent("cid")))).rejects.toEqual(
      violation("unique", [["cid"]]),
    );
    expect([...disk.objects().keys()]).toEqual(before);
    expect(storage.version).toBe(1);
    expect(await transact(storage, insert(AGENTS, agent("cid")))).toMatchObject({ version: 2 });
  });

  test("several columns are a tuple, and a null in any of them exempts the row", async () => {
    const { storage } = await openRun(insert(AGENTS, agent("a", "x", 12), agent("b", "x1", 2)));
    await transact(storage, insert(AGENTS, agent("c", "x"), agent("d", "x"), agent("e", null, 12)));
    await expect(transact(storage, insert(AGENTS, agent("f", "x", 12)))).rejects.toEqual(
      violation("unique", [["x", 12]], '(email, team) = ["x",12]'),
    );
  });

  test("a value that the same transaction frees can be used again", async () => {
    const { storage } = await openRun(insert(AGENTS, agent("a", "x", 1), agent("b", "y", 1)));
    await transact(
      storage,
      set(AGENTS, is("id", "a"), { email: "z" }),
      set(AGENTS, is("id", "b"), { email: "x" }),
      remove(AGENTS, "id", "a"),
      insert(AGENTS, agent("a", "y", 1)),
    );
    const emails = (await readRows(storage, AGENTS)).map(({ id, email }) => [id, email]);
    expect(emails.sort()).toEqual([
      ["a", "y"],
      ["b", "x"],
    ]);
    await expect(transact(storage, set(AGENTS, is("id", "b"), { email: "y" }))).rejects.toEqual(
      violation("unique", [["y", 1]]),
    );
  });

  test("merge and overwrite are checked on what they leave", async () => {
    const { storage } = await openRun(insert(AGENTS, agent("a", "x", 1), agent("b", "y", 1)));
    await transact(storage, merge(AGENTS, agent("a", "y", 2), agent("c", "z", 1)));
    await expect(transact(storage, merge(AGENTS, agent("c", "y", 2)))).rejects.toEqual(
      violation("unique", [["y", 2]]),
    );
    await transact(storage, overwrite(AGENTS, agent("c", "y", 2)));
    await expect(
      transact(storage, overwrite(AGENTS, agent("p", "q", 1), agent("r", "q", 1))),
    ).rejects.toEqual(violation("unique", [["q", 1]]));
  });

  test("an error names the first ten keys", async () => {
    const { storage } = await openRun();
    const rows = Array.from({ length: 13 }, (_, i) => agent(`a${i}`));
    const error: unknown = await transact(storage, insert(AGENTS, ...rows, ...rows)).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ message: expect.stringContaining('"a9" and 3 others') });
    expect((error as { violation: { keys: unknown[] } }).violation.keys).toHaveLength(10);
  });

  test("parts whose bounds exclude the keys are not opened", async () => {
    const { storage, parts } = await openRun();
    await transact(storage, create(SEATS), insert(SEATS, { seat: 1 }, { seat: 2 }));
    await transact(storage, insert(SEATS, { seat: 11 }, { seat: 15 }));
    const read = vi.spyOn(parts, "read");
    await transact(storage, insert(SEATS, { seat: 3 }, { seat: 16 }));
    expect(read).toHaveBeenCalledTimes(1); // the staged part
    await expect(transact(storage, insert(SEATS, { seat: 2 }))).rejects.toEqual(
      violation("unique", [[2]]),
    );
    expect(read).toHaveBeenCalledTimes(3); // the staged part, and that of 1 and 2
  });
});

describe("references", () => {
  test("a row may refer to rows that are there, or come with it, and to nothing by a null", async () => {
    const { storage } = await openRun(...START);
    await transact(
      storage,
      insert(GOODS, good(2, "bob"), good(3, "cid"), good(4, null)),
      insert(AGENTS, agent("cid")),
    );
    await expect(
      transact(storage, insert(GOODS, good(5, "ann"), good(15, "dee"), good(6, "eve"))),
    ).rejects.toEqual(
      violation("references", [["eve"], ["dee"]], "does not have, with (agent) = "),
    );
    await expect(transact(storage, set(GOODS, is("tick", 1), { agent: "dee" }))).rejects.toEqual(
      violation("references", [["dee"]]),
    );
  });

  test.each<[string, readonly Stage[], readonly Stage[]]>([
    ["deleted", [remove(AGENTS, "id", "ann")], [remove(GOODS, "agent", "ann")]],
    ["overwritten", [overwrite(AGENTS, agent("bob"))], [overwrite(GOODS)]],
    [
      "overwritten, and referred to by another row",
      [overwrite(AGENTS, agent("bob"))],
      [set(GOODS, is("agent", "ann"), { agent: "bob" })],
    ],
  ])("a row that others refer to cannot be %s without them", async (_, parent, children) => {
    const { storage } = await openRun(...START);
    await expect(transact(storage, ...parent)).rejects.toEqual(violation("references", [["ann"]]));
    expect(await transact(storage, ...parent, ...children)).toMatchObject({ kind: "committed" });
  });

  test("a row that is replaced under the same key keeps those that refer to it", async () => {
    const { storage } = await openRun(...START);
    await transact(storage, merge(AGENTS, agent("ann", "new", 1)));
    await transact(storage, remove(AGENTS, "id", "ann"), insert(AGENTS, agent("ann")));
    expect(await transact(storage, overwrite(AGENTS, agent("ann")))).toMatchObject({ version: 4 });
  });

  test("a table that references what is not there is not made", async () => {
    const { storage } = await openProcess(new SimulatedDisk(), "writer");
    await expect(transact(storage, create(GOODS))).rejects.toMatchObject({
      code: "INVALID_DESCRIPTOR",
    });
    const keyless = defineTable({ name: "agents", columns: { id: "str" } });
    await expect(transact(storage, create(GOODS), create(keyless as never))).rejects.toMatchObject({
      code: "INVALID_DESCRIPTOR",
    });
    expect(await transact(storage, create(GOODS), create(AGENTS))).toMatchObject({ version: 1 });
  });
});

describe("cardinality", () => {
  test("too many rows for one are refused, rows before and new ones counted together", async () => {
    const { storage } = await openRun(...START);
    await transact(storage, insert(GOODS, good(2, "ann"), good(3, "bob")));
    await expect(transact(storage, insert(GOODS, good(4, "ann")))).rejects.toEqual(
      violation("cardinality", [["ann"]], 'must have 0 to 2 rows for each row of "agents"'),
    );
    await transact(storage, remove(GOODS, "tick", 1), insert(GOODS, good(4, "ann")));
    await transact(storage, insert(GOODS, good(5, null), good(6, null), good(7, null)));
  });

  test("too few are refused: of rows that stay, that come, and when the table is made", async () => {
    const { storage } = await openRun(insert(AGENTS, agent("ann")));
    await expect(transact(storage, create(BADGES))).rejects.toEqual(
      violation("cardinality", [["ann"]]),
    );
    await transact(storage, create(BADGES), insert(BADGES, { agent: "ann" }, { agent: "ann" }));
    await expect(transact(storage, insert(AGENTS, agent("bob")))).rejects.toEqual(
      violation("cardinality", [["bob"]], "must have 1 to any number of rows"),
    );
    await expect(transact(storage, overwrite(BADGES))).rejects.toEqual(
      violation("cardinality", [["ann"]]),
    );
    await transact(storage, insert(AGENTS, agent("bob")), insert(BADGES, { agent: "bob" }));
    await transact(storage, overwrite(BADGES), remove(AGENTS, "id", "ann"), overwrite(AGENTS));
    expect(await readRows(storage, AGENTS)).toEqual([]);
  });
});

describe("what a check reads", () => {
  /** One begins, the other commits, then the first does. */
  async function race(first: readonly Stage[], other: readonly Stage[], intent: Intent = {}) {
    const { storage } = await openRun(...START);
    await using slow = await begin(storage, intent);
    for (const stage of first) await stage(slow);
    await transact(storage, ...other);
    return { storage, outcome: await slow.commit() };
  }

  const conflictOf = (tableKey: string, expected: number, actual: number) => ({
    kind: "conflict",
    conflict: { kind: "ExpectedVersionMismatch", tableKey, expected, actual },
  });

  test.each<[string, readonly Stage[], readonly Stage[], string]>([
    [
      "an append, another append",
      [insert(AGENTS, agent("x"))],
      [insert(AGENTS, agent("y"))],
      "agents",
    ],
    [
      "a row, the deletion of what it refers to",
      [insert(GOODS, good(2, "bob"))],
      [remove(AGENTS, "id", "bob")],
      "agents",
    ],
    [
      "the deletion of a row, one that refers to it",
      [remove(AGENTS, "id", "bob")],
      [insert(GOODS, good(2, "bob"))],
      "goods",
    ],
  ])("conflicts when it has moved: %s", async (_, first, other, table) => {
    const { storage, outcome } = await race(first, other);
    expect(outcome).toEqual(conflictOf(table, 1, 2));
    expect(storage.version).toBe(2);
  });

  test("a table that references another since conflicts with what it could not know", async () => {
    const badges = [create(BADGES), insert(BADGES, { agent: "ann" }, { agent: "bob" })];
    const deleted = await race([remove(AGENTS, "id", "bob")], badges);
    expect(deleted.outcome).toEqual(conflictOf("badges", 0, 1));
    const { storage, outcome } = await race([insert(GOODS, good(2, "bob"))], badges);
    expect([outcome.kind, storage.version]).toEqual(["committed", 3]);
  });

  test("an append that may be checked again lands, or is refused for what it found", async () => {
    const other = [insert(AGENTS, agent("y"))];
    const landed = await race([insert(AGENTS, agent("x"))], other, { recheck: true });
    expect(landed.outcome).toMatchObject({ kind: "committed", version: 3 });
    expect(await readRows(landed.storage, AGENTS)).toHaveLength(4);
    await expect(race([insert(AGENTS, agent("y"))], other, { recheck: true })).rejects.toEqual(
      violation("unique", [["y"]]),
    );
    await expect(
      race([insert(GOODS, good(2, "bob"))], [remove(AGENTS, "id", "bob")], { recheck: true }),
    ).rejects.toEqual(violation("references", [["bob"]]));
  });

  test("what was read, or rewritten, is not checked again", async () => {
    const other = [insert(AGENTS, agent("y"))];
    const reads: Stage = async (tx) => tx.expect(AGENTS.name);
    const read = await race([reads, insert(AGENTS, agent("x"))], other, { recheck: true });
    expect(read.outcome).toEqual(conflictOf("agents", 1, 2));
    const merged = await race([merge(AGENTS, agent("x"))], other, { recheck: true });
    expect(merged.outcome).toEqual(conflictOf("agents", 1, 2));
  });

  test("two that make one constrained table: the second is checked against the first", async () => {
    const disk = new SimulatedDisk();
    const { storage } = await openProcess(disk, "writer");
    await using slow = await begin(storage, { recheck: true });
    await create(AGENTS)(slow);
    await insert(AGENTS, agent("a"))(slow);
    await transact(storage, create(AGENTS), insert(AGENTS, agent("a")));
    await expect(slow.commit()).rejects.toEqual(violation("unique", [["a"]]));
    expect([...disk.objects().keys()].filter((key) => key.startsWith("_recovery/"))).toEqual([]);
  });

  test("appends at once all land, but for those that a constraint refuses", async () => {
    const { storage } = await openRun(...START);
    const ids = Array.from({ length: 24 }, (_, i) => (i % 4 === 3 ? "ann" : `a${i}`));
    const appends = ids.map(async (id) => {
      await using base = await storage.snapshot();
      return await storage.append(
        { base, mode: "blind" },
        AGENTS,
        only(batchOfRows(AGENTS, [agent(id)])),
      );
    });
    const answers = (await Promise.allSettled(appends)).map((settled) =>
      settled.status === "fulfilled" ? settled.value.outcome.kind : settled.reason.code,
    );
    expect(answers).toEqual(ids.map((id) => (id === "ann" ? "CONSTRAINT_VIOLATED" : "committed")));
    expect(await readRows(storage, AGENTS)).toHaveLength(20);
  });

  test("appends that share a record are none that a constraint can refuse", async () => {
    const { storage } = await openRun(insert(AGENTS, agent("ann")));
    const plain = defineTable({ name: "plain", columns: { id: "str" }, key: ["id"] });
    const each = defineTable({
      name: "each",
      columns: { id: "str" },
      constraints: { references: [{ columns: ["id"], table: "plain", cardinality: { min: 1 } }] },
    });
    await transact(storage, create(plain), create(each));
    const appends = ["a", "b", "c"].map(async (id) => {
      await using base = await storage.snapshot();
      return await storage.append(
        { base, mode: "blind" },
        plain,
        only(batchOfRows(plain, [{ id }])),
      );
    });
    const answers = await Promise.allSettled(appends);
    expect(answers).toEqual(
      ["a", "b", "c"].map((id) => ({
        status: "rejected",
        reason: violation("cardinality", [[id]]),
      })),
    );
    expect(await readRows(storage, plain)).toEqual([]);
  });

  test("appends to a referenced table stay blind", async () => {
    const plain = defineTable({ name: "agents", columns: { id: "str" }, key: ["id"] });
    const { storage } = await openProcess(new SimulatedDisk(), "writer");
    await transact(storage, create(plain), create(GOODS), insert(plain, { id: "a" }));
    await using slow = await begin(storage);
    await insert(plain, { id: "b" })(slow);
    await transact(storage, insert(plain, { id: "c" }), insert(GOODS, good(1, "c")));
    expect(await slow.commit()).toMatchObject({ kind: "committed", version: 3 });
  });
});
