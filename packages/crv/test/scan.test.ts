import { rename } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { defineTable, type Filter, openRun } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { scratchDirectory } from "./support/scratch.js";
import { type Flight, flights, flightsFrom } from "./support/tables.js";

const RUN_ID = "run-1";

/** Flights of five hours in three commits, so that buckets have one part or several. */
async function openFlights() {
  const root = await scratchDirectory();
  const run = await openRun({ root, runId: RUN_ID, tables: [flights] });
  const rows = flightsFrom(0, 300);
  await run.append("flights", rows.slice(0, 150));
  await run.append("flights", rows.slice(210));
  await run.append("flights", rows.slice(150, 210));
  return { run, rows };
}

function minutesOf(rows: readonly { readonly minute: number }[]): readonly number[] {
  return rows.map(({ minute }) => minute);
}

describe("scan: where", () => {
  test.each([
    [0, 0],
    [59, 60],
    [60, 119],
    [149, 211],
    [0, 299],
    [290, 5000],
  ])("selects ticks from %i to %i, both inclusive", async (tickMin, tickMax) => {
    const { run, rows } = await openFlights();
    await using _ = run;
    const scan = run.scan("flights", { where: { tickMin, tickMax }, order: "tick" });
    const expected = rows.filter(({ minute }) => minute >= tickMin && minute <= tickMax);
    expect(await scan.toRows()).toEqual(expected);
    expect(await scan.count()).toBe(expected.length);
    expect((await scan.toTable()).numRows).toBe(expected.length);
  });

  test("leaves a side open that is not given", async () => {
    const { run } = await openFlights();
    await using _ = run;
    expect(await run.scan("flights", { where: { tickMin: 290 } }).count()).toBe(10);
    expect(await run.scan("flights", { where: { tickMax: 9n, tickMin: null } }).count()).toBe(10);
    expect(await run.scan("flights", { where: {} }).count()).toBe(300);
  });

  test("has the table's columns when nothing is selected", async () => {
    const { run } = await openFlights();
    await using _ = run;
    const table = await run.read("flights", { where: { tickMin: 1000 } });
    expect(table.numRows).toBe(0);
    expect(table.schema.fields.map(({ name }) => name)).toEqual(["minute", "origin", "delay"]);
  });
});

describe("scan: filter", () => {
  const filters: readonly [Filter<keyof Flight>, (row: Flight) => boolean][] = [
    [{ origin: "SFO" }, ({ origin }) => origin === "SFO"],
    [{ origin: { ne: "SFO" } }, ({ origin }) => origin !== "SFO"],
    [{ origin: { in: ["OAK", "QQQ"] } }, ({ origin }) => origin === "OAK"],
    [{ origin: { in: [] } }, () => false],
    [{ delay: null }, ({ delay }) => delay === null],
    [{ delay: { isNull: false } }, ({ delay }) => delay !== null],
    [{ delay: 14 }, ({ delay }) => delay === 14],
    [{ delay: { lt: 20 } }, ({ delay }) => delay !== null && delay < 20],
    [{ delay: { le: 21n, gt: 7 } }, ({ delay }) => delay !== null && delay <= 21 && delay > 7],
    [{ delay: { ge: 14.5 } }, ({ delay }) => delay !== null && delay >= 14.5],
    [{ not: { delay: { lt: 20 } } }, ({ delay }) => delay !== null && delay >= 20],
    [{ minute: { ge: 100, lt: 200 } }, ({ minute }) => minute >= 100 && minute < 200],
    [
      { or: [{ delay: null }, { origin: "SJC", delay: { gt: 30 } }] },
      ({ delay, origin }) => delay === null || (origin === "SJC" && delay > 30),
    ],
    [
      { and: [{ origin: "SFO" }, { not: { or: [{ delay: 0 }, { delay: null }] } }] },
      ({ delay, origin }) => origin === "SFO" && delay !== null && delay !== 0,
    ],
    [{}, () => true],
  ];

  test.each(filters)(
    "%o selects what it says, and nulls as SQL does",
    async (filter, isSelected) => {
      const { run, rows } = await openFlights();
      await using _ = run;
      const scan = run.scan("flights", { filter, order: "tick" });
      const expected = rows.filter(isSelected);
      expect(await scan.toRows()).toEqual(expected);
      expect(await scan.count()).toBe(expected.length);
      const part = { where: { tickMin: 100, tickMax: 220 }, filter, columns: ["minute"] } as const;
      expect(minutesOf(await run.scan("flights", { ...part, order: "tick" }).toRows())).toEqual(
        minutesOf(expected.filter(({ minute }) => minute >= 100 && minute <= 220)),
      );
    },
  );
});

