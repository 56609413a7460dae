/** Goal: docs/format/run-info.md: revisions that build on one another, and are checked when read. */
import { readFileSync } from "node:fs";
import { formatInfoKey } from "@crv/core";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { changeRunInfo, encodeRunInfo, type RunInfo, readRunInfo } from "../src/index.js";

const INFO: RunInfo = {
  createdAt: "2025-01-01T00:00:00.187Z",
  parameters: { agents: 1000, seed: 7 },
  labels: ["baseline"],
};

const newStore = () => new SimulatedDisk().process("p");

describe("run info", () => {
  test("is undefined until it is given, then the newest revision", async () => {
    const store = newStore();
    expect(await readRunInfo(store)).toBeUndefined();
    await changeRunInfo(store, () => INFO);
    await changeRunInfo(store, (info) => ({ ...INFO, labels: [...(info?.labels ?? []), "z"] }));
    expect(await readRunInfo(store)).toEqual({ ...INFO, labels: ["baseline", "z"] });
  });

  test("that does not change is not written", async () => {
    const store = newStore();
    await changeRunInfo(store, () => INFO);
    await changeRunInfo(store, () => structuredClone(INFO));
    expect(await store.stat(formatInfoKey(2))).toBeUndefined();
  });

  test("of two changes at once has both", async () => {
    const store = newStore();
    const add = (label: string) =>
      changeRunInfo(store, (info = INFO) => ({
        ...info,
        labels: [...new Set([...info.labels, label])].sort(),
      }));
    await Promise.all(["a", "b", "c", "d"].map(add));
    expect((await readRunInfo(store))?.labels).toEqual(["a", "b", "baseline", "c", "d"]);
  });

  test.each([
    ["flipped", async () => (await encodeRunInfo(1, INFO)).fill(57, 20, 21)],
    ["of another revision", () => encodeRunInfo(2, INFO)],
    ["empty", async () => new Uint8Array()],
  ])("that is %s is damage", async (_, bytes) => {
    const store = newStore();
    await store.create(formatInfoKey(1), await bytes(), { durability: "full" });
    await expect(readRunInfo(store)).rejects.toMatchObject({ code: "CORRUPT" });
  });

  test("survives a loss of power once it is confirmed, wherever its writer died", async () => {
    for (let crashAt = 1; crashAt <= 12; crashAt++) {
      const disk = new SimulatedDisk();
      await changeRunInfo(disk.process("first"), () => INFO);
      const add = (info: RunInfo = INFO) => ({ ...info, labels: ["baseline", "late"] });
      await changeRunInfo(disk.process("dying", { crashAt }), add).catch(() => undefined);
      for (const state of disk.powerLossStates()) {
        const found = await readRunInfo(state.process("after"));
        expect([["baseline"], ["baseline", "late"]]).toContainEqual(found?.labels);
      }
      await changeRunInfo(disk.process("second"), add);
      for (const state of disk.powerLossStates()) {
        expect((await readRunInfo(state.process("after")))?.labels).toEqual(["baseline", "late"]);
      }
    }
  });

  test("lies on disk as the page shows it", async () => {
    const page = readFileSync(new URL("../../../docs/format/run-info.md", import.meta.url), "utf8");
    const [, example = ""] = /```json\n(.*?)```/s.exec(page) ?? [];
    const text = new TextDecoder().decode(await encodeRunInfo(1, INFO));
    expect(JSON.parse(text)).toEqual(JSON.parse(example));
  });
});
