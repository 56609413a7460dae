/**
 * Goal: whatever happens between writers, the log has no holes, every operation lands at most once,
 * and each is told what became of it.
 * Method: processes over one simulated disk, interleaved at every storage call by a seed; planned faults.
 * Invariants, checked after each: versions are 1..N; an operation that was told `committed` is in that
 * very record; one that was told `conflict`, or whose publish threw, is in none, now and later.
 */
import {
  type CommitOutcome,
  type CommitRecord,
  formatRecordKey,
  type ObjectKey,
  type OperationId,
  type TableKey,
  type Version,
} from "@crv/core";
import {
  type Fault,
  SimulatedClock,
  SimulatedDisk,
  type StorageCall,
  seededRandom,
} from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import {
  CommitLog,
  type Proposal,
  raiseFloor,
  STRICT_RETRIES_MAX,
  writeCheckpoint,
} from "../src/index.js";
import {
  DELAYS,
  delays,
  editOf,
  FLIGHTS,
  openWriter,
  operationIdOf,
  partOf,
  proposalOf,
  type Writer,
} from "./sample.js";

const SEEDS = Array.from({ length: 25 }, (_, i) => i + 1);

const newDisk = (): SimulatedDisk =>
  new SimulatedDisk({ clock: new SimulatedClock({ autoAdvance: true }) });

/** Lets the steps of all processes come in an order that `seed` decides. */
function shuffle(disk: SimulatedDisk, seed: number): void {
  const random = seededRandom(seed);
  disk.onStep = async () => {
    for (let pause = random.integer(8); pause > 0; pause--) await Promise.resolve();
  };
}

/** Every record, read by a process that knows nothing. */
async function history(disk: SimulatedDisk): Promise<CommitRecord[]> {
  const found: CommitRecord[] = [];
  for await (const record of new CommitLog(disk.process("witness")).records()) found.push(record);
  return found;
}

/** The invariants, given what each operation was told. */
async function checkLog(
  disk: SimulatedDisk,
  told: ReadonlyMap<OperationId, CommitOutcome>,
): Promise<void> {
  const records = await history(disk);
  expect(records.map((record) => record.version)).toEqual(records.map((_, i) => i + 1));
  const landed = new Map<OperationId, Version>();
  for (const { version, operations } of records) {
    for (const { id } of operations) {
      expect(landed.has(id)).toBe(false);
      landed.set(id, version);
    }
  }
  for (const [id, outcome] of told) {
    if (outcome.kind === "committed") expect(landed.get(id)).toBe(outcome.version);
    if (outcome.kind === "conflict") expect(landed.has(id)).toBe(false);
  }
}

async function publishAll(
  writer: Writer,
  proposals: readonly Proposal[],
): Promise<Map<OperationId, CommitOutcome>> {
  const told = new Map<OperationId, CommitOutcome>();
  for (const proposal of proposals) {
    told.set(proposal.ref.operationId, await writer.publisher.publish(proposal));
  }
  return told;
}

const expecting = (version: number | null, table: TableKey = FLIGHTS): Proposal["expected"] =>
  new Map([[table, version]]);
const strict = (number: number, expected: number): Proposal =>
  proposalOf(number, { mode: "strict", expected: expecting(expected) });
/** An append to the other table: it moves the log, and nothing that `flights` is expected to be. */
const elsewhere = (number: number): Proposal =>
  proposalOf(number, {
    expected: expecting(null, DELAYS),
    edits: new Map([[DELAYS, editOf(partOf(operationIdOf(number), 0, { table: DELAYS }), delays)]]),
  });
const rolledBack = (number: number) =>
  ({ kind: "RolledBack", operationId: operationIdOf(number), forActor: null, tables: [] }) as const;

