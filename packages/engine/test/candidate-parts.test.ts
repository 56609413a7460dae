/**
 * Goal: a part that holds a key that is looked for is always among the candidates, whatever became of
 * its filter; and where filters are sound, hardly any other part is.
 *
 * Method: random parts of random keys of every type, each with the statistics and filter that writing
 * gives it, then with what bad luck or bad intentions make of them.
 */
import {
  createHash52,
  formatKeyFilterKey,
  type ObjectKey,
  type PartEntry,
  sealOf,
} from "@crv/core";
import { SimulatedDisk, TrivialPartStore } from "@crv/storage-trait/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { candidateParts, partsThatMayHold } from "../src/keys/candidate-parts.js";
import { type EncodedKeyFilter, encodeKeyFilter } from "../src/keys/key-filter.js";
import { KeyProbe } from "../src/keys/key-probe.js";
import { filterOfPart } from "../src/keys/part-keys.js";
import { keysOf } from "../src/row-keys.js";
import { keyRows, keysOfTypes, TYPED, type TypedKey } from "./support/key-samples.js";
import { RUN_ID } from "./support/universe.js";

const hash = await createHash52();

/** What becomes of a filter object between its write and a lookup. */
const DAMAGE: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array | undefined>> = {
  sound: (bytes) => bytes,
  missing: () => undefined,
  empty: () => new Uint8Array(),
  torn: (bytes) => bytes.subarray(0, bytes.byteLength >> 1),
  "all zero": (bytes) => new Uint8Array(bytes.byteLength),
  "half garbage": (bytes) => bytes.map((byte, i) => (2 * i < bytes.byteLength ? byte : ~byte)),
  extended: (bytes) => Buffer.concat([bytes, new Uint8Array(1 << 20)]),
  "of another part": () => encodeKeyFilter(Float64Array.of(1, 2, 3))?.bytes,
};

interface WrittenPart {
  readonly keys: readonly TypedKey[];
  readonly part: PartEntry;
  readonly filter: EncodedKeyFilter | undefined;
}

/** Parts as writing makes them, over a disk that holds their filters. */
async function writeParts(parts: readonly (readonly TypedKey[])[], key: readonly string[]) {
  const disk = new SimulatedDisk();
  const store = disk.process("writer");
  const codec = new TrivialPartStore(store);
  const table = { ...TYPED, key };
  const written: WrittenPart[] = [];
  for (const [i, keys] of parts.entries()) {
    const path = pathOf(i);
    const batches = [keyRows(keys)];
    const outcome = await codec.write({
      key: path,
      runId: RUN_ID,
      table,
      bucket: 0,
      batches,
      durability: "process",
    });
    if (outcome.kind !== "created") throw new Error(outcome.kind);
    const filter = filterOfPart(outcome.part, table, batches, hash);
    written.push({ keys, part: outcome.part, filter });
  }
  return { store, written };
}

function pathOf(index: number): ObjectKey {
  return `tables/typed_keys/bucket=000000/part-${String(index).padStart(32, "0")}.parquet` as ObjectKey;
}

const withInline = ({ part, filter }: WrittenPart, columns: readonly string[]): PartEntry => {
  if (filter === undefined) return part;
  const inline = Buffer.from(filter.bytes).toString("base64");
  return { ...part, keyFilter: { columns, keys: filter.keys, content: { inline } } };
};

const keySets = fc.array(fc.array(keysOfTypes, { minLength: 1, maxLength: 8 }), { maxLength: 6 });
const keyColumns = fc.shuffledSubarray([...TYPED.key], { minLength: 1 });
const damage = fc.constantFrom(...Object.keys(DAMAGE));

/** Paths of the parts that hold one of `asked`, by comparing all of them. */
function holders(
  written: readonly WrittenPart[],
  asked: readonly TypedKey[],
  key: readonly string[],
): string[] {
  const table = { ...TYPED, key };
  const wanted = new Set(keysOf(keyRows(asked), table));
  return written
    .filter(({ keys }) => keysOf(keyRows(keys), table).some((each) => wanted.has(each)))
    .map(({ part }) => part.path);
}

