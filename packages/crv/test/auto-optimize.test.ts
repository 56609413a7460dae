/** Goal: the setting `autoOptimize` decides whether small parts are merged without being asked. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, test } from "vitest";
import { openRun } from "../src/index.js";
import { scratchDirectory } from "./support/scratch.js";

const APPENDS = 260;

test.each([true, false])(
  "autoOptimize: %s",
  async (autoOptimize) => {
    const root = await scratchDirectory();
    const told: object[] = [];
    const note = (message: unknown) => void told.push(message as object);
    subscribe("crv:maintenance", note);
    const run = await openRun({
      root,
      runId: "r",
      durability: "process",
      settings: { autoOptimize, tickBucketSize: 1000 },
    });
    for (let tick = 0; tick < APPENDS; tick++) {
      await run.append("holdings", [{ tick, agent_id: "A", token_id: "T", quantity: tick }]);
    }
    await run.close();
    unsubscribe("crv:maintenance", note);
    await using read = await openRun({ root, runId: "r", mode: "readOnly" });
    const [holdings] = await read.tables();
    expect(holdings?.rows).toBe(APPENDS);
    const ticks = (await read.scan("holdings", { order: "tick" }).toRows()).map(({ tick }) => tick);
    expect(ticks).toEqual(Array.from({ length: APPENDS }, (_, tick) => tick));
    if (autoOptimize) {
      expect(holdings?.parts).toBeLessThan(20);
      expect(told).toEqual([
        expect.objectContaining({ action: "optimize", runId: "r", report: expect.anything() }),
      ]);
    } else {
      expect(holdings?.parts).toBe(APPENDS);
      expect(told).toEqual([]);
    }
  },
  300_000,
);
