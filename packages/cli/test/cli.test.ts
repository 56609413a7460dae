/**
 * Goal: the built command does what docs/cli.md says, on a store of its own.
 * Method: a small Parquet file that crv did not write is imported once; every test then looks at that
 * run, or writes a run of its own.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteFile } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Ended, runCrv, runCrvToHead } from "./crv-process.js";

// Processes are slow to start on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const ROWS = 4000;
const BIG = 9_007_199_254_740_993n;
const HOUR_MS = 3_600_000;

let directory: string;
let file: string;

const crv = (...args: readonly string[]): Promise<Ended> =>
  runCrv("--root", join(directory, "store"), ...args);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "crv-cli-"));
  file = join(directory, "trips.parquet");
  const index = Array.from({ length: ROWS }, (_, i) => i);
  parquetWriteFile({
    filename: file,
    rowGroupSize: 1500,
    columnData: [
      { name: "At", data: index.map((i) => new Date(i * HOUR_MS)), type: "TIMESTAMP" },
      { name: "n", data: index, type: "INT32", nullable: false },
      { name: "Big", data: index.map((i) => BIG + BigInt(i)), type: "INT64", nullable: false },
      { name: "note", data: index.map((i) => (i === 1 ? null : `n\u001b[2J${i}`)), type: "STRING" },
      { name: "share", data: index.map((i) => i / 2), type: "DOUBLE" },
    ],
  });
  const args = ["--run", "r1", "--table", "trips", "--tick", "At", "--tick-unit", "hour"];
  const { code, stderr } = await crv("import", file, ...args, "--message", "bell\u0007");
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("4,000 rows") });
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

describe("crv import", () => {
  test("shows what it inferred, and writes nothing, with --dry-run", async () => {
    const args = ["--run", "dry", "--table", "t", "--tick", "At", "--tick-unit", "day"];
    const { code, stdout, stderr } = await crv("import", file, ...args, "--dry-run");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toBe(
      [
        `${file}: 4,000 rows in 3 row groups`,
        "table t: tick column tick",
        "in the file  type there                       column  type",
        "At           days since 1970-01-01T00:00:00Z  tick    i64",
        "At           INT64 TIMESTAMP                  at      timestamp",
        "n            INT32                            n       i32",
        "Big          INT64                            big     i64",
        "note         BYTE_ARRAY STRING                note    str?",
        "share        DOUBLE                           share   f64",
        "",
      ].join("\n"),
    );
    expect((await crv("show", "dry")).code).toBe(2);
  });

  test("is one commit, and appends to a table that exists under its own descriptor", async () => {
    const args = ["--run", "twice", "--table", "t", "--columns", "n,note"];
    expect((await crv("import", file, ...args, "--tick", "n", "--bucket-size", "1000")).code).toBe(
      0,
    );
    const again = await crv("--json", "import", file, ...args);
    expect(JSON.parse(again.stdout)).toMatchObject({
      run_id: "twice",
      table: "t",
      version: 2,
      rows: ROWS,
      durability: "full",
    });
  });

  test("--mode says what becomes of the rows that are there", async () => {
    const load = (mode: string, ...args: readonly string[]) => {
      const table = ["--run", "modes", "--table", "t", "--columns", "n,Big", "--mode", mode];
      return crv("--json", "import", file, ...table, ...args);
    };
    const written = async (...args: Parameters<typeof load>) =>
      JSON.parse((await load(...args)).stdout);
    expect(await written("merge", "--key", "n")).toMatchObject({
      mode: "merge",
      version: 1,
      rows: ROWS,
      rows_removed: 0,
    });
    expect(await written("merge")).toMatchObject({ rows: ROWS, rows_removed: ROWS });
    expect(await written("append", "--key", "n")).toMatchObject({ rows: ROWS, rows_removed: 0 });
    expect(await written("overwrite")).toMatchObject({ rows: ROWS, rows_removed: 2 * ROWS });
    const { code, stderr } = await load("merge", "--key", "Big");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("the key n, not big"),
    });
    const { stdout } = await crv("--json", "show", "modes");
    expect(JSON.parse(stdout)).toMatchObject({ version: 4, tables: [{ rows: ROWS }] });
  });

  test("a table that has no key cannot be merged into", async () => {
    const args = ["--run", "bare", "--table", "t", "--columns", "n"];
    const { code, stderr } = await crv("import", file, ...args, "--mode", "merge");
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("--key") });
  });

  test("takes every native type without loss", async () => {
    const types = join(directory, "types.parquet");
    parquetWriteFile({
      filename: types,
      columnData: [
        { name: "flag", data: [true, null], type: "BOOLEAN" },
        { name: "single", data: [0.5, Number.NaN], type: "FLOAT" },
        { name: "half", data: [0.25, 1], type: "FLOAT16" },
        { name: "bytes", data: [Uint8Array.of(255, 0), null], type: "BYTE_ARRAY" },
        { name: "json", data: [{ a: [1] }, null], type: "JSON" },
        { name: "id", data: ["00112233-4455-6677-8899-aabbccddeeff", null], type: "UUID" },
        { name: "time", data: [new Date(-1), new Date(0)], type: "TIMESTAMP" },
      ],
    });
    expect((await crv("import", types, "--run", "types", "--table", "t")).code).toBe(0);
    const { stdout } = await crv("--json", "scan", "types", "t");
    expect(stdout.split("\n").slice(0, 2)).toEqual([
      '{"flag":true,"single":0.5,"half":0.25,"bytes":"/wA=","json":"{\\"a\\":[1]}",' +
        '"id":"00112233-4455-6677-8899-aabbccddeeff","time":"1969-12-31T23:59:59.999000Z"}',
      '{"flag":null,"single":"NaN","half":1,"bytes":null,"json":null,"id":null,' +
        '"time":"1970-01-01T00:00:00.000000Z"}',
    ]);
  });

  test("takes none of a file whose last row is wrong", async () => {
    const bad = join(directory, "bad.parquet");
    const ticks = Array.from({ length: ROWS }, (_, i) => (i === ROWS - 1 ? -1n : BigInt(i)));
    const columnData = [{ name: "tick", data: ticks, type: "INT64" as const, nullable: false }];
    parquetWriteFile({ filename: bad, columnData });
    const { code, stderr } = await crv(
      "import",
      bad,
      "--run",
      "r2",
      "--table",
      "t",
      "--tick",
      "tick",
    );
    expect(code).toBe(2);
    expect(stderr).toContain("INVALID_TICK");
    expect(JSON.parse((await crv("show", "r2", "--json")).stdout)).toMatchObject({ version: 0 });
  });

  test("refuses a unit of ticks without a tick", async () => {
    const ended = await crv("import", file, "--run", "r3", "--table", "t", "--tick-unit", "day");
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining("need --tick") });
  });

  test.each([
    ["a file that is not there", "none.parquet", "NOT_FOUND"],
    ["a file that is not Parquet", "text.parquet", "INVALID_ARGUMENT"],
  ])("refuses %s", async (_, name, code) => {
    await writeFile(join(directory, "text.parquet"), "a,b\n1,2\n");
    const ended = await crv("import", join(directory, name), "--run", "r3", "--table", "t");
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining(code) });
  });
});

describe("crv scan --tail and --offset", () => {
  test("print the last rows, or leave out the first", async () => {
    const numbers = async (...args: readonly string[]) => {
      const { code, stdout } = await crv("scan", "r1", "trips", "--columns", "n", ...args);
      expect(code).toBe(0);
      return stdout.match(/\d+/g)?.map(Number) ?? [];
    };
    expect(await numbers("--tail", "3", "--format", "csv")).toEqual([3997, 3998, 3999]);
    expect(await numbers("--tail", "2")).toEqual([3998, 3999]);
    expect(await numbers("--offset", "10", "--limit", "2")).toEqual([10, 11]);
    const both = await crv("scan", "r1", "trips", "--tail", "2", "--limit", "2");
    expect({ code: both.code, stderr: both.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("--limit"),
    });
  });
});

describe("crv tail", () => {
  test("prints commits, or the rows that they brought", async () => {
    const commits = await crv("tail", "r1", "--from", "1", "--commits", "1");
    expect(commits).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^1 {2}.*\+4,000 rows/),
    });
    const json = await crv("--json", "tail", "r1", "--from", "1", "--commits", "1");
    expect(JSON.parse(json.stdout)).toMatchObject({ version: 1 });
    const args = ["--from", "1", "--commits", "1", "--table", "trips"];
    const rows = await crv("tail", "r1", ...args);
    const lines = rows.stdout.trim().split("\n");
    expect(lines).toHaveLength(ROWS);
    expect(lines[1]).toContain(`"big":${BIG + 1n}`);
  });
});

describe("crv runs, show and log", () => {
  test("list the run", async () => {
    const runs = JSON.parse((await crv("runs", "--json")).stdout) as unknown[];
    expect(runs).toContainEqual(expect.objectContaining({ run_id: "r1", version: 1, rows: ROWS }));
    expect((await crv("runs")).stdout).toMatch(/^r1 +finished +1 +1 +4,000 /m);
  });

  test("show the tables", async () => {
    const { stdout } = await crv("show", "r1", "--recovery");
    expect(stdout).toContain("run r1, version 1\n");
    expect(stdout).toMatch(/^trips +1 +4,000 +40 +40 .* 0-3999$/m);
    expect(stdout).toContain("recovery: nothing is pending\n\nrecovery: none so far\n");
    const document = JSON.parse((await crv("show", "r1", "--json")).stdout) as object;
    expect(document).toMatchObject({ run_id: "r1", tables: [{ tick_min: 0, tick_max: 3999 }] });
  });

  test("log the commit, with its message made harmless", async () => {
    const { stdout } = await crv("log", "r1");
    expect(stdout).toMatch(/crv import +trips \+4,000 rows +bell\\u0007$/m);
    const [commit] = JSON.parse((await crv("log", "r1", "--json")).stdout) as unknown[];
    expect(commit).toMatchObject({ version: 1, operations: [{ message: "bell\u0007" }] });
    expect((await crv("log", "r1", "--actor", "nobody", "--json")).stdout).toBe("[]\n");
  });
});

describe("crv log", () => {
  test("lists the versions from one to another, both inclusive", async () => {
    for (let commit = 0; commit < 4; commit++) {
      const args = ["--run", "four", "--table", "t", "--columns", "n"];
      expect((await crv("import", file, ...args)).code).toBe(0);
    }
    const versions = async (...args: readonly string[]): Promise<number[]> => {
      const { stdout } = await crv("log", "four", "--json", ...args);
      return (JSON.parse(stdout) as { version: number }[]).map(({ version }) => version);
    };
    expect(await versions("--from", "2", "--to", "3")).toEqual([3, 2]);
    expect(await versions("--from", "3")).toEqual([4, 3]);
    expect(await versions("--to", "2")).toEqual([2, 1]);
    expect(await versions("--from", "9")).toEqual([]);
  });
});

describe("crv branch and crv tag", () => {
  test("make, list, show and delete", async () => {
    const args = ["--run", "branched", "--table", "t", "--columns", "n"];
    for (let i = 0; i < 2; i++) expect((await crv("import", file, ...args)).code).toBe(0);
    expect((await crv("tag", "branched", "first", "--at", "1")).stdout).toBe(
      "tag first is main@1\n",
    );
    const made = await crv("branch", "branched", "b", "--at", "first", "--actor", "ana");
    expect(made.stdout).toBe("branch b begins at main@1\n");
    expect((await crv("import", file, ...args, "--branch", "b")).code).toBe(0);
    const rows = async (...place: string[]) => {
      const { stdout } = await crv("--json", "show", "branched", ...place);
      return JSON.parse(stdout).tables[0].rows;
    };
    expect(await rows("--branch", "b")).toBe(2 * ROWS);
    expect(await rows("--branch", "b", "--at", "1")).toBe(ROWS);
    expect(await rows("--at", "first")).toBe(ROWS);
    const { stdout } = await crv("--json", "branch", "branched");
    expect(JSON.parse(stdout)).toMatchObject([
      { name: "main", from: null },
      { name: "b", from: { branch: "main", version: 1 } },
    ]);
    const diff = await crv("diff", "branched", "first", "b");
    expect(diff.stdout).toMatch(
      /^table +added +removed +changed +parts\nt +4,000 +0 +0 +\+1 -0\n$/,
    );
    expect((await crv("diff", "branched", "first", "b@1")).stdout).toBe("no rows changed\n");
    const log = (await crv("log", "branched", "--actor", "ana")).stdout;
    const dry = await crv("merge", "branched", "b", "--dry-run");
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing was changed") });
    const merge = await crv("--json", "merge", "branched", "b", "--message", "take it");
    expect(JSON.parse(merge.stdout)).toMatchObject({
      dry_run: false,
      from: { branch: "b" },
      tables: [{ table: "t", rows_added: ROWS, parts_adopted: expect.any(Number) }],
      conflict_count: 0,
    });
    expect((await crv("merge", "branched", "b")).stdout).toMatch(/^nothing to merge from b@/);
    expect(log).toContain("branch b made");
    expect((await crv("branch", "branched", "b", "--delete")).code).toBe(0);
    expect(await crv("show", "branched", "--branch", "b")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("there is no branch"),
    });
    expect((await crv("tag", "branched", "first", "--delete")).code).toBe(0);
    expect((await crv("tag", "branched")).stdout.split("\n")).toHaveLength(2);
  });
});

describe("--at", () => {
  test("shows and scans a run as it was", async () => {
    const args = ["--run", "before", "--table", "t", "--columns", "n"];
    for (let i = 0; i < 2; i++) expect((await crv("import", file, ...args)).code).toBe(0);
    const shown = async (...at: string[]) => {
      const { stdout } = await crv("--json", "show", "before", ...at);
      const { version, tables } = JSON.parse(stdout);
      return [version, tables[0]?.rows];
    };
    expect(await shown()).toEqual([2, 2 * ROWS]);
    expect(await shown("--at", "1")).toEqual([1, ROWS]);
    expect(await shown("--at", "0")).toEqual([0, undefined]);
    expect(await shown("--at", "2999-01-01")).toEqual([2, 2 * ROWS]);
    const { stdout } = await crv("scan", "before", "t", "--at", "1", "--format", "csv");
    expect(stdout.trim().split("\n")).toHaveLength(ROWS + 1);
  });
});

describe.concurrent("crv scan", () => {
  const range = ["--tick-min", "1", "--tick-max", "2"];

  test("prints a table for people", async () => {
    const { stdout } = await crv("scan", "r1", "trips", ...range, "--columns", "tick,note,share");
    expect(stdout).toBe(
      [
        "tick  note         share",
        "   1  null           0.5",
        "   2  n\\u001b[2J2      1",
        "",
      ].join("\n"),
    );
  });

  test("says that a table was cut, on stderr", async () => {
    const { stdout, stderr } = await crv("scan", "r1", "trips");
    expect(stdout.split("\n")).toHaveLength(52);
    expect(stderr).toContain("the first 50 rows");
  });

  test("prints ndjson with every digit", async () => {
    const { stdout } = await crv("--json", "scan", "r1", "trips", ...range, "--limit", "1");
    expect(stdout).toBe(
      `{"tick":1,"at":"1970-01-01T01:00:00.000000Z","n":1,"big":${BIG + 1n},"note":null,"share":0.5}\n`,
    );
  });

  test("prints csv, exactly", async () => {
    const args = [
      "--format",
      "csv",
      "--columns",
      "big,note",
      "--filter",
      '{"share":{"ge":1999.5}}',
    ];
    const { stdout } = await crv("scan", "r1", "trips", ...args);
    expect(stdout).toBe(`big,note\n${BIG + 3999n},n\u001b[2J3999\n`);
  });

  test("prints a heading for no rows", async () => {
    const { stdout } = await crv("scan", "r1", "trips", "--format", "csv", "--limit", "0");
    expect(stdout).toBe("tick,at,n,big,note,share\n");
  });

  test("ends quietly when its reader goes away", async () => {
    const root = join(directory, "store");
    const ended = await runCrvToHead("--root", root, "scan", "r1", "trips", "--format", "ndjson");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
  });
});

describe.concurrent("crv", () => {
  test("exits with 4 when a part was changed after it was written", async () => {
    const args = ["--run", "damaged", "--table", "t", "--columns", "n"];
    expect((await crv("import", file, ...args)).code).toBe(0);
    const bucket = join(directory, "store/runs/damaged/tables/t/bucket=000000");
    const [part = ""] = await readdir(bucket);
    const bytes = await readFile(join(bucket, part));
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    await writeFile(join(bucket, part), bytes);
    const { code, stderr } = await crv("scan", "damaged", "t");
    expect(code).toBe(4);
    expect(stderr).toMatch(/^crv: .+\nhint: .+\(repair, CORRUPT\)\n$/);
  });

  test.each([[[]], [["--root", "x"]]])(
    "shows its help when no command is named: %j",
    async (args) => {
      const { code, stdout } = await runCrv(...args);
      expect(code).toBe(0);
      expect(stdout).toContain("Examples:");
    },
  );

  test.each([
    ["an unknown command", ["shwo"], "Did you mean show?"],
    ["an unknown option", ["runs", "--jsno"], "--jsno"],
    ["a missing argument", ["show"], "'run'"],
    ["a number that is none", ["log", "r1", "--limit", "x"], "whole number"],
    ["version 0 of a log", ["log", "r1", "--from", "0"], "at least 1"],
    ["a log of a table that is not there", ["log", "r1", "--table", "trip"], "UNKNOWN_TABLE"],
    ["a version that is not there", ["scan", "r1", "trips", "--at", "7"], "newest is 1"],
    ["a version that cannot be one", ["show", "r1", "--at", "x y"], "INVALID_ARGUMENT"],
    ["a branch to delete that is not named", ["branch", "r1", "--delete"], "needs a name"],
    ["a name that is none", ["tag", "r1", "7"], "INVALID_NAME"],
    ["a filter that is not JSON", ["scan", "r1", "trips", "--filter", "{"], "not JSON"],
    ["a column that is not there", ["scan", "r1", "trips", "--columns", "nte"], "INVALID_FILTER"],
    ["a table that is not there", ["scan", "r1", "trip"], 'did you mean "trips"'],
    ["a run that is not there", ["show", "r9"], "NOT_FOUND"],
    ["a run id that leaves its directory", ["show", "../x"], "INVALID_NAME"],
  ])("refuses %s with exit code 2, one line and one hint", async (_, args, message) => {
    const { code, stdout, stderr } = await crv(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^crv: .+\nhint: .+\(fix-input, \w+\)\n$/);
  });
});
