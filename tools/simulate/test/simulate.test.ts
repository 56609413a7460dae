/** The command itself: it plays, it counts, it replays, it refuses what it does not understand. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const COMMAND = fileURLToPath(new URL("../simulate.mjs", import.meta.url));

function simulate(...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

describe("npm run simulate", () => {
  test("plays universes and counts what happened", async () => {
    const { code, output } = await simulate("--universes", "4", "--operations", "3");
    expect(output).toMatch(/^4 universes in \d+ s \([\d.]+\/s\): committed \d+, refused \d+/m);
    expect(code).toBe(0);
  });

  test("prints the same schedule for the same seed", async () => {
    const args = ["--seed", "5", "--schedule", "--operations", "3"];
    const [first, second] = await Promise.all([simulate(...args), simulate(...args)]);
    const calls = first.output.split("\n").filter((line) => /^writer 0#/.test(line));
    expect(calls.length).toBeGreaterThan(20);
    expect(second.output.split(" universes in ")[0]).toBe(first.output.split(" universes in ")[0]);
  });

  test("checks histories", async () => {
    const { code, output } = await simulate("--universes", "2", "--histories", "--jobs", "1");
    expect(output).toMatch(/transactions \d+/);
    expect(code).toBe(0);
  });

  test("refuses what is no number", async () => {
    const { code, output } = await simulate("--seed", "first");
    expect(output).toContain("--seed must be a number");
    expect(code).toBe(2);
  });
});
