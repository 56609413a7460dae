/** Goal: `crv runs` shows no run as sound whose newest record is damaged. */
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { runHere } from "./run-here.js";

vi.setConfig({ testTimeout: 180_000 });

test("crv runs tells of a damaged record, and which version is shown", async () => {
  const directory = await mkdtemp(join(tmpdir(), "crv-runs-"));
  const crv = (...args: readonly string[]) => runHere("--root", join(directory, "store"), ...args);
  try {
    const file = join(directory, "a.csv");
    await writeFile(file, "tick,x\n1,2\n");
    for (const run of ["sound", "torn"]) await crv("import", file, "--run", run, "--table", "t");
    expect(await crv("runs")).toMatchObject({ code: 0, stderr: "" });
    await truncate(join(directory, "store/runs/torn/_log/00000000000000000001.json"), 100);
    const { stderr } = await crv("runs");
    expect(stderr).toContain("record 1 of run torn is damaged: what is shown is version 0");
    expect(stderr).toContain('"crv verify torn" says more');
    expect(stderr).not.toContain("sound is damaged");
    const { stdout } = await crv("runs", "--json");
    expect(JSON.parse(stdout)).toMatchObject([{ damaged_at: null }, { damaged_at: 1 }]);
  } finally {
    await rm(directory, { recursive: true });
  }
});
