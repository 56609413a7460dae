/**
 * Goal: what a dead writer left is settled all or nothing, once, wherever it and its recoverers died.
 * Method: a simulated disk; a writer stopped in each phase; then recovery stopped at each storage call.
 * Invariants: an operation that landed keeps its parts; one that did not has none left, and can never
 * land; no sidecar stays; each settled operation has one audit entry; views show the log.
 */
import {
  type CommitRecord,
  formatManifestViewKey,
  formatPartPrefix,
  formatSidecarKey,
  MAIN_BRANCH,
  type OperationId,
  recoveriesOf,
  type TableKey,
} from "@crv/core";
import { CommitLog } from "@crv/manifest";
import { viewVersion } from "@crv/storage-trait/residual";
import { SimulatedClock, SimulatedDisk, seededRandom } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { encodeSidecar, LEASE_MS, showTable, sweep } from "../src/index.js";
import {
  DELAYS,
  FLIGHTS,
  type Machine,
  openMachine,
  operationIdOf,
  partOf,
  proposalOf,
  sidecarOf,
  stage,
} from "./sample.js";

const ONE = operationIdOf(1);
const BOTH: ReadonlyMap<TableKey, null> = new Map([
  [DELAYS, null],
  [FLIGHTS, null],
]);
const newDisk = () => new SimulatedDisk({ clock: new SimulatedClock({ autoAdvance: true }) });
const sweepAll = (machine: Machine) => sweep(machine, { views: true });

async function history(disk: SimulatedDisk): Promise<CommitRecord[]> {
  const found: CommitRecord[] = [];
  for await (const record of new CommitLog(disk.process("witness")).records()) found.push(record);
  return found;
}

function partsOf(disk: SimulatedDisk, id: OperationId): string[] {
  const own = [...BOTH.keys()].map((table) => partOf(id, table).path as string);
  return [...disk.objects().keys()].filter((key) => own.includes(key));
}

const sidecars = (disk: SimulatedDisk) =>
  [...disk.objects().keys()].filter((key) => key.startsWith("_recovery/"));
const viewOf = (disk: SimulatedDisk, table: TableKey) => {
  const body = disk.objects().get(formatManifestViewKey(table));
  return body && viewVersion(body);
};

/** A writer that died: after staging, or after it had published as well. */
async function deadWriter(disk: SimulatedDisk, id: OperationId, published: boolean): Promise<void> {
  const writer = await openMachine(disk, `writer of ${id}`);
  await stage(writer, id, BOTH);
  if (published) await writer.publisher.publish(proposalOf(id, [DELAYS, FLIGHTS]));
  writer.store.process.kill();
}

