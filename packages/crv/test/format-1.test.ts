/**
 * Goal: what an earlier release wrote is read, verified and written on. The store in fixtures/format-1 was
 * written once, by the first release of format 1, and is never made again: see UPGRADING.md.
 */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openRun, openStore, verifyRun } from "../src/index.js";
import { listTree } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";

const FIXTURE = fileURLToPath(new URL("fixtures/format-1", import.meta.url));

test("a store of format 1 is read as it is, and nothing of it is damaged", async () => {
  const before = await listTree(FIXTURE);
  const [run] = await (await openStore(FIXTURE)).runs();
  expect(run).toMatchObject({ runId: "r1", version: 7, tables: 2, rows: 101 });
  await using read = await openRun({ root: FIXTURE, runId: "r1", mode: "readOnly" });
  expect(await read.scan("trips", { filter: { city: "city-0-3" } }).toRows()).toEqual([
    { minute: 3, city: "city-0-3", delay: 99, extra: { j: 3 } },
  ]);
  expect(await read.scan("trips").count()).toBe(100);
  expect(await read.scan("holdings").toRows()).toEqual([
    { tick: 9, agent_id: "A0", token_id: "T1", quantity: 3, bucket: 0 },
  ]);
  await using old = await openRun({ root: FIXTURE, runId: "r1", at: 4 });
  expect(await old.scan("trips").count()).toBe(80);
  const { problems } = await verifyRun({ root: FIXTURE, runId: "r1", deep: true });
  expect(problems).toEqual([]);
  expect(await listTree(FIXTURE)).toEqual(before);
});

test("and is written on", async () => {
  const root = join(await scratchDirectory(), "store");
  await cp(FIXTURE, root, { recursive: true });
  await using run = await openRun({ root, runId: "r1" });
  await run.append("trips", [{ minute: 200, city: "new" }]);
  await run.transaction((tx) => tx.delete("trips", { city: "city-1-1" }));
  await run.optimize();
  await run.cleanup({ keepVersions: 3, graceMs: 0 });
  expect(await run.scan("trips").count()).toBe(100);
  expect((await run.verify({ deep: true })).problems).toEqual([]);
});
