/**
 * Goal: small parts of a bucket are merged without being asked, and nobody who writes or reads notices: the
 * same rows, no conflict, no failure, and no storage call as long as there are few.
 * Method: a policy with small numbers on the simulated disk.
 */
import assert from "node:assert/strict";
import { type ObjectKey, parsePartKey } from "@crv/core";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, test } from "vitest";
import {
  type AutoOptimizePolicy,
  type OpenStorageOptions,
  openStorage,
  type StoreEvent,
} from "../src/index.js";
import {
  commitRows,
  LEFT,
  openProcess,
  readValues,
  rowsAt,
  startProcess,
} from "./support/universe.js";

const POLICY: AutoOptimizePolicy = { bucketPartsMax: 4, budget: { parts: 16, ms: 1000 } };

async function open(
  disk: SimulatedDisk,
  autoOptimize?: AutoOptimizePolicy,
  options: Pick<OpenStorageOptions, "onPhase"> = {},
) {
  const events: StoreEvent[] = [];
  const { storage } = await openStorage({
    ...startProcess(disk, "writer"),
    ...options,
    ...(autoOptimize && { autoOptimize }),
    onEvent: (event) => events.push(event),
  });
  const maintained = () => events.filter(({ kind }) => kind === "maintenance");
  return { storage, maintained };
}

/** One row each, all in one bucket. */
async function append(
  storage: Awaited<ReturnType<typeof open>>["storage"],
  values: readonly number[],
): Promise<void> {
  for (const value of values) {
    await using base = await storage.snapshot();
    await using tx = await storage.begin({ base, mode: "blind" });
    if (!base.descriptor(LEFT.name)) {
      await tx.stageSchema(LEFT.name, { kind: "create", descriptor: LEFT });
    }
    async function* rows() {
      yield rowsAt(LEFT, value % 10, [value]);
    }
    await tx.stageAppend(LEFT.name, rows());
    assert.equal((await tx.commit()).kind, "committed");
  }
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);
const sorted = (values: readonly number[] = []): readonly number[] =>
  [...values].sort((a, b) => a - b);

async function partsOf({ storage }: Pick<Awaited<ReturnType<typeof open>>, "storage">) {
  await using snapshot = await storage.snapshot();
  return (await storage.plan(snapshot, { table: LEFT.name })).parts;
}

