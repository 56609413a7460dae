import { cp, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  defineTable,
  IoConfigError,
  openRun,
  openStore,
  type PhaseEvent,
  VersionMismatch,
} from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { listFiles, listTree } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";
import { runWriter, WriterProcess } from "./support/writer-process.js";

const RUN_ID = "run-1";

describe("openRun: create", () => {
  test("makes store and run when they are missing", async () => {
    const root = join(await scratchDirectory(), "deep", "store");
    await using run = await openRun({ root, runId: RUN_ID });
    expect(run).toMatchObject({ runId: RUN_ID, version: 0, path: join(root, "runs", RUN_ID) });
    expect(run.recovered).toEqual({ rolledForward: [], rolledBack: [], left: [] });
    expect(await run.tables()).toEqual([]);
    expect(await run.log()).toEqual([]);
    expect(JSON.parse(await readFile(join(root, "crv.json"), "utf8"))).toMatchObject({ format: 1 });
  });

  test('"never" refuses a store and a run that do not exist, and makes neither', async () => {
    const root = await scratchDirectory();
    const open = () => openRun({ root, runId: RUN_ID, create: "never" });
    await refusal(open, { name: "IoError", code: "NOT_FOUND", says: [root, "check the path"] });
    expect(await listTree(root)).toEqual([]);
    await (await openRun({ root, runId: "other" })).close();
    await refusal(open, { name: "IoError", code: "NOT_FOUND", says: [RUN_ID, root, "crv runs"] });
    expect(await listFiles(root)).toEqual(["crv.json"]);
  });

  test('"always" makes a run, and refuses one that exists', async () => {
    const root = await scratchDirectory();
    const open = () => openRun({ root, runId: RUN_ID, create: "always", tables: [flights] });
    const run = await open();
    await run.append("flights", flightsFrom(0, 3));
    await run.close();
    await refusal(open, {
      name: "IoError",
      code: "ALREADY_EXISTS",
      says: [RUN_ID, root, "another id"],
    });
    await using again = await openRun({ root, runId: RUN_ID });
    expect(await again.scan("flights").count()).toBe(3);
  });

  test("keeps two runs of one store apart", async () => {
    const root = await scratchDirectory();
    await using one = await openRun({ root, runId: "one", tables: [flights] });
    await using two = await openRun({ root, runId: "two", tables: [flights] });
    await one.append("flights", flightsFrom(0, 3));
    expect(await two.scan("flights").count()).toBe(0);
    expect(two.version).toBe(0);
  });

  test("reads a store that a later release made as what it is", async () => {
    const root = await scratchDirectory();
    await writeFile(join(root, "crv.json"), '{"format":2,"store_id":"x"}\n');
    const error = await refusal(() => openRun({ root, runId: RUN_ID }), {
      name: "VersionMismatch",
      code: "FORMAT_UNSUPPORTED",
      says: ["format 2", "reads 1", "use a newer release"],
    });
    expect(error).toBeInstanceOf(VersionMismatch);
    expect(await listFiles(root)).toEqual(["crv.json"]);
  });
});

