/**
 * Appends that are under way together share parts, a sidecar and a record; each caller is told its
 * own outcome, and whatever goes wrong with a group is no worse for its members than going alone.
 */
import assert from "node:assert/strict";
import type { CommitRecord, OperationId } from "@crv/core";
import type { AppendOutcome, StagedStorage } from "@crv/storage-trait";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { checkRun } from "./support/check-run.js";
import {
  appendValues,
  commitRows,
  LEFT,
  type OpenedProcess,
  openProcess,
  RIGHT,
  readValues,
  rowsOf,
} from "./support/universe.js";

async function openBoth(disk: SimulatedDisk, options = {}): Promise<OpenedProcess> {
  const opened = await openProcess(disk, "writer", options);
  const appends = [LEFT, RIGHT].map((table) => ({ table, values: [0] }));
  if (opened.storage.version === 0) await commitRows(opened.storage, appends);
  return opened;
}

/** Appends to LEFT: the first goes at once, the others as one group. */
function appendEach(storage: StagedStorage, values: readonly number[]): Promise<AppendOutcome>[] {
  return values.map((value) => appendValues(storage, LEFT, [value]));
}

async function newest(storage: StagedStorage): Promise<CommitRecord> {
  for await (const record of storage.commits({ after: storage.version - 1 })) return record;
  throw new Error("there is no record");
}

const kindsOf = (outcomes: readonly AppendOutcome[]) => outcomes.map(({ outcome }) => outcome.kind);

describe("appends that are under way together", () => {
  test("cost one sidecar, one part for each table and bucket, one record", async () => {
    const disk = new SimulatedDisk();
    const { storage } = await openBoth(disk);
    const start = disk.trace.length;
    const outcomes = await Promise.all([
      ...appendEach(storage, [1, 2, 3]),
      appendValues(storage, RIGHT, [4]),
      ...appendEach(storage, [5, 25]),
    ]);
    expect(new Set(kindsOf(outcomes))).toEqual(new Set(["committed"]));
    const linked = disk.trace.slice(start).filter(({ step }) => step === "link");
    const count = (prefix: string) => linked.filter(({ key }) => key.startsWith(prefix)).length;
    // Of the append that went first, and of the group: LEFT in two buckets, RIGHT in one.
    expect([count("_recovery/"), count("tables/"), count("_log/")]).toEqual([2, 1 + 3, 2]);
    expect(storage.version).toBe(3);
    expect(await readValues(storage, LEFT.name)).toEqual([0, 1, 2, 3, 5, 25]);
    expect(await readValues(storage, RIGHT.name)).toEqual([0, 4]);
  });

  test("are each told their own rows, buckets and parts", async () => {
    const { storage } = await openBoth(new SimulatedDisk());
    const outcomes = await Promise.all([
      ...appendEach(storage, [1, 2]),
      appendValues(storage, RIGHT, [7]),
      appendValues(storage, LEFT, [3, 14]),
    ]);
    const [second, right, wide] = outcomes.slice(1);
    assert.ok(second && right && wide);
    expect(second).toMatchObject({ rows: 1, buckets: [0], parts: [{ bucket: 0, rows: 2 }] });
    expect(right).toMatchObject({ rows: 1, buckets: [0], parts: [{ rows: 1 }] });
    expect(wide).toMatchObject({ rows: 2, buckets: [0, 1], parts: [{ rows: 2 }, { rows: 1 }] });
    assert.ok(right.outcome.kind === "committed");
    expect([...right.outcome.tableVersions]).toEqual([[RIGHT.name, 2]]);
  });

  test("stand in the record one by one, so that each id can be settled", async () => {
    const { storage } = await openBoth(new SimulatedDisk());
    const outcomes = await Promise.all(appendEach(storage, [1, 2, 3]));
    const [leader, other] = outcomes.slice(1).map(({ ref }) => ref.operationId);
    const record = await newest(storage);
    expect(record.operations).toMatchObject([
      { id: leader, actor: "tester", kind: "append", shared: { leader, rows: 1, buckets: [0] } },
      { id: other, actor: "tester", kind: "append", shared: { leader, rows: 1, buckets: [0] } },
    ]);
    for (const { ref } of outcomes) {
      expect(await storage.resolve(ref)).toMatchObject({ kind: "committed" });
    }
  });

  test("leave one that was cancelled while it waited out", async () => {
    const { storage } = await openBoth(new SimulatedDisk());
    const cancelled = new AbortController();
    await using base = await storage.snapshot();
    const first = appendEach(storage, [1]);
    const rows = async function* () {
      yield rowsOf(LEFT, [9]);
      cancelled.abort(new Error("no longer"));
    };
    const { signal } = cancelled;
    const gone = storage.append({ base, mode: "blind" }, LEFT, rows(), { signal });
    const last = appendEach(storage, [2]);
    await expect(gone).rejects.toThrow("no longer");
    await Promise.all([...first, ...last]);
    expect(await readValues(storage, LEFT.name)).toEqual([0, 1, 2]);
  });
});