describe("publish", () => {
  test("commits, and says what the tables are now", async () => {
    const disk = newDisk();
    const { publisher, log } = await openWriter(disk, "a");
    expect(await publisher.publish(proposalOf(1))).toEqual({
      kind: "committed",
      version: 1,
      tableVersions: new Map([[FLIGHTS, 1]]),
      duplicate: false,
    });
    expect(log.state.version).toBe(1);
    expect((await history(disk))[0]).toMatchObject({
      version: 1,
      createdAt: "2026-01-01T00:00:00.000Z",
    });
  });

  test("is durable: no loss of power takes it back", async () => {
    const disk = newDisk();
    const { publisher } = await openWriter(disk, "a");
    await publisher.publish(proposalOf(1));
    for (const state of disk.powerLossStates()) {
      expect((await new CommitLog(state.process("after")).refresh()).version).toBe(1);
    }
  });

  test("keeps times in order though the clock goes back", async () => {
    const clock = new SimulatedClock({ autoAdvance: true });
    const disk = new SimulatedDisk({ clock });
    const { publisher } = await openWriter(disk, "a");
    await publisher.publish(proposalOf(1));
    clock.jumpTo(new Date("2020-01-01"));
    await publisher.publish(proposalOf(2));
    expect((await history(disk)).map((r) => r.createdAt)).toEqual(
      Array(2).fill("2026-01-01T00:00:00.000Z"),
    );
  });

  test("answers an operation that landed with what it was: a duplicate", async () => {
    const { publisher } = await openWriter(newDisk(), "a");
    await publisher.publish(proposalOf(1));
    expect(await publisher.publish(proposalOf(1))).toMatchObject({
      kind: "committed",
      version: 1,
      duplicate: true,
    });
  });

  test("rebases a blind append over what came meanwhile", async () => {
    const disk = newDisk();
    const a = await openWriter(disk, "a");
    const b = await openWriter(disk, "b");
    await a.publisher.publish(proposalOf(1));
    expect(await b.publisher.publish(proposalOf(2))).toMatchObject({
      kind: "committed",
      version: 2,
      tableVersions: new Map([[FLIGHTS, 2]]),
      duplicate: false,
    });
  });

  test("refuses a strict writer whose table moved, provably", async () => {
    const disk = newDisk();
    const a = await openWriter(disk, "a");
    const b = await openWriter(disk, "b");
    await a.publisher.publish(proposalOf(1));
    expect(await b.publisher.publish(strict(2, 0))).toEqual({
      kind: "conflict",
      conflict: { kind: "ExpectedVersionMismatch", tableKey: FLIGHTS, expected: 0, actual: 1 },
    });
    expect(await history(disk)).toHaveLength(1);
  });

  test("rebases a strict writer over other tables", async () => {
    const disk = newDisk();
    const a = await openWriter(disk, "a");
    const b = await openWriter(disk, "b");
    await a.publisher.publish(elsewhere(1));
    expect(await b.publisher.publish(strict(2, 0))).toMatchObject({
      kind: "committed",
      version: 2,
    });
  });
});

