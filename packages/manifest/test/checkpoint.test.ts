/** Goal: a checkpoint is the fold of its records, or it is not used. */
import {
  CHECKPOINT_BYTES_MAX,
  canonicalJson,
  formatCheckpointKey,
  parseObjectKey,
  type TableKey,
} from "@crv/core";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyRecord,
  composeRecovery,
  emptyState,
  encodeDocument,
  findCheckpoint,
  isCheckpointDue,
  type RunState,
  readCheckpoint,
  writeCheckpoint,
} from "../src/index.js";
import {
  commitIdOf,
  DELAYS,
  delays,
  FLIGHTS,
  operationIdOf,
  partOf,
  proposalOf,
  recordOf,
} from "./sample.js";

/** A state with two tables, a removed part, an aborted and an audited operation. */
function sampleState(): RunState {
  const twoTables = new Map([
    [
      FLIGHTS,
      {
        version: 2,
        add: [partOf(operationIdOf(2))],
        remove: [partOf(operationIdOf(1)).path],
        preserving: true,
      },
    ],
    [
      DELAYS,
      {
        version: 1,
        descriptor: delays,
        add: [{ ...partOf(operationIdOf(2), 1, { table: DELAYS }), tickMin: null, tickMax: null }],
        remove: [],
      },
    ],
  ]);
  const state = applyRecord(
    applyRecord(emptyState(), recordOf(1)),
    recordOf(2, { tables: twoTables }),
  );
  const recovery = {
    kind: "RolledBack",
    operationId: operationIdOf(7),
    forActor: null,
    tables: [],
  } as const;
  const identity = { commitId: commitIdOf(3), createdAt: "2026-01-01T00:00:03.000Z" };
  return applyRecord(
    state,
    composeRecovery(recovery, { ref: proposalOf(8).ref, actor: "crv:recovery" }, state, identity),
  );
}

function ledgerOf({ ledger, version }: RunState): unknown {
  return [[...ledger.settled(version)], [...ledger.audited(version)]];
}

async function write(disk: SimulatedDisk, state: RunState): Promise<void> {
  expect(await writeCheckpoint(disk.process("writer"), state, "full")).toBe(true);
}

const read = (disk: SimulatedDisk, version: number) =>
  readCheckpoint(disk.process("reader"), version);
const find = (disk: SimulatedDisk, version: number) =>
  findCheckpoint(disk.process("reader"), version);

const PART = (table: string, operation: string, index: string, ticks: string) =>
  `{"bucket":0,"bytes":${1000 + Number(index)},"columns":{"minute":{"max":9,"min":0,"nulls":0}},"digest":"0123456789abcdef0123456789abcdef","path":"tables/${table}/bucket=000000/part-${operation}0000000${index}.parquet","rows":10,${ticks}}`;

describe("writeCheckpoint", () => {
  test("writes these bytes", async () => {
    const disk = new SimulatedDisk();
    await write(disk, sampleState());
    const body = JSON.parse(new TextDecoder().decode(disk.objects().get(formatCheckpointKey(3))));
    const prefix = partOf(operationIdOf(2)).path.slice(
      -"aaaaaaaaaaaaaaaaaaaaaaaa00000000.parquet".length,
      -"00000000.parquet".length,
    );
    expect(canonicalJson({ ...body, digest: undefined })).toBe(
      [
        `{"audited":[["${operationIdOf(7)}",3]],"commit_id":"${commitIdOf(3)}","created_at":"2026-01-01T00:00:03.000Z","format":1,`,
        `"settled":[["${operationIdOf(1)}","landed",1],["${operationIdOf(2)}","landed",2],["${operationIdOf(7)}","aborted",3]],`,
        `"tables":[{"changed_at":2,"content_version":1,"created_at":"2026-01-01T00:00:01.000Z","described_at":1,`,
        `"descriptor":{"columns":[{"name":"minute","type":"i64"},{"name":"origin","type":"str"},{"name":"delay","type":"i64"}],"key":[],"name":"flights","nullable":["delay"],"required":["minute","origin"],"tick_bucket_size":1440,"tick_column":"minute","version":{"date":"2025-09-20","major":0,"minor":1}},`,
        `"parts":[{"created_at":"2026-01-01T00:00:02.000Z","part":${PART("flights", prefix, "0", '"tick_max":9,"tick_min":0')}}],`,
        `"updated_at":"2026-01-01T00:00:02.000Z","version":2},`,
        `{"changed_at":2,"content_version":1,"created_at":"2026-01-01T00:00:02.000Z","described_at":2,`,
        `"descriptor":{"columns":[{"name":"airport","type":"str"},{"name":"total","type":"i64"}],"key":[],"name":"delays","nullable":[],"required":["airport","total"],"tick_bucket_size":null,"tick_column":null,"version":{"date":"2025-09-20","major":0,"minor":1}},`,
        `"parts":[{"created_at":"2026-01-01T00:00:02.000Z","part":${PART("delays", prefix, "1", '"tick_max":null,"tick_min":null')}}],`,
        `"updated_at":"2026-01-01T00:00:02.000Z","version":1}],"version":3}`,
      ].join(""),
    );
  });

  test("gives the state back", async () => {
    const disk = new SimulatedDisk();
    const state = sampleState();
    await write(disk, state);
    const found = await read(disk, 3);
    expect({ ...found, ledger: null }).toEqual({ ...state, ledger: null });
    expect(ledgerOf(found!)).toEqual(ledgerOf(state));
  });

  test("writes what the state knew, not what its shared ledger learned since", async () => {
    const state = sampleState();
    applyRecord(state, recordOf(4, { parents: [commitIdOf(3)], tables: new Map() }));
    const disk = new SimulatedDisk();
    await write(disk, state);
    expect((await read(disk, 3))?.ledger.says(operationIdOf(4), 99)).toBeUndefined();
  });

  test("is content with one that another wrote, and says when the store did not answer", async () => {
    const disk = new SimulatedDisk();
    await write(disk, sampleState());
    await write(disk, sampleState());
    const silent = new SimulatedDisk().process("p", {
      plan: ({ step }) => (step === "link" ? { kind: "unknown", lands: "never" } : undefined),
    });
    expect(await writeCheckpoint(silent, sampleState(), "full")).toBe(false);
  });
});