describe("sweep", () => {
  test("rolls back what did not land: fence, then parts, then sidecar", async () => {
    const disk = newDisk();
    await deadWriter(disk, ONE, false);
    const recovery = await openMachine(disk, "recovery");
    const report = await sweepAll(recovery);
    expect(report).toEqual({
      rolledForward: [],
      rolledBack: [
        {
          operationId: ONE,
          forActor: "träger",
          version: 1,
          tables: [
            { table: DELAYS, class: "NoMovement", from: 0, to: 0 },
            { table: FLIGHTS, class: "NoMovement", from: 0, to: 0 },
          ],
        },
      ],
      left: [],
    });
    const effects = disk.trace.filter(
      ({ process, step }) => process === "recovery" && ["link", "unlink"].includes(step),
    );
    expect(effects.map(({ step, key }) => `${step} ${key.replace(/part-.*/, "part")}`)).toEqual([
      "link _log/00000000000000000001.json",
      "unlink tables/delays/bucket=000000/part",
      "unlink tables/flights/bucket=000000/part",
      `unlink ${formatSidecarKey(ONE)}`,
    ]);
    const [record] = await history(disk);
    expect(record).toMatchObject({
      kind: "recovery",
      aborts: [ONE],
      operations: [{ actor: "crv:recovery" }],
      recovery: {
        kind: "RolledBack",
        operationId: ONE,
        forActor: "träger",
        tables: report.rolledBack[0]?.tables,
      },
    });
  });

  test("rolls forward what landed: audit, then views, then sidecar", async () => {
    const disk = newDisk();
    await deadWriter(disk, ONE, true);
    const report = await sweepAll(await openMachine(disk, "recovery"));
    expect(report.rolledForward).toMatchObject([
      {
        operationId: ONE,
        version: 1,
        tables: [{ class: "RolledPastExpected" }, { class: "RolledPastExpected" }],
      },
    ]);
    const effects = disk.trace.filter(
      ({ process, step, key }) =>
        process === "recovery" &&
        ["link", "rename", "unlink"].includes(step) &&
        !key.startsWith("_tmp"),
    );
    expect(effects.map(({ step, key }) => `${step} ${key}`)).toEqual([
      "link _log/00000000000000000002.json",
      "rename tables/delays/manifest.json",
      "rename tables/flights/manifest.json",
      `unlink ${formatSidecarKey(ONE)}`,
    ]);
    expect((await history(disk))[1]).toMatchObject({
      kind: "recovery",
      aborts: [],
      recovery: { kind: "RolledForward" },
    });
    expect(partsOf(disk, ONE)).toHaveLength(2);
    expect([viewOf(disk, FLIGHTS), viewOf(disk, DELAYS)]).toEqual([2, 2]);
  });

  test("leaves no audit entry where nothing was left to do but the sidecar", async () => {
    const disk = newDisk();
    await deadWriter(disk, ONE, true);
    const other = await openMachine(disk, "other");
    await other.publisher.publish(proposalOf(operationIdOf(2), [DELAYS, FLIGHTS]));
    for (const table of BOTH.keys()) await showTable(other, table);
    await sweepAll(await openMachine(disk, "recovery"));
    expect((await history(disk)).map((r) => r.kind)).toEqual(["data", "data"]);
    expect(sidecars(disk)).toEqual([]);
  });

  test("leaves a living writer alone, staged or landed, until its lease is over", async () => {
    for (const published of [false, true]) {
      const disk = newDisk();
      const writer = await openMachine(disk, "writer");
      await stage(writer, ONE, BOTH);
      if (published) await writer.publisher.publish(proposalOf(ONE, [DELAYS, FLIGHTS]));
      const recovery = await openMachine(disk, "recovery");
      const before = disk.objects();
      const report = await sweep(recovery, { views: false });
      expect(report).toMatchObject({
        rolledForward: [],
        rolledBack: [],
        left: [{ operationId: ONE, version: published ? 1 : null }],
      });
      expect(disk.objects()).toEqual(before);
      disk.clock.advance(LEASE_MS);
      await sweep(recovery, { views: false });
      expect(sidecars(disk)).toEqual([]);
      const outcome = await writer.publisher.publish(proposalOf(ONE, [DELAYS, FLIGHTS]));
      expect(outcome).toMatchObject(
        published ? { kind: "committed", version: 1 } : { conflict: { kind: "Fenced" } },
      );
      expect(partsOf(disk, ONE)).toHaveLength(published ? 2 : 0);
    }
  });

  test("has nothing to do for a writer that tidied up and ended while it was looked at", async () => {
    for (const published of [false, true]) {
      const disk = newDisk();
      const writer = await openMachine(disk, "writer");
      await stage(writer, ONE, BOTH);
      if (published) await writer.publisher.publish(proposalOf(ONE, [DELAYS, FLIGHTS]));
      const ref = { operationId: ONE, branch: MAIN_BRANCH, base: 0 };
      disk.onStep = async ({ process, key }) => {
        if (process !== "recovery" || !key.startsWith("_log/")) return;
        disk.onStep = undefined;
        for (const table of published ? BOTH.keys() : []) await showTable(writer, table);
        await writer.residual.removeSidecar(ref);
        writer.store.process.kill();
      };
      const report = await sweep(await openMachine(disk, "recovery"), { views: false });
      expect(report).toEqual({ rolledForward: [], rolledBack: [], left: [] });
      expect((await history(disk)).map((record) => record.kind)).toEqual(published ? ["data"] : []);
    }
  });

  test("leaves a writer on another machine alone until its lease is over", async () => {
    const disk = newDisk();
    await stage(await openMachine(disk, "far", { machine: "elsewhere" }), ONE);
    const recovery = await openMachine(disk, "recovery");
    expect((await sweepAll(recovery)).left).toHaveLength(1);
    disk.clock.advance(LEASE_MS);
    expect((await sweepAll(recovery)).rolledBack).toHaveLength(1);
  });

  test("does not touch operations of its own process", async () => {
    const disk = newDisk();
    await deadWriter(disk, ONE, false);
    const recovery = {
      ...(await openMachine(disk, "recovery")),
      isOwn: (id: OperationId) => id === ONE,
    };
    expect(await sweepAll(recovery)).toEqual({ rolledForward: [], rolledBack: [], left: [] });
  });

  test("settles several in the order of their ids", async () => {
    const disk = newDisk();
    for (const number of [3, 1, 2]) await deadWriter(disk, operationIdOf(number), number === 2);
    await sweepAll(await openMachine(disk, "recovery"));
    const settled = (await history(disk))
      .filter((r) => r.recovery)
      .map((r) => r.recovery?.operationId);
    expect(settled).toEqual([1, 2, 3].map(operationIdOf));
    expect(sidecars(disk)).toEqual([]);
  });

  test("rolls back a thousand with one record and one look at each table", async () => {
    const disk = newDisk();
    const ids = Array.from({ length: 1000 }, (_, index) => operationIdOf(index + 1));
    const writer = await openMachine(disk, "writer");
    for (const id of ids) await stage(writer, id, BOTH);
    writer.store.process.kill();
    const report = await sweepAll(await openMachine(disk, "recovery"));

    expect(report.rolledBack.map(({ operationId }) => operationId)).toEqual(ids);
    expect(new Set(report.rolledBack.map(({ version }) => version))).toEqual(new Set([1]));
    const records = await history(disk);
    expect(records.map((record) => record.aborts)).toEqual([ids]);
    expect(records.flatMap(recoveriesOf)).toEqual(
      report.rolledBack.map(({ version: _, ...operation }) => ({
        kind: "RolledBack",
        ...operation,
      })),
    );
    expect([...disk.objects().keys()].filter((key) => !key.startsWith("_log/"))).toEqual([]);
    const lists = disk.trace.filter(
      ({ process, verb }) => process === "recovery" && verb === "list",
    );
    expect(lists.filter(({ key }) => key.startsWith("tables/"))).toHaveLength(2);
  });

  test("rolls back one that went alone after its group, and its group, each once", async () => {
    const disk = newDisk();
    const writer = await openMachine(disk, "writer");
    const companions = [2, 3].map(operationIdOf);
    const leader = sidecarOf(ONE, { companions, owner: await writer.liveness.self() });
    await writer.store.create(formatSidecarKey(ONE), await encodeSidecar(leader), {
      durability: "full",
    });
    await stage(writer, operationIdOf(2));
    writer.store.process.kill();
    await sweepAll(await openMachine(disk, "recovery"));
    const [record, ...more] = await history(disk);
    expect(more).toEqual([]);
    expect(record?.aborts).toEqual([1, 2, 3].map(operationIdOf));
    expect(record && recoveriesOf(record).map(({ operationId }) => operationId)).toEqual(
      [1, 2].map(operationIdOf),
    );
    expect(sidecars(disk)).toEqual([]);
  });

  test("of many, settles those before one that contradicts the log, and stops there", async () => {
    const disk = newDisk();
    const writer = await openMachine(disk, "writer");
    await stage(writer, ONE);
    await stage(writer, operationIdOf(2), new Map([[FLIGHTS, 5]]));
    await stage(writer, operationIdOf(3));
    writer.store.process.kill();
    await expect(sweepAll(await openMachine(disk, "recovery"))).rejects.toMatchObject({
      code: "RECOVERY_BLOCKED",
      details: { key: formatSidecarKey(operationIdOf(2)) },
    });
    expect((await history(disk)).map((record) => record.aborts)).toEqual([[ONE]]);
    expect(sidecars(disk)).toEqual([2, 3].map((number) => formatSidecarKey(operationIdOf(number))));
  });

  test.each([
    ["torn", (bytes: Uint8Array) => bytes.slice(0, 50)],
    ["empty", () => new Uint8Array()],
    ["larger than any", () => new Uint8Array(5 * 1024 * 1024)],
  ])("recovers a sidecar that is %s by its name alone (rule torn)", async (_, harm) => {
    const disk = newDisk();
    await deadWriter(disk, ONE, false);
    disk.tamper(formatSidecarKey(ONE), harm);
    const report = await sweepAll(await openMachine(disk, "recovery"));
    expect(report.rolledBack).toMatchObject([
      { operationId: ONE, forActor: null, tables: [], version: 1 },
    ]);
    expect((await history(disk))[0]?.aborts).toEqual([ONE]);
    expect(sidecars(disk)).toEqual([]);
    expect(partsOf(disk, ONE)).toHaveLength(2); // what they were is not known: they are left to cleanup
  });

  test("keeps the parts of a torn sidecar's operation that landed", async () => {
    const disk = newDisk();
    await deadWriter(disk, ONE, true);
    disk.tamper(formatSidecarKey(ONE), () => new Uint8Array());
    await sweepAll(await openMachine(disk, "recovery"));
    expect((await history(disk)).flatMap((r) => r.aborts)).toEqual([]);
    expect(partsOf(disk, ONE)).toHaveLength(2);
    expect(viewOf(disk, FLIGHTS)).toBe(1);
  });

  test("removes parts by the prefix of the id, whatever a forged sidecar names", async () => {
    const disk = newDisk();
    const victim = await openMachine(disk, "victim");
    await stage(victim, operationIdOf(2));
    await victim.publisher.publish(proposalOf(operationIdOf(2)));
    const forged = sidecarOf(ONE, {
      partPrefix: formatPartPrefix(operationIdOf(2)),
      leaseDeadline: "2020-01-01T00:00:00.000Z",
    });
    await victim.store.create(formatSidecarKey(ONE), await encodeSidecar(forged), {
      durability: "full",
    });
    await sweep(await openMachine(disk, "recovery"), { views: false });
    expect(partsOf(disk, operationIdOf(2))).toHaveLength(1);
  });

  test("stops at a contradiction, loudly, and changes nothing", async () => {
    const disk = newDisk();
    const writer = await openMachine(disk, "writer");
    await stage(writer, ONE, new Map([[FLIGHTS, 5]]));
    writer.store.process.kill();
    const before = disk.objects();
    await expect(sweepAll(await openMachine(disk, "recovery"))).rejects.toMatchObject({
      name: "IoManifestError",
      code: "RECOVERY_BLOCKED",
      message: expect.stringContaining("flights (expected 5, found 0)"),
      details: { key: formatSidecarKey(ONE) },
    });
    expect(disk.objects()).toEqual(before);
  });

  test("is content to find nothing", async () => {
    const disk = newDisk();
    expect(await sweepAll(await openMachine(disk, "a"))).toEqual({
      rolledForward: [],
      rolledBack: [],
      left: [],
    });
    expect(disk.objects().size).toBe(0);
  });
});

