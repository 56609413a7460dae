import { formatFloorKey, parseObjectKey } from "@crv/core";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { raiseFloor, readFloor } from "../src/index.js";

const DIGEST = /^\{"digest":"[0-9a-f]{32}","floor":8,"format":1\}$/;

describe("the floor", () => {
  test("is 1 while nothing was trimmed", async () => {
    expect(await readFloor(new SimulatedDisk().process("p"))).toBe(1);
  });

  test("only rises, in whatever order it is raised", async () => {
    const disk = new SimulatedDisk();
    const store = disk.process("p");
    for (const version of [3, 8, 5, 8]) await raiseFloor(store, version);
    expect(await readFloor(store)).toBe(8);
    const body = disk.objects().get(formatFloorKey(8));
    expect(new TextDecoder().decode(body)).toMatch(DIGEST);
  });

  test("is durable once raised, also when another raised it and died", async () => {
    for (let crashAt = 1; crashAt <= 8; crashAt++) {
      const disk = new SimulatedDisk();
      await raiseFloor(disk.process("first", { crashAt }), 5).catch(() => undefined);
      await raiseFloor(disk.process("second"), 5);
      for (const state of disk.powerLossStates()) {
        expect(await readFloor(state.process("after"))).toBe(5);
      }
    }
  });

  test("counts by its name: a torn file is a floor too", async () => {
    const disk = new SimulatedDisk();
    await raiseFloor(disk.process("p"), 5);
    disk.tamper(formatFloorKey(5), () => new Uint8Array());
    expect(await readFloor(disk.process("q"))).toBe(5);
  });

  test("ignores foreign files, and names a malformed one of its own", async () => {
    const disk = new SimulatedDisk();
    const store = disk.process("p");
    const create = (key: string) =>
      store.create(parseObjectKey(key), new Uint8Array(1), { durability: "full" });
    await create("_floor/notes.txt");
    expect(await readFloor(store)).toBe(1);
    await create("_floor/9.json");
    await expect(readFloor(store)).rejects.toMatchObject({
      code: "CORRUPT",
      details: { key: "_floor/9.json" },
    });
  });

  test("is not raised when the store does not answer: nothing may be removed", async () => {
    const disk = new SimulatedDisk();
    const silent = disk.process("p", {
      plan: ({ step }) => (step === "link" ? { kind: "unknown", lands: "never" } : undefined),
    });
    await expect(raiseFloor(silent, 5)).rejects.toMatchObject({
      code: "IO",
      details: { floor: 5 },
    });
    expect(await readFloor(disk.process("q"))).toBe(1);
  });
});