describe("readCheckpoint", () => {
  test("is undefined of one that is absent", async () => {
    expect(await read(new SimulatedDisk(), 3)).toBeUndefined();
  });

  test("bypasses one that was cut or changed anywhere", async () => {
    const disk = new SimulatedDisk();
    await write(disk, sampleState());
    const key = formatCheckpointKey(3);
    const whole = disk.objects().get(key) as Uint8Array;
    const at = fc.nat(whole.byteLength - 1);
    await fc.assert(
      fc.asyncProperty(at, fc.nat(7), async (offset, bit) => {
        disk.tamper(key, () => whole.slice(0, offset));
        expect(await read(disk, 3)).toBeUndefined();
        disk.tamper(key, () => whole.map((byte, i) => (i === offset ? byte ^ (1 << bit) : byte)));
        expect(await read(disk, 3)).toBeUndefined();
      }),
    );
    disk.tamper(key, () => whole);
    expect((await read(disk, 3))?.version).toBe(3);
  });

  test("bypasses one that lies about its version", async () => {
    const disk = new SimulatedDisk();
    await write(disk, sampleState());
    const copy = disk.objects().get(formatCheckpointKey(3)) as Uint8Array;
    await disk.process("p").create(formatCheckpointKey(4), copy, { durability: "full" });
    expect(await read(disk, 4)).toBeUndefined();
    expect((await find(disk, 9))?.version).toBe(3);
  });

  test("bypasses one of another shape, or larger than any", async () => {
    const disk = new SimulatedDisk();
    await disk
      .process("p")
      .create(formatCheckpointKey(3), await encodeDocument({ format: 1, version: 3 }), {
        durability: "full",
      });
    expect(await read(disk, 3)).toBeUndefined();
    const reader = disk.process("q");
    const huge: typeof reader.get = async (key, { sizeBytesMax }) => {
      expect(sizeBytesMax).toBe(CHECKPOINT_BYTES_MAX);
      return reader.get(key, { sizeBytesMax: 1 });
    };
    expect(await readCheckpoint({ ...reader, get: huge } as never, 3)).toBeUndefined();
  });

  test("does not hide that the store failed, nor a later format", async () => {
    const disk = new SimulatedDisk();
    await disk
      .process("p")
      .create(formatCheckpointKey(3), await encodeDocument({ format: 2 }), { durability: "full" });
    await expect(read(disk, 3)).rejects.toMatchObject({ code: "FORMAT_UNSUPPORTED" });
    const failing = disk.process("q", {
      plan: [{ at: 1, fault: { kind: "error", errno: "EIO", when: "before" } }],
    });
    await expect(readCheckpoint(failing, 3)).rejects.toMatchObject({ code: "IO" });
  });
});

describe("findCheckpoint", () => {
  test("finds the newest at or below a version that is sound and wanted", async () => {
    const disk = new SimulatedDisk();
    let state = emptyState();
    for (let version = 1; version <= 5; version++) {
      state = applyRecord(state, recordOf(version));
      await write(disk, state);
    }
    expect((await find(disk, Number.POSITIVE_INFINITY))?.version).toBe(5);
    expect((await find(disk, 3))?.version).toBe(3);
    expect(await find(disk, 0)).toBeUndefined();
    disk.tamper(formatCheckpointKey(5), () => new Uint8Array());
    expect((await find(disk, 9))?.version).toBe(4);
    const isOdd = async ({ version }: RunState) => version % 2 === 1;
    expect((await findCheckpoint(disk.process("r"), 9, isOdd))?.version).toBe(3);
  });

  test("ignores foreign files", async () => {
    const disk = new SimulatedDisk();
    await disk
      .process("p")
      .create(parseObjectKey("_checkpoints/README.md"), new Uint8Array(3), { durability: "full" });
    expect(await find(disk, 9)).toBeUndefined();
  });
});

describe("isCheckpointDue", () => {
  const tables = (count: number) => {
    const [table] = [...sampleState().tables.values()];
    return new Map(Array.from({ length: count }, (_, i) => [`t${i}` as TableKey, table!]));
  };
  test.each([
    [127, 0, 1, false],
    [128, 0, 1, true],
    [200, 100, 1, false],
    [228, 100, 1, true],
    [300, 0, 6400, false],
    [400, 0, 6400, true],
  ])("at version %i, after one at %i, with %i tables: %s", (version, last, count, due) => {
    const state = { ...emptyState(), version, tables: tables(count) };
    expect(isCheckpointDue(state, last)).toBe(due);
  });
});