describe("scan: columns, order, limit", () => {
  test("gives the columns that were asked for, in that order", async () => {
    const { run, rows } = await openFlights();
    await using _ = run;
    const scan = run.scan("flights", { columns: ["delay", "minute"], limit: 2 });
    expect((await scan.toTable()).schema.fields.map(({ name }) => name)).toEqual([
      "delay",
      "minute",
    ]);
    expect(await scan.toRows()).toEqual(
      rows.slice(0, 2).map(({ delay, minute }) => ({ delay, minute })),
    );
    const misspelt = async () => run.scan("flights", { columns: ["dealy" as never] }).toRows();
    await refusal(misspelt, {
      name: "IoSchemaError",
      code: "INVALID_FILTER",
      says: ['"dealy"', 'did you mean "delay"'],
    });
  });

  test("gives the first rows in its order, and the same ones each time", async () => {
    const { run } = await openFlights();
    await using _ = run;
    for (const order of ["storage", "tick"] as const) {
      const all = minutesOf(await run.scan("flights", { order }).toRows());
      for (const limit of [0, 1, 59, 60, 200, 1000]) {
        const scan = run.scan("flights", { order, limit });
        expect(minutesOf(await scan.toRows())).toEqual(all.slice(0, limit));
        expect(await scan.count()).toBe(Math.min(limit, 300));
      }
    }
  });

  test("sorts by tick over parts that overlap", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    const rows = flightsFrom(0, 120);
    for (const rest of [0, 1, 2]) {
      await run.append(
        "flights",
        rows.filter(({ minute }) => minute % 3 === rest),
      );
    }
    expect(await run.scan("flights", { order: "tick" }).toRows()).toEqual(rows);
    expect(minutesOf(await run.scan("flights").toRows())).not.toEqual(minutesOf(rows));
  });
});

describe("scan: integers", () => {
  const wide = defineTable({ name: "wide", columns: { tick: "i64", value: "i64" } });

  test("come as numbers, as BigInts when asked, and never inexact", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [wide] });
    await run.append("wide", [
      { tick: 0, value: 1 },
      { tick: 1, value: 2n ** 53n },
    ]);
    expect(await run.scan("wide", { limit: 1 }).toRows()).toEqual([{ tick: 0, value: 1 }]);
    const scan = run.scan("wide", { int64: "bigint" });
    expect((await scan.toRows()).map(({ value }) => value)).toEqual([1n, 2n ** 53n]);
    await refusal(() => scan.toRows({ int64: "number" }), {
      name: "IoSchemaError",
      code: "UNSAFE_INTEGER",
      says: ['"value"', "row 1", "9007199254740992", 'int64: "bigint"'],
    });
  });
});

describe("scan: files and count", () => {
  test("names the Parquet files that hold the rows, and no others", async () => {
    const { run } = await openFlights();
    await using _ = run;
    const all = await run.scan("flights").files();
    expect(all).toHaveLength(7);
    const some = await run.scan("flights", { where: { tickMin: 60, tickMax: 119 } }).files();
    expect(some).toHaveLength(1);
    expect(some[0]).toMatch(/tables\/flights\/bucket=000001\/part-[0-9a-f]{32}\.parquet$/);
    const late = await run.scan("flights", { filter: { minute: { gt: 280 } } }).files();
    expect(late).toHaveLength(1);
  });

  test("counts without data where the log says it already", async () => {
    const { run } = await openFlights();
    await using _ = run;
    await rename(join(run.path, "tables"), join(run.path, "elsewhere"));
    expect(await run.scan("flights").count()).toBe(300);
    expect(await run.scan("flights", { where: { tickMax: 59 } }).count()).toBe(60);
    expect(await run.scan("flights", { where: { tickMin: 1000 } }).count()).toBe(0);
    await refusal(() => run.scan("flights", { where: { tickMax: 30 } }).count(), {
      name: "IoError",
      code: "NOT_FOUND",
      says: ["tables/flights"],
    });
  });
});

