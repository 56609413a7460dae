/** Goal: a file without rows makes the table that its schema describes, or says that it has no schema. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runHere } from "./run-here.js";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "crv-empty-"));
  const rows = await fileOf("full.csv", "time,name,share\n1,a,0.5\n2,,\n");
  await imported("full", rows, "--tick", "time");
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

const crv = (...args: readonly string[]) => runHere("--root", join(directory, "store"), ...args);

async function fileOf(name: string, content: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

async function imported(run: string, path: string, ...args: readonly string[]) {
  return crv("import", path, "--run", run, "--table", "t", ...args);
}

describe("crv import of a file without rows", () => {
  test.each(["parquet", "arrow", "arrows"])("makes the table of its schema: %s", async (format) => {
    const path = join(directory, `nothing.${format}`);
    await crv("scan", "full", "t", "--filter", '{"time":{"gt":9}}', "--output", path);
    const { code, stdout } = await imported(`of_${format}`, path, "--tick", "time");
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `imported 0 rows into table t of run of_${format}: the table was made without rows, version 1, 0 parts, 0 B\n`,
    });
    const scanned = await crv("scan", `of_${format}`, "t", "--format", "csv");
    expect(scanned.stdout).toBe("time,name,share\n");
    const rows = await fileOf(`rows_${format}.csv`, "time,name,share\n3,,0.25\n");
    expect((await imported(`of_${format}`, rows)).code).toBe(0);
  });

  test("makes a table whose types were given: CSV, NDJSON", async () => {
    const header = await fileOf("typed.csv", "time,name\n");
    const csv = await imported("csv", header, "--types", "time=i64,name=str?", "--tick", "time");
    expect(csv.stdout).toContain("the table was made without rows, version 1");
    const nothing = await fileOf("typed.ndjson", "");
    const ndjson = await imported("ndjson", nothing, "--types", "name=str?");
    expect(ndjson.stdout).toContain("the table was made without rows, version 1");
  });

  test("is refused where nothing tells columns or types, and makes nothing", async () => {
    const header = await fileOf("header.csv", "time,name\n");
    const csv = await imported("untyped", header, "--types", "time=i64");
    expect(csv.code).toBe(2);
    expect(csv.stderr).toContain('has no rows, so nothing tells the types of "name"; give them');
    const nothing = await fileOf("nothing.ndjson", "\n");
    const ndjson = await imported("untyped", nothing);
    expect(ndjson.code).toBe(2);
    expect(ndjson.stderr).toContain("so nothing tells the columns; give them with --types");
    expect((await crv("runs")).stdout).not.toContain("untyped");
  });

  test("leaves a table that exists as it is, and says so", async () => {
    for (const path of [
      await fileOf("again.csv", "time,name,share\n"),
      await fileOf("again.ndjson", ""),
    ]) {
      const { code, stdout } = await imported("full", path, "--tick", "time");
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: `${path} has no rows: table t of run full is as it was, version 1\n`,
      });
    }
  });
});