describe("parts that may hold keys", () => {
  test("are all that do, in their order, with filters in their entries", async () => {
    let excluded = 0;
    await fc.assert(
      fc.asyncProperty(keySets, keySets, keyColumns, async (parts, others, key) => {
        const { store, written } = await writeParts(parts, key);
        const asked = [...parts.flat().filter((_, i) => i % 3 === 0), ...others.flat()];
        if (asked.length === 0) return;
        const entries = written.map((each) => withInline(each, key));
        const probe = new KeyProbe(keyRows(asked), key, hash);
        const found = await partsThatMayHold(entries, probe, store);
        const paths = found.map(({ path }) => path);
        expect(paths).toEqual(entries.map(({ path }) => path).filter((p) => paths.includes(p)));
        for (const path of holders(written, asked, key)) expect(paths).toContain(path);
        excluded += entries.length - found.length;
      }),
    );
    expect(excluded).toBeGreaterThan(0);
  });

  test("are all that do, whatever became of the objects beside them", async () => {
    await fc.assert(
      fc.asyncProperty(keySets, keyColumns, fc.array(damage), async (parts, key, damages) => {
        const { store, written } = await writeParts(parts, key);
        const entries: PartEntry[] = [];
        for (const [i, { part, filter }] of written.entries()) {
          if (filter === undefined) {
            entries.push(part);
            continue;
          }
          const name = formatKeyFilterKey(part.path);
          const left = DAMAGE[damages[i] ?? "sound"]?.(filter.bytes);
          if (left) await store.create(name, left, { durability: "process" });
          const keyFilter = {
            columns: key,
            keys: filter.keys,
            content: await sealOf(filter.bytes),
          };
          entries.push({ ...part, keyFilter });
        }
        const asked = parts.flat().filter((_, i) => i % 3 === 0);
        if (asked.length === 0) return;
        const probe = new KeyProbe(keyRows(asked), key, hash);
        const found = (await partsThatMayHold(entries, probe, store)).map(({ path }) => path);
        for (const path of holders(written, asked, key)) expect(found).toContain(path);
      }),
    );
  });
});

const numbered = (tick: bigint): TypedKey => ({
  tick,
  name: "n",
  small: 0,
  flag: false,
  at: 0n,
});

describe("a part is a candidate", () => {
  const KEY = ["tick"];
  const held = [1n, 5n, 9n].map((tick) => numbered(tick));
  const probeOf = (ticks: readonly bigint[], columns = KEY) =>
    new KeyProbe(keyRows(ticks.map((tick) => numbered(tick))), columns, hash);

  test.each<[string, readonly bigint[], number]>([
    ["not when all keys are below its range", [0n, -4n], 0],
    ["not when all keys are above it", [10n], 0],
    ["not when keys surround it", [0n, 10n], 0],
    ["not when its filter excludes what is within", [2n, 3n, 4n, 6n], 0],
    ["when one of many is in it", [0n, 2n, 5n, 10n], 1],
    ["when the key is its lower bound", [1n], 1],
    ["when the key is its upper bound", [9n], 1],
  ])("%s", async (_, asked, count) => {
    const { written } = await writeParts([held], KEY);
    const entries = written.map((each) => withInline(each, KEY));
    expect(candidateParts(entries, probeOf(asked))).toHaveLength(count);
  });

  test("when its filter is of other columns", async () => {
    const { written } = await writeParts([held], KEY);
    const entries = written.map((each) => withInline(each, ["name"]));
    expect(candidateParts(entries, probeOf([2n]))).toHaveLength(1);
    const swapped = written.map((each) => withInline(each, ["name", "tick"]));
    expect(candidateParts(swapped, probeOf([2n], ["tick", "name"]))).toHaveLength(1);
  });

  test("when it has neither statistics nor filter", async () => {
    const { written } = await writeParts([held], KEY);
    const entries = written.map(({ part }) => ({ ...part, columns: {} }));
    expect(candidateParts(entries, probeOf([77n]))).toHaveLength(1);
  });

  test("of a key of two columns only when one key fits the ranges of both", async () => {
    const key = ["tick", "small"];
    const at = (tick: bigint, small: number) => ({ ...numbered(tick), small });
    const { written } = await writeParts([[at(1n, 10), at(5n, 20)]], key);
    const entries = written.map(({ part }) => part);
    const probe = (keys: readonly TypedKey[]) => new KeyProbe(keyRows(keys), key, hash);
    const apart = [at(3n, 99), at(7n, 15), at(0n, 10)];
    expect(candidateParts(entries, probe(apart))).toHaveLength(0);
    expect(candidateParts(entries, probe([...apart, at(3n, 15)]))).toHaveLength(1);
  });

  test("a part of one key needs no filter", async () => {
    const { written } = await writeParts([[numbered(4n), numbered(4n)], held], KEY);
    expect(written.map(({ filter }) => filter?.keys)).toEqual([undefined, 3]);
  });
});
