/** Goal: an index is read strictly and written as others write it; tensors are divided as huggingface_hub does. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeShardIndex,
  encodeSafetensors,
  encodeShardIndex,
  openSafetensors,
  planShards,
  ShardedReader,
} from "../src/index.js";
import { tensorName } from "./support/arbitrary-tensors.js";
import { errorOf } from "./support/error-of.js";

const utf8 = (text: string) => new TextEncoder().encode(text);
const indexOf = (weightMap: string) =>
  utf8(`{"metadata":{"total_size":4},"weight_map":${weightMap}}`);

describe("the index", () => {
  test("is written sorted, indented by two, with a line feed at the end", () => {
    const shardByTensor = new Map([
      ["b", "model-00002-of-00002.safetensors"],
      ["a", "model-00001-of-00002.safetensors"],
    ]);
    const expected = {
      metadata: { total_size: 96 },
      weight_map: { a: "model-00001-of-00002.safetensors", b: "model-00002-of-00002.safetensors" },
    };
    const bytes = encodeShardIndex({ totalByteLength: 96, shardByTensor });
    expect(new TextDecoder().decode(bytes)).toBe(`${JSON.stringify(expected, null, 2)}\n`);
  });

  test("reads back equal", () => {
    const shards = fc.constantFrom("model.safetensors", "a/b.safetensors", "é");
    fc.assert(
      fc.property(
        fc.array(fc.tuple(tensorName, shards)),
        fc.option(fc.maxSafeNat(), { nil: undefined }),
        (pairs, totalByteLength) => {
          const index = { totalByteLength, shardByTensor: new Map(pairs) };
          expect(decodeShardIndex(encodeShardIndex(index))).toEqual(index);
        },
      ),
    );
  });

  test("may have a total with a fraction of zero, none, and unknown members", () => {
    const total = (metadata: string) =>
      decodeShardIndex(utf8(`{"x":[{}],"metadata":${metadata},"weight_map":{}}`)).totalByteLength;
    expect(total('{"total_size":16060522496.0,"total_parameters":8}')).toBe(16060522496);
    expect(total("{}")).toBeUndefined();
    expect(decodeShardIndex(utf8('{"weight_map":{}}')).totalByteLength).toBeUndefined();
  });

  test.each([
    ["no weight_map", utf8("{}"), "INVALID_INDEX"],
    ["an array", utf8("[]"), "INVALID_INDEX"],
    ["a total below zero", utf8('{"metadata":{"total_size":-1},"weight_map":{}}'), "INVALID_INDEX"],
    [
      "a total of half a byte",
      utf8('{"metadata":{"total_size":0.5},"weight_map":{}}'),
      "INVALID_INDEX",
    ],
    ["a shard that is a number", indexOf('{"a":1}'), "INVALID_INDEX"],
    ["a tensor twice", indexOf('{"a":"x","a":"y"}'), "DUPLICATE_NAME"],
    ["weight_map twice", utf8('{"weight_map":{},"weight_map":{}}'), "DUPLICATE_NAME"],
    ["no JSON", utf8('{"weight_map":{}'), "INVALID_JSON"],
    ["no UTF-8", Uint8Array.of(0xff), "INVALID_UTF8"],
    [
      "too many shards",
      indexOf(`{${Array.from({ length: 10_001 }, (_, i) => `"t${i}":"s${i}"`).join()}}`),
      "LIMIT_EXCEEDED",
    ],
  ])("is refused with %s", async (_, bytes, code) => {
    expect((await errorOf(() => decodeShardIndex(bytes))).code).toBe(code);
  });

  test.each([
    ...["", "..", ".", "../x", "a/../b", "/etc/passwd", "a//b", "a/", "C:\\x", "c:x", "a\\b"],
    ...[
      "https://x/y",
      "a\u0000",
      "a\nb",
      "nul",
      "NUL.safetensors",
      "com1",
      "a.",
      "a ",
      "~\\x",
      "\ud800",
    ],
  ])("is refused with the shard %j, reading and writing", async (shard) => {
    const shardByTensor = new Map([["a", shard]]);
    const writing = await errorOf(() => encodeShardIndex({ totalByteLength: 4, shardByTensor }));
    expect(writing.code).toBe("INVALID_NAME");
    const reading = await errorOf(() =>
      decodeShardIndex(indexOf(`{"a":${JSON.stringify(shard)}}`)),
    );
    expect(reading.code).toBe(shard === "\ud800" ? "INVALID_JSON" : "INVALID_NAME");
  });
});

describe("planShards", () => {
  const specs = (...sizes: number[]) =>
    sizes.map((size, at) => ({ name: `t${at}`, dtype: "U8" as const, shape: [size] }));

  test("fills a shard until it would grow too large; a large tensor has its own", () => {
    const { shards, index } = planShards(specs(4, 4, 4, 20, 2, 8), { shardBytesMax: 10 });
    expect([...shards]).toEqual([
      ["model-00001-of-00004.safetensors", ["t0", "t1"]],
      ["model-00002-of-00004.safetensors", ["t3"]],
      ["model-00003-of-00004.safetensors", ["t2", "t4"]],
      ["model-00004-of-00004.safetensors", ["t5"]],
    ]);
    expect(index.totalByteLength).toBe(42);
  });

  test("gives one file when all fits, also when there is nothing", () => {
    expect([...planShards(specs(4, 4)).shards]).toEqual([["model.safetensors", ["t0", "t1"]]]);
    expect([...planShards([], { base: "adapter" }).shards]).toEqual([["adapter.safetensors", []]]);
  });

  test("keeps every tensor, once, and no shard of several beyond the size", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30)), fc.integer({ min: 1, max: 40 }), (sizes, shardBytesMax) => {
        const { shards, index } = planShards(specs(...sizes), { shardBytesMax });
        const names = [...shards.values()].flat();
        expect(names.toSorted()).toEqual(sizes.map((_, at) => `t${at}`).toSorted());
        for (const [shard, tensors] of shards) {
          const byteLength = tensors.reduce((sum, name) => sum + sizes[Number(name.slice(1))]!, 0);
          expect(tensors.length === 1 || byteLength <= shardBytesMax).toBe(true);
          for (const name of tensors) expect(index.shardByTensor.get(name)).toBe(shard);
        }
      }),
    );
  });

  test.each([
    ["a size of zero", () => planShards([], { shardBytesMax: 0 }), "INVALID_ARGUMENT"],
    ["a base that is a path elsewhere", () => planShards([], { base: "../x" }), "INVALID_NAME"],
    ["a name twice", () => planShards([...specs(1), ...specs(1)]), "DUPLICATE_NAME"],
    [
      "too many shards",
      () => planShards(specs(...Array(10_001).fill(2)), { shardBytesMax: 2 }),
      "LIMIT_EXCEEDED",
    ],
  ])("refuses %s", async (_, call, code) => {
    expect((await errorOf(call)).code).toBe(code);
  });
});

describe("ShardedReader", () => {
  const files: Readonly<Record<string, Uint8Array>> = {
    x: encodeSafetensors({ a: { dtype: "U8", shape: [2], data: Uint8Array.of(1, 2) } }),
    y: encodeSafetensors({ b: { dtype: "U8", shape: [1], data: Uint8Array.of(3) } }),
  };
  const index = decodeShardIndex(indexOf('{"b":"y","a":"x","lost":"x"}'));

  test("opens a shard when it is needed, and once", async () => {
    const opened: string[] = [];
    const reader = new ShardedReader(index, async (shard) => {
      opened.push(shard);
      return openSafetensors(files[shard]!);
    });
    expect(reader.names()).toEqual(["a", "b", "lost"]);
    expect(opened).toEqual([]);
    const [whole, rows] = await Promise.all([reader.tensor("a"), reader.rows("a", 1, 2)]);
    expect([whole.data, rows.data]).toEqual([Uint8Array.of(1, 2), Uint8Array.of(2)]);
    expect(opened).toEqual(["x"]);
    expect((await reader.info("b")).shape).toEqual([1]);
    expect(opened).toEqual(["x", "y"]);
  });

  test("says when the index is wrong", async () => {
    const reader = new ShardedReader(index, async (shard) => openSafetensors(files[shard]!));
    expect((await errorOf(() => reader.tensor("lost"))).details).toEqual({
      tensor: "lost",
      shard: "x",
    });
    expect((await errorOf(() => reader.tensor("c"))).code).toBe("TENSOR_NOT_FOUND");
  });

  test("tries a shard again that could not be opened", async () => {
    let isUp = false;
    const reader = new ShardedReader(index, async (shard) => {
      if (!isUp) throw new Error("down");
      return openSafetensors(files[shard]!);
    });
    await expect(reader.tensor("b")).rejects.toThrow("down");
    isUp = true;
    expect((await reader.tensor("b")).data).toEqual(Uint8Array.of(3));
  });
});