describe("group commit", () => {
  test("shares the next record between what waits", async () => {
    const disk = newDisk();
    const { publisher } = await openWriter(disk, "a");
    const outcomes = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => publisher.publish(proposalOf(n))),
    );
    const versions = outcomes.map((o) => (o.kind === "committed" ? o.version : o));
    expect(new Set(versions).size).toBeLessThan(5);
    const records = await history(disk);
    expect(records.flatMap((r) => r.operations.map((o) => o.id)).sort()).toEqual(
      [1, 2, 3, 4, 5].map(operationIdOf),
    );
    for (const [i, version] of versions.entries()) {
      expect(records[(version as number) - 1]?.operations.map((o) => o.id)).toContain(
        operationIdOf(i + 1),
      );
    }
  });

  test("leaves strict writers, the same id twice and other descriptors to records of their own", async () => {
    const disk = newDisk();
    const { publisher } = await openWriter(disk, "a");
    const { descriptor, ...edit } = editOf(partOf(operationIdOf(3)));
    const other = { ...edit, descriptor: { ...descriptor, tickBucketSize: 7 } };
    const outcomes = await Promise.all([
      publisher.publish(proposalOf(1)),
      publisher.publish(proposalOf(1)),
      publisher.publish(strict(2, 1)),
      publisher.publish(proposalOf(3, { edits: new Map([[FLIGHTS, other]]) })),
    ]);
    expect(outcomes).toMatchObject([
      { kind: "committed", version: 1, duplicate: false },
      { kind: "committed", version: 1, duplicate: true },
      { kind: "committed", version: 2 },
      { kind: "conflict", conflict: { kind: "SchemaChanged" } },
    ]);
    expect((await history(disk)).map((r) => r.operations.length)).toEqual([1, 1]);
  });

  test("an operation whose part cannot be made durable fails alone", async () => {
    const disk = newDisk();
    const part = "tables/flights/bucket=000000/part-bad.parquet" as ObjectKey;
    await disk.process("writer").create(part, Uint8Array.of(1), { durability: "process" });
    const a = await openFaulty(disk, "a", ({ step, key }) =>
      step === "sync-content" && key === part
        ? { kind: "error", errno: "EIO", when: "before" }
        : undefined,
    );
    const told = await Promise.allSettled([
      a.publisher.publish(proposalOf(1)),
      a.publisher.publish({ ...proposalOf(2), unsynced: [part] }),
      a.publisher.publish(proposalOf(3)),
    ]);
    expect(told).toMatchObject([
      { value: { kind: "committed", version: 1 } },
      { reason: { code: "IO" } },
      { value: { kind: "committed", version: 2 } },
    ]);
    expect((await history(disk)).map((r) => r.operations.length)).toEqual([1, 1]);
  });

  test("an operation that is fenced leaves its group", async () => {
    const disk = newDisk();
    const a = await openWriter(disk, "a");
    await (await openWriter(disk, "b")).publisher.publishRecovery(rolledBack(2));
    const outcomes = await Promise.all([1, 2, 3].map((n) => a.publisher.publish(proposalOf(n))));
    expect(outcomes).toMatchObject([
      { kind: "committed" },
      { kind: "conflict", conflict: { kind: "Fenced", at: 1 } },
      { kind: "committed" },
    ]);
  });
});

