/**
 * Goal: the columns of a table change in a commit; no part is rewritten, no row is lost, and what was
 * dropped stays gone.
 * Method: runs on the real disk, read by the public interface; two handles for what others do.
 */
import { describe, expect, test } from "vitest";
import { defineTable, openRun, type Run, type TableEvolution } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { listParts } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";

const TRIPS = defineTable({
  name: "trips",
  columns: {
    minute: "i64",
    city: "str",
    seats: "i32",
    delay: "f32?",
    position: { struct: { lat: "f64" } },
    payload: "struct?",
  },
  tick: "minute",
  bucketSize: 60,
  key: ["city"],
  constraints: { unique: [["seats"]] },
});
const ROW = { minute: 1, city: "Bern", seats: 4, delay: 1.5, position: { lat: 47 } };

async function openTrips(root: string): Promise<Run> {
  return openRun({ root, runId: "r1" });
}
const rowsOf = (run: Run) => run.scan("trips").toRows() as Promise<Record<string, unknown>[]>;

async function fill(root: string): Promise<Run> {
  const run = await openTrips(root);
  await run.append(TRIPS, [ROW]);
  return run;
}

describe("run.evolve", () => {
  test("adds a column and a field: older rows read as null, no part is rewritten", async () => {
    await using run = await fill(await scratchDirectory());
    const parts = await listParts(run.path);
    const evolved = await run.evolve("trips", {
      add: { note: "str?", score: "i64?" },
      addFields: { position: { height: "f64?" } },
    });
    expect(evolved).toMatchObject({ version: 2, tableVersion: 2 });
    expect(await listParts(run.path)).toEqual(parts);
    expect(await rowsOf(run)).toEqual([
      { ...ROW, position: { lat: 47, height: null }, payload: null, note: null, score: null },
    ]);
    const position = { lat: 46, height: 300 };
    await run.append("trips", [{ ...ROW, city: "Zug", seats: 5, position, note: "n", score: 2 }]);
    expect(await run.scan("trips", { filter: { score: { gt: 1 } } }).toRows()).toMatchObject([
      { city: "Zug", note: "n", score: 2, position },
    ]);
    expect(await run.scan("trips", { filter: { note: null } }).toRows()).toMatchObject([
      { city: "Bern" },
    ]);
    const [record] = await run.log({ from: 2, to: 2 });
    expect(record?.operations).toMatchObject([{ kind: "schema" }]);
  });

  test("widens columns: older values are the same numbers", async () => {
    const columns = { tick: "i64", small: "i32", real: "f32?" } as const;
    const table = defineTable({ name: "numbers", columns, bucketSize: 10 });
    await using run = await openTrips(await scratchDirectory());
    await run.append(table, [{ tick: 1, small: -7, real: 0.1 }]);
    await run.evolve("numbers", { widen: { small: "i64", real: "f64" } });
    await run.append("numbers", [{ tick: 2, small: 2 ** 40, real: 0.1 }]);
    expect(await run.scan("numbers").toRows()).toEqual([
      { tick: 1, small: -7, real: Math.fround(0.1) },
      { tick: 2, small: 2 ** 40, real: 0.1 },
    ]);
    expect(await run.scan("numbers", { filter: { small: { lt: 0 } } }).toRows()).toHaveLength(1);
    await run.transaction((tx) => tx.update("numbers", { small: -7 }, { real: 5 }));
    expect(await run.scan("numbers", { columns: ["small", "real"] }).toRows()).toContainEqual({
      small: -7,
      real: 5,
    });
  });

  test("lets a required column hold nulls", async () => {
    await using run = await openTrips(await scratchDirectory());
    const table = defineTable({ name: "t", columns: { tick: "i64", name: "str" } });
    await run.append(table, [{ tick: 1, name: "a" }]);
    await run.evolve("t", { makeNullable: ["name"] });
    await run.append("t", [{ tick: 2, name: null }]);
    expect(await run.scan("t").toRows()).toEqual([
      { tick: 1, name: "a" },
      { tick: 2, name: null },
    ]);
  });

  test.each<[string, readonly TableEvolution[]]>([
    ["in two commits", [{ drop: ["delay"] }, { add: { delay: "str?" } }]],
    ["in one commit", [{ drop: ["delay"], add: { delay: "str?" } }]],
    ["in one commit, of the same type", [{ drop: ["delay"], add: { delay: "f32?" } }]],
  ])("a column that is dropped and added again, %s, begins empty", async (_, evolutions) => {
    const root = await scratchDirectory();
    {
      await using run = await fill(root);
      for (const evolution of evolutions) await run.evolve("trips", evolution);
      expect((await rowsOf(run)).map(({ delay }) => delay)).toEqual([null]);
      expect(await run.scan("trips", { filter: { delay: null } }).count()).toBe(1);
      await run.transaction((tx) => tx.update("trips", { city: "Bern" }, { seats: 9 }));
    }
    await using again = await openTrips(root);
    expect(await rowsOf(again)).toMatchObject([{ city: "Bern", seats: 9, delay: null }]);
  });

  test("parts of before and after are merged, and what was dropped stays gone", async () => {
    await using run = await fill(await scratchDirectory());
    await run.evolve("trips", { drop: ["delay"], add: { note: "str?" } });
    await run.append("trips", [
      { minute: 2, city: "Zug", seats: 5, position: { lat: 1 }, note: "n" },
    ]);
    await run.evolve("trips", { add: { delay: "str?" } });
    await run.optimize({ bucketPartsMin: 2 });
    expect(await run.scan("trips").files()).toHaveLength(1);
    expect(await rowsOf(run)).toMatchObject([
      { city: "Bern", delay: null, note: null },
      { city: "Zug", delay: null, note: "n" },
    ]);
  });

  test("a program that describes the table as it was is refused, one that does not goes on", async () => {
    const root = await scratchDirectory();
    await using run = await fill(root);
    await run.evolve(TRIPS, { add: { note: "str?" } });
    const mismatch = { name: "IoSchemaError", code: "DESCRIPTOR_MISMATCH", says: ["trips"] };
    await refusal(() => run.append(TRIPS, [{ ...ROW, seats: 8, city: "Genf" }]), mismatch);
    await using other = await openRun({ root, runId: "r1", tables: [TRIPS] });
    await refusal(() => other.scan("trips").toRows(), { ...mismatch, says: ['"note"'] });
    await using third = await openTrips(root);
    expect(await rowsOf(third)).toMatchObject([{ note: null }]);
  });

  test("conflicts with what others did to the table, and they with it", async () => {
    const root = await scratchDirectory();
    await using run = await fill(root);
    await using other = await openTrips(root);
    async function* slow() {
      yield { ...ROW, city: "Genf", seats: 7 };
      await run.evolve("trips", { add: { note: "str?" } });
      yield { ...ROW, city: "Biel", seats: 8 };
    }
    const error = await refusal(() => other.append("trips", slow()), {
      name: "ConflictError",
      code: "CONFLICT",
      says: ["trips"],
    });
    expect(error).toMatchObject({ conflict: { tableKey: "trips" } });
    expect(await rowsOf(other)).toHaveLength(1);
    expect(await listParts(run.path)).toHaveLength(1);
  });

  test.each<[string, TableEvolution, readonly string[]]>([
    ["a required column", { add: { note: "str" } }, ['"note"', 'write "str?"']],
    ["a column that is there", { add: { city: "str?" } }, ['"city"', "already"]],
    ["the bucket", { add: { bucket: "i64?" } }, ["reserved"]],
    ["a required field", { addFields: { position: { x: "f64" } } }, ['"x"', "nullable"]],
    ["a field of no struct", { addFields: { city: { x: "f64?" } } }, ["no declared struct"]],
    ["a field of an open struct", { addFields: { payload: { x: "f64?" } } }, ["open struct"]],
    ["dropping the tick column", { drop: ["minute"] }, ["orders the rows"]],
    ["dropping the key", { drop: ["city"] }, ["in the key"]],
    ["dropping what is constrained", { drop: ["seats"] }, ["unique constraint"]],
    ["dropping what is not there", { drop: ["nope"] }, ['"nope"', "which has minute"]],
    ["narrowing", { widen: { minute: "f64" } }, ["orders the rows"]],
    ["widening text", { widen: { payload: "i64" } }, ["i32 can become i64"]],
    ["a key that may be null", { makeNullable: ["city"] }, ["in the key"]],
    ["what is nullable", { makeNullable: ["delay"] }, ["already"]],
    ["nothing", {}, ["at least one change"]],
    ["a misspelt change", { adds: {} } as never, ['"adds"']],
  ])("refuses %s, with the reason", async (_, evolution, says) => {
    await using run = await fill(await scratchDirectory());
    await refusal(() => run.evolve("trips", evolution), {
      name: "SchemaError",
      code: "INVALID_DESCRIPTOR",
      says: ['"trips"', ...says],
    });
    expect(run.version).toBe(1);
  });

  test("is told again what became of it when its id is brought again", async () => {
    await using run = await fill(await scratchDirectory());
    const first = { operationId: "01ARZ3NDEKTSV4RRFFQ69G5FAV" };
    const told = await run.evolve("trips", { add: { note: "str?" } }, first);
    expect(await run.evolve("trips", { add: { note: "str?" } }, first)).toEqual(told);
    const second = { operationId: "01ARZ3NDEKTSV4RRFFQ69G5FAW" };
    const fillNew = () =>
      run.transaction(async (tx) => {
        await tx.evolve("trips", { add: { late: "bool?" } });
        await tx.insert("trips", [{ ...ROW, city: "Basel", seats: 5, late: true }]);
      }, second);
    const { version } = await fillNew();
    expect((await fillNew()).version).toBe(version);
    expect([run.version, await run.scan("trips").count()]).toEqual([version, 2]);
  });

  test("a canonical table may gain columns, and keeps its own", async () => {
    const root = await scratchDirectory();
    const holding = { tick: 1, agent_id: "A", token_id: "T", quantity: 1 };
    {
      await using run = await openTrips(root);
      await run.append("holdings", [holding]);
      await run.evolve("holdings", { add: { note: "str?" } });
      await refusal(() => run.evolve("holdings", { drop: ["quantity"] }), {
        name: "SchemaError",
        code: "INVALID_DESCRIPTOR",
        says: ["canonical", '"quantity"'],
      });
    }
    await using again = await openTrips(root);
    await again.append("holdings", [{ ...holding, tick: 2, note: "x" } as never]);
    expect(await again.scan("holdings").toRows()).toMatchObject([{ note: null }, { note: "x" }]);
  });
});