describe("automatic optimizing", () => {
  test("keeps the parts of a bucket few, and the rows as they are", async () => {
    const disk = new SimulatedDisk();
    const writer = await open(disk, POLICY);
    await append(writer.storage, upTo(50));
    await writer.storage.close();
    const after = await open(disk);
    assert.ok((await partsOf(after)).length < 12, `${(await partsOf(after)).length} parts`);
    assert.deepEqual(sorted(await readValues(after.storage, LEFT.name)), upTo(50));
    assert.ok(writer.maintained().length > 0);
    for (const event of writer.maintained()) {
      assert.ok(event.kind === "maintenance" && event.action === "optimize" && "report" in event);
    }
  });

  test.each([4, 8, 16])(
    "lets an operation that rewrites come first, after %i appends",
    async (count) => {
      const { storage } = await open(new SimulatedDisk(), POLICY);
      await append(storage, upTo(count));
      // What the appends made due is under way by now.
      await using base = await storage.snapshot();
      await using tx = await storage.begin({ base, mode: "blind" });
      await tx.stageDelete(LEFT.name, { kind: "compare", column: "value", op: "eq", value: 1 });
      assert.equal((await tx.commit()).kind, "committed");
      assert.deepEqual(sorted(await readValues(storage, LEFT.name)), upTo(count).slice(1));
      await storage.close();
    },
  );

  test("merges at close what was left, and nothing where there is little", async () => {
    const disk = new SimulatedDisk();
    const first = await open(disk);
    await append(first.storage, upTo(6));
    await first.storage.close();
    // Most of them are of another process: counted here is one.
    const second = await open(disk, POLICY);
    await append(second.storage, [7]);
    await second.storage.close();
    const third = await open(disk, POLICY);
    assert.equal((await partsOf(third)).length, 1);
    await append(third.storage, [8]);
    const { version } = third.storage;
    await third.storage.close();
    const { storage } = await open(disk);
    assert.equal(storage.version, version);
    assert.deepEqual(sorted(await readValues(storage, LEFT.name)), upTo(8));
  });

  test("makes no storage call as long as the parts are few", async () => {
    const calls = async (policy?: AutoOptimizePolicy): Promise<readonly string[]> => {
      const disk = new SimulatedDisk();
      const { storage } = await open(disk, policy);
      await append(storage, [1, 2, 3]);
      await storage.close();
      return disk.trace.map(({ verb, step, key }) => `${verb} ${step} ${key}`);
    };
    assert.deepEqual(await calls(POLICY), await calls());
  });

  test("waits for operations that may rewrite what they have read", async () => {
    const disk = new SimulatedDisk();
    const { storage } = await open(disk, POLICY);
    await append(storage, [1, 2, 3]);
    await using base = await storage.snapshot();
    await using tx = await storage.begin({ base, mode: "strict" });
    await append(storage, [4, 5, 6, 7, 8]);
    await tx.stageDelete(LEFT.name, { kind: "compare", column: "value", op: "eq", value: 1 });
    const outcome = await tx.commit();
    // What it read moved by appends; no part of it was replaced under it.
    assert.deepEqual(
      outcome.kind === "conflict" && outcome.conflict.kind,
      "ExpectedVersionMismatch",
    );
    await storage.close();
    const again = await open(disk);
    assert.deepEqual(sorted(await readValues(again.storage, LEFT.name)), upTo(8));
  });

  test.each(["strict", "blind"] as const)(
    "refuses no %s operation that begins while it commits",
    async (mode) => {
      const disk = new SimulatedDisk();
      let reach = (): void => {};
      let goOn = (): void => {};
      const reached = new Promise<void>((resolve) => {
        reach = resolve;
      });
      const going = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      let publishes = 0;
      const { storage } = await open(disk, POLICY, {
        // Four appends, then the commit that merges their parts.
        onPhase: async ({ phase, when }) => {
          if (phase !== "publish" || when !== "before" || ++publishes !== 5) return;
          reach();
          await going;
        },
      });
      await append(storage, [1, 2, 3, 4]);
      await reached;
      await using base = await storage.snapshot();
      const beginning = storage.begin({ base, mode });
      goOn();
      await using tx = await beginning;
      while (storage.version < 5) await storage.snapshot();
      const two = { kind: "compare", column: "value", op: "eq", value: 2 } as const;
      await tx.stageDelete(LEFT.name, two);
      assert.equal((await tx.commit()).kind, "committed");
      assert.deepEqual(sorted(await readValues(storage, LEFT.name)), [1, 3, 4]);
      // What read before such a commit, and did not begin: the rows that it saw are there.
      const late = await storage.begin({ base, mode: "strict" });
      await late.stageDelete(LEFT.name, two);
      const outcome = await late.commit();
      assert.equal(outcome.kind === "conflict" && outcome.conflict.kind, "ExpectedVersionMismatch");
      await storage.close();
    },
  );

  test("fails nobody: it tells why it could not", async () => {
    const disk = new SimulatedDisk();
    const writer = await open(disk, POLICY);
    await append(writer.storage, [1]);
    const [part] = [...disk.objects().keys()].filter((key) => parsePartKey(key));
    disk.tamper(part as ObjectKey, (bytes) => bytes.subarray(0, 3));
    await append(writer.storage, upTo(9).slice(1));
    await writer.storage.close();
    const told = writer.maintained();
    assert.ok(told.length > 0);
    for (const event of told) assert.ok("error" in event);
    const { storage } = await openProcess(disk, "later");
    const appended = await commitRows(storage, [{ table: LEFT, values: [30] }]);
    assert.equal(appended.kind, "committed");
  });
});
