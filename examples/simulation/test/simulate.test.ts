/** Goal: the simulation writes rows that mean what the canonical tables say, once, also after it was killed. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRun, openStore } from "crv";
import { checkRow } from "crv/models";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Market } from "../src/market.js";
import { parseOptions } from "../src/options.js";
import { recordTick } from "../src/record-tick.js";
import { simulate } from "../src/simulate.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const SIZE = { agents: 40, ticks: 12, seed: 3 };
const TABLES = ["decisions", "exchange", "holdings", "identity_edges", "messages"] as const;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "crv-simulation-"));
  await simulate({ root: join(root, "whole"), ...SIZE });
});

afterAll(() => rm(root, { recursive: true }));

async function rowsOf(store: string, table: string): Promise<object[]> {
  const [summary] = await (await openStore(join(root, store))).runs();
  await using run = await openRun({
    root: join(root, store),
    runId: summary?.runId ?? "",
    mode: "readOnly",
  });
  return await run.scan(table, { order: "tick" }).toRows();
}

describe("the simulation", () => {
  test.each(TABLES)("writes %s by the model of its rows", async (table) => {
    const rows = await rowsOf("whole", table);
    expect(rows.length).toBeGreaterThan(0);
    for (const { bucket: _, ...row } of rows as { bucket: number }[]) {
      expect(checkRow(table, row)).not.toHaveProperty("broken");
    }
  });

  test("has one decision of every agent in every tick, and a run that says what it is", async () => {
    expect(await rowsOf("whole", "decisions")).toHaveLength(SIZE.agents * SIZE.ticks);
    const [run] = await (await openStore(join(root, "whole"))).runs();
    expect(run).toMatchObject({
      runId: "market-40-12-3",
      status: "finished",
      labels: ["complete", "market"],
      parameters: SIZE,
      tables: TABLES.length,
    });
  });

  test("to start it again adds nothing", async () => {
    const again = await simulate({ root: join(root, "whole"), ...SIZE });
    expect(again).toMatchObject({ resumedAt: SIZE.ticks });
    expect(again.rows.decisions).toBe(SIZE.agents * SIZE.ticks);
  });

  test("that was killed within a tick is finished, row by row as the whole one", async () => {
    {
      const store = await openStore(join(root, "killed"), { create: true });
      const { agents, ticks, seed } = SIZE;
      await using run = await store.openRun({
        runId: `market-${agents}-${ticks}-${seed}`,
        parameters: SIZE,
        labels: ["market"],
      });
      const market = new Market(SIZE);
      await using recorder = run.recorder();
      for (let tick = 0; tick < 5; tick++) recordTick(recorder, tick, market.step(tick), market);
      // Of tick 5 some decisions only.
      const { decisions } = market.step(5);
      const part = { decisions: decisions.slice(0, 7), trades: [], messages: [], opinions: [] };
      recordTick(recorder, 5, part, market);
    }
    const { resumedAt } = await simulate({ root: join(root, "killed"), ...SIZE });
    expect(resumedAt).toBe(5);
    for (const table of TABLES) {
      expect(await rowsOf("killed", table)).toEqual(await rowsOf("whole", table));
    }
  });
});

test("options are read, and refused by name", () => {
  expect(parseOptions(["--agents", "5", "--out", "x"])).toEqual({
    root: "x",
    agents: 5,
    ticks: 200,
    seed: 1,
  });
  expect(() => parseOptions(["--ticks", "many"])).toThrow("--ticks");
});
