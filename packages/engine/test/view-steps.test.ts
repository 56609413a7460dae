/** How often a view is rewritten: as often by many processes as by one. */
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { expect, test } from "vitest";
import { commitRows, LEFT, openProcess } from "./support/universe.js";

const COMMITS = 96;

async function viewsWritten(processes: number): Promise<number> {
  const disk = new SimulatedDisk();
  const opened = [];
  for (let i = 0; i < processes; i++) opened.push(await openProcess(disk, `writer ${i}`));
  for (let i = 0; i < COMMITS; i++) {
    const { storage } = opened[i % processes] ?? expect.fail();
    await commitRows(storage, [{ table: LEFT, values: [i] }]);
  }
  return disk.trace.filter(({ verb, step }) => verb === "replaceView" && step === "write").length;
}

test("of several processes that commit to a table, one replaces its view at each step", async () => {
  const alone = await viewsWritten(1);
  // Steps from 1 to 96: the first eight, and 21 of an eighth each.
  expect(alone).toBe(29);
  // Each process brings up the view at its first commit, whatever others did.
  expect(await viewsWritten(4)).toBeLessThanOrEqual(alone + 3);
});
