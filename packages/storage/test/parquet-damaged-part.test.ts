/**
 * Damaged and hostile parts. Invariants: with the digest checked, no damage is ever read; without
 * it, a read ends in rows or in a typed error, in bounded time, and the store reads sound parts as
 * before.
 */
import {
  CrvError,
  digestOf,
  PART_BYTES_MAX,
  PART_ROWS_MAX,
  type PartEntry,
  parseObjectKey,
} from "@crv/core";
import { seededRandom } from "@crv/storage-trait/testing";
import { parquetMetadata } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createParquetPartStore } from "../src/parquet/part-store.js";
import {
  batchOfRows,
  EDGES,
  EVERY_TYPE,
  edgeRow,
  everyTypeRow,
  memoryObjects,
  PART,
  readAligned,
  rowsOf,
  valuesOf,
  writeRows,
} from "./parquet-samples.js";

const FLIPS = 300;
/** Each that makes the decoder panic costs a new thread. */
const UNVERIFIED_FLIPS = 80;
const TOGETHER_FLIPS = 40;

describe("a damaged part", () => {
  const store = memoryObjects();
  const parts = createParquetPartStore({ store, rowGroupRows: 64 });
  let part: PartEntry;
  let sound: Uint8Array;
  let values: Record<string, unknown[]>;
  afterAll(() => parts.close());

  beforeAll(async () => {
    const batch = batchOfRows(EVERY_TYPE, rowsOf(150, everyTypeRow));
    part = await writeRows(parts, { table: EVERY_TYPE, batches: [batch] });
    sound = (await store.get(PART, { sizeBytesMax: 1 << 30 })) ?? new Uint8Array();
    values = valuesOf(batch);
  });

  /** Reads `bytes` in the place of the part; `bytes` in the entry says their length. */
  async function readDamaged(bytes: Uint8Array, verify: boolean): Promise<void> {
    store.damage(PART, bytes);
    try {
      const source = { ...part, bytes: bytes.byteLength };
      for await (const batch of parts.read(source, EVERY_TYPE, { verify })) batch.toArray();
    } finally {
      store.damage(PART, sound);
    }
  }

  async function codeOf(result: Promise<unknown>): Promise<string | undefined> {
    const [settled] = await Promise.allSettled([result]);
    if (settled?.status !== "rejected") return undefined;
    expect(settled.reason).toBeInstanceOf(CrvError);
    return (settled.reason as CrvError).code;
  }

  function flipped(at: number, mask: number): Uint8Array {
    const bytes = sound.slice();
    bytes[at] = (bytes[at] as number) ^ mask;
    return bytes;
  }

  async function expectSoundRead(): Promise<void> {
    expect(valuesOf(await readAligned(parts, part, EVERY_TYPE))).toEqual(values);
  }

  test("is never read when the digest is checked, whichever byte has changed", async () => {
    const random = seededRandom(1);
    for (let i = 0; i < FLIPS; i++) {
      const at = random.integer(sound.length);
      expect(await codeOf(readDamaged(flipped(at, 1 << random.integer(8)), true))).toBe("CORRUPT");
    }
  });

  test.each([
    ["pages", (footerAt: number) => [4, footerAt]],
    ["footer", (footerAt: number) => [footerAt, sound.length]],
  ] as const)(
    "ends in rows or a typed error without the digest, with flipped bits in its %s",
    async (_, range) => {
      const footerBytes = new DataView(sound.buffer).getUint32(sound.length - 8, true);
      const [start, end] = range(sound.length - 8 - footerBytes) as [number, number];
      const random = seededRandom(2);
      const seen = new Map<string | undefined, number>();
      for (let i = 0; i < UNVERIFIED_FLIPS; i++) {
        const at = start + random.integer(end - start);
        const code = await codeOf(readDamaged(flipped(at, 1 << random.integer(8)), false));
        seen.set(code, (seen.get(code) ?? 0) + 1);
        if (i % 10 === 0) await expectSoundRead();
      }
      expect([undefined, "CORRUPT", "LIMIT_EXCEEDED"]).toEqual(
        expect.arrayContaining([...seen.keys()]),
      );
      expect(seen.get("CORRUPT")).toBeGreaterThan(0);
      await expectSoundRead();
    },
    120_000,
  );

  test("among parts that are read together is what it is alone, and the only one", async () => {
    const random = seededRandom(4);
    const path = parseObjectKey("tables/every_type/damaged");
    store.damage(path, sound);
    const ends = new Set<string | undefined>();
    for (let i = 0; i < TOGETHER_FLIPS; i++) {
      const bytes = flipped(4 + random.integer(sound.length - 4), 1 << random.integer(8));
      store.damage(path, bytes);
      // Its digest is that of the damaged bytes, so that they come to the decoder.
      const damaged = { ...part, path, digest: await digestOf(bytes) };
      const alone = await codeOf(readAligned(parts, damaged, EVERY_TYPE));
      const wanted = [part, damaged, part].map((each) => ({ part: each }));
      const [together] = await Promise.allSettled([parts.readTogether(wanted, EVERY_TYPE)]);
      ends.add(alone);
      if (together.status === "fulfilled") {
        expect([alone, together.value.length]).toEqual([undefined, 3]);
      } else {
        expect(together.reason).toMatchObject({ code: alone, details: { key: path } });
      }
    }
    expect(ends).toContain("CORRUPT");
    const [rows] = await parts.readTogether([{ part }, { part }], EVERY_TYPE);
    expect(rows?.flatMap((batch) => valuesOf(batch).tick)).toEqual(values.tick);
  }, 120_000);

  test("is corrupt when it is cut anywhere, or empty, or something else", async () => {
    const random = seededRandom(3);
    const lengths = [0, 1, 8, 11, 12, sound.length - 1];
    for (let i = 0; i < 20; i++) lengths.push(random.integer(sound.length));
    const others = [new Uint8Array(1000), new TextEncoder().encode("PAR1".repeat(100))];
    for (const bytes of [...lengths.map((length) => sound.slice(0, length)), ...others]) {
      expect(await codeOf(readDamaged(bytes, false))).toBe("CORRUPT");
    }
    await expectSoundRead();
  });

  test("is corrupt when its footer claims to be longer than the file", async () => {
    const bytes = sound.slice();
    new DataView(bytes.buffer).setUint32(bytes.length - 8, 0x7fffffff, true);
    expect(await codeOf(readDamaged(bytes, false))).toBe("CORRUPT");
  });

  test("is corrupt when it has other rows than its entry says", async () => {
    const wrong = { ...part, rows: part.rows + 1 };
    expect(await codeOf(readAligned(parts, wrong, EVERY_TYPE))).toBe("CORRUPT");
    const unknownGroup = readAligned(parts, part, EVERY_TYPE, { rowGroups: [0, 99] });
    expect(await codeOf(unknownGroup)).toBe("CORRUPT");
  });

  test("is refused by the size or the rows of its entry before it is fetched", async () => {
    for (const huge of [{ bytes: PART_BYTES_MAX + 1 }, { rows: PART_ROWS_MAX + 1 }]) {
      const code = await codeOf(readAligned(parts, { ...part, ...huge }, EVERY_TYPE));
      expect(code).toBe("LIMIT_EXCEEDED");
    }
  });
});

