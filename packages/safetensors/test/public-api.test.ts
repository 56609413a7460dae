/** Goal: what is public is meant to be, and the core needs nothing of Node. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { withSwappedBytes } from "../src/byte-order.js";
import * as core from "../src/index.js";
import * as node from "../src/node.js";

// To add a name is a minor change, to take one away a breaking one: both belong in the changelog.
test("the core exports these values, and no others", () => {
  expect(Object.keys(core).sort()).toEqual([
    "ALLOCATION_BYTES_MAX",
    "DTYPES",
    "HEADER_BYTES_MAX",
    "INDEX_BYTES_MAX",
    "NESTING_MAX",
    "SAFETENSORS_ERRORS",
    "SHARDS_MAX",
    "SHARD_INDEX_NAME",
    "SafetensorsError",
    "SafetensorsReader",
    "ShardedReader",
    "bitsOf",
    "blobReader",
    "bytesReader",
    "convertTensor",
    "decodeHeader",
    "decodeHeaderLength",
    "decodeSafetensors",
    "decodeShardIndex",
    "encodeHeader",
    "encodeSafetensors",
    "encodeShardIndex",
    "fromFloat32",
    "isDtype",
    "openSafetensors",
    "planShards",
    "planSlice",
    "streamSafetensors",
    "tensorFromBytes",
    "toFloat32",
  ]);
});

test("the subpath node exports these values, and no others", () => {
  expect(Object.keys(node).sort()).toEqual([
    "FileReader",
    "SafetensorsFile",
    "SafetensorsShards",
    "openSafetensorsFile",
    "openSafetensorsIndex",
    "writeSafetensorsFile",
    "writeSafetensorsShards",
  ]);
});

describe("the core", () => {
  const folder = new URL("../src/", import.meta.url);
  const sources = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith(".ts") && !/^node(\.ts$|[/\\])/.test(path));

  test.each(sources)("%s has nothing that browsers lack", (path) => {
    const code = readFileSync(new URL(path, folder), "utf8").replaceAll(
      /\/\*[\s\S]*?\*\/|\/\/.*/g,
      "",
    );
    expect(code).not.toMatch(/\bBuffer\b|\bprocess\b|\brequire\b|"node:|from "[^.]|node\//);
  });

  test("is what was looked at", () => {
    expect(sources.length).toBeGreaterThan(25);
    expect(sources).toContain("index.ts");
  });
});

test("a host that stores the highest byte first would swap each value", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  expect(withSwappedBytes(bytes, 4)).toEqual(Uint8Array.of(4, 3, 2, 1, 8, 7, 6, 5));
  expect(bytes[0]).toBe(1);
});
