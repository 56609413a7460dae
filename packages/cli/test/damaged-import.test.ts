/** Goal: an input file that is damaged or was cut is refused in words that say so, and nothing of it is imported. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runHere } from "./run-here.js";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const ROWS = 200;

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "crv-damaged-"));
  const path = join(directory, "rows.csv");
  const lines = Array.from({ length: ROWS }, (_, i) => `${i},name ${i}`);
  await writeFile(path, ["tick,name", ...lines, ""].join("\n"));
  await crv("import", path, "--run", "source", "--table", "t", "--tick", "tick");
  for (const format of ["parquet", "arrow", "arrows"]) {
    await crv("scan", "source", "t", "--output", join(directory, `whole.${format}`));
  }
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

const crv = (...args: readonly string[]) => runHere("--root", join(directory, "store"), ...args);

async function importedCut(name: string, format: string, change: (bytes: Buffer) => Uint8Array) {
  const path = join(directory, `${name}.${format}`);
  await writeFile(path, change(await readFile(join(directory, `whole.${format}`))));
  return crv("import", path, "--run", `${name}_${format}`, "--table", "t", "--tick", "tick");
}

const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2);
const head = (bytes: Buffer) => bytes.subarray(0, 3);
const text = () => Buffer.from("a,b\n1,2\n3,4\n5,6\n");

describe("crv import of a damaged file", () => {
  test.each(
    ["parquet", "arrow", "arrows"].flatMap((format) => [
      ["half", format, half] as const,
      ["head", format, head] as const,
      ["text", format, text] as const,
    ]),
  )("says what a library found, and what it means: %s of %s", async (name, format, change) => {
    const { code, stderr } = await importedCut(name, format, change);
    expect(code).toBe(2);
    expect(stderr).toContain(
      `${name}.${format}" as ${format === "parquet" ? "Parquet" : "Arrow IPC"}`,
    );
    expect(stderr).toMatch(
      /it is damaged, was cut short, or is of another format \(.+\); write or copy it again/,
    );
    expect((await crv("runs")).stdout).not.toContain(`${name}_${format}`);
  });

  test.each(["parquet", "arrow", "arrows"])("says that it is empty: %s", async (format) => {
    const { code, stderr } = await importedCut("empty", format, () => Buffer.alloc(0));
    expect(code).toBe(2);
    expect(stderr).toContain("it is empty, without even a schema");
  });

  test("warns of a stream without an end marker, and takes its rows", async () => {
    const cut = await importedCut("open", "arrows", (bytes) => bytes.subarray(0, -8));
    expect(cut).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`imported ${ROWS} rows`),
    });
    expect(cut.stderr).toContain("open.arrows is a stream without an end marker");
    const whole = await importedCut("ended", "arrows", (bytes) => bytes);
    expect(whole.code).toBe(0);
    expect(whole.stderr).not.toContain("marker");
    const file = await importedCut("ended", "arrow", (bytes) => bytes);
    expect(file.code).toBe(0);
    expect(file.stderr).not.toContain("marker");
  });
});
