/**
 * Goal: wrong input is refused by an error that names what, where and the remedy, and changes nothing.
 * Method: every case against a run with rows on the real disk, through the public interface.
 * Invariants after each: same version, same rows, same objects; the run can be read.
 */
import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tableFromArrays } from "apache-arrow";
import { describe, expect, test, vi } from "vitest";
import { defineTable, type IoSettingsInput, openRun, openStore, type Run } from "../src/index.js";
import { type Expected, refusal } from "./support/expected-errors.js";
import { listFiles, listParts, listSidecars, listTree } from "./support/listing.js";
import { expectUnchanged } from "./support/run-state.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

const RUN_ID = "run-1";
const EDGE = { tick: 5, observer_agent_id: "A1", edge_kind: "self_to_object", edge_weight: 0.5 };

/** A run with edges in two buckets, and flights. Its directory is removed after the test. */
async function openWithRows(settings: IoSettingsInput = {}) {
  const root = await scratchDirectory();
  const run = await openRun({ root, runId: RUN_ID, tables: [flights], settings });
  await run.append("identity_edges", [EDGE, { ...EDGE, tick: 150 }]);
  await run.append("flights", flightsFrom(0, 10));
  return { root, run };
}

function without(row: object, column: string): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== column));
}

interface Case {
  readonly what: string;
  readonly rows: readonly object[];
  readonly code: string;
  readonly says: readonly string[];
}

const cases: readonly Case[] = [
  {
    what: "a required column is missing",
    rows: [without(EDGE, "edge_weight"), without(EDGE, "edge_weight")],
    code: "MISSING_COLUMN",
    says: ["edge_weight", '"identity_edges"', "give every row a value"],
  },
  {
    what: "a required column holds a null",
    rows: [EDGE, { ...EDGE, edge_weight: null }],
    code: "NULL_VALUE",
    says: ['"edge_weight"', '"identity_edges"', "row 1", "give one"],
  },
  {
    what: "one row lacks a required column",
    rows: [EDGE, EDGE, without(EDGE, "edge_weight")],
    code: "NULL_VALUE",
    says: ['"edge_weight"', "row 2"],
  },
  {
    what: "a text stands in an f64 column",
    rows: [EDGE, { ...EDGE, edge_weight: "abc" }],
    code: "INVALID_VALUE",
    says: ['"edge_weight" (f64)', '"identity_edges"', '"abc"', "row 1", "pass a number"],
  },
  {
    what: "a fraction stands in an i64 column",
    rows: [{ ...EDGE, edge_sign: 1.5 }],
    code: "INVALID_VALUE",
    says: ['"edge_sign" (i64)', "1.5", "row 0", "round it"],
  },
  {
    what: "a whole number is too large to be exact",
    rows: [{ ...EDGE, edge_sign: 2 ** 60 }],
    code: "INVALID_VALUE",
    says: ['"edge_sign" (i64)', "1152921504606847000", "row 0", "pass a BigInt"],
  },
  {
    what: "an integer does not fit 64 bits",
    rows: [{ ...EDGE, edge_sign: 2n ** 63n }],
    code: "INVALID_VALUE",
    says: ['"edge_sign" (i64)', "9223372036854775808n", "row 0"],
  },
  {
    what: "an integer column holds NaN",
    rows: [{ ...EDGE, edge_sign: Number.NaN }],
    code: "INVALID_VALUE",
    says: ['"edge_sign" (i64)', "NaN", "row 0"],
  },
  {
    what: "a tick is negative",
    rows: [EDGE, { ...EDGE, tick: -1 }],
    code: "INVALID_TICK",
    says: ["-1", "row 1", '"tick"', '"identity_edges"', "from 0 to"],
  },
  {
    what: "a tick is NaN",
    rows: [{ ...EDGE, tick: Number.NaN }],
    code: "INVALID_TICK",
    says: ["NaN", "row 0", '"tick"', "whole number"],
  },
  {
    what: "a tick is too large to be exact",
    rows: [{ ...EDGE, tick: 2 ** 60 }],
    code: "INVALID_TICK",
    says: ["1152921504606847000", "row 0", '"tick"', "from 0 to 9007199254740991"],
  },
  {
    what: "a tick is a fraction",
    rows: [{ ...EDGE, tick: 0.5 }],
    code: "INVALID_TICK",
    says: ["0.5", "row 0", "whole number"],
  },
  {
    what: "there is a column that the table does not have",
    rows: [EDGE, { ...EDGE, edge_wieght: 1 }],
    code: "UNEXPECTED_COLUMN",
    says: ['"edge_wieght"', '"identity_edges"', "row 1", 'did you mean "edge_weight"', "leave"],
  },
  {
    what: "a text is not well-formed",
    rows: [{ ...EDGE, observer_agent_id: "\ud800" }],
    code: "INVALID_VALUE",
    says: ['"observer_agent_id" (str)', "row 0", "surrogate"],
  },
];