describe("tx.evolve", () => {
  test("fills a new column in the same commit, and all of it shows at once", async () => {
    const root = await scratchDirectory();
    await using run = await fill(root);
    const result = await run.transaction(async (tx) => {
      const evolved = await tx.evolve("trips", { add: { late: "bool?" }, drop: ["payload"] });
      expect(Object.keys(evolved.columns)).toContain("late");
      expect(await tx.scan("trips", { columns: ["late"] }).toRows()).toEqual([{ late: null }]);
      await tx.update("trips", { delay: { gt: 1 } }, { late: true });
      await tx.insert("trips", [{ ...ROW, city: "Zug", seats: 5, late: false }]);
      await tx.insert("holdings", [{ tick: 1, agent_id: "A0", token_id: "T1", quantity: 1 }]);
      expect(await tx.scan("trips", { filter: { late: true } }).count()).toBe(1);
      expect(Object.keys((await rowsOf(run))[0] as object)).not.toContain("late");
    });
    expect(result).toMatchObject({
      version: 2,
      tables: [{ table: "trips", rowsAdded: 2, rowsRemoved: 1 }, { table: "holdings" }],
    });
    const { payload: _, ...expected } = { ...ROW, payload: null };
    const rows = [
      { ...expected, late: true },
      { ...expected, city: "Zug", seats: 5, late: false },
    ];
    expect(await rowsOf(run)).toEqual(rows);
    await using again = await openTrips(root);
    expect(await rowsOf(again)).toEqual(rows);
    await using before = await run.at(1);
    expect(await before.scan("trips").toRows()).toEqual([{ ...ROW, payload: null }]);
    expect((await run.verify({ deep: true })).problems).toEqual([]);
  });

  test("changes nothing when the work throws, and the run goes on with the columns it has", async () => {
    await using run = await fill(await scratchDirectory());
    const work = run.transaction(async (tx) => {
      await tx.evolve(TRIPS, { add: { note: "str?" } });
      await tx.update("trips", { city: "Bern" }, { note: "n" } as object);
      throw new Error("changed my mind");
    });
    await expect(work).rejects.toThrow("changed my mind");
    expect(run.version).toBe(1);
    await run.append(TRIPS, [{ ...ROW, city: "Zug", seats: 5 }]);
    expect(await rowsOf(run)).toHaveLength(2);
    expect(await listParts(run.path)).toHaveLength(2);
  });

  test("comes before rows of the table, once, and needs a table that is there", async () => {
    await using run = await fill(await scratchDirectory());
    const add = { add: { note: "str?" } } as const;
    const again = { name: "IoSchemaError", code: "INVALID_ARGUMENT", says: ["trips", "first"] };
    await refusal(
      () =>
        run.transaction(async (tx) => {
          await tx.delete("trips", { city: "nowhere" });
          await tx.evolve("trips", add);
          await tx.evolve("trips", { add: { more: "str?" } });
        }),
      again,
    );
    await refusal(
      () =>
        run.transaction(async (tx) => {
          await tx.update("trips", { city: "Bern" }, { seats: 7 });
          await tx.evolve("trips", add);
        }),
      again,
    );
    await refusal(() => run.transaction(async (tx) => void (await tx.evolve("messages", add))), {
      name: "IoSchemaError",
      code: "UNKNOWN_TABLE",
      says: ["messages"],
    });
    expect(run.version).toBe(1);
  });

  test("conflicts with what another handle did to the table", async () => {
    const root = await scratchDirectory();
    await using run = await fill(root);
    await using other = await openTrips(root);
    await refusal(
      () =>
        run.transaction(async (tx) => {
          await tx.evolve("trips", { add: { note: "str?" } });
          await tx.insert("trips", [{ ...ROW, city: "Zug", seats: 5, note: "n" }]);
          await other.append("trips", [{ ...ROW, city: "Chur", seats: 6 }]);
        }),
      { name: "ConflictError", code: "CONFLICT", says: ["trips"] },
    );
    await run.refresh();
    expect((await rowsOf(run)).map(({ city }) => city).sort()).toEqual(["Bern", "Chur"]);
  });
});
