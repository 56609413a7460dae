import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "@crv/core";
import { describe, expect, test } from "vitest";
import { canonicalJson, openRun, openStore } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { listTree } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

async function makeRun(root: string, runId: string, commits: number): Promise<void> {
  await using run = await openRun({ root, runId, tables: [flights] });
  for (let n = 0; n < commits; n++) await run.append("flights", flightsFrom(n, 2));
}

describe("openStore", () => {
  test("sums up each run, in order of id", async () => {
    const root = await scratchDirectory();
    await makeRun(root, "b", 3);
    await makeRun(root, "a", 1);
    await makeRun(root, "empty", 0);
    const store = await openStore(root);
    expect(store).toMatchObject({ root, storeId: expect.stringMatching(/^[0-9A-Z]{26}$/) });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const bytes = expect.any(Number);
    const plain = {
      status: "finished",
      labels: [],
      parameters: {},
      createdAt: null,
      damagedAt: null,
    };
    expect(await store.runs()).toEqual([
      { ...plain, runId: "a", version: 1, tables: 1, rows: 2, bytes, updatedAt: time },
      { ...plain, runId: "b", version: 3, tables: 1, rows: 6, bytes, updatedAt: time },
      { ...plain, runId: "empty", version: 0, tables: 0, rows: 0, bytes: 0, updatedAt: null },
    ]);
  });

  test("lists a run that cannot be read with its error, beside the others", async () => {
    const root = await scratchDirectory();
    await makeRun(root, "later", 1);
    await makeRun(root, "sound", 1);
    // As a later release would have written it: sound, and not for this one.
    const body = { format: 2, version: 1 };
    const digest = await digestOf(new TextEncoder().encode(canonicalJson(body)));
    const record = join(root, "runs", "later", "_log", "00000000000000000001.json");
    await writeFile(record, canonicalJson({ ...body, digest }));

    const [later, sound] = await (await openStore(root)).runs();
    expect(later).toMatchObject({ runId: "later", error: { code: "FORMAT_UNSUPPORTED" } });
    expect(sound).toMatchObject({ runId: "sound", rows: 2 });
  });

  test("leaves directories alone that are no runs", async () => {
    const root = await scratchDirectory();
    await makeRun(root, "run", 1);
    await mkdir(join(root, "runs", "not a run id"));
    await writeFile(join(root, "runs", "notes.txt"), "");
    expect((await (await openStore(root)).runs()).map(({ runId }) => runId)).toEqual(["run"]);
  });

  test("says that there is no store, and makes none", async () => {
    const root = await scratchDirectory();
    await refusal(() => openStore(root), {
      name: "IoError",
      code: "NOT_FOUND",
      says: [root, "check the path"],
    });
    expect(await listTree(root)).toEqual([]);
  });
});