describe("what a read does not ask for", () => {
  const store = memoryObjects();
  const parts = createParquetPartStore({ store, rowGroupRows: 50 });
  afterAll(() => parts.close());

  test("is not decoded: pages of other columns and row groups may be damaged", async () => {
    const batch = batchOfRows(EDGES, rowsOf(150, edgeRow));
    const part = await writeRows(parts, { table: EDGES, batches: [batch] });
    const bytes = (await store.get(PART, { sizeBytesMax: 1 << 30 })) ?? new Uint8Array();
    const groups = parquetMetadata(new Uint8Array(bytes).buffer).row_groups;
    // Only the weights of the second row group stay sound.
    for (const [index, group] of groups.entries()) {
      for (const [position, { meta_data: chunk }] of group.columns.entries()) {
        if ((index === 1 && position === 2) || chunk === undefined) continue;
        const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
        bytes.fill(0xff, start, start + Number(chunk.total_compressed_size));
      }
    }
    store.damage(PART, bytes);
    const unverified = { verify: false } as const;
    const asked = { ...unverified, columns: ["weight"], rowGroups: [1] };
    const found = await readAligned(parts, part, EDGES, asked);
    expect(valuesOf(found).weight).toEqual(valuesOf(batch).weight?.slice(50, 100));
    for (const wider of [{ columns: ["weight"] }, { rowGroups: [1] }]) {
      await expect(
        readAligned(parts, part, EDGES, { ...unverified, ...wider }),
      ).rejects.toMatchObject({ code: "CORRUPT" });
    }
  });
});
