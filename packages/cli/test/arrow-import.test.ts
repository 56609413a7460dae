/** Goal: `crv import` of Arrow takes the types of the file, and refuses what is no Arrow or would lose something. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  Bool,
  CompressionType,
  compressionRegistry,
  DateDay,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int64,
  List,
  makeData,
  makeVector,
  Struct,
  Table,
  TimestampNanosecond,
  tableToIPC,
  Uint32,
  Utf8,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import lz4 from "lz4-napi";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runHere } from "./run-here.js";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** Made by tools/make-fixtures/compressed-arrow.py. */
const FIXTURES = fileURLToPath(new URL("./fixtures/arrow", import.meta.url));

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "crv-arrow-"));
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

const crv = (...args: readonly string[]) => runHere("--root", join(directory, "store"), ...args);

async function imported(run: string, content: Uint8Array, ...args: readonly string[]) {
  const path = join(directory, `${run}.arrow`);
  await writeFile(path, content);
  return crv("import", path, "--run", run, "--table", "t", ...args);
}

const columns: Record<string, Vector> = {
  Id: vectorFromArray([1n, 9_007_199_254_740_993n], new Int64()),
  count: vectorFromArray([1, 4_294_967_295], new Uint32()),
  share: vectorFromArray([0.5, null], new Float64()),
  flag: vectorFromArray([true, null], new Bool()),
  city: vectorFromArray(["Basel", "Bern"]),
  name: vectorFromArray(["", null], new Utf8()),
  day: vectorFromArray([new Date("2001-01-02"), new Date("2001-01-01")], new DateDay()),
  at: makeVector(
    makeData({ type: new TimestampNanosecond(), data: BigInt64Array.of(1_500n, 2_000n) }),
  ),
  where: vectorFromArray(
    [
      [1, 2],
      [3, 4],
    ],
    new FixedSizeList(2, new Field("item", new Float32(), true)),
  ),
  place: vectorFromArray([{ x: 1 }, null], new Struct([new Field("x", new Float64(), true)])),
};
const { at: _, ...exact } = columns;

/** The fixture with every byte of its first compressed buffer past the length changed. */
function withDamage(file: string): Uint8Array {
  const bytes = readFileSync(join(FIXTURES, file));
  const magic = file.startsWith("lz4") ? "04224d18" : "28b52ffd";
  const at = bytes.indexOf(Buffer.from(magic, "hex"));
  return bytes.fill(0xff, at + 4, at + 24);
}

/** A file whose buffers have the size of the column, and the content that `encode` gives. */
function compressed(
  type: "LZ4_FRAME" | "ZSTD",
  encode: (content: Uint8Array) => Uint8Array,
): Uint8Array {
  const tick = vectorFromArray(
    Array.from({ length: 20 }, (_, i) => BigInt(i)),
    new Int64(),
  );
  compressionRegistry.set(CompressionType[type], { encode });
  return tableToIPC(new Table({ tick }), "file", CompressionType[type]);
}

function shortLz4(content: Uint8Array): Uint8Array {
  return lz4.compressFrameSync(Buffer.from(content.subarray(80)));
}

/** One frame of one block that is stored as it is (RFC 8878). */
function shortZstd(content: Uint8Array): Uint8Array {
  const stored = content.subarray(80);
  const size = stored.byteLength;
  const block = [((size << 3) | 1) & 0xff, size >> 5, 0];
  return Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, size, ...block, ...stored);
}

describe("crv import of Arrow", () => {
  test.each(["file", "stream"] as const)("takes the types of a %s", async (kind) => {
    const content = tableToIPC(new Table(exact), kind);
    const args = ["--tick", "day", "--tick-unit", "day", "--tick-origin", "2001-01-01"];
    const { code, stderr } = await imported(kind, content, ...args);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^day +Date32<DAY> +day +timestamp$/m),
    });
    const { stdout } = await crv("scan", kind, "t", "--format", "ndjson");
    expect(stdout.split("\n").slice(0, 2)).toEqual([
      '{"tick":0,"id":9007199254740993,"count":4294967295,"share":null,"flag":null,"city":"Bern",' +
        '"name":null,"day":"2001-01-01T00:00:00.000000Z","where":[3,4],"place":null}',
      '{"tick":1,"id":1,"count":1,"share":0.5,"flag":true,"city":"Basel",' +
        '"name":"","day":"2001-01-02T00:00:00.000000Z","where":[1,2],"place":{"x":1}}',
    ]);
  });

  test.each(["lz4.arrow", "lz4.arrows", "zstd.arrow", "zstd.arrows"])(
    "takes compressed buffers, as in %s of pyarrow",
    async (file) => {
      const run = file.replace(".", "-");
      const path = join(FIXTURES, file);
      const { code } = await crv("import", path, "--run", run, "--table", "t", "--tick", "tick");
      expect(code).toBe(0);
      const { stdout } = await crv("scan", run, "t", "--format", "ndjson");
      const rows = Array.from({ length: 2000 }, (_, i) => ({
        tick: i,
        name: `agent ${i % 10}`,
        share: i === 7 ? null : i / 4,
        city: ["Basel", "Bern", "Genf"][i % 3],
        flag: i % 2 === 0,
      }));
      expect(
        stdout
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line)),
      ).toEqual(rows);
    },
  );

  test("hands over a batch in slices", async () => {
    const ticks = vectorFromArray(
      Array.from({ length: 10 }, (_, i) => BigInt(i)),
      new Int64(),
    );
    const content = tableToIPC(new Table({ tick: ticks }), "file");
    const args = ["--tick", "tick", "--batch-rows", "3", "--bucket-size", "5"];
    const { stdout } = await imported("slices", content, ...args);
    expect(stdout).toContain("imported 10 rows");
  });

  test.each([
    ["what is no Arrow", new TextEncoder().encode("a,b\n1,2\n"), [], "as Arrow IPC"],
    ["an empty file", new Uint8Array(), [], "it is empty"],
    ["damaged LZ4", withDamage("lz4.arrow"), [], "as Arrow IPC"],
    ["damaged ZSTD", withDamage("zstd.arrow"), [], "as Arrow IPC"],
    ["LZ4 that is too short", compressed("LZ4_FRAME", shortLz4), [], "and holds"],
    ["ZSTD that is too short", compressed("ZSTD", shortZstd), [], "and holds"],
    ["a cut file", tableToIPC(new Table(exact), "file").subarray(0, 700), [], "as Arrow IPC"],
    [
      "lists",
      tableToIPC(
        new Table({ l: vectorFromArray([[1]], new List(new Field("item", new Float64(), true))) }),
      ),
      [],
      "--columns",
    ],
    ["times finer than a microsecond", tableToIPC(new Table(columns)), [], "row 0"],
    ["a tick without a value", tableToIPC(new Table(columns)), ["--tick", "share"], "tick"],
    ["--types", tableToIPC(new Table(exact)), ["--types", "Id=str"], "has types"],
  ])("refuses %s, and leaves nothing", async (_, content, args, message) => {
    const { code, stderr } = await imported("bad", content, ...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    expect((await crv("scan", "bad", "t")).code).toBe(2);
  });
});