describe("races", () => {
  test.each(SEEDS)("of three writers end with every append in, seed %i", async (seed) => {
    const disk = newDisk();
    shuffle(disk, seed);
    const writers = await Promise.all(["a", "b", "c"].map((name) => openWriter(disk, name)));
    const told = new Map<OperationId, CommitOutcome>();
    await Promise.all(
      writers.map(async (writer, w) => {
        const proposals = [1, 2, 3, 4, 5, 6].map((n) => proposalOf(100 * (w + 1) + n));
        for (const [id, outcome] of await publishAll(writer, proposals)) told.set(id, outcome);
      }),
    );
    disk.onStep = undefined;
    expect([...told.values()].map((o) => o.kind)).toEqual(Array(18).fill("committed"));
    await checkLog(disk, told);
    const state = await new CommitLog(disk.process("w")).refresh();
    expect(state.tables.get(FLIGHTS)?.parts).toHaveLength(18);
    expect(state.tables.get(FLIGHTS)?.version).toBe(state.version);
  });

  test.each(SEEDS)("of two strict writers have one winner, seed %i", async (seed) => {
    const disk = newDisk();
    shuffle(disk, seed);
    const writers = await Promise.all(["a", "b"].map((name) => openWriter(disk, name)));
    const outcomes = await Promise.all(
      writers.map((w, i) => w.publisher.publish(strict(i + 1, 0))),
    );
    disk.onStep = undefined;
    expect(outcomes.map((o) => o.kind).sort()).toEqual(["committed", "conflict"]);
    await checkLog(disk, new Map(outcomes.map((o, i) => [operationIdOf(i + 1), o])));
  });

  test.each(SEEDS)("of a writer and its fence have one winner, seed %i", async (seed) => {
    const disk = newDisk();
    const [writer, recovery] = [await openWriter(disk, "a"), await openWriter(disk, "b")];
    shuffle(disk, seed);
    const [committed, fenced] = await Promise.all([
      writer.publisher.publish(proposalOf(1)),
      recovery.publisher.publishRecovery(rolledBack(1)),
    ]);
    disk.onStep = undefined;
    await checkLog(disk, new Map([[operationIdOf(1), committed]]));
    expect([committed.kind, fenced.kind]).toEqual(
      committed.kind === "committed" ? ["committed", "superseded"] : ["conflict", "published"],
    );
  });

  test.each(SEEDS)(
    "with lost and late replies and failing calls stay true, seed %i",
    async (seed) => {
      const disk = newDisk();
      const random = seededRandom(seed);
      const plan = ({ step }: StorageCall): Fault | undefined => {
        if (random.fraction() > 0.15) return undefined;
        if (step === "link")
          return { kind: "unknown", lands: random.pick(["now", "late", "never"] as const) };
        return random.fraction() < 0.3
          ? { kind: "error", errno: "EIO", when: "before" }
          : undefined;
      };
      const writers = await Promise.all(
        ["a", "b", "c"].map((name) => openFaulty(disk, name, plan)),
      );
      shuffle(disk, seed + 1000);
      const told = new Map<OperationId, CommitOutcome>();
      const refused: OperationId[] = [];
      await Promise.all(
        writers.map(async (writer, w) => {
          for (let n = 1; n <= 6; n++) {
            const proposal = proposalOf(100 * (w + 1) + n);
            const id = proposal.ref.operationId;
            try {
              told.set(id, await writer.publisher.publish(proposal));
            } catch {
              refused.push(id);
            }
            if (random.fraction() < 0.3) disk.deliverLate(() => random.fraction() < 0.5);
          }
        }),
      );
      disk.onStep = undefined;
      disk.deliverLate();
      await checkLog(disk, told);
      const landed = new Set((await history(disk)).flatMap((r) => r.operations.map((o) => o.id)));
      // A read that failed after the create was refused says nothing of the operation itself.
      for (const id of refused) expect(landed.has(id)).toBe(false);
    },
  );
});

/** A writer whose store suffers `plan`, once it is open. */
async function openFaulty(
  disk: SimulatedDisk,
  name: string,
  plan: (call: StorageCall) => Fault | undefined,
): Promise<Writer> {
  let armed = false;
  const writer = await openWriter(disk, name, { plan: (call) => (armed ? plan(call) : undefined) });
  armed = true;
  return writer;
}

