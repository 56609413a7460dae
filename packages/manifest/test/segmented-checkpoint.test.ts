/**
 * Goal: a checkpoint in segments is the fold of its records, or it is not used; and its cost per commit
 * does not grow with the run.
 */
import {
  type CommitRecord,
  canonicalJson,
  digestOf,
  formatCheckpointIndexKey,
  formatSegmentKey,
  HEAD_HINT_KEY,
  type ObjectKey,
  SEGMENT_PREFIX,
  type TableChange,
} from "@crv/core";
import {
  CountingStore,
  SimulatedCrash,
  SimulatedDisk,
  seededRandom,
} from "@crv/storage-trait/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyRecord,
  CommitLog,
  createRecord,
  emptyState,
  encodeDocument,
  isCheckpointDue,
  type RunState,
  readSegmentedCheckpoint,
  writeCheckpoint,
  writeSegmentedCheckpoint,
} from "../src/index.js";
import { encodeColumns } from "../src/segments/arrow-columns.js";
import {
  commitIdOf,
  DELAYS,
  delays,
  FLIGHTS,
  flights,
  operationIdOf,
  partOf,
  recordOf,
} from "./sample.js";

const FULL = { durability: "full" } as const;

const write = (disk: SimulatedDisk, state: RunState) =>
  writeSegmentedCheckpoint(disk.process("writer"), state, "full");
const read = (disk: SimulatedDisk, version: number) =>
  readSegmentedCheckpoint(disk.process("reader"), version);
const segmentsOn = (disk: SimulatedDisk): ObjectKey[] =>
  ([...disk.objects().keys()] as ObjectKey[]).filter((key) => key.startsWith(SEGMENT_PREFIX));

/** What a state says, without how it is held. */
function contentOf(state: RunState | undefined): unknown {
  if (state === undefined) return undefined;
  const { version, commitId, createdAt, tables, ledger } = state;
  return {
    version,
    commitId,
    createdAt,
    tables: [...tables].map(([key, t]) => [key, { ...t, parts: [...t.parts] }]),
    settled: [...ledger.settled(version)],
    audited: [...ledger.audited(version)],
  };
}

/** A record after `state` that appends `add` parts, removes some, or settles others. */
function recordAfter(state: RunState, { table, add, drop, aborts, audit }: Step): CommitRecord {
  const version = state.version + 1;
  const key = table === 0 ? FLIGHTS : DELAYS;
  const before = state.tables.get(key);
  const ticks = table === 0 ? {} : { tickMin: null, tickMax: null };
  const change: TableChange = {
    version: (before?.version ?? 0) + 1,
    ...(before === undefined && { descriptor: table === 0 ? flights : delays }),
    add: Array.from({ length: add }, (_, i) => ({
      ...partOf(operationIdOf(version), i, { table: key, bucket: table === 0 ? version : 0 }),
      ...ticks,
    })),
    remove: [...(before?.parts ?? [])]
      .filter((_, i) => drop > 0 && i % drop === 0)
      .map((part) => part.path),
  };
  const aborted = operationIdOf(1_000_000 + version);
  return recordOf(version, {
    tables: new Map([[key, change]]),
    ...(aborts && { aborts: [aborted] }),
    ...(audit && {
      recovery: { kind: "RolledForward", operationId: aborted, forActor: null, tables: [] },
    }),
  });
}

interface Step {
  readonly table: number;
  readonly add: number;
  /** Removes every `drop`th part; 0 = none. */
  readonly drop: number;
  readonly aborts: boolean;
  readonly audit: boolean;
  /** A checkpoint is written after it, and the state goes on from what is read, or from memory. */
  readonly after: "nothing" | "checkpoint" | "reopen";
}

const step: fc.Arbitrary<Step> = fc.record({
  table: fc.nat(1),
  add: fc.constantFrom(0, 1, 2, 90, 300),
  drop: fc.constantFrom(0, 0, 0, 1, 2, 7, 100),
  aborts: fc.boolean(),
  audit: fc.boolean(),
  after: fc.constantFrom("nothing", "nothing", "checkpoint", "reopen"),
});

