/**
 * Goal: the proof fails when the run is not whole. A proof that cannot fail proves nothing.
 * Method: one sound run of two days; each test damages a copy in one way.
 */
import { spawnSync } from "node:child_process";
import { copyFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Check, proveRun } from "../src/proof.js";

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const DAYS = 2;

let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "crv-proof-"));
  const args = ["--out", join(out, "sound"), "--days", String(DAYS), "--kill-at", "none"];
  expect(spawnSync(process.execPath, [program, ...args]).status).toBe(0);
}, 60_000);
afterAll(async () => {
  await rm(out, { recursive: true });
});

/** The checks that fail once `damage` was done to a copy of the sound run. */
async function failures(damage: (directory: string) => Promise<void>): Promise<Check[]> {
  const copy = await mkdtemp(join(out, "damaged-"));
  await cp(join(out, "sound"), copy, { recursive: true });
  const directory = join(copy, "runs", "flights-2001");
  await damage(directory);
  const { checks } = await proveRun(directory, DAYS);
  return checks.filter(({ ok }) => !ok);
}

/** A published part of the first day, and where it is. */
async function firstPart(
  directory: string,
  table: string,
): Promise<{ bucket: string; part: string }> {
  const bucket = join(directory, "tables", table, "bucket=000000");
  const [name = ""] = await readdir(bucket);
  return { bucket, part: join(bucket, name) };
}

async function editJson(path: string, edit: (text: string) => string): Promise<void> {
  await writeFile(path, edit(await readFile(path, "utf8")));
}

describe("proveRun", () => {
  test("finds nothing wrong with a sound run", async () => {
    expect(await failures(async () => {})).toEqual([]);
  });

  test("sees a part that no record names", async () => {
    const [check] = await failures(async (directory) => {
      const { bucket, part } = await firstPart(directory, "flights");
      await copyFile(part, join(bucket, `part-${"0".repeat(32)}.parquet`));
    });
    expect(check?.found).toContain("1 on disk that no record names");
  });

  test("sees a version that is missing", async () => {
    const found = await failures((directory) =>
      rm(join(directory, "_log", `${"1".padStart(20, "0")}.json`)),
    );
    expect(found.map(({ found }) => found)).toContain("no version 1");
  });

  test("sees a manifest that leaves out a part", async () => {
    const found = await failures((directory) =>
      editJson(join(directory, "tables", "flights", "manifest.json"), (text) => {
        const view = JSON.parse(text) as { partitions: Record<string, unknown> };
        delete view.partitions["000000"];
        return JSON.stringify(view);
      }),
    );
    const what = found.map((check) => check.what);
    expect(what).toContain("rows of flights");
    expect(what).toContain("every day: departures = flights");
  });

  test("sees parts that hold the rows of another day", async () => {
    const found = await failures(async (directory) => {
      const { part } = await firstPart(directory, "airport_balance");
      const other = join(directory, "tables", "airport_balance", "bucket=000001");
      const [name = ""] = await readdir(other);
      await copyFile(join(other, name), part);
    });
    expect(found.map(({ what }) => what)).toEqual([
      "every day: departures = flights",
      "every day: arrivals = flights",
      "every day: delay_minutes = delays",
    ]);
  });

  test("sees a sidecar that was left", async () => {
    const [check] = await failures((directory) =>
      writeFile(join(directory, "_recovery", "01ARZ3NDEKTSV4RRFFQ69G5FAV.json"), "{}"),
    );
    expect(check?.what).toBe("no recovery sidecar left");
  });
});
