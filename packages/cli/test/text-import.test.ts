/**
 * Goal: `crv import` of CSV and NDJSON does what docs/cli.md says, and whatever it refuses leaves nothing.
 * Method: the command is run in this process on files and a store of its own; only what reads stdin is a process.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runHere } from "./run-here.js";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "crv-text-"));
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

const crv = (...args: readonly string[]) => runHere("--root", join(directory, "store"), ...args);

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

async function imported(run: string, path: string, ...args: readonly string[]) {
  return crv("import", path, "--run", run, "--table", "t", ...args);
}

async function rowsOf(run: string): Promise<unknown[]> {
  const { stdout } = await crv("scan", run, "t", "--format", "ndjson");
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

describe("crv import of CSV", () => {
  test("infers types, shows them, and takes the rows", async () => {
    const text = [
      "\ufeffTime,Delay,Note,Big,Zip,When,,Late",
      '1,2,"a ""q"", x",9007199254740993,00501,2001-01-01,0,true',
      "",
      '2,2.5,,,"",2001-01-01T00:00:01.5+02:00,1,',
      '3,-1,"two\r\nlines",-1,1,,2,FALSE',
    ].join("\r\n");
    const path = await fileOf("flights.csv", text);
    const { code, stdout, stderr } = await imported("inferred", path, "--tick", "Time");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: [
        `${path}: CSV, looked at 3 records`,
        "table t: tick column time",
        "in the file  type there  column    type",
        "Time         inferred    time      i64",
        "Delay        inferred    delay     f64?",
        "Note         inferred    note      str?",
        "Big          inferred    big       i64?",
        "Zip          inferred    zip       str?",
        "When         inferred    when      timestamp?",
        "column_7     inferred    column_7  i64?",
        "Late         inferred    late      bool?",
        "",
      ].join("\n"),
    });
    expect(stdout).toMatch(/^imported 3 rows into table t of run inferred: version 1, /);
    const { stdout: scanned } = await crv("scan", "inferred", "t", "--format", "ndjson");
    expect(scanned.split("\n").slice(0, 3)).toEqual([
      '{"time":1,"delay":2,"note":"a \\"q\\", x","big":9007199254740993,"zip":"00501",' +
        '"when":"2001-01-01T00:00:00.000000Z","column_7":0,"late":true}',
      '{"time":2,"delay":2.5,"note":null,"big":null,"zip":"",' +
        '"when":"2000-12-31T22:00:01.500000Z","column_7":1,"late":null}',
      '{"time":3,"delay":-1,"note":"two\\r\\nlines","big":-1,"zip":"1","when":null,"column_7":2,"late":false}',
    ]);
  });

  test("takes the types of a table that exists", async () => {
    const first = await fileOf("first.csv", "id,share\nA1,0.5\n");
    expect((await imported("typed", first, "--key", "id")).code).toBe(0);
    const second = await fileOf("second.csv", "share,id\n1,7\n,A1\n");
    const { code, stderr } = await imported("typed", second, "--mode", "merge");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/share +of the table +share +f64\?/),
    });
    expect(await rowsOf("typed")).toEqual([
      { id: "7", share: 1 },
      { id: "A1", share: null },
    ]);
    const { stderr: refused } = await imported("typed", second, "--types", "id=i64");
    expect(refused).toContain("table t exists and has a type for it");
  });

  test("computes ticks of timestamps", async () => {
    const path = await fileOf("times.csv", "at\n2001-01-01T00:01:30Z\n2001-01-01\n");
    const tick = ["--tick", "at", "--tick-unit", "minute"];
    const early = await imported("times", path, ...tick, "--tick-origin", "2001-01-01T00:01:00Z");
    expect(early).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/times\.csv, line 3, column "at".+--tick-origin/),
    });
    expect((await imported("times", path, ...tick, "--tick-origin", "2001-01-01")).code).toBe(0);
    expect(await rowsOf("times")).toMatchObject([{ tick: 0 }, { tick: 1 }]);
  });

  test("a header may be missing, or look like data", async () => {
    const path = await fileOf("bare.tsv", "1\t2\n3\t4\n");
    const { code, stderr } = await imported("bare", path);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("line 1: ") });
    expect(stderr).toContain("--no-header");
    expect((await imported("bare", path, "--no-header")).code).toBe(0);
    expect(await rowsOf("bare")).toEqual([
      { column_1: 1, column_2: 2 },
      { column_1: 3, column_2: 4 },
    ]);
    expect((await imported("years", path, "--header")).code).toBe(0);
    expect(await rowsOf("years")).toEqual([{ column_1: 3, column_2: 4 }]);
  });

  test.each([
    ["a ragged record", "a,b\n1,2\n3\n", [], "line 3: 1 cells in a file of 2 columns"],
    ["two columns of one name", "a,a\n1,2\n", [], 'two columns "a"'],
    ["names that become one", "a b,A-B\n1,2\n", [], "would both be named a_b"],
    ["another delimiter", "a;b\n1;2\n", [], '--delimiter ";"'],
    ["an empty file", "", [], "is empty"],
    ["a cell that contradicts the sample", "a\n1\n2.5\n", ["--infer-rows", "1"], '"2.5" is no i64'],
    ["the same, with its remedy", "a\n1\n2.5\n", ["--infer-rows", "1"], "--types a=f64?,"],
    [
      "a number too large for the sample",
      "a\n1\n9223372036854775808\n",
      ["--infer-rows", "1"],
      "--types a=str?",
    ],
    [
      "an integer that f64 would round",
      "a\n0.5\n9007199254740993\n",
      [],
      '"9007199254740993" is no f64',
    ],
    [
      "a cell that is not of its --types",
      "a\n1\nx\n",
      ["--types", "a=i64"],
      'line 3, column "a": "x" is no i64, as --types says',
    ],
    [
      "an empty cell of a required column",
      "a,b\n1,2\n,3\n",
      ["--types", "a=i64"],
      "--types a=i64?",
    ],
    ["an empty tick", "a,b\n1,2\n,3\n", ["--tick", "a"], 'line 3, column "a": there is no value'],
    ["a negative tick", "a\n1\n-1\n", ["--tick", "a"], 'line 3, column "a": "-1" is no tick'],
    ["a type that does not exist", "a\n1\n", ["--types", "a=int"], "INVALID_DESCRIPTOR"],
    ["--types of no column", "a\n1\n", ["--types", "b=i64"], "it has a"],
  ])("refuses %s, and leaves nothing", async (_, text, args, message) => {
    const path = await fileOf("bad.csv", text);
    const { code, stderr } = await imported("bad", path, ...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    expect((await crv("scan", "bad", "t")).code).toBe(2);
  });

  test("--null names texts that mean null", async () => {
    const path = await fileOf("nulls.csv", "a,b\n1,NA\nNA,x\n");
    expect((await imported("nulls", path, "--null", "NA")).code).toBe(0);
    expect(await rowsOf("nulls")).toEqual([
      { a: 1, b: null },
      { a: null, b: "x" },
    ]);
  });

  test("a file of many batches is one commit", async () => {
    const rows = Array.from({ length: 30_000 }, (_, tick) => `${tick},${tick / 4}`);
    const path = await fileOf("many.csv.gz", gzipSync(`tick,x\n${rows.join("\n")}\n`));
    const { code, stdout } = await imported("many", path, "--tick", "tick", "--batch-rows", "1000");
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining("imported 30,000 rows"),
    });
    const bad = await fileOf("many-bad.csv", `tick,x\n${rows.join("\n")}\n30000,y\n`);
    expect(await imported("many", bad)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('many-bad.csv, line 30002, column "x": "y" is no f64'),
    });
    const { stdout: shown } = await crv("--json", "show", "many");
    expect(JSON.parse(shown)).toMatchObject({ version: 1, tables: [{ rows: 30_000 }] });
  });
});

describe("crv import of NDJSON", () => {
  const lines = [
    '{"tick":0,"x":0.0,"big":9007199254740993,"p":{"a":[1,2.5]},"s":"a\u2028b"}',
    '{"tick":1,"x":3,"big":-5,"z":null}\r',
    "",
    '{"tick":2,"x":"NaN","p":{}}',
  ].join("\n");

  test("infers types, from any name with --format and from stdin", async () => {
    const path = await fileOf("rows.txt", lines);
    expect((await imported("json", path)).stderr).toContain("--format");
    expect((await imported("json", path, "--format", "ndjson", "--tick", "tick")).code).toBe(0);
    const { stdout } = await crv("scan", "json", "t", "--format", "ndjson");
    expect(stdout).toBe(
      [
        '{"tick":0,"x":0,"big":9007199254740993,"p":{"a":[1,2.5]},"s":"a\\u2028b","z":null}',
        '{"tick":1,"x":3,"big":-5,"p":null,"s":null,"z":null}',
        '{"tick":2,"x":"NaN","big":null,"p":{},"s":null,"z":null}',
        "",
      ].join("\n"),
    );
  });

  test("takes vectors and structs that are declared", async () => {
    const path = await fileOf("vectors.jsonl", '{"at":[1,2.5]}\n{"at":null}\n');
    expect(await imported("vectors", path)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("f64[3]"),
    });
    expect((await imported("vectors", path, "--types", "at=f32[2]?")).code).toBe(0);
    expect(await rowsOf("vectors")).toEqual([{ at: [1, 2.5] }, { at: null }]);
  });

  test.each([
    ["a member that comes late", '{"a":1}\n{"b":1}\n', ["--infer-rows", "1"], "--types b="],
    [
      "a value that contradicts the sample",
      '{"a":1}\n{"a":"x"}\n',
      ["--infer-rows", "1"],
      "--types a=str?",
    ],
    ["objects and texts in one column", '{"a":{}}\n{"a":"x"}\n', [], 'line 2, column "a"'],
    ["a JSON array", '[{"a":1}]\n', [], "jq -c '.[]'"],
    ["an object over several lines", '{\n  "a": 1\n}\n', [], "jq -c ."],
    ["what is no JSON", '{"a":1}\na,b\n', [], "line 2: this is not JSON"],
    ["a number as a line", "1\n", [], "no object"],
    ["a file without objects", "\n\n", [], "nothing tells the columns"],
    ["options of CSV", '{"a":1}\n', ["--delimiter", ";"], "--delimiter: for CSV only"],
  ])("refuses %s, and leaves nothing", async (_, text, args, message) => {
    const path = await fileOf("bad.ndjson", text);
    const { code, stderr } = await imported("bad-json", path, ...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    expect((await crv("scan", "bad-json", "t")).code).toBe(2);
  });

  test("--columns takes some members, whatever others come", async () => {
    const path = await fileOf("wide.ndjson", '{"a":1,"b":2}\n{"c":3,"b":4}\n');
    const args = ["--columns", "b", "--infer-rows", "1"];
    expect((await imported("narrow", path, ...args)).code).toBe(0);
    expect(await rowsOf("narrow")).toEqual([{ b: 2 }, { b: 4 }]);
  });
});