describe("scan: versions", () => {
  test("is lazy: each use reads the version of that moment", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    const scan = run.scan("flights");
    expect(await scan.count()).toBe(0);
    await run.append("flights", flightsFrom(0, 3));
    expect(await scan.count()).toBe(3);
    expect(await scan.toRows()).toHaveLength(3);
  });

  test("shows one version from its first batch to its last, whatever is committed meanwhile", async () => {
    const { run, rows } = await openFlights();
    await using _ = run;
    await using other = await openRun({ root: join(run.path, "..", ".."), runId: RUN_ID });
    const seen: number[] = [];
    for await (const batch of run.scan("flights", { order: "tick" })) {
      for (const minute of batch.getChild("minute") ?? []) seen.push(Number(minute));
      await other.append("flights", [{ minute: 5, origin: "LATE" }]);
      await other.transaction((tx) => tx.overwrite("flights", [{ minute: 1, origin: "LATE" }]));
    }
    expect(seen).toEqual(minutesOf(rows));
    expect(await run.scan("flights").toRows()).toEqual([
      { minute: 1, origin: "LATE", delay: null },
    ]);
  });

  test("may be left before its end, and used again", async () => {
    const { run } = await openFlights();
    await using _ = run;
    const scan = run.scan("flights");
    for await (const batch of scan) {
      expect(batch.numRows).toBeGreaterThan(0);
      break;
    }
    expect(await scan.count()).toBe(300);
  });

  test("can be cancelled", async () => {
    const { run } = await openFlights();
    await using _ = run;
    const controller = new AbortController();
    const scan = run.scan("flights", { signal: controller.signal });
    const read = async () => {
      for await (const _batch of scan) controller.abort();
    };
    await refusal(read, { name: "IoError", code: "ABORTED", says: ["cancelled"] });
    expect(await run.scan("flights").count()).toBe(300);
  });

  test("of a table that the program describes and the run does not have gives no rows", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    expect(await run.scan("flights").toRows()).toEqual([]);
    expect(await run.scan("flights").files()).toEqual([]);
    expect(await run.manifest("flights")).toBeUndefined();
    expect((await run.read("flights", { columns: ["delay"] })).schema.names).toEqual(["delay"]);
  });
});

describe("scan: offset and tail", () => {
  test("are those of the whole list, in both orders, whatever parts there are", async () => {
    const { run } = await openFlights();
    await using _ = run;
    const filters: (Filter | undefined)[] = [undefined, { origin: "SFO" }];
    const cases = filters.flatMap((filter) =>
      (["storage", "tick"] as const).flatMap((order) =>
        [undefined, { tickMin: 31, tickMax: 260 }].map((where) => ({
          order,
          ...(filter && { filter }),
          ...(where && { where }),
        })),
      ),
    );
    for (const options of cases) {
      const all = await run.scan("flights", options as never).toRows();
      for (const offset of [0, 1, 29, 60, 149, 150, 151, 299, 300, 1000]) {
        const scan = run.scan("flights", { ...options, offset } as never);
        expect(await scan.toRows(), JSON.stringify({ ...options, offset })).toEqual(
          all.slice(offset),
        );
        expect(await scan.count()).toBe(Math.max(0, all.length - offset));
      }
      const some = run.scan("flights", { ...options, offset: 70, limit: 25 } as never);
      expect(await some.toRows()).toEqual(all.slice(70, 95));
      expect(await some.count()).toBe(all.slice(70, 95).length);
      for (const tail of [0, 1, 61, 5000]) {
        const scan = run.scan("flights", { ...options, tail } as never);
        expect(await scan.toRows()).toEqual(tail === 0 ? [] : all.slice(-tail));
        expect(await scan.count()).toBe(Math.min(tail, all.length));
      }
    }
  });

  test("leave parts unread that hold no asked row", async () => {
    const { run } = await openFlights();
    await using _ = run;
    const all = await run.scan("flights").files();
    const last = await run.scan("flights", { tail: 10 }).files();
    expect(last).toEqual([all.at(-1)]);
    for (const path of all.slice(0, -1)) await rename(path, `${path}.away`);
    expect(await run.scan("flights", { tail: 10, order: "tick" }).count()).toBe(10);
    expect(minutesOf(await run.scan("flights", { offset: 290 }).toRows())[0]).toBe(290);
  });

  test.each([{ tail: 3, limit: 2 }, { tail: 3, offset: 0 }, { offset: -1 }, { tail: 1.5 }])(
    "refuses %j",
    async (options) => {
      const { run } = await openFlights();
      await using _ = run;
      await refusal(async () => run.scan("flights", options as never), {
        name: "IoSchemaError",
        code: "INVALID_ARGUMENT",
        says: [],
      });
    },
  );
});

describe("scan: between and startsWith", () => {
  test("select the rows that they say, and skip parts by bounds", async () => {
    const { run, rows } = await openFlights();
    await using _ = run;
    const between = run.scan("flights", { filter: { minute: { between: [70, 80] } } });
    expect(await between.toRows()).toEqual(rows.slice(70, 81));
    expect(await between.files()).toHaveLength(1);
    const prefix = run.scan("flights", { filter: { origin: { startsWith: "S" } }, order: "tick" });
    expect(await prefix.toRows()).toEqual(rows.filter(({ origin }) => origin.startsWith("S")));
    expect(await run.scan("flights", { filter: { origin: { startsWith: "T" } } }).files()).toEqual(
      [],
    );
  });

  test.each([
    [{ minute: { startsWith: "1" } }, "startsWith"],
    [{ origin: { startsWith: "\ud83d" } }, "well-formed"],
    [{ minute: { between: [1] } }, "first and the last"],
  ])("refuse %j", async (filter, says) => {
    const { run } = await openFlights();
    await using _ = run;
    await refusal(async () => run.scan("flights", { filter: filter as never }), {
      name: "IoSchemaError",
      code: "INVALID_FILTER",
      says: [says],
    });
  });
});