describe("openRun: arguments", () => {
  test.each([
    "../x",
    "..",
    ".",
    "",
    "a/b",
    "a\\b",
    "/etc",
    "x\n",
    "x\0",
    ".hidden",
    "trailing.",
    "nul",
    "COM1.txt",
    "spaces in it",
    "ü",
    "a".repeat(129),
    5,
    undefined,
  ])("refuses the run id %j, and makes nothing", async (runId) => {
    const root = join(await scratchDirectory(), "store");
    await refusal(() => openRun({ root, runId: runId as string }), {
      name: "GrammarError",
      code: "INVALID_NAME",
      says: ["run id", runId === undefined ? "undefined" : JSON.stringify(runId).slice(0, 70)],
    });
    expect(await listTree(join(root, ".."))).toEqual([]);
  });

  test.each([
    [{ mode: "write" }, ["mode", '"write"', '"readWrite" or "readOnly"']],
    [{ create: "maybe" }, ["create", '"maybe"', '"if-missing"']],
    [{ durability: "none" }, ["durability", '"none"', '"full" or "process"']],
    [{ leaseMs: 99 }, ["leaseMs", "100 to 86400000", "got: 99"]],
    [{ leaseMs: "1 s" }, ["leaseMs", '"1 s"']],
    [{ readonly: true }, ['no option "readonly"', "mode"]],
    [{ mode: "readOnly", create: "always" }, ['create "always"', 'mode "readWrite"']],
  ])("refuses %j", async (options, says) => {
    const root = await scratchDirectory();
    await refusal(() => openRun({ root, runId: RUN_ID, ...options } as never), {
      name: "IoError",
      code: "INVALID_ARGUMENT",
      says,
    });
    expect(await listTree(root)).toEqual([]);
  });

  test("refuses bad settings before anything is made", async () => {
    const root = await scratchDirectory();
    const open = (settings: object) => openRun({ root, runId: RUN_ID, settings });
    const refused = { name: "IoConfigError", code: "INVALID_CONFIG" };
    const error = await refusal(() => open({ tickBucketSize: 0 }), {
      ...refused,
      says: ["tickBucketSize", "0", "from 1"],
    });
    expect(error).toBeInstanceOf(IoConfigError);
    await refusal(() => open({ compression: "gzip" }), { ...refused, says: ["gzip", "zstd"] });
    await refusal(() => open({ strict: true }), { ...refused, says: ['no setting "strict"'] });
    expect(await listTree(root)).toEqual([]);
  });

  test("takes the root from the settings when none is given", async () => {
    const rootDir = await scratchDirectory();
    await using run = await openRun({ runId: RUN_ID, settings: { rootDir } });
    expect(run.path).toBe(join(rootDir, "runs", RUN_ID));
  });

  test("gives tables that do not say the bucket size of the settings", async () => {
    const root = await scratchDirectory();
    const open = defineTable({ name: "open", columns: { tick: "i64" } });
    await using run = await openRun({ root, runId: RUN_ID, settings: { tickBucketSize: 10 } });
    const { buckets } = await run.append(open, [{ tick: 9 }, { tick: 10 }, { tick: 35 }]);
    expect(buckets).toEqual([0, 1, 3]);
    expect((await run.manifest("open"))?.descriptor.tickBucketSize).toBe(10);
  });

  test("keeps the bucket size that a table was made with, whatever later settings say", async () => {
    const root = await scratchDirectory();
    const row = { tick: 150, agent_id: "A0", token_id: "T1", quantity: 1 };
    {
      await using run = await openRun({ root, runId: RUN_ID, settings: { tickBucketSize: 50 } });
      await run.append("holdings", [row]);
    }
    await using run = await openRun({ root, runId: RUN_ID, settings: { tickBucketSize: 1000 } });
    expect((await run.append("holdings", [row])).buckets).toEqual([3]);
  });

  test("what a listener throws once a commit is durable does not undo it", async () => {
    const root = await scratchDirectory();
    let isArmed = false;
    const onPhase = ({ phase, when }: PhaseEvent) => {
      if (isArmed && (phase === "views" || (phase === "publish" && when === "after"))) {
        throw new Error("listener");
      }
    };
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights], onPhase });
    isArmed = true;
    await run.append("flights", flightsFrom(0, 3));
    expect(await run.scan("flights").count()).toBe(3);
    await run.transaction((tx) => tx.insert("flights", flightsFrom(3, 2)));
    expect(await run.scan("flights").count()).toBe(5);
    expect((await run.verify({ deep: true })).problems).toEqual([]);
  });

  test("tells of every phase of a commit, in order", async () => {
    const root = await scratchDirectory();
    const phases: string[] = [];
    const onPhase = ({ phase, when }: PhaseEvent) => void phases.push(`${when} ${phase}`);
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights], onPhase });
    await run.append("flights", flightsFrom(0, 1));
    expect(phases).toEqual(
      ["sidecar", "parts", "publish", "views"].flatMap((name) => [
        `before ${name}`,
        `after ${name}`,
      ]),
    );
  });
});

describe("openRun: readOnly", () => {
  /** A run of two commits, a writer that died in the third, and a view that is behind. */
  async function runWithLeftovers(): Promise<string> {
    const root = await scratchDirectory();
    const writer = { root, runId: RUN_ID, tables: "both" } as const;
    await runWriter({ ...writer, writer: "first", commits: 2 });
    await runWriter({ ...writer, writer: "dies", commits: 1, killAt: "after-publish" });
    await runWriter({ ...writer, writer: "dies too", commits: 1, killAt: "before-publish" });
    return root;
  }

  test("changes nothing on the disk, whatever is read and whatever lies about", async () => {
    const root = await runWithLeftovers();
    const before = await listTree(root);
    {
      await using run = await openRun({ root, runId: RUN_ID, mode: "readOnly" });
      expect(await run.scan("events").count()).toBe(3);
      expect(await run.scan("copies", { filter: { n: { ge: 1 } } }).toRows()).toHaveLength(1);
      expect((await run.manifest("events"))?.rows).toBe(3);
      expect(await run.tables()).toHaveLength(2);
      expect(await run.log()).toHaveLength(run.version);
      expect(run.recovered).toEqual({ rolledForward: [], rolledBack: [], left: [] });
    }
    expect(await (await openStore(root)).runs()).toHaveLength(1);
    expect(await listTree(root)).toEqual(before);
  });

  test("refuses every verb that writes, and says how to open instead", async () => {
    const root = await scratchDirectory();
    {
      await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
      await run.append("flights", flightsFrom(0, 3));
    }
    const before = await listTree(root);
    await using run = await openRun({ root, runId: RUN_ID, mode: "readOnly", tables: [flights] });
    const operation = { operationId: "01ARZ3NDEKTSV4RRFFQ69G5FAV", branch: "main", base: 0 };
    for (const write of [
      () => run.append("flights", flightsFrom(0, 1)),
      () => run.transaction(async (tx) => tx.insert("flights", flightsFrom(0, 1))),
      () => run.resolve(operation as never),
    ]) {
      await refusal(write, {
        name: "IoError",
        code: "READ_ONLY",
        says: [RUN_ID, 'mode "readWrite"'],
      });
    }
    expect(await listTree(root)).toEqual(before);
  });

  test("makes no run, and says where it looked", async () => {
    const root = await scratchDirectory();
    const open = () => openRun({ root, runId: RUN_ID, mode: "readOnly" });
    await refusal(open, { name: "IoError", code: "NOT_FOUND", says: [root] });
    expect(await listTree(root)).toEqual([]);
  });

  test("sees what a writer commits meanwhile", async () => {
    const root = await scratchDirectory();
    await using writer = await openRun({ root, runId: RUN_ID, tables: [flights] });
    await using reader = await openRun({ root, runId: RUN_ID, mode: "readOnly" });
    await writer.append("flights", flightsFrom(0, 3));
    expect(await reader.scan("flights").count()).toBe(3);
    await writer.append("flights", flightsFrom(3, 2));
    expect(await reader.scan("flights").count()).toBe(5);
    expect(reader.version).toBe(2);
  });
});

