/**
 * `run.refresh()`: a run that stays open sees what others committed, and settles what they left when
 * they died. Other writers are true processes.
 */
import { describe, expect, test } from "vitest";
import { defineTable, openRun } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { listParts, listSidecars, listTree } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";
import { runWriter, type WriterOptions } from "./support/writer-process.js";

const RUN_ID = "run-1";
const NOTHING = { rolledForward: [], rolledBack: [], left: [] };
const columns = { tick: "i64", writer: "str", n: "i64" } as const;
const events = defineTable({ name: "events", columns });

/** A run of one commit, and a writer for others. */
async function makeRun() {
  const root = await scratchDirectory();
  const write = (writer: string, more: Partial<WriterOptions> = {}) =>
    runWriter({ root, runId: RUN_ID, writer, commits: 1, tables: "both", ...more });
  await write("first");
  return { root, write };
}

describe("run.refresh", () => {
  test("finds what another process committed", async () => {
    const { root, write } = await makeRun();
    await using run = await openRun({ root, runId: RUN_ID });
    expect(await run.refresh()).toEqual({ version: 1, recovered: NOTHING });
    await write("second");
    expect(run.version).toBe(1);
    expect(await run.refresh()).toEqual({ version: 2, recovered: NOTHING });
    expect(run.version).toBe(2);
  });

  test("rolls back what a process left that died meanwhile, and says so", async () => {
    const { root, write } = await makeRun();
    await using run = await openRun({ root, runId: RUN_ID });
    await write("dies", { killAt: "before-publish" });
    expect(await listSidecars(run.path)).toHaveLength(1);

    const { version, recovered } = await run.refresh();
    expect({ version, ...recovered }).toMatchObject({
      version: 2,
      rolledForward: [],
      rolledBack: [{ forActor: "dies", version: 2 }],
      left: [],
    });
    expect(await listSidecars(run.path)).toEqual([]);
    expect(await listParts(run.path)).toHaveLength(2);
    expect(await run.log({ actor: "crv:recovery" })).toHaveLength(1);
    expect(await run.refresh()).toEqual({ version: 2, recovered: NOTHING });
  });

  test("rolls forward what a process had published when it died", async () => {
    const { root, write } = await makeRun();
    await using run = await openRun({ root, runId: RUN_ID });
    await write("dies", { killAt: "after-publish" });
    const { recovered } = await run.refresh();
    expect(recovered).toMatchObject({ rolledForward: [{ forActor: "dies" }], rolledBack: [] });
    expect(await run.scan("events").count()).toBe(2);
    expect(await listSidecars(run.path)).toEqual([]);
  });

  test("leaves what this process has under way", async () => {
    const { root } = await makeRun();
    await using run = await openRun({ root, runId: RUN_ID, tables: [events], leaseMs: 100 });
    await run.transaction(async (tx) => {
      await tx.insert("events", [{ tick: 1, writer: "own", n: 1 }]);
      expect(await run.refresh()).toEqual({ version: 1, recovered: NOTHING });
    });
    expect(run.version).toBe(2);
  });

  test("of a run opened for reading looks, and writes nothing", async () => {
    const { root, write } = await makeRun();
    await using run = await openRun({ root, runId: RUN_ID, mode: "readOnly" });
    await write("dies", { commits: 2, killAt: "before-publish" });
    const before = await listTree(root);
    expect(await run.refresh()).toEqual({ version: 1, recovered: NOTHING });
    expect(await listTree(root)).toEqual(before);
    await write("second");
    // What the dead one left was settled by the second, before its own commit.
    expect(await run.refresh()).toEqual({ version: 3, recovered: NOTHING });
  });

  test.each(["readWrite", "readOnly"] as const)(
    "of a run that was closed (%s) is refused",
    async (mode) => {
      const { root } = await makeRun();
      const run = await openRun({ root, runId: RUN_ID, mode });
      await run.close();
      await refusal(() => run.refresh(), {
        name: "IoError",
        code: "CLOSED",
        says: ["open it again"],
      });
    },
  );
});
