import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openRun, type VersionTarget } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { listTree } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

const RUN_ID = "run-1";

/** Version 1 has two rows, 2 has three, 3 none and a table more, 4 one. */
async function makeRun() {
  const root = await scratchDirectory();
  const run = await openRun({ root, runId: RUN_ID, tables: [flights] });
  await run.append("flights", flightsFrom(0, 2));
  await run.append("flights", flightsFrom(2, 1));
  await run.transaction(async (tx) => {
    await tx.overwrite("flights", []);
    await tx.insert("holdings", [{ tick: 0, agent_id: "A0", token_id: "T1", quantity: 1 }]);
  });
  await run.append("flights", flightsFrom(9, 1));
  return { root, run };
}

describe("run.at", () => {
  test("shows every version as it was, also through later commits", async () => {
    const { run } = await makeRun();
    await using first = await run.at(1);
    const counts = [];
    for (let version = 0; version <= 4; version++) {
      await using view = await run.at(version);
      expect(view.version).toBe(version);
      counts.push(await view.scan("flights").count());
    }
    expect(counts).toEqual([0, 2, 3, 0, 1]);
    await run.append("flights", flightsFrom(20, 5));
    expect(await first.scan("flights").toRows()).toHaveLength(2);
    expect((await first.refresh()).version).toBe(1);
    expect((await first.tables()).map(({ table, rows }) => [table, rows])).toEqual([
      ["flights", 2],
    ]);
    expect((await first.log()).map(({ version }) => version)).toEqual([1]);
    expect((await first.manifest("flights"))?.runVersion).toBe(1);
    await using fourth = await first.at(4);
    expect(await fourth.scan("flights").count()).toBe(1);
    await run.close();
  });

  test("finds a version by its time and by the operation that made it", async () => {
    const { run } = await makeRun();
    const records = (await run.log()).toReversed();
    const [one, two] = records;
    const operationId = two?.operations[0]?.id ?? "";
    const versionAt = async (target: VersionTarget) => {
      await using view = await run.at(target);
      return view.version;
    };
    expect(await versionAt(operationId)).toBe(2);
    expect(await versionAt("3")).toBe(3);
    for (const { createdAt } of records) {
      const last = records.findLast((record) => record.createdAt <= createdAt);
      expect(await versionAt(createdAt)).toBe(last?.version);
      expect(await versionAt(new Date(createdAt))).toBe(last?.version);
    }
    expect(await versionAt(new Date(Date.parse(one?.createdAt ?? "") - 1))).toBe(0);
    expect(await versionAt("2999-01-01")).toBe(4);
    await run.close();
  });

  test("says which is the newest, or the oldest that is kept", async () => {
    const { run } = await makeRun();
    const [third] = (await run.log({ from: 3, to: 3 })).map(({ createdAt }) => createdAt);
    await refusal(() => run.at(5), {
      name: "IoError",
      code: "NOT_FOUND",
      says: ["no version 5", "newest is 4"],
    });
    await refusal(() => run.at("01ZZZZZZZZZZZZZZZZZZZZZZZZ"), {
      name: "IoError",
      code: "NOT_FOUND",
      says: ["01ZZZZZZZZZZZZZZZZZZZZZZZZ"],
    });
    await pause(5);
    await run.append("flights", flightsFrom(30, 1));
    await pause(5);
    for (let i = 0; i < 3; i++) await run.append("flights", flightsFrom(40 + i, 1));
    await run.trimLog({ keepVersions: 3 });
    for (const target of [1, third ?? ""]) {
      await refusal(() => run.at(target), {
        name: "IoError",
        code: "NOT_FOUND",
        says: ["cleaned up", "oldest kept is 6"],
      });
    }
    await using oldest = await run.at(6);
    expect(await oldest.scan("flights").count()).toBe(3);
    await run.close();
  });

  test.each([
    [-1],
    [1.5],
    ["yesterday, perhaps"],
    ["2001-02-31"],
    [Number.NaN],
    [new Date(Number.NaN)],
    [null],
  ])("refuses %s", async (target) => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: RUN_ID });
    await refusal(() => run.at(target as number), {
      name: "IoError",
      code: "INVALID_ARGUMENT",
      says: ["a number, a time"],
    });
  });

  test("cannot be written to, and closes alone", async () => {
    const { root, run } = await makeRun();
    const before = await listTree(root);
    const view = await run.at(2);
    for (const write of [
      () => view.append("flights", flightsFrom(0, 1)),
      () => view.transaction(async () => undefined),
      () => view.load({ flights: flightsFrom(0, 1) }),
      () => view.trimLog({ keepVersions: 3 }),
    ]) {
      await refusal(write, {
        name: "IoError",
        code: "READ_ONLY",
        says: ["version 2", "write to the run itself"],
      });
    }
    await view.close();
    await refusal(() => view.scan("flights").toRows(), {
      name: "IoError",
      code: "CLOSED",
      says: ["version 2"],
    });
    expect(await listTree(root)).toEqual(before);
    expect(await run.scan("flights").count()).toBe(1);
    await run.close();
  });
});

describe("openRun at a version", () => {
  test("shows it, writes nothing, and closes what it opened", async () => {
    const { root, run } = await makeRun();
    await run.close();
    const before = await listTree(root);
    const view = await openRun({ root, runId: RUN_ID, at: 2, tables: [flights] });
    expect(await view.scan("flights").count()).toBe(3);
    await view.close();
    await refusal(() => view.at(1), { name: "IoError", code: "CLOSED", says: ["closed"] });
    expect(await listTree(root)).toEqual(before);
  });

  test("refuses to write, and a version that is not there", async () => {
    const { root, run } = await makeRun();
    await run.close();
    await refusal(() => openRun({ root, runId: RUN_ID, at: 2, mode: "readWrite" }), {
      name: "IoError",
      code: "INVALID_ARGUMENT",
      says: ["version 2", "readOnly"],
    });
    await refusal(() => openRun({ root, runId: RUN_ID, at: 9 }), {
      name: "IoError",
      code: "NOT_FOUND",
      says: ["newest is 4"],
    });
  });
});