describe("unknown outcomes", () => {
  const silent =
    (lands: "late" | "never") =>
    (call: StorageCall): Fault | undefined =>
      call.step === "link" ? { kind: "unknown", lands } : undefined;

  test("are told as such, and settled by what the log says later: it landed", async () => {
    const disk = newDisk();
    const a = await openFaulty(disk, "a", silent("late"));
    expect(await a.publisher.publish(proposalOf(1))).toMatchObject({
      kind: "unknown",
      operation: { operationId: operationIdOf(1) },
    });
    disk.deliverLate();
    const b = await openWriter(disk, "b");
    expect(await b.publisher.publishRecovery(rolledBack(1))).toEqual({ kind: "superseded" });
    expect(await b.publisher.publish(proposalOf(1))).toMatchObject({ version: 1, duplicate: true });
  });

  test("are settled by a fence, which takes the number that the late create wants", async () => {
    const disk = newDisk();
    const a = await openFaulty(disk, "a", silent("late"));
    await a.publisher.publish(proposalOf(1));
    const b = await openWriter(disk, "b");
    expect(await b.publisher.publishRecovery(rolledBack(1))).toEqual({
      kind: "published",
      version: 1,
    });
    expect(disk.deliverLate()).toEqual([]);
    expect(await b.publisher.publish(proposalOf(1))).toMatchObject({
      conflict: { kind: "Fenced", at: 1 },
    });
    await checkLog(disk, new Map());
  });

  test("of a group are told to each of it", async () => {
    const disk = newDisk();
    const a = await openFaulty(disk, "a", silent("never"));
    const outcomes = await Promise.all([1, 2, 3].map((n) => a.publisher.publish(proposalOf(n))));
    expect(outcomes.map((o) => o.kind)).toEqual(["unknown", "unknown", "unknown"]);
    expect(await history(disk)).toEqual([]);
  });

  test("of a recovery are told as such", async () => {
    const a = await openFaulty(newDisk(), "a", silent("never"));
    expect(await a.publisher.publishRecovery(rolledBack(1))).toMatchObject({ kind: "unknown" });
  });

  test("a refused create throws, and the queue goes on", async () => {
    const disk = newDisk();
    let full = true;
    const a = await openFaulty(disk, "a", ({ step }) =>
      full && step === "write" ? { kind: "error", errno: "ENOSPC", when: "before" } : undefined,
    );
    const both = await Promise.allSettled([
      a.publisher.publish(proposalOf(1)),
      a.publisher.publish(proposalOf(2)),
    ]);
    expect(both).toMatchObject([
      { status: "rejected", reason: { code: "IO" } },
      { status: "rejected", reason: { code: "IO" } },
    ]);
    full = false;
    expect(await a.publisher.publish(proposalOf(3))).toMatchObject({
      kind: "committed",
      version: 1,
    });
  });
});

describe("retries", () => {
  /** Another process takes the number, each time just before `a` would, as often as `times`. */
  async function contend(disk: SimulatedDisk, times: number): Promise<void> {
    const rival = await openWriter(disk, "rival");
    let count = 0;
    disk.onStep = async ({ process, step, key }) => {
      if (process !== "a" || step !== "link" || !key.startsWith("_log/") || count >= times) return;
      count += 1;
      await rival.publisher.publish(elsewhere(500 + count));
    };
  }

  test("a strict writer gives up after its budget, provably", async () => {
    const disk = newDisk();
    const a = await openWriter(disk, "a");
    await contend(disk, 100);
    const outcome = await a.publisher.publish(strict(1, 0));
    expect(outcome).toEqual({
      kind: "conflict",
      conflict: { kind: "RetryBudgetExhausted", attempts: STRICT_RETRIES_MAX + 1 },
    });
    await checkLog(disk, new Map([[operationIdOf(1), outcome]]));
  });

  test("a strict writer lands within its budget", async () => {
    const disk = newDisk();
    const a = await openWriter(disk, "a");
    await contend(disk, STRICT_RETRIES_MAX);
    expect(await a.publisher.publish(strict(1, 0))).toMatchObject({
      kind: "committed",
      version: 6,
    });
  });

  test("a blind writer lands, however often it loses", async () => {
    const disk = newDisk();
    const a = await openWriter(disk, "a");
    await contend(disk, 30);
    expect(await a.publisher.publish(proposalOf(1))).toMatchObject({
      kind: "committed",
      version: 31,
      duplicate: false,
    });
    expect(disk.clock.now().getTime()).toBeGreaterThan(Date.UTC(2026, 0, 1));
  });
});