describe("a group that fails as a whole", () => {
  test("is parted: a member that was fenced conflicts, the others land", async () => {
    const disk = new SimulatedDisk();
    const other = await openBoth(disk);
    const fenced: OperationId[] = [];
    const { storage } = await openProcess(disk, "grouping", {
      onPhase: async ({ phase, when, operationId }) => {
        if (phase !== "publish" || when !== "before" || fenced.length > 0) return;
        const sidecar = JSON.parse(
          new TextDecoder().decode(disk.objects().get(`_recovery/${operationId}.json` as never)),
        );
        if (sidecar.companions === undefined) return;
        fenced.push(sidecar.companions[0]);
        const ref = { operationId: sidecar.companions[0], branch: "main" as never, base: 1 };
        expect(await other.storage.resolve(ref)).toMatchObject({ kind: "aborted" });
      },
    });
    const outcomes = await Promise.all(appendEach(storage, [1, 2, 3, 4]));
    expect(kindsOf(outcomes)).toEqual(["committed", "committed", "conflict", "committed"]);
    expect(outcomes[2]?.ref.operationId).toBe(fenced[0]);
    expect([...((await readValues(storage, LEFT.name)) ?? [])].sort()).toEqual([0, 1, 2, 4]);
    await storage.close();
    await checkRun(disk, { committed: [], notCommitted: fenced }, { leftovers: false });
  });

  test("leaves nothing when its process dies: recovery fences every member", async () => {
    const disk = new SimulatedDisk();
    await openBoth(disk);
    let sidecar: { operation_id: OperationId; companions: OperationId[] } | undefined;
    const dying = await openProcess(disk, "dying", {
      onPhase: ({ phase, when, operationId }) => {
        if (phase !== "publish" || when !== "before") return;
        const bytes = disk.objects().get(`_recovery/${operationId}.json` as never);
        const found = JSON.parse(new TextDecoder().decode(bytes));
        if (found.companions === undefined) return;
        sidecar = found;
        dying.store.process.kill();
      },
    });
    void Promise.allSettled(appendEach(dying.storage, [1, 2, 3, 4]));
    while (sidecar === undefined) await new Promise((resolve) => setImmediate(resolve));
    const { storage, recovered } = await openProcess(disk, "next");
    expect(recovered.rolledBack).toHaveLength(1);
    const ids = [sidecar.operation_id, ...sidecar.companions];
    expect((await newest(storage)).aborts).toEqual(ids);
    for (const operationId of ids) {
      const ref = { operationId, branch: "main" as never, base: 1 };
      expect(await storage.resolve(ref)).toMatchObject({ kind: "aborted" });
    }
    expect(await readValues(storage, LEFT.name)).toEqual([0, 1]);
    await checkRun(disk, { committed: [], notCommitted: ids }, { leftovers: false });
  });
});
