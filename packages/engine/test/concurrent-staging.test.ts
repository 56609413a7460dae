/** Stage calls of one operation that run side by side, each on a table of its own. */
import { formatSidecarKey, type OperationId, parsePartKey } from "@crv/core";
import { decodeSidecar, LEASE_MS } from "@crv/recovery";
import { type FaultPlan, SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { LEFT, only, openProcess, RIGHT, readValues, rowsOf } from "./support/universe.js";

const OPERATION = "01ZZZZZZZZZZZZZZZZZZZZZZZZ" as OperationId;
const SIDECAR = formatSidecarKey(OPERATION);

async function openOperation(plan: FaultPlan = []) {
  const disk = new SimulatedDisk();
  const { storage } = await openProcess(disk, "writer", { plan });
  const base = await storage.snapshot();
  const operation = await storage.begin({ base, mode: "blind", operationId: OPERATION });
  for (const descriptor of [LEFT, RIGHT]) {
    await operation.stageSchema(descriptor.name, { kind: "create", descriptor });
  }
  return { disk, storage, operation };
}

function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("staging side by side", () => {
  test("one commit holds what was staged, and one sidecar named both tables", async () => {
    const { disk, storage, operation } = await openOperation();
    await Promise.all([
      operation.stageAppend(LEFT.name, only(rowsOf(LEFT, [1, 2]))),
      operation.stageAppend(RIGHT.name, only(rowsOf(RIGHT, [3, 14]))),
    ]);
    const { tables } = await decodeSidecar(OPERATION, disk.objects().get(SIDECAR) as Uint8Array);
    expect([...tables.keys()].sort()).toEqual([LEFT.name, RIGHT.name]);
    expect(await operation.commit()).toMatchObject({ kind: "committed", version: 1 });
    expect(await readValues(storage, LEFT.name)).toEqual([1, 2]);
    expect(await readValues(storage, RIGHT.name)).toEqual([3, 14]);
  });

  test("what one table still writes when another fails is removed, too", async () => {
    const { disk, operation } = await openOperation(({ step, key }) =>
      step === "write" && key.startsWith("tables/left_table")
        ? { kind: "error", errno: "ENOSPC", when: "before" }
        : undefined,
    );
    const held = gate();
    const reached = gate();
    disk.onStep = ({ step, key }) => {
      if (step !== "link" || !key.startsWith("tables/right_table")) return;
      reached.open();
      return held.opened;
    };
    const left = operation.stageAppend(LEFT.name, only(rowsOf(LEFT, [1])));
    const right = operation.stageAppend(RIGHT.name, only(rowsOf(RIGHT, [1])));
    await expect(left).rejects.toThrow("ENOSPC");
    await reached.opened;
    const discarded = operation.discard();
    held.open();
    await Promise.allSettled([right, discarded]);
    expect(
      [...disk.objects().keys()].filter((key) => parsePartKey(key) || key === SIDECAR),
    ).toEqual([]);
  });

  test("a lease that is renewed while a table joins keeps naming both", async () => {
    const { disk, operation } = await openOperation();
    await operation.stageAppend(LEFT.name, only(rowsOf(LEFT, [1])));
    disk.clock.advance(LEASE_MS / 2);
    await Promise.all([
      operation.stageAppend(LEFT.name, only(rowsOf(LEFT, [2]))),
      operation.stageAppend(RIGHT.name, only(rowsOf(RIGHT, [2]))),
    ]);
    const { tables } = await decodeSidecar(OPERATION, disk.objects().get(SIDECAR) as Uint8Array);
    expect([...tables.keys()].sort()).toEqual([LEFT.name, RIGHT.name]);
    await operation.discard();
    expect(disk.objects().has(SIDECAR)).toBe(false);
  });
});