describe("a record that its creator did not live to sync (rule syncfound)", () => {
  /** `b` made operation 2 version 1, and died before the sync of the directory. */
  async function unsynced(): Promise<{ disk: SimulatedDisk; a: Writer }> {
    const disk = newDisk();
    const a = await openWriter(disk, "a");
    const b = await openWriter(disk, "b", {
      plan: ({ step, key }) =>
        step === "sync-directory" && key === "_log" ? { kind: "crash", when: "before" } : undefined,
    });
    await b.publisher.publish(proposalOf(2)).catch(() => undefined);
    const heads = await headsAfterPowerLoss(disk);
    expect(heads).toEqual(new Set([0, 1]));
    return { disk, a };
  }

  async function headsAfterPowerLoss(disk: SimulatedDisk): Promise<Set<Version>> {
    const heads = new Set<Version>();
    for (const state of disk.powerLossStates()) {
      heads.add((await new CommitLog(state.process("after")).refresh()).version);
    }
    return heads;
  }

  test("survives once another commit was built on it", async () => {
    const { disk, a } = await unsynced();
    expect(await a.publisher.publish(proposalOf(1))).toMatchObject({
      kind: "committed",
      version: 2,
    });
    expect(await headsAfterPowerLoss(disk)).toEqual(new Set([2]));
  });

  test.each([
    ["found when it was in the way", false],
    ["read before", true],
  ])("survives once its operation was told to have landed: %s", async (_, readBefore) => {
    const { disk, a } = await unsynced();
    if (readBefore) await a.log.refresh();
    expect(await a.publisher.publish(proposalOf(2))).toMatchObject({
      kind: "committed",
      version: 1,
    });
    expect(await headsAfterPowerLoss(disk)).toEqual(new Set([1]));
  });

  test("survives once it kept a recovery from fencing", async () => {
    const { disk, a } = await unsynced();
    await a.log.refresh();
    expect(await a.publisher.publishRecovery(rolledBack(2))).toEqual({ kind: "superseded" });
    expect(await headsAfterPowerLoss(disk)).toEqual(new Set([1]));
  });

  test("is synced once, and own commits never again", async () => {
    const { disk, a } = await unsynced();
    await a.log.refresh();
    const before = a.store.process.callCount;
    await a.log.makeDurable(a.store);
    expect(a.store.process.callCount).toBeGreaterThan(before);
    const after = a.store.process.callCount;
    await a.log.makeDurable(a.store);
    expect(a.store.process.callCount).toBe(after);
    await a.publisher.publish(proposalOf(3));
    const synced = disk.trace.filter(
      ({ process, verb }) => process === "a" && verb === "makeDurable",
    );
    await a.log.makeDurable(a.store);
    expect(
      disk.trace.filter(({ process, verb }) => process === "a" && verb === "makeDurable"),
    ).toEqual(synced);
  });
});

describe("a floor that rises", () => {
  /** `b` commits up to `head`, then cleanup raises the floor and frees the numbers below it. */
  async function moveOn(disk: SimulatedDisk, head: number, floor: number): Promise<void> {
    const b = await openWriter(disk, "b");
    while (b.log.state.version < head) {
      await b.publisher.publish(elsewhere(800 + b.log.state.version));
      if (b.log.state.version === floor - 1) await writeCheckpoint(b.store, b.log.state, "full");
    }
    await raiseFloor(b.store, floor);
    for (let version = 1; version < floor; version++) {
      const key = formatRecordKey(version);
      if (disk.objects().has(key)) disk.tamper(key, () => undefined);
    }
  }

  test("makes a sleeping writer's number worthless: it commits at the head", async () => {
    const disk = newDisk();
    const a = await openWriter(disk, "a");
    await a.publisher.publish(proposalOf(1));
    await moveOn(disk, 20, 15);
    const outcome = await a.publisher.publish(proposalOf(2));
    expect(outcome).toMatchObject({ kind: "committed", version: 21, duplicate: false });
    const state = await new CommitLog(disk.process("w")).refresh();
    expect(state.version).toBe(21);
    expect(state.ledger.says(operationIdOf(2), 21)).toEqual({ kind: "landed", version: 21 });
    expect(state.tables.get(FLIGHTS)?.parts).toHaveLength(2);
  });

  test("does not let an operation land twice: the ledger still knows it (rule ledger)", async () => {
    const disk = newDisk();
    const a = await openFaulty(disk, "a", ({ step }) =>
      step === "link" ? { kind: "unknown", lands: "late" } : undefined,
    );
    await a.publisher.publish(proposalOf(1));
    disk.deliverLate();
    await moveOn(disk, 20, 15);
    const again = await openWriter(disk, "c");
    expect(await again.publisher.publish(proposalOf(1))).toMatchObject({
      version: 1,
      duplicate: true,
    });
  });

  test("is noticed when it rises during the very create", async () => {
    const disk = newDisk();
    const a = await openWriter(disk, "a");
    let once = false;
    disk.onStep = async ({ process, step, key }) => {
      if (process !== "a" || step !== "link" || !key.startsWith("_log/") || once) return;
      once = true;
      await moveOn(disk, 10, 8);
    };
    expect(await a.publisher.publish(proposalOf(1))).toMatchObject({
      kind: "committed",
      version: 11,
    });
    expect(await a.publisher.publish(proposalOf(2))).toMatchObject({
      kind: "committed",
      version: 12,
    });
  });

  test("lets a recovery fence at the head", async () => {
    const disk = newDisk();
    const a = await openWriter(disk, "a");
    await a.publisher.publish(proposalOf(1));
    await moveOn(disk, 20, 15);
    expect(await a.publisher.publishRecovery(rolledBack(7))).toEqual({
      kind: "published",
      version: 21,
    });
    expect(await a.publisher.publishRecovery(rolledBack(1))).toEqual({ kind: "superseded" });
  });
});

