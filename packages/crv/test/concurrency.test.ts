/**
 * Goal: several processes may write to one run at once, and any of them may be killed at any moment.
 *
 * Method: true processes over one directory. Writers append as fast as they can; others are killed
 * with SIGKILL at each phase of a commit; at random moments they are in campaign.test.ts. Each reports
 * a commit through a pipe before it begins the next.
 *
 * Invariants: every acknowledged commit is there, once, in all its tables (I1, I2, I5); versions have
 * no holes (I4); after the run was opened there is no sidecar, and every part on the disk is named by
 * a record (I7, I8).
 *
 * CRV_APPENDS sets the number of commits.
 */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRun, type Run } from "../src/index.js";
import { listParts, listSidecars } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";
import { type Acknowledged, runWriter, WriterProcess } from "./support/writer-process.js";

const RUN_ID = "run-1";
const APPENDS = Number(process.env.CRV_APPENDS ?? 100);

/** Names of the commits whose rows are in a table: `<writer> <n>`. */
async function namesIn(run: Run, table: string): Promise<readonly string[]> {
  if (run.version === 0) return [];
  const rows = await run.scan(table, { columns: ["writer", "n"] }).toRows();
  return rows.map(({ writer, n }) => `${writer} ${n}`).sort();
}

function namesOf(writer: string, told: readonly Acknowledged[]): readonly string[] {
  return told.map(({ n }) => `${writer} ${n}`);
}

/** I4, I7 and I8 of a run that was just opened. */
async function expectSettled(run: Run): Promise<void> {
  const records = await run.log();
  expect(records.map(({ version }) => version)).toEqual(
    Array.from({ length: run.version }, (_, index) => run.version - index),
  );
  const named = records.flatMap(({ tables }) => [...tables.values()].flatMap(({ add }) => add));
  expect(await listParts(run.path)).toEqual(named.map(({ path }) => path).sort());
  expect(await listSidecars(run.path)).toEqual([]);
}

describe("two writers of one run", () => {
  test(`land ${APPENDS} appends each, without error, version after version`, async () => {
    const root = join(await scratchDirectory(), "store");
    const names = ["left", "right"];
    const writers = names.map(
      (writer) =>
        new WriterProcess({ root, runId: RUN_ID, writer, commits: APPENDS, tables: "events" }),
    );
    for (const writer of writers) writer.go();
    const told = await Promise.all(writers.map((writer) => writer.end()));

    await using run = await openRun({ root, runId: RUN_ID });
    expect(run.version).toBe(2 * APPENDS);
    const all = told.flatMap((each, index) => namesOf(names[index] as string, each));
    expect(await namesIn(run, "events")).toEqual(all.sort());
    for (const each of told) {
      const versions = each.map(({ version }) => version);
      expect(versions).toEqual([...versions].sort((a, b) => a - b));
    }
    const versions = told.flat().map(({ version }) => version);
    expect(new Set(versions).size).toBe(2 * APPENDS);
    await expectSettled(run);
  }, 300_000);
});

describe("a writer that is killed", () => {
  const before = ["before-sidecar", "after-sidecar", "before-parts", "after-parts"];

  test.each([
    ...before.map((killAt) => [killAt, "rolled back"]),
    ["before-publish", "rolled back"],
    ["after-publish", "rolled forward"],
    ["before-views", "rolled forward"],
    ["after-views", "whole"],
  ])("%s leaves a commit that is %s", async (killAt, fate) => {
    const root = await scratchDirectory();
    const options = { root, runId: RUN_ID, tables: "both" } as const;
    await runWriter({ ...options, writer: "first", commits: 1 });
    expect(await runWriter({ ...options, writer: "dies", commits: 1, killAt })).toEqual([]);

    await using run = await openRun({ root, runId: RUN_ID });
    const { rolledForward, rolledBack, left } = run.recovered;
    const hadSidecar = killAt !== "before-sidecar";
    expect(left).toEqual([]);
    expect(rolledBack).toHaveLength(fate === "rolled back" && hadSidecar ? 1 : 0);
    expect(rolledForward).toHaveLength(fate === "rolled forward" ? 1 : 0);
    for (const { forActor } of [...rolledBack, ...rolledForward]) expect(forActor).toBe("dies");

    const expected = fate === "rolled back" ? ["first 0"] : ["dies 0", "first 0"];
    for (const table of ["events", "copies"]) expect(await namesIn(run, table)).toEqual(expected);
    // Recovery that had something to do is a commit of its own, which says for whom.
    const audit = await run.log({ actor: "crv:recovery" });
    expect(audit).toHaveLength(rolledBack.length + rolledForward.length);
    await expectSettled(run);
    await run.close();

    await using again = await openRun({ root, runId: RUN_ID });
    expect(again.recovered).toEqual({ rolledForward: [], rolledBack: [], left: [] });
  });

  test("beside others does not stop them", async () => {
    const root = await scratchDirectory();
    const options = { root, runId: RUN_ID, tables: "both", commits: 20 } as const;
    const survivor = new WriterProcess({ ...options, writer: "survivor" });
    const victim = new WriterProcess({ ...options, writer: "victim", killAt: "before-publish" });
    victim.go();
    await victim.end();
    survivor.go();
    const told = await survivor.end();
    expect(told).toHaveLength(20);
    await using run = await openRun({ root, runId: RUN_ID });
    expect(await namesIn(run, "copies")).toEqual([...namesOf("survivor", told)].sort());
    expect(run.recovered.rolledBack).toEqual([]);
    expect(await run.log({ actor: "crv:recovery" })).toHaveLength(1);
    await expectSettled(run);
  });
});