describe("append of rows that do not fit", () => {
  test.each(cases)("is refused when $what", async ({ rows, code, says }) => {
    const { run } = await openWithRows();
    await using _ = run;
    const append = () => run.append("identity_edges", rows as never);
    await expectUnchanged(run, () => refusal(append, { name: "IoSchemaError", code, says }));
    expect((await run.append("identity_edges", [EDGE])).version).toBe(3);
  });

  test.each(cases)("refuses a whole transaction when $what", async ({ rows, code, says }) => {
    const { run } = await openWithRows();
    await using _ = run;
    const work = () =>
      run.transaction(async (tx) => {
        await tx.insert("flights", flightsFrom(10, 5));
        await tx.insert("identity_edges", rows as never);
      });
    await expectUnchanged(run, () => refusal(work, { name: "IoSchemaError", code, says }));
  });

  test("checks Arrow columns by the same rules", async () => {
    const { run } = await openWithRows();
    await using _ = run;
    const table = tableFromArrays({
      minute: BigInt64Array.from([1n, -2n]),
      origin: ["SFO", "OAK"],
    });
    await expectUnchanged(run, () =>
      refusal(() => run.append("flights", table), {
        name: "IoSchemaError",
        code: "INVALID_TICK",
        says: ["-2", "row 1", '"minute"', '"flights"'],
      }),
    );
  });

  test("leaves an unknown column out and says so, once the schema is not strict", async () => {
    const { run } = await openWithRows({ strictSchema: false });
    await using _ = run;
    const result = await run.append("identity_edges", [{ ...EDGE, colour: "red" } as never]);
    expect(result).toMatchObject({ rows: 1, ignoredColumns: ["colour"] });
  });
});

describe("a stream with a bad row at its end", () => {
  const bad = { minute: 5, origin: 17 };
  const refused: Expected = {
    name: "IoSchemaError",
    code: "INVALID_VALUE",
    says: ['"origin" (str)', '"flights"', "17", "pass a string"],
  };

  test("of 200,000 rows leaves nothing", async () => {
    const { run } = await openWithRows();
    await using _ = run;
    async function* rows(): AsyncIterable<object> {
      for (let minute = 0; minute < 200_000; minute++) yield { minute, origin: "SFO" };
      yield bad;
    }
    await expectUnchanged(run, async () => {
      const error = await refusal(() => run.append("flights", rows() as never), refused);
      expect(error.details).toMatchObject({ row: 200_000 });
    });
    expect(await listSidecars(run.path)).toEqual([]);
  });

  test("leaves nothing of the parts that were written before it", async () => {
    const { run } = await openWithRows();
    await using _ = run;
    const partsBefore = await listParts(run.path);
    const batch = tableFromArrays({
      minute: new BigInt64Array(1 << 17).fill(7n),
      origin: Array.from({ length: 1 << 17 }, () => "SFO"),
    });
    async function* batches(): AsyncIterable<unknown> {
      // A bucket is written when it has 2^20 rows, while the source is read on.
      for (let count = 0; count < 9; count++) yield batch;
      await vi.waitFor(
        async () => {
          const partsDuring = await listParts(run.path);
          expect(partsDuring.length).toBeGreaterThan(partsBefore.length);
        },
        { timeout: 50_000 },
      );
      expect(await listSidecars(run.path)).toHaveLength(1);
      yield bad;
    }
    await expectUnchanged(run, () =>
      refusal(() => run.append("flights", batches() as never), refused),
    );
    expect(await listSidecars(run.path)).toEqual([]);
  }, 60_000);

  test("leaves nothing when the source itself fails, and passes its error on", async () => {
    const { run } = await openWithRows();
    await using _ = run;
    const failure = new Error("the sensor broke");
    async function* rows(): AsyncIterable<never> {
      yield* flightsFrom(0, 70_000) as never[];
      throw failure;
    }
    await expectUnchanged(run, () => expect(run.append("flights", rows())).rejects.toBe(failure));
  });
});