/** Two tables, more parts than one chunk, some removed, one operation aborted and audited. */
function sampleState(): RunState {
  const steps = [
    { table: 0, add: 300, drop: 0, aborts: false, audit: false },
    { table: 1, add: 2, drop: 0, aborts: true, audit: true },
    { table: 0, add: 1, drop: 100, aborts: false, audit: false },
  ];
  return steps.reduce(
    (state, s) => applyRecord(state, recordAfter(state, { ...s, after: "nothing" })),
    emptyState(),
  );
}

async function sampleDisk(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  expect(await write(disk, sampleState())).toBe(true);
  return disk;
}

describe("writeSegmentedCheckpoint", () => {
  test("writes these bytes", async () => {
    const disk = await sampleDisk();
    const index = new TextDecoder().decode(disk.objects().get(formatCheckpointIndexKey(3)));
    const { tables, ...rest } = JSON.parse(index);
    const shown = {
      ...rest,
      tables: tables.map(({ descriptor: _, ...table }: { descriptor: unknown }) => table),
    };
    expect(canonicalJson(shown).replaceAll(/(?<="name":")/g, "\n")).toMatchInlineSnapshot(`
      "{"commit_id":"0000000000000000000000YGJ3","created_at":"2026-01-01T00:00:03.000Z","digest":"d3429fcd8694efef07bfbe99593f8555","format":1,"ledger":[{"count":5,"segment":{"bytes":714,"name":"
      00000000000000000003-f2308c8239eee3d76046a883af90a72d"}}],"tables":[{"changed_at":3,"content_version":2,"created_at":"2026-01-01T00:00:01.000Z","described_at":1,"segments":[{"count":300,"removed":[0,100,200],"segment":{"bytes":43146,"name":"
      00000000000000000003-60c43b38b7f253f21e2d993da72998c8"},"ticks":[1440,1449]},{"count":1,"removed":[],"segment":{"bytes":1282,"name":"
      00000000000000000003-ebf4f010a4654e1f4e4b1e4f949221af"},"ticks":[4320,4329]}],"updated_at":"2026-01-01T00:00:03.000Z","version":2},{"changed_at":2,"content_version":1,"created_at":"2026-01-01T00:00:02.000Z","described_at":2,"segments":[{"count":2,"removed":[],"segment":{"bytes":1418,"name":"
      00000000000000000003-0a9419df49806f98d64587cacb07fdeb"},"ticks":null}],"updated_at":"2026-01-01T00:00:02.000Z","version":1}],"version":3}"
    `);
  });

  test("gives the state back, after any history, through generations of merged segments", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const disk = new SimulatedDisk();
        let folded = emptyState();
        let kept = emptyState();
        for (const s of steps) {
          const record = recordAfter(folded, s);
          folded = applyRecord(folded, record);
          kept = applyRecord(kept, record);
          if (s.after === "nothing") continue;
          expect(await write(disk, kept)).toBe(true);
          const found = await read(disk, kept.version);
          expect(contentOf(found)).toEqual(contentOf(folded));
          for (const [key, { parts }] of folded.tables) {
            const asked = found?.tables.get(key)?.parts.overlapping(3000, 9000);
            expect([...(asked ?? [])]).toEqual([...parts.overlapping(3000, 9000)]);
            for (const { path } of [...parts].slice(0, 3)) {
              expect(found?.paths.has(path, found.version)).toBe(true);
            }
          }
          const id = operationIdOf(s.aborts ? 1_000_000 + kept.version : kept.version);
          expect(found?.ledger.says(id, 99)).toEqual(folded.ledger.says(id, 99));
          expect(found?.ledger.says(id, kept.version - 1)).toBeUndefined();
          if (s.after === "reopen") kept = found as RunState;
        }
      }),
      { numRuns: 30 },
    );
  });

  test("writes what the state knew, not what its shared ledger learned since", async () => {
    const state = sampleState();
    const later = applyRecord(state, recordOf(4, { tables: new Map() }));
    const disk = new SimulatedDisk();
    await write(disk, later);
    await write(disk, state);
    expect(contentOf(await read(disk, 3))).toEqual(contentOf(state));
    expect((await read(disk, 3))?.ledger.says(operationIdOf(4), 99)).toBeUndefined();
  });

  test("does not write again what is on disk, but what was removed from it", async () => {
    const disk = new SimulatedDisk();
    const state = sampleState();
    await write(disk, state);
    const before = segmentsOn(disk);
    const next = applyRecord(state, recordOf(4, { tables: new Map() }));
    await write(disk, next);
    // One of the ledger.
    expect(segmentsOn(disk)).toHaveLength(before.length + 1);
    disk.tamper(before[0] as ObjectKey, () => undefined);
    const after = applyRecord(next, recordOf(5, { tables: new Map() }));
    await write(disk, after);
    expect(contentOf(await read(disk, 5))).toEqual(contentOf(after));
    expect(await read(disk, 4)).toBeUndefined();
  });

  test("says when the store did not answer, and is content with what another wrote", async () => {
    const disk = await sampleDisk();
    expect(await write(disk, sampleState())).toBe(true);
    for (let link = 1; link <= 5; link++) {
      let seen = 0;
      const silent = new SimulatedDisk().process("p", {
        plan: ({ step: name }) =>
          name === "link" && ++seen === link ? { kind: "unknown", lands: "never" } : undefined,
      });
      expect(await writeSegmentedCheckpoint(silent, sampleState(), "full")).toBe(false);
    }
  });

  test("killed at any step, or after a loss of power, it leaves a log that reads the same", async () => {
    const records: CommitRecord[] = [];
    let state = emptyState();
    for (const drop of [0, 0, 100]) {
      const s = {
        table: 0,
        add: 150,
        drop,
        aborts: false,
        audit: false,
        after: "nothing",
      } as const;
      const record = recordAfter(state, s);
      records.push(record);
      state = applyRecord(state, record);
    }
    for (let at = 1; ; at++) {
      const disk = new SimulatedDisk();
      const store = disk.process("first");
      for (const record of records.slice(0, 2)) await createRecord(store, record, "full");
      const log = new CommitLog(store);
      await log.refresh();
      await writeSegmentedCheckpoint(store, log.state, "full");
      await createRecord(store, records[2] as CommitRecord, "full");
      await log.refresh();
      const from = store.process.callCount;
      disk.onStep = (call) => {
        if (call.number === from + at) store.process.kill();
      };
      const outcome = await writeSegmentedCheckpoint(store, log.state, "full").catch((e) => e);
      disk.onStep = undefined;
      for (const left of [disk, ...disk.powerLossStates({ max: 4, random: seededRandom(at) })]) {
        const found = await new CommitLog(left.process("reader")).refresh();
        expect(contentOf(found)).toEqual(contentOf(state));
      }
      if (!(outcome instanceof SimulatedCrash)) {
        expect(at).toBeGreaterThan(10);
        break;
      }
    }
  });
});

describe("readSegmentedCheckpoint", () => {
  test("bypasses one of which any file is missing, cut or changed", async () => {
    const disk = await sampleDisk();
    const keys = [formatCheckpointIndexKey(3), ...segmentsOn(disk)];
    expect(keys).toHaveLength(5);
    for (const key of keys) {
      const whole = disk.objects().get(key) as Uint8Array;
      disk.tamper(key, () => undefined);
      expect(await read(disk, 3)).toBeUndefined();
      await disk.process("p").create(key, whole, FULL);
      await fc.assert(
        fc.asyncProperty(fc.nat(whole.byteLength - 1), fc.nat(7), async (offset, bit) => {
          disk.tamper(key, () => whole.slice(0, offset));
          expect(await read(disk, 3)).toBeUndefined();
          disk.tamper(key, () => whole.map((b, i) => (i === offset ? b ^ (1 << bit) : b)));
          expect(await read(disk, 3)).toBeUndefined();
        }),
        { numRuns: 30 },
      );
      disk.tamper(key, () => whole);
    }
    expect((await read(disk, 3))?.version).toBe(3);
  });

  interface SegmentJson {
    readonly segment: { readonly name: string; readonly bytes: number };
  }
  interface IndexJson {
    readonly tables: readonly { readonly segments: readonly SegmentJson[] }[];
    readonly ledger: readonly SegmentJson[];
  }

  /** The sample with an index that says something else, under a digest that is right. */
  async function withIndex(change: (index: IndexJson) => object): Promise<SimulatedDisk> {
    const disk = await sampleDisk();
    const key = formatCheckpointIndexKey(3);
    const { digest: _, ...index } = JSON.parse(new TextDecoder().decode(disk.objects().get(key)));
    const bytes = await encodeDocument({ ...index, ...change(index) });
    disk.tamper(key, () => bytes);
    return disk;
  }

  /** The first segment of parts says something else. */
  const segment = (changes: object) => (index: IndexJson) => {
    const [table, ...tables] = index.tables;
    if (table === undefined) throw new Error("the sample has tables");
    const [first, ...segments] = table.segments;
    return { tables: [{ ...table, segments: [{ ...first, ...changes }, ...segments] }, ...tables] };
  };
  const ledgerSegment = (changes: object) => (index: IndexJson) => ({
    ledger: [{ ...index.ledger[0], ...changes }],
  });
  const name = "../../_log/_head";

  test.each<readonly [string, (index: IndexJson) => object]>([
    ["another version", () => ({ version: 4 })],
    ["another count", segment({ count: 299 })],
    ["a removed row that is not there", segment({ removed: [9999] })],
    ["a row removed twice", segment({ removed: [0, 0] })],
    ["ticks that the parts do not have", segment({ ticks: [1440, 1450] })],
    ["no ticks where there are", segment({ ticks: null })],
    ["a segment of the ledger for parts", (i) => segment({ segment: i.ledger[0]?.segment })(i)],
    [
      "parts for the ledger",
      (i) => ledgerSegment({ segment: i.tables[0]?.segments[0]?.segment, count: 300 })(i),
    ],
    ["other bytes", (i) => ledgerSegment({ segment: { ...i.ledger[0]?.segment, bytes: 2000 } })(i)],
    [
      "a name that leaves the directory",
      (i) => ledgerSegment({ segment: { ...i.ledger[0]?.segment, name } })(i),
    ],
    ["a table twice", (i) => ({ tables: [...i.tables, i.tables[0]] })],
    ["another shape", () => ({ tables: {} })],
  ])("bypasses an index that lies: %s", async (_, change) => {
    expect(await read(await withIndex(() => ({})), 3)).toBeDefined();
    expect(await read(await withIndex(change), 3)).toBeUndefined();
  });

  /** The sample with its first segment of the ledger, or of parts, replaced by other columns. */
  async function withSegment(kind: "ledger" | "parts", bytes: Uint8Array, count: number) {
    const key = formatSegmentKey(3, await digestOf(bytes));
    const named = { name: key.slice(SEGMENT_PREFIX.length, -6), bytes: bytes.byteLength };
    const parts = { segment: named, count, removed: [], ticks: [5, 6] };
    const disk = await withIndex(({ tables }) =>
      kind === "ledger"
        ? { ledger: [{ segment: named, count }] }
        : { tables: [{ ...tables[0], segments: [parts] }, ...tables.slice(1)] },
    );
    await disk.process("p").create(key, bytes, FULL);
    return read(disk, 3);
  }

  const ids = (...texts: string[]) =>
    ({ kind: "bytes", width: 26, values: new TextEncoder().encode(texts.join("")) }) as const;
  const codes = (...values: number[]) =>
    ({ kind: "code", values: Uint8Array.from(values) }) as const;
  const numbers = (...values: number[]) =>
    ({ kind: "number", values: Float64Array.from(values) }) as const;
  const [a, b] = [operationIdOf(1), operationIdOf(2)];

  test.each([
    ["sound", { id: ids(a, b), kind: codes(0, 1), version: numbers(1, 2) }, true],
    ["out of order", { id: ids(b, a), kind: codes(0, 1), version: numbers(1, 2) }, false],
    ["an id twice", { id: ids(a, a), kind: codes(0, 0), version: numbers(1, 2) }, false],
    ["no id", { id: ids("u".repeat(26), b), kind: codes(0, 1), version: numbers(1, 2) }, false],
    ["an unknown kind", { id: ids(a, b), kind: codes(0, 3), version: numbers(1, 2) }, false],
    ["a later version", { id: ids(a, b), kind: codes(0, 1), version: numbers(1, 4) }, false],
    ["half a version", { id: ids(a, b), kind: codes(0, 1), version: numbers(1, 1.5) }, false],
    ["another type", { id: ids(a, b), kind: numbers(0, 1), version: numbers(1, 2) }, false],
    ["another name", { id: ids(a, b), sort: codes(0, 1), version: numbers(1, 2) }, false],
    ["a column less", { id: ids(a, b), kind: codes(0, 1) }, false],
  ])("judges a segment of the ledger: %s", async (_, columns, isSound) => {
    expect((await withSegment("ledger", encodeColumns(columns, 2), 2)) !== undefined).toBe(isSound);
  });

  const binary = (fill: number) =>
    ({ kind: "bytes", width: 16, values: new Uint8Array(16).fill(fill) }) as const;
  const partColumns = (entry: string, changes: object = {}) => {
    const values = new TextEncoder().encode(entry);
    return {
      id: binary(1),
      digest: binary(2),
      bucket: numbers(0),
      rows: numbers(1),
      bytes: numbers(100),
      tick_min: numbers(5),
      tick_max: numbers(6),
      created_at: numbers(0),
      entry: { kind: "text", offsets: Int32Array.of(0, values.byteLength), values } as const,
      ...changes,
    };
  };
  const SOUND = '{"columns":{"minute":{"max":6,"min":5,"nulls":0}}}';

  test.each([
    ["sound", {}, true],
    ["a bucket below zero", { bucket: numbers(-1) }, false],
    ["half a row", { rows: numbers(0.5) }, false],
    ["bytes beyond what is exact", { bytes: numbers(2 ** 53) }, false],
    ["no number", { rows: numbers(Number.NaN) }, false],
    ["ticks in the wrong order", { tick_min: numbers(6), tick_max: numbers(5) }, false],
    ["one tick bound", { tick_min: numbers(-1) }, false],
    ["a time that is none", { created_at: numbers(9e15) }, false],
    [
      "text that ends beyond its bytes",
      { entry: { kind: "text", offsets: Int32Array.of(0, 999), values: new Uint8Array(4) } },
      false,
    ],
  ])("judges a segment of parts: %s", async (_, changes, isSound) => {
    const bytes = encodeColumns(partColumns(SOUND, changes) as never, 1);
    expect((await withSegment("parts", bytes, 1)) !== undefined).toBe(isSound);
  });

  test("refuses bytes that are no Arrow file", async () => {
    expect(await withSegment("parts", new Uint8Array(100).fill(65), 1)).toBeUndefined();
  });

  test.each(["", "7", '{"columns":{"minute":{"nulls":-1}}}', "{}"])(
    "an entry that is none, %s, is met when it is asked for, and named",
    async (entry) => {
      const state = await withSegment("parts", encodeColumns(partColumns(entry), 1), 1);
      expect(() => [...state!.tables.get(FLIGHTS)!.parts]).toThrow(
        expect.objectContaining({ code: "CORRUPT", message: expect.stringContaining("segments/") }),
      );
    },
  );

  test("does not hide that the store failed, nor a later format", async () => {
    const disk = new SimulatedDisk();
    const later = await encodeDocument({ format: 2 });
    await disk.process("p").create(formatCheckpointIndexKey(3), later, FULL);
    await expect(read(disk, 3)).rejects.toMatchObject({ code: "FORMAT_UNSUPPORTED" });
    const failing = (await sampleDisk()).process("q", {
      plan: [{ at: 2, fault: { kind: "error", errno: "EIO", when: "before" } }],
    });
    await expect(readSegmentedCheckpoint(failing, 3)).rejects.toMatchObject({ code: "IO" });
  });
});

describe("the log", () => {
  async function diskOf(count: number): Promise<{ disk: SimulatedDisk; states: RunState[] }> {
    const disk = new SimulatedDisk();
    const states = [emptyState()];
    for (let version = 1; version <= count; version++) {
      await createRecord(disk.process("w"), recordOf(version), "full");
      states.push(applyRecord(states.at(-1) as RunState, recordOf(version)));
    }
    return { disk, states };
  }
  const hint = (disk: SimulatedDisk, version: number) =>
    disk.process("w").replaceHint(HEAD_HINT_KEY, new TextEncoder().encode(`${version}\n`));

  test("opens from a hinted checkpoint without listing one", async () => {
    const { disk, states } = await diskOf(30);
    await write(disk, states[28] as RunState);
    await hint(disk, 28);
    const store = new CountingStore(disk.process("reader"));
    const log = new CommitLog(store);
    expect(contentOf(await log.refresh())).toEqual(contentOf(states[30]));
    expect(log.checkpointVersion).toBe(28);
    expect(
      store.trace.map(({ verb, key }) => `${verb} ${key.replace(/[0-9a-f]{32}/, "…")}`),
    ).toMatchInlineSnapshot(`
      [
        "list _floor/",
        "get _log/_head",
        "get _checkpoints/indexes/00000000000000000028.json",
        "get _checkpoints/segments/00000000000000000028-….arrow",
        "get _checkpoints/segments/00000000000000000028-….arrow",
        "get _log/00000000000000000028.json",
        "get _log/00000000000000000029.json",
        "get _log/00000000000000000030.json",
        "get _log/00000000000000000031.json",
        "get _log/00000000000000000031.json",
        "stat _log/00000000000000000032.json",
        "list _floor/",
      ]
    `);
  });

  test.each([1, 2, 3])("falls back over %i damaged checkpoints", async (damaged) => {
    const { disk, states } = await diskOf(30);
    await writeCheckpoint(disk.process("w"), states[10] as RunState, "full");
    for (const version of [15, 20, 25]) await write(disk, states[version] as RunState);
    await hint(disk, 25);
    for (const version of [25, 20, 15].slice(0, damaged)) {
      const [key] = segmentsOn(disk).filter((k) =>
        k.includes(`/${String(version).padStart(20, "0")}`),
      );
      disk.tamper(key as ObjectKey, () => new Uint8Array());
    }
    const log = new CommitLog(disk.process("reader"));
    expect(contentOf(await log.refresh())).toEqual(contentOf(states[30]));
    expect(log.checkpointVersion).toBeLessThan(25);
    for (const version of [5, 12, 17, 22]) {
      expect(contentOf(await log.stateAt(version))).toEqual(contentOf(states[version]));
    }
  });

  test("bypasses one of another history", async () => {
    const { disk, states } = await diskOf(20);
    const other = { ...(states[20] as RunState), commitId: commitIdOf(777) };
    await write(disk, other);
    await hint(disk, 20);
    const log = new CommitLog(disk.process("reader"));
    expect(contentOf(await log.refresh())).toEqual(contentOf(states[20]));
    expect(log.checkpointVersion).toBe(0);
  });

  test("reads the whole checkpoints of earlier releases", async () => {
    const { disk, states } = await diskOf(20);
    await writeCheckpoint(disk.process("w"), states[15] as RunState, "full");
    await hint(disk, 15);
    const log = new CommitLog(disk.process("reader"));
    const state = await log.refresh();
    expect(log.checkpointVersion).toBe(15);
    // And goes on in segments.
    await write(disk, state);
    expect(contentOf(await read(disk, 20))).toEqual(contentOf(states[20]));
  });
});

describe("cost", () => {
  test("of all checkpoints grows as the commits do, not as their square", async () => {
    const store = new CountingStore(new SimulatedDisk().process("writer"));
    let state = emptyState();
    let last = 0;
    const written: (readonly [commits: number, creates: number, kilobytes: number])[] = [];
    for (let version = 1; version <= 8192; version++) {
      state = applyRecord(state, recordOf(version));
      if (isCheckpointDue(state, last)) {
        await writeSegmentedCheckpoint(store, state, "process");
        last = version;
      }
      if (Math.log2(version) % 1 !== 0 || version < 1024) continue;
      const kilobytes = Math.round(store.bytes("create") / 1024);
      written.push([version, store.count("create"), kilobytes]);
    }
    expect(written).toMatchInlineSnapshot(`
      [
        [
          1024,
          24,
          195,
        ],
        [
          2048,
          48,
          469,
        ],
        [
          4096,
          96,
          972,
        ],
        [
          8192,
          193,
          2492,
        ],
      ]
    `);
  });
});
