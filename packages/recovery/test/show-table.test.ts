/** Goal: a view shows what the log holds, and never what a loss of power could take from the log. */
import { formatManifestViewKey } from "@crv/core";
import { CommitLog } from "@crv/manifest";
import { viewVersion } from "@crv/storage-trait/residual";
import { CountingStore, SimulatedClock, SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { readViewVersion, showTable, sweepViews } from "../src/index.js";
import { DELAYS, FLIGHTS, openMachine, operationIdOf, proposalOf } from "./sample.js";

const VIEW = formatManifestViewKey(FLIGHTS);
const newDisk = () => new SimulatedDisk({ clock: new SimulatedClock({ autoAdvance: true }) });

function shown(disk: SimulatedDisk): number | undefined {
  const body = disk.objects().get(VIEW);
  return body && viewVersion(body);
}

describe("showTable", () => {
  test("brings the view to the newest commit", async () => {
    const disk = newDisk();
    const a = await openMachine(disk, "a");
    await a.publisher.publish(proposalOf(operationIdOf(1)));
    await showTable(a, FLIGHTS);
    expect(shown(disk)).toBe(1);
    await a.publisher.publish(proposalOf(operationIdOf(2)));
    await showTable(a, FLIGHTS);
    expect(shown(disk)).toBe(2);
    expect(await readViewVersion(a.store, FLIGHTS)).toBe(2);
  });

  test("does nothing for a table that does not exist", async () => {
    const disk = newDisk();
    await showTable(await openMachine(disk, "a"), DELAYS);
    expect(disk.objects().size).toBe(0);
  });

  test("goes on until it shows what came meanwhile (rule viewloop)", async () => {
    const disk = newDisk();
    const [a, b] = [await openMachine(disk, "a"), await openMachine(disk, "b")];
    await a.publisher.publish(proposalOf(operationIdOf(1)));
    let more = 2;
    disk.onStep = async ({ process, verb, step }) => {
      if (process !== "a" || verb !== "replaceView" || step !== "rename" || more === 0) return;
      more -= 1;
      await b.publisher.publish(proposalOf(operationIdOf(10 + more)));
    };
    expect(await showTable(a, FLIGHTS)).toBe(true);
    expect(shown(disk)).toBe(3);
  });

  test("comes to an end beside writers that never pause", async () => {
    const disk = newDisk();
    const [a, b] = [await openMachine(disk, "a"), await openMachine(disk, "b")];
    await a.publisher.publish(proposalOf(operationIdOf(1)));
    let more = 0;
    disk.onStep = async ({ process, verb, step }) => {
      if (process !== "a" || verb !== "replaceView" || step !== "rename") return;
      more += 1;
      await b.publisher.publish(proposalOf(operationIdOf(10 + more)));
    };
    expect(await showTable(a, FLIGHTS)).toBe(false);
    expect(more).toBe(3);
    expect(shown(disk)).toBe(3);
  });

  test("leaves a newer view alone", async () => {
    const disk = newDisk();
    const [a, b] = [await openMachine(disk, "a"), await openMachine(disk, "b")];
    await a.publisher.publish(proposalOf(operationIdOf(1)));
    await b.publisher.publish(proposalOf(operationIdOf(2)));
    await showTable(b, FLIGHTS);
    await showTable(a, FLIGHTS);
    expect(shown(disk)).toBe(2);
  });

  test("shows no record that could still be lost (rule syncfound)", async () => {
    const disk = newDisk();
    const a = await openMachine(disk, "a");
    const died = await openMachine(disk, "b", {
      plan: ({ step, key }) =>
        step === "sync-directory" && key === "_log" ? { kind: "crash", when: "before" } : undefined,
    });
    await died.publisher.publish(proposalOf(operationIdOf(1))).catch(() => undefined);
    await a.log.refresh();
    await showTable(a, FLIGHTS);
    for (const state of disk.powerLossStates({ max: 500 })) {
      const head = (await new CommitLog(state.process("after")).refresh()).version;
      expect([head, shown(state)]).toEqual([1, 1]);
    }
  });
});

describe("readViewVersion", () => {
  test.each([
    ["is absent", undefined, 0],
    ["is torn", '{"run_version": 3', 0],
    ["is not ours", "[]", 0],
    ["has no version", '{"table":"flights"}', 0],
    ["shows a version", '{"run_version":3}', 3],
  ])("of a view that %s", async (_, text, version) => {
    const disk = newDisk();
    const { store } = await openMachine(disk, "a");
    if (text !== undefined) {
      await store.create(VIEW, new TextEncoder().encode(text), { durability: "full" });
    }
    expect(await readViewVersion(store, FLIGHTS)).toBe(version);
  });
});

describe("readViewVersion of a large view", () => {
  const large = (end: string): string => `{\n  "partitions": "${"x".repeat(70_000)}",${end}`;
  const END =
    '\n  "run_version": 7,\n  "table_version": 5,\n  "tick_column": "tick",\n  "tick_bucket_size": 1440\n}';
  test.each([
    ["as crv writes it, by its end alone", large(END), 7, false],
    ["with the members elsewhere, by all of it", large('"run_version":8}'), 8, true],
    ["that is torn, not at all", large(END).slice(0, -5), 0, true],
  ])("%s", async (_, text, version, isReadWhole) => {
    const disk = newDisk();
    const { store } = await openMachine(disk, "a");
    await store.create(VIEW, new TextEncoder().encode(text), { durability: "full" });
    const counting = new CountingStore(store);
    expect(await readViewVersion(counting, FLIGHTS)).toBe(version);
    expect(counting.bytes("get") > text.length).toBe(isReadWhole);
  });
});

describe("sweepViews", () => {
  test("brings up every view that lags, whoever left it", async () => {
    const disk = newDisk();
    const a = await openMachine(disk, "a");
    await a.publisher.publish(proposalOf(operationIdOf(1), [FLIGHTS, DELAYS]));
    await showTable(a, DELAYS);
    const b = await openMachine(disk, "b");
    await b.log.refresh();
    expect(await sweepViews(b)).toEqual([FLIGHTS]);
    expect(await sweepViews(b)).toEqual([]);
    expect(shown(disk)).toBe(1);
  });

  test("replaces a torn view", async () => {
    const disk = newDisk();
    const a = await openMachine(disk, "a");
    await a.publisher.publish(proposalOf(operationIdOf(1)));
    await showTable(a, FLIGHTS);
    disk.tamper(VIEW, (body) => body.slice(0, 20));
    expect(await sweepViews(a)).toEqual([FLIGHTS]);
    expect(shown(disk)).toBe(1);
  });

  test("stops at a view that shows more than the log holds", async () => {
    const disk = newDisk();
    const a = await openMachine(disk, "a");
    await a.publisher.publish(proposalOf(operationIdOf(1)));
    await a.store.create(VIEW, new TextEncoder().encode('{"run_version":5}'), {
      durability: "full",
    });
    await expect(sweepViews(a)).rejects.toMatchObject({
      name: "IoManifestError",
      code: "RECOVERY_BLOCKED",
      action: "repair",
      details: { key: VIEW },
    });
    expect(shown(disk)).toBe(5);
  });
});