describe("names that do not exist", () => {
  test("an unknown table is refused with the ones that there are", async () => {
    const { run } = await openWithRows();
    await using _ = run;
    const unknown: Expected = {
      name: "IoSchemaError",
      code: "UNKNOWN_TABLE",
      says: ['"fligths"', 'did you mean "flights"', "identity_edges", "defineTable"],
    };
    await expectUnchanged(run, async () => {
      await refusal(() => run.append("fligths", [{}]), unknown);
      await refusal(() => run.scan("fligths").toRows(), unknown);
      await refusal(() => run.read("fligths"), unknown);
      await refusal(() => run.manifest("fligths"), unknown);
      await refusal(() => run.append("../flights", [{}]), {
        ...unknown,
        says: ['"../flights"', "known are"],
      });
    });
  });

  test("an unknown table of a run is answered with those that it has", async () => {
    const { run } = await openWithRows();
    await using _ = run;
    const says = ["the run has flights, identity_edges; known are"];
    const unknown: Expected = { name: "IoSchemaError", code: "UNKNOWN_TABLE", says };
    await refusal(() => run.scan("planets").toRows(), unknown);
    await using empty = await openRun({ root: await scratchDirectory(), runId: "r" });
    await refusal(() => empty.rebuildManifest("holdings"), {
      ...unknown,
      says: ["no table holdings", "the run has no tables yet"],
    });
  });

  test("an unknown column of a scan is no matter of its filter", async () => {
    const { run } = await openWithRows();
    await using _ = run;
    const scan = async () => run.scan("flights", { columns: ["dealy" as never] }).toRows();
    await expect(scan()).rejects.toThrow(
      /^table "flights" has no column "dealy" \(did you mean "delay"\?\)/,
    );
  });

  test.each([
    [{ tick_min: 0 }, ['"tick_min"', "write tickMin"]],
    [{ tickMIN: 0 }, ['"tickMIN"', "tickMin and tickMax"]],
    [{ origin: "SFO" }, ['"origin"', "filter for other columns"]],
    [{ tickMin: 1.5 }, ["tickMin", "whole number", "1.5"]],
    [{ tickMin: 9, tickMax: 3 }, ["tickMin 9 is above tickMax 3"]],
  ])("where: %j is refused, and does not select everything", async (where, says) => {
    const { run } = await openWithRows();
    await using _ = run;
    const scan = async () => run.scan("flights", { where: where as never }).toRows();
    await refusal(scan, { name: "IoSchemaError", code: "INVALID_FILTER", says });
  });

  test.each([
    [{ orign: "SFO" }, ['"orign"', 'did you mean "origin"']],
    [{ delay: { above: 5 } }, ['"above"', "gt"]],
    [{ delay: "late" }, ['"delay" (i64)', '"late"', "a number"]],
    [{ delay: undefined }, ['"delay"', "undefined"]],
  ])("filter: %j is refused", async (filter, says) => {
    const { run } = await openWithRows();
    await using _ = run;
    const scan = async () => run.scan("flights", { filter: filter as never }).toRows();
    await refusal(scan, { name: "IoSchemaError", code: "INVALID_FILTER", says });
  });

  test("a run id that leaves the store is refused, and nothing is made there", async () => {
    const directory = await scratchDirectory();
    const root = join(directory, "store");
    await (await openRun({ root, runId: RUN_ID })).close();
    const before = await listTree(directory);
    for (const runId of ["../x", "../../x", "..", `${root}/x`]) {
      await refusal(() => openRun({ root, runId }), {
        name: "GrammarError",
        code: "INVALID_NAME",
        says: ["run id", JSON.stringify(runId), "use letters"],
      });
    }
    expect(await listTree(directory)).toEqual(before);
  });

  test("another descriptor for an existing table is refused with the difference", async () => {
    const { root, run } = await openWithRows();
    await using _ = run;
    const other = defineTable({
      name: "flights",
      columns: { minute: "i64", origin: "str", delay: "f64?" },
      tick: "minute",
      bucketSize: 60,
    });
    await using second = await openRun({ root, runId: RUN_ID, tables: [other] });
    const refused: Expected = {
      name: "IoSchemaError",
      code: "DESCRIPTOR_MISMATCH",
      says: ['"flights"', 'column "delay" is f64? here and i64? in the run'],
    };
    await expectUnchanged(run, async () => {
      await refusal(() => second.append("flights", [{ minute: 1, origin: "SFO" }]), refused);
      await refusal(() => second.scan("flights").toRows(), refused);
    });
    expect(await second.scan("identity_edges").count()).toBe(2);
  });
});