describe("openRun: again", () => {
  test("finds everything that was there", async () => {
    const root = await scratchDirectory();
    const rows = flightsFrom(0, 130);
    const seen = async () => {
      await using run = await openRun({ root, runId: RUN_ID });
      return {
        version: run.version,
        tables: await run.tables(),
        log: await run.log(),
        rows: await run.scan("flights", { order: "tick" }).toRows(),
        files: await run.scan("flights").files(),
      };
    };
    {
      await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
      await run.append("flights", rows.slice(0, 70), { actor: "first", message: "the morning" });
      await run.append("flights", rows.slice(70), { actor: "second" });
    }
    const first = await seen();
    expect(first).toMatchObject({ version: 2, rows });
    expect(first.log.map(({ operations }) => operations[0])).toMatchObject([
      { actor: "second", message: null, kind: "append" },
      { actor: "first", message: "the morning", kind: "append" },
    ]);
    expect(await seen()).toEqual(first);
  });

  test("finds a store that was moved, and goes on writing there", async () => {
    const directory = await scratchDirectory();
    const [from, to, copy] = ["from", "to", "copy"].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    {
      await using run = await openRun({ root: from, runId: RUN_ID, tables: [flights] });
      await run.append("flights", flightsFrom(0, 70));
    }
    await rename(from, to);
    await cp(to, copy, { recursive: true });
    for (const root of [to, copy]) {
      await using run = await openRun({ root, runId: RUN_ID, tables: [flights], create: "never" });
      await run.append("flights", flightsFrom(70, 2));
      expect(await run.scan("flights").toRows()).toEqual([
        ...flightsFrom(0, 70),
        ...flightsFrom(70, 2),
      ]);
      for (const file of await run.scan("flights").files()) expect(file).toContain(root);
    }
  });

  test("works beside files of other programs", async () => {
    const root = await scratchDirectory();
    await (await openRun({ root, runId: RUN_ID })).close();
    const path = join(root, "runs", RUN_ID);
    await mkdir(join(path, "tables", "notes"), { recursive: true });
    await writeFile(join(path, "tables", "notes", "readme.txt"), "not ours");
    await writeFile(join(path, "notes.json"), "not ours");
    await using run = await openRun({ root, runId: RUN_ID, tables: [flights] });
    await run.append("flights", flightsFrom(0, 1));
    expect((await run.tables()).map(({ table }) => table)).toEqual(["flights"]);
    expect(await readFile(join(path, "notes.json"), "utf8")).toBe("not ours");
  });
});

describe("openRun: several at once", () => {
  test("makes one run when processes open a new one at the same time", async () => {
    const root = join(await scratchDirectory(), "store");
    const writers = ["a", "b", "c"].map(
      (writer) => new WriterProcess({ root, runId: RUN_ID, writer, commits: 2, tables: "both" }),
    );
    for (const writer of writers) writer.go();
    const told = (await Promise.all(writers.map((writer) => writer.end()))).flat();

    const versions = told.map(({ version }) => version).sort((a, b) => a - b);
    expect(versions).toEqual([1, 2, 3, 4, 5, 6]);
    await using run = await openRun({ root, runId: RUN_ID, mode: "readOnly" });
    expect(run.version).toBe(6);
    for (const table of ["events", "copies"]) {
      const rows = await run.scan(table, { columns: ["writer", "n"] }).toRows();
      const names = rows.map(({ writer, n }) => `${writer}${n}`).sort();
      expect(names).toEqual(["a0", "a1", "b0", "b1", "c0", "c1"]);
    }
  });

  test("makes one run when it is opened several times in one process", async () => {
    const root = join(await scratchDirectory(), "store");
    const opened = await Promise.all(
      Array.from({ length: 4 }, () => openRun({ root, runId: RUN_ID, tables: [flights] })),
    );
    await Promise.all(opened.map((run, index) => run.append("flights", flightsFrom(index, 1))));
    for (const run of opened) {
      expect(await run.scan("flights").count()).toBe(4);
      expect(run.version).toBe(4);
      await run.close();
    }
  });
});
