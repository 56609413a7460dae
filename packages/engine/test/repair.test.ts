/**
 * Goal: a repair takes nothing that was committed for lost, whoever writes meanwhile.
 * Method: another process commits before the repair lists a directory, and goes on with an operation.
 */
import {
  CHECKPOINT_PREFIX,
  formatManifestViewKey,
  formatRecordKey,
  LOG_PREFIX,
  SIDECAR_PREFIX,
  TABLES_PREFIX,
} from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { planRepairs, repairRun } from "../src/index.js";
import { readLogFacts } from "../src/repair/log-facts.js";
import {
  commitRows,
  LEFT,
  type OpenedProcess,
  only,
  openProcess,
  readValues,
  rowsOf,
  startProcess,
} from "./support/universe.js";

const NOTHING = { records: [], checkpoints: [], sidecars: [], views: [] };

async function openWith(disk: SimulatedDisk, values: readonly number[]): Promise<OpenedProcess> {
  const opened = await openProcess(disk, "other");
  for (const value of values) await commitRows(opened.storage, [{ table: LEFT, values: [value] }]);
  return opened;
}

/** Leaves an operation under way, with its sidecar. */
async function stage(storage: OpenedProcess["storage"]): Promise<void> {
  const base = await storage.snapshot();
  const operation = await storage.begin({ base, mode: "blind", actor: "tester" });
  await operation.stageAppend(LEFT.name, only(rowsOf(LEFT, [100])));
}

/** Calls `act` before each listing of `prefix`. */
function listingAfter<Reader extends ObjectReader>(
  store: Reader,
  prefix: string,
  act: () => Promise<void>,
): Reader {
  return new Proxy(store, {
    get(target, name) {
      if (name !== "list") {
        const value = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return async function* (...args: Parameters<ObjectReader["list"]>) {
        if (args[0] === prefix) await act();
        yield* target.list(...args);
      };
    },
  });
}

describe("a repair while another process writes", () => {
  test.each([LOG_PREFIX, CHECKPOINT_PREFIX, SIDECAR_PREFIX, TABLES_PREFIX])(
    "takes no commit before the listing of %s for lost",
    async (prefix) => {
      const disk = new SimulatedDisk();
      const { storage } = await openWith(disk, [1, 2]);
      const opening = startProcess(disk, "repairer");
      let last = 2;
      const store = listingAfter(opening.store, prefix, async () => {
        await commitRows(storage, [{ table: LEFT, values: [++last] }]);
        // Its sidecar stays: it is based on that commit.
        await stage(storage);
      });
      for (const { beyond } of await readLogFacts(store)) expect(beyond).toEqual(NOTHING);
      expect((await planRepairs({ ...opening, store })).acts).toEqual([]);
      expect((await repairRun({ ...opening, store, residual: opening.store })).acts).toEqual([]);
      expect(last).toBeGreaterThan(2);
      const values = Array.from({ length: last }, (_, i) => i + 1);
      expect(await readValues(storage, LEFT.name)).toEqual(values);
    },
  );

  test("sets no view of a lost version aside", async () => {
    const disk = new SimulatedDisk();
    const { store, storage } = await openWith(disk, [1]);
    await stage(storage);
    await commitRows(storage, [{ table: LEFT, values: [2] }]);
    const opening = startProcess(disk, "repairer");
    await opening.store.setAside(formatRecordKey(2), "_lost" as never);
    const told = await planRepairs(opening);
    expect(told.acts).toMatchObject([
      { kind: "publish-view", paths: [formatManifestViewKey(LEFT.name)] },
    ]);
    const view = await opening.store.get(formatManifestViewKey(LEFT.name), { sizeBytesMax: 9999 });
    await expect(repairRun(opening)).rejects.toMatchObject({ code: "IN_USE" });
    expect(
      await opening.store.get(formatManifestViewKey(LEFT.name), { sizeBytesMax: 9999 }),
    ).toEqual(view);
    store.process.kill();
    expect(await repairRun(opening)).toMatchObject({ acts: told.acts });
  });
});