describe("publishRecovery", () => {
  test("fences once, however many recover", async () => {
    for (const seed of SEEDS) {
      const disk = newDisk();
      shuffle(disk, seed);
      const writers = await Promise.all(["a", "b", "c"].map((name) => openWriter(disk, name)));
      const outcomes = await Promise.all(
        writers.map((w) => w.publisher.publishRecovery(rolledBack(1))),
      );
      disk.onStep = undefined;
      expect(outcomes.map((o) => o.kind).sort()).toEqual(["published", "superseded", "superseded"]);
      expect((await history(disk)).map((r) => r.aborts)).toEqual([[operationIdOf(1)]]);
    }
  });

  test("fences several in one record, without those that are settled already", async () => {
    const disk = newDisk();
    const { publisher } = await openWriter(disk, "a");
    await publisher.publish(proposalOf(2));
    const { kind, ...first } = rolledBack(1);
    const others = [rolledBack(2), rolledBack(3)].map(({ kind: _, ...other }) => other);
    expect(await publisher.publishRecovery({ kind, ...first, others })).toEqual({
      kind: "published",
      version: 2,
    });
    expect((await history(disk))[1]).toMatchObject({
      aborts: [operationIdOf(1), operationIdOf(3)],
      recovery: { operationId: operationIdOf(1), others: [{ operationId: operationIdOf(3) }] },
    });
    expect(await publisher.publishRecovery({ kind, ...first, others })).toEqual({
      kind: "superseded",
    });
  });

  test("audits a roll-forward once, of an operation that landed", async () => {
    const disk = newDisk();
    const { publisher } = await openWriter(disk, "a");
    await publisher.publish(proposalOf(1));
    const recovery = { ...rolledBack(1), kind: "RolledForward" } as const;
    expect(await publisher.publishRecovery(recovery)).toEqual({ kind: "published", version: 2 });
    expect(await publisher.publishRecovery(recovery)).toEqual({ kind: "superseded" });
    expect((await history(disk))[1]).toMatchObject({
      kind: "recovery",
      aborts: [],
      recovery,
      operations: [{ actor: "crv:recovery", kind: "recovery" }],
    });
  });
});

test("a record that would not fold is never created", async () => {
  const disk = newDisk();
  const a = await openWriter(disk, "a");
  const twice = [partOf(operationIdOf(1)), partOf(operationIdOf(1))];
  const edits: Proposal["edits"] = new Map([
    [FLIGHTS, { ...editOf(partOf(operationIdOf(1))), add: twice }],
  ]);
  await expect(a.publisher.publish(proposalOf(1, { edits }))).rejects.toMatchObject({
    code: "CORRUPT",
  });
  expect(disk.objects().size).toBe(0);
  expect(await a.publisher.publish(proposalOf(2))).toMatchObject({ kind: "committed", version: 1 });
});
