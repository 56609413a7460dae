/**
 * `model.safetensors.index.json`: which shard has which tensor.
 * Source: docs/format/safetensors.md, "Shards".
 */
import { compareCodePoints } from "../code-points.js";
import { SafetensorsError } from "../errors.js";
import { JsonCursor } from "../json/json-cursor.js";
import { decodeUtf8 } from "../json/utf8.js";
import { INDEX_BYTES_MAX, SHARDS_MAX } from "../limits.js";
import { checkShardName } from "./shard-name.js";

/** Name of the index beside the shards of a model. */
export const SHARD_INDEX_NAME = "model.safetensors.index.json";

/** An index, checked. */
export interface ShardIndex {
  /** `metadata.total_size`: bytes of the data of all tensors; undefined when the index does not say. */
  readonly totalByteLength: number | undefined;
  /** Name of the shard's file, by name of the tensor. */
  readonly shardByTensor: ReadonlyMap<string, string>;
}

/**
 * Reads an index. Members that it does not know are checked as JSON and dropped.
 *
 * @throws SafetensorsError `LIMIT_EXCEEDED`, `INVALID_UTF8`, `INVALID_JSON`, `INVALID_INDEX`,
 *   `DUPLICATE_NAME`, `INVALID_NAME`
 */
export function decodeShardIndex(bytes: Uint8Array): ShardIndex {
  if (bytes.length > INDEX_BYTES_MAX) {
    throw new SafetensorsError(
      "LIMIT_EXCEEDED",
      `the index has ${bytes.length} bytes, at most ${INDEX_BYTES_MAX} are read`,
      { byteLength: bytes.length, indexBytesMax: INDEX_BYTES_MAX },
    );
  }
  const cursor = new JsonCursor(decodeUtf8(bytes, "index", 0), "index", 0);
  let totalByteLength: number | undefined;
  let shardByTensor: Map<string, string> | undefined;
  const seen = new Set<string>();
  if (cursor.peek() !== "object") throw cursor.fault("INVALID_INDEX", "the index is no object");
  cursor.object((key, keyAt) => {
    if (seen.has(key)) throw twice(cursor, key, keyAt);
    seen.add(key);
    if (key === "metadata") totalByteLength = readTotal(cursor);
    else if (key === "weight_map") shardByTensor = readWeightMap(cursor);
    else cursor.skip();
  });
  cursor.end();
  if (shardByTensor === undefined) {
    throw new SafetensorsError("INVALID_INDEX", 'the index lacks "weight_map"', {
      missing: ["weight_map"],
    });
  }
  checkShardCount(new Set(shardByTensor.values()).size);
  return { totalByteLength, shardByTensor };
}

/**
 * Writes an index: names sorted by code point, two spaces of indent, a line feed at the end.
 *
 * @throws SafetensorsError `INVALID_NAME`, `LIMIT_EXCEEDED`
 */
export function encodeShardIndex({ totalByteLength, shardByTensor }: ShardIndex): Uint8Array {
  checkShardCount(new Set(shardByTensor.values()).size);
  const members = [...shardByTensor]
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([tensor, shard]) => {
      checkShardName(shard);
      return `    ${JSON.stringify(tensor)}: ${JSON.stringify(shard)}`;
    });
  const metadata =
    totalByteLength === undefined ? "{}" : `{\n    "total_size": ${totalByteLength}\n  }`;
  const weightMap = members.length === 0 ? "{}" : `{\n${members.join(",\n")}\n  }`;
  const text = `{\n  "metadata": ${metadata},\n  "weight_map": ${weightMap}\n}\n`;
  return new TextEncoder().encode(text);
}

function readTotal(cursor: JsonCursor): number | undefined {
  let total: number | undefined;
  const seen = new Set<string>();
  if (cursor.peek() !== "object") throw cursor.fault("INVALID_INDEX", '"metadata" is no object');
  cursor.object((key, keyAt) => {
    if (seen.has(key)) throw twice(cursor, key, keyAt);
    seen.add(key);
    if (key !== "total_size") return cursor.skip();
    // Some writers divide, and so write 16060522496.0.
    const value = cursor.peek() === "number" ? cursor.number() : Number.NaN;
    if (!Number.isSafeInteger(value) || value < 0) {
      throw cursor.fault("INVALID_INDEX", '"total_size" is no integer from 0 to 2^53-1');
    }
    total = value;
  });
  return total;
}

function readWeightMap(cursor: JsonCursor): Map<string, string> {
  const shardByTensor = new Map<string, string>();
  if (cursor.peek() !== "object") throw cursor.fault("INVALID_INDEX", '"weight_map" is no object');
  cursor.object((tensor, keyAt) => {
    if (shardByTensor.has(tensor)) throw twice(cursor, tensor, keyAt);
    if (cursor.peek() !== "string") {
      const message = `the shard of tensor ${JSON.stringify(tensor)} is no string`;
      throw cursor.fault("INVALID_INDEX", message, cursor.at, { tensor });
    }
    const shard = cursor.string();
    checkShardName(shard);
    shardByTensor.set(tensor, shard);
  });
  return shardByTensor;
}

function checkShardCount(shardCount: number): void {
  if (shardCount <= SHARDS_MAX) return;
  throw new SafetensorsError(
    "LIMIT_EXCEEDED",
    `the index names ${shardCount} shards, at most ${SHARDS_MAX} are allowed`,
    { shardCount, shardCountMax: SHARDS_MAX },
  );
}

function twice(cursor: JsonCursor, key: string, keyAt: number): SafetensorsError {
  return cursor.fault("DUPLICATE_NAME", `${JSON.stringify(key)} is there twice`, keyAt, { key });
}
