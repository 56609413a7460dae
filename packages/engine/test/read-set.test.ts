/** What a transaction looked at and found not to be there is part of what it read (I10). */

import type { Transaction } from "@crv/io";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { datasetOver } from "./support/datasets.js";
import { LEFT, openProcess, RIGHT } from "./support/universe.js";

const rows = [{ tick: 1, value: 1 }];

describe("a table that another writer makes meanwhile is a conflict for who", () => {
  test.each<[string, (tx: Transaction) => Promise<unknown>]>([
    ["scanned it", (tx) => tx.scan(LEFT).toRows()],
    ["counted it", (tx) => tx.scan(LEFT).count()],
    ["deleted from it", (tx) => tx.delete(LEFT, { value: 1 })],
    ["updated it", (tx) => tx.update(LEFT, { value: 1 }, { value: 2 })],
  ])("%s", async (_, look) => {
    const disk = new SimulatedDisk();
    const run = datasetOver((await openProcess(disk, "one")).storage, []);
    const other = datasetOver((await openProcess(disk, "other")).storage, []);
    const told = run.transaction(async (tx) => {
      await look(tx);
      await other.append(LEFT, rows);
      await tx.insert(RIGHT, rows);
    });
    await expect(told).rejects.toMatchObject({
      conflict: { kind: "ExpectedVersionMismatch", tableKey: LEFT.name, expected: 0, actual: 1 },
    });
    expect(await run.scan(RIGHT).count()).toBe(0);
  });
});
