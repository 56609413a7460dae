import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Dataset, IoSettings, openDataset, openRun } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

const EDGE = { tick: 120, observer_agent_id: "A0", edge_kind: "self_to_object", edge_weight: 1 };

describe("openDataset", () => {
  test("opens the tables of a run by settings and id, and makes what is missing", async () => {
    const rootDir = join(await scratchDirectory(), "out");
    {
      await using dataset = await openDataset({ rootDir, tickBucketSize: 50 }, "run-1");
      expect(dataset).toBeInstanceOf(Dataset);
      expect(await dataset.append("identity_edges", [EDGE])).toMatchObject({ buckets: [2] });
      expect((await dataset.read("identity_edges", { where: { tickMax: 200 } })).numRows).toBe(1);
    }
    await using run = await openRun({ root: rootDir, runId: "run-1", mode: "readOnly" });
    expect(await run.scan("identity_edges").count()).toBe(1);
  });

  test("takes settings that were made before, and tables of the program", async () => {
    const settings = new IoSettings({ rootDir: await scratchDirectory(), compression: "snappy" });
    await using dataset = await openDataset(settings, "run-1", [flights]);
    await dataset.append("flights", flightsFrom(0, 3));
    expect(await dataset.scan("flights").toRows()).toEqual(flightsFrom(0, 3));
    expect((await dataset.manifest("flights"))?.rows).toBe(3);
  });

  test("refuses what openRun refuses", async () => {
    const rootDir = await scratchDirectory();
    await refusal(() => openDataset({ rootDir }, "../x"), {
      name: "GrammarError",
      code: "INVALID_NAME",
      says: ["../x"],
    });
    await refusal(() => openDataset({ rootdir: rootDir } as never, "run-1"), {
      name: "IoConfigError",
      code: "INVALID_CONFIG",
      says: ['did you mean "rootDir"'],
    });
  });
});
