/**
 * Goal: whatever moment the replay is killed at, the job ends in the same proof.
 * Method: the built job, two days of the real input, a kill in the commit of the second.
 * Nothing happens between the end of one phase and the start of the next, so one point of each such
 * pair is enough.
 * Invariants: exit code 0, every line of the proof ok, recovery did what the moment calls for.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const NOTHING = "There was nothing to recover";
const BACK = "Rolled back operation";
const FORWARD = "Rolled forward operation";

let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "crv-flights-"));
});
afterAll(async () => {
  await rm(out, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runJob(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args]);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

describe("npm start", () => {
  test("proves the run whole after a kill in the very first commit", {
    timeout: 120_000,
  }, async () => {
    const args = ["--out", join(out, "first"), "--days", "2", "--day", "1"];
    const { code, stdout, stderr } = await runJob(...args, "--kill-at", "before-publish");
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("On disk: 0 commit records, 1 recovery sidecar");
  });

  test.concurrent.each([
    ["none", undefined],
    ["before-sidecar", NOTHING],
    ["after-sidecar", BACK],
    ["before-publish", BACK],
    ["after-publish", FORWARD],
    ["after-views", NOTHING],
    ["after-done", NOTHING],
  ])("proves the run whole after a kill at %s", { timeout: 180_000 }, async (point, recovery) => {
    const root = join(out, point);
    const args = ["--out", root, "--days", "2", "--day", "2", "--kill-at", point];
    const { code, stdout, stderr } = await runJob(...args);
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toContain("FAILED");
    expect(stdout).toContain("each day exactly one commit");
    if (recovery === undefined) expect(stdout).not.toContain("SIGKILL");
    else expect(stdout).toContain(recovery);
  });

  test("says what is wrong with its options, and exits with 2", async () => {
    const { code, stdout, stderr } = await runJob("--kill-at", "lunch");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("before-publish");
  });
});
