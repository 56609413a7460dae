import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defineTable, openRun } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

const RUN_ID = "run-1";
const stock = defineTable({
  name: "stock",
  columns: { code: "str", amount: "i64", note: "str?", place: { struct: { x: "f64" } } },
  key: ["code"],
});
const tables = [flights, stock] as const;
const item = (code: string, amount: number, note: string | null = null) => ({
  code,
  amount,
  note,
  place: { x: amount / 2 },
});

async function openNew() {
  const root = await scratchDirectory();
  return openRun({ root, runId: RUN_ID, tables });
}

describe("run.diff", () => {
  test("counts rows by key, across branches, and names keys when asked", async () => {
    const run = await openNew();
    await run.load({ stock: [item("a", 1), item("b", 2), item("c", 3)] }, { mode: "merge" });
    await run.append("flights", flightsFrom(0, 4));
    await run.createBranch("b");
    await using branch = await openRun({
      root: run.path.replace(/\/runs\/.*/, ""),
      runId: RUN_ID,
      branch: "b",
      tables,
    });
    await branch.load({ stock: [item("b", 9), item("d", 4), item("c", 3)] }, { mode: "merge" });
    await branch.transaction((tx) => tx.delete("stock", { code: "a" }));
    expect(await run.diff("main", "b", { keysMax: 9 })).toMatchObject({
      from: { branch: "main", version: 3 },
      to: { branch: "b", version: 4 },
      tables: [
        {
          table: "stock",
          kind: "changed",
          rowsAdded: 1,
          rowsRemoved: 1,
          rowsChanged: 1,
          keys: expect.arrayContaining([
            { kind: "added", key: ["d"] },
            { kind: "removed", key: ["a"] },
            { kind: "changed", key: ["b"] },
          ]),
        },
      ],
    });
    const back = await branch.diff("b", "main");
    expect(back.tables).toMatchObject([{ rowsAdded: 1, rowsRemoved: 1, rowsChanged: 1, keys: [] }]);
    expect((await run.diff(0, "main")).tables).toMatchObject([
      { table: "flights", kind: "created", rowsAdded: 4, rowsRemoved: 0 },
      { table: "stock", kind: "created", rowsAdded: 3, partsAdded: 1 },
    ]);
    expect((await run.diff("main", 0)).tables.map(({ kind }) => kind)).toEqual([
      "absent",
      "absent",
    ]);
    expect((await run.diff(0, 2, { tables: ["flights"] })).tables).toHaveLength(1);
    await run.close();
  });

  test("of rows that were only written anew is nothing", async () => {
    const run = await openNew();
    await run.append("flights", flightsFrom(0, 3));
    await run.append("flights", flightsFrom(3, 3));
    const rows = await run.scan("flights").toRows();
    await run.transaction((tx) => tx.overwrite("flights", rows));
    expect((await run.diff(2, 3)).tables).toEqual([]);
    expect((await run.diff(1)).tables).toMatchObject([
      { table: "flights", rowsAdded: 3, rowsRemoved: 0, partsRemoved: 1 },
    ]);
    await run.close();
  });

  test("is what a comparison of all rows says, whatever was merged and deleted", async () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ code: fc.constantFrom("a", "b", "c", "d"), amount: fc.nat(2) }),
        fc.record({ gone: fc.constantFrom("a", "b", "c", "d") }),
      ),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(5), async (all, since) => {
        const run = await openNew();
        const held: ReadonlyMap<string, number>[] = [new Map()];
        await run.load({ stock: [item("a", 0), item("b", 0)] }, { mode: "merge" });
        held.push(
          new Map([
            ["a", 0],
            ["b", 0],
          ]),
        );
        for (const step of all) {
          const next = new Map(held.at(-1));
          if ("gone" in step) {
            await run.transaction((tx) => tx.delete("stock", { code: step.gone }));
            next.delete(step.gone);
          } else {
            await run.load({ stock: [item(step.code, step.amount)] }, { mode: "merge" });
            next.set(step.code, step.amount);
          }
          // A change without effect makes no version.
          if (run.version === held.length) held.push(next);
        }
        const from = Math.min(1 + since, run.version);
        const [before, after] = [
          held[from] as Map<string, number>,
          held[run.version] as Map<string, number>,
        ];
        const { tables: found } = await run.diff(from);
        const counts = {
          rowsAdded: [...after.keys()].filter((code) => !before.has(code)).length,
          rowsRemoved: [...before.keys()].filter((code) => !after.has(code)).length,
          rowsChanged: [...after].filter(([c, n]) => before.has(c) && before.get(c) !== n).length,
        };
        const { rowsAdded = 0, rowsRemoved = 0, rowsChanged = 0 } = found[0] ?? {};
        expect({ rowsAdded, rowsRemoved, rowsChanged }).toEqual(counts);
        await run.close();
      }),
      { numRuns: 12 },
    );
  });

  test("refuses versions that are not there", async () => {
    await using run = await openNew();
    await refusal(() => run.diff(7), { name: "IoError", code: "NOT_FOUND", says: ["newest is 0"] });
    await refusal(() => run.diff(0, 0, { keysMax: -1 }), {
      name: "IoError",
      code: "INVALID_ARGUMENT",
      says: ["keysMax"],
    });
  });
});