describe("recovery of recovery", () => {
  /** All that must hold once every sweep has ended. */
  async function check(disk: SimulatedDisk, published: boolean): Promise<void> {
    const records = await history(disk);
    expect(sidecars(disk)).toEqual([]);
    expect(partsOf(disk, ONE)).toHaveLength(published ? 2 : 0);
    expect(records.flatMap((r) => r.aborts)).toEqual(published ? [] : [ONE]);
    expect(records.filter((r) => r.recovery?.operationId === ONE)).toHaveLength(1);
    if (!published) return;
    for (const table of BOTH.keys()) expect(viewOf(disk, table)).toBeGreaterThanOrEqual(1);
  }

  test.each([false, true])(
    "is safe when killed at any storage call, landed: %s",
    async (published) => {
      const calm = newDisk();
      await deadWriter(calm, ONE, published);
      const whole = await openMachine(calm, "recovery");
      await sweepAll(whole);
      await check(calm, published);
      const calls = whole.store.process.callCount;
      expect(calls).toBeGreaterThan(15);
      for (let crashAt = 1; crashAt <= calls; crashAt++) {
        const disk = newDisk();
        await deadWriter(disk, ONE, published);
        await sweepAll(await openMachine(disk, "killed", { crashAt })).catch(() => undefined);
        await sweepAll(await openMachine(disk, "second"));
        await check(disk, published);
      }
    },
  );

  test("of several is safe when killed at any storage call, or run twice at once", async () => {
    const ids = [1, 2, 3].map(operationIdOf);
    // The one in the middle had landed.
    const leave = async (disk: SimulatedDisk) => {
      for (const id of ids) await deadWriter(disk, id, id === ids[1]);
    };
    const checkAll = async (disk: SimulatedDisk) => {
      const records = await history(disk);
      expect(sidecars(disk)).toEqual([]);
      expect(ids.map((id) => partsOf(disk, id).length)).toEqual([0, 2, 0]);
      expect(records.flatMap((record) => record.aborts).sort()).toEqual([ids[0], ids[2]]);
      const audited = records.flatMap(recoveriesOf).map(({ operationId }) => operationId);
      expect(audited.sort()).toEqual(ids);
    };
    const calm = newDisk();
    await leave(calm);
    const whole = await openMachine(calm, "recovery");
    await sweepAll(whole);
    await checkAll(calm);
    for (let crashAt = 1; crashAt <= whole.store.process.callCount; crashAt++) {
      const disk = newDisk();
      await leave(disk);
      await sweepAll(await openMachine(disk, "killed", { crashAt })).catch(() => undefined);
      await sweepAll(await openMachine(disk, "second"));
      await checkAll(disk);
    }
    for (let seed = 1; seed <= 40; seed++) {
      const disk = newDisk();
      await leave(disk);
      const random = seededRandom(seed);
      const machines = [await openMachine(disk, "a"), await openMachine(disk, "b")];
      disk.onStep = async () => {
        for (let pause = random.integer(8); pause > 0; pause--) await Promise.resolve();
      };
      await Promise.all(machines.map(sweepAll));
      disk.onStep = undefined;
      await checkAll(disk);
    }
  });

  test.each([false, true])(
    "is safe against itself, at any interleaving, landed: %s",
    async (published) => {
      for (let seed = 1; seed <= 40; seed++) {
        const disk = newDisk();
        await deadWriter(disk, ONE, published);
        const random = seededRandom(seed);
        const machines = [await openMachine(disk, "a"), await openMachine(disk, "b")];
        disk.onStep = async () => {
          for (let pause = random.integer(8); pause > 0; pause--) await Promise.resolve();
        };
        await Promise.all(machines.map(sweepAll));
        disk.onStep = undefined;
        await check(disk, published);
      }
    },
  );

  test("against its writer, which wakes up: one of them wins, and the parts go with it", async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 60; seed++) {
      const disk = newDisk();
      const writer = await openMachine(disk, "writer");
      await stage(writer, ONE, BOTH);
      disk.clock.advance(LEASE_MS);
      const recovery = await openMachine(disk, "recovery");
      const random = seededRandom(seed);
      disk.onStep = async ({ process }) => {
        const pauseMax = process === "writer" ? 80 : 8;
        for (let pause = random.integer(pauseMax); pause > 0; pause--) await Promise.resolve();
      };
      const [outcome] = await Promise.all([
        writer.publisher.publish(proposalOf(ONE, [DELAYS, FLIGHTS])),
        sweepAll(recovery),
      ]);
      disk.onStep = undefined;
      await sweepAll(recovery);
      seen.add(outcome.kind);
      const landed = (await history(disk)).some((r) => r.operations.some((o) => o.id === ONE));
      expect(landed).toBe(outcome.kind === "committed");
      expect(partsOf(disk, ONE)).toHaveLength(landed ? 2 : 0);
      expect(sidecars(disk)).toEqual([]);
    }
    expect([...seen].sort()).toEqual(["committed", "conflict"]);
  });
});
