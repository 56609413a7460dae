/**
 * Goal: what a killed writer left can be looked at, is settled by one command, and is told afterwards.
 * Method: a process over two tables dies between its parts and the record that would have published
 * them; the built command then looks, recovers, and looks again.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Ended, runCrv } from "./crv-process.js";

// Processes are slow to start on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const PROGRAM = fileURLToPath(new URL("programs/dying-writer.mjs", import.meta.url));

let root: string;

const crv = (...args: readonly string[]): Promise<Ended> => runCrv("--root", root, ...args);

async function crvJson(...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await crv("--json", ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

/** A run of so many commits whose writer died in the next one. @returns The writer's pid. */
async function leaveDeadWriter(runId: string, commits: number): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, root, runId, String(commits)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code, signal] = await once(child, "close");
  expect({ code, signal }).toEqual({ code: null, signal: "SIGKILL" });
  return child.pid as number;
}

/** All but notes of who has the run open. */
async function listFiles(runId: string): Promise<string[]> {
  const files = await readdir(join(root, "runs", runId), { recursive: true });
  return files.filter((file) => !file.startsWith("_sessions")).sort();
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "crv-recover-"));
});

afterAll(async () => {
  await rm(root, { recursive: true });
});

describe("crv recover", () => {
  test("rolls back what a killed writer had not published", async () => {
    const pid = await leaveDeadWriter("killed", 1);
    const files = await listFiles("killed");

    const { stdout, code } = await crv("recover", "killed", "--dry-run");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        `^operation .*recovery would\n\\w{26} +simulator +append +pid ${pid}, gone +` +
          "copies NoMovement, events NoMovement +roll it back: it did not land\n$",
      ),
    );
    expect(await listFiles("killed")).toEqual(files);

    const recovered = (await crvJson("recover", "killed")) as { rolled_back: object[] };
    expect(recovered).toMatchObject({
      run_id: "killed",
      version: 2,
      rolled_forward: [],
      rolled_back: [{ for_actor: "simulator", version: 2 }],
      left: [],
    });
    expect((await listFiles("killed")).filter((file) => /_recovery\/./.test(file))).toEqual([]);
    for (const table of ["events", "copies"]) {
      expect((await crv("scan", "killed", table, "--format", "csv")).stdout).toBe("tick,n\n0,0\n");
    }

    const log = await crvJson("log", "killed", "--actor", "crv:recovery");
    expect(log).toMatchObject([
      { version: 2, recovery: { kind: "RolledBack", for_actor: "simulator" } },
    ]);
    expect((await crv("recover", "killed")).stdout).toBe("recovery: nothing was pending\n");
    expect((await crv("recover", "killed", "--dry-run")).stdout).toBe(
      "recovery: nothing is pending\n",
    );
  });

  test("shows what is pending and what was recovered in crv show --recovery", async () => {
    const pid = await leaveDeadWriter("shown", 1);
    const first = await crv("show", "shown", "--recovery");
    expect(first.stdout).toContain(`pid ${pid}, gone`);
    expect(first.stdout).toContain("recovery: none so far\n");
    expect(await crvJson("show", "shown", "--recovery")).toMatchObject({
      version: 1,
      pending: [
        {
          actor: "simulator",
          writer_kind: "append",
          owner_pid: pid,
          owner_gone: true,
          decision: "roll-back",
          settled: null,
          views_behind: [],
          sidecar: { base: 1, tables: { copies: null, events: 1 } },
        },
      ],
      recovery: [],
    });

    const { code, stdout } = await crv("recover", "shown");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^what +operation +of +tables +version\nrolled back +\w{26} +simulator /,
    );
    const second = await crv("show", "shown", "--recovery");
    expect(second.stdout).toContain("recovery: nothing is pending\n");
    expect(second.stdout).toMatch(/^2 +\S+Z +rolled back +\w{26} +simulator +/m);
    expect(await crvJson("show", "shown", "--recovery")).toMatchObject({
      pending: [],
      recovery: [{ version: 2 }],
    });
  });

  test("exits with 4, and changes nothing, when the log contradicts what was left", async () => {
    await leaveDeadWriter("blocked", 2);
    // As a loss of power may do to a run that was written at durability "process".
    await rm(join(root, "runs/blocked/_log/00000000000000000002.json"));
    const files = await listFiles("blocked");
    const dry = await crv("recover", "blocked", "--dry-run");
    expect(dry).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("stop: the log contradicts it"),
    });
    const { code, stdout, stderr } = await crv("recover", "blocked");
    expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
    expect(stderr).toMatch(/^crv: recovery stops at .+\nhint: .+\(repair, RECOVERY_BLOCKED\)\n$/);
    expect(stderr).toContain("crv show <run> --recovery");
    expect(await listFiles("blocked")).toEqual(files);
  });

  test("a damaged newest record is told of, and the version before it is shown", async () => {
    await leaveDeadWriter("damaged", 2);
    const record = join(root, "runs", "damaged", "_log", "00000000000000000002.json");
    await truncate(record, 100);
    const { stdout, stderr, code } = await crv("show", "damaged");
    expect({ stdout, code }).toMatchObject({ code: 0 });
    expect(stdout).toContain("run damaged, version 1");
    expect(stderr).toContain("record 2 is damaged");
    expect((await crv("recover", "damaged")).code).toBe(4);
  });

  test("makes no run that is not there", async () => {
    for (const option of [[], ["--dry-run"]]) {
      expect(await crv("recover", "none", ...option)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("NOT_FOUND"),
      });
    }
    // Of the damaged run beside it, it tells on the error output.
    const { stdout } = await crv("--json", "runs");
    const listed: unknown = JSON.parse(stdout);
    expect(listed).not.toContainEqual(expect.objectContaining({ run_id: "none" }));
    expect(listed).toContainEqual(expect.objectContaining({ run_id: "damaged" }));
  });
});