describe("damaged files", () => {
  async function partAt(run: Run, tickMin: number): Promise<string> {
    const [file] = await run
      .scan("identity_edges", { where: { tickMin, tickMax: tickMin } })
      .files();
    return file as string;
  }

  test.each([
    ["truncated", (bytes: Buffer) => bytes.subarray(0, bytes.length - 10), "truncated or extended"],
    ["empty", () => Buffer.alloc(0), "truncated or extended"],
    ["longer", (bytes: Buffer) => Buffer.concat([bytes, bytes]), "truncated or extended"],
    [
      // The first data page follows the magic number.
      "flipped by one bit in a data page",
      (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 60 ? byte ^ 4 : byte))),
      "the bytes changed",
    ],
  ])("a part that is %s is never returned as data", async (_how, damage, says) => {
    const { run } = await openWithRows();
    await using _ = run;
    const part = await partAt(run, 5);
    const bytes = await readFile(part);
    await writeFile(part, damage(bytes));
    const key = part.slice(run.path.length + 1);
    const corrupt: Expected = { name: "IoError", code: "CORRUPT", says: [key, says, "backup"] };
    await refusal(() => run.scan("identity_edges").toRows(), corrupt);
    await refusal(() => run.read("identity_edges"), corrupt);
    await refusal(() => run.scan("identity_edges", { columns: ["tick"] }).toRows(), corrupt);

    expect(await run.scan("identity_edges", { where: { tickMin: 100 } }).toRows()).toHaveLength(1);
    expect(await run.scan("flights").count()).toBe(10);
    await run.append("identity_edges", [{ ...EDGE, tick: 151 }]);
    await writeFile(part, bytes);
    expect(await run.scan("identity_edges").toRows()).toHaveLength(3);
  });

  test("a part that is gone is named", async () => {
    const { run } = await openWithRows();
    await using _ = run;
    const part = await partAt(run, 5);
    await rm(part);
    await refusal(() => run.scan("identity_edges").toRows(), {
      name: "IoError",
      code: "NOT_FOUND",
      says: [part.slice(run.path.length + 1), "backup"],
    });
  });

  test("a truncated record stops a writer, and shows a reader the version before", async () => {
    const { root, run } = await openWithRows();
    await run.close();
    const record = join(run.path, "_log", "00000000000000000002.json");
    const { length } = await readFile(record);
    await truncate(record, length - 20);
    const files = await listFiles(root);

    const refused: Expected = {
      name: "IoManifestError",
      code: "CORRUPT",
      says: ["_log/00000000000000000002.json", "damaged", "backup"],
    };
    const error = await refusal(() => openRun({ root, runId: RUN_ID }), refused);
    expect(error.action).toBe("repair");
    expect(await listFiles(root)).toEqual(files);

    const before = await listTree(root);
    await using reader = await openRun({ root, runId: RUN_ID, mode: "readOnly" });
    expect(reader).toMatchObject({ version: 1, damagedAt: 2 });
    const listed = { runId: RUN_ID, version: 1, damagedAt: 2 };
    expect(await (await openStore(root)).runs()).toMatchObject([listed]);
    expect(await reader.scan("identity_edges").count()).toBe(2);
    expect((await reader.tables()).map(({ table }) => table)).toEqual(["identity_edges"]);
    expect(await reader.log()).toHaveLength(1);
    expect(await (await openStore(root)).runs()).toMatchObject([{ runId: RUN_ID, version: 1 }]);
    expect(await listTree(root)).toEqual(before);
  });

  test("a flipped bit in a record is found by its digest", async () => {
    const { root, run } = await openWithRows();
    await run.close();
    const record = join(run.path, "_log", "00000000000000000001.json");
    const text = await readFile(record, "utf8");
    await writeFile(record, text.replace('"rows":1', '"rows":3'));
    await refusal(() => openRun({ root, runId: RUN_ID }), {
      name: "IoManifestError",
      code: "CORRUPT",
      says: ["_log/00000000000000000001.json", "digest", "backup"],
    });
    await using reader = await openRun({ root, runId: RUN_ID, mode: "readOnly" });
    expect(reader).toMatchObject({ version: 0, damagedAt: 1 });
  });

  test("a sound run has no damage to tell of", async () => {
    const { root, run } = await openWithRows();
    expect(run.damagedAt).toBeUndefined();
    await run.close();
    await using reader = await openRun({ root, runId: RUN_ID, mode: "readOnly" });
    expect(reader.damagedAt).toBeUndefined();
  });
});
